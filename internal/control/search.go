package control

import (
	"bufio"
	"context"
	"fmt"
	"io"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
)

// FoundLine is a line that a search found, with the key of the page after it.
type FoundLine struct {
	deployment.LogLine
	Key string `json:"-"`
}

// spot is where a search goes on: pieces are read from a place on, and the lines
// up to and with the one of that place and index are left out.
type spot struct {
	from, place int64
	index       int
}

func (s spot) String() string { return fmt.Sprintf("%d.%d.%d", s.from, s.place, s.index) }

func readSpot(text string) (spot, error) {
	s := spot{index: -1}
	if text == "" {
		return s, nil
	}
	if n, err := fmt.Sscanf(text, "%d.%d.%d", &s.from, &s.place, &s.index); n != 3 || err != nil || s.from < 0 {
		return s, practice.Faultf(practice.Invalid, "cursor %q is not one that the server gave", text)
	}
	return s, nil
}

func (s spot) before(l deployment.LogLine) bool {
	return l.Place > s.place || l.Place == s.place && l.Index > s.index
}

// SearchLog gives the lines of a deployment's log that are looked for, in the
// order in which they ended; page.After is the Key of a line. It reads the log
// piece by piece, from where it must to the last line of the page.
func (c *Control) SearchLog(ctx context.Context, scope practice.Scope, id string, search deployment.Search, page practice.Page) (found []FoundLine, err error) {
	matches, err := search.Matcher()
	if err != nil {
		return nil, err
	}
	begin, err := readSpot(page.After)
	if err != nil {
		return nil, err
	}
	if _, err := c.Deployment(ctx, scope, id); err != nil {
		return nil, err
	}
	var lines deployment.Lines
	take := func(l deployment.LogLine) bool {
		if !begin.before(l) || !matches(l.Text) {
			return true
		}
		key := spot{lines.From(min(l.Begun, l.Place)), l.Place, l.Index}
		found = append(found, FoundLine{l, key.String()})
		return len(found) < page.Size()
	}
	err = c.eachPiece(ctx, scope, id, search.Target, max(0, begin.from-1), hotPage, func(o deployment.Output) (bool, error) {
		if search.Step != "" && o.StepName != search.Step {
			return true, ctx.Err()
		}
		return lines.Take(o, take), ctx.Err()
	})
	if err == nil && len(found) < page.Size() {
		lines.Rest(take)
	}
	return found, err
}

// LogWhole says whether every sealed part of a deployment's log is there and
// unaltered: the error names the first that is not.
func (c *Control) LogWhole(ctx context.Context, scope practice.Scope, id string) error {
	if _, err := c.Deployment(ctx, scope, id); err != nil {
		return err
	}
	for after := int64(0); ; {
		var segments []deployment.Segment
		err := c.Store.View(ctx, scope, func(tx Tx) (err error) {
			segments, err = tx.Segments(id, after, segmentsAtOnce)
			return err
		})
		if err != nil || len(segments) == 0 {
			return err
		}
		for _, s := range segments {
			if _, err := c.packed(ctx, s); err != nil {
				return err
			}
			after = s.Last
		}
	}
}

// logTime is how a line of a log says when it was printed.
const logTime = "2006-01-02T15:04:05.000Z"

// WriteLog writes the log of a deployment as text, line by line, as the lines
// ended; of one target or of the steps of one name where these are given.
func (c *Control) WriteLog(ctx context.Context, scope practice.Scope, id, target, step string, to io.Writer) error {
	var log deployment.Log
	if err := c.Store.View(ctx, scope, func(tx Tx) (err error) {
		log, err = tx.LogOf(id)
		return err
	}); err != nil {
		return err
	}
	out := bufio.NewWriterSize(to, 64<<10)
	var failed error
	write := func(l deployment.LogLine) bool {
		_, failed = fmt.Fprintf(out, "%s %s %s | %s\n", l.At.UTC().Format(logTime), l.Target, l.StepName, l.Text)
		return failed == nil
	}
	var lines deployment.Lines
	err := c.eachPiece(ctx, scope, id, target, 0, hotPage, func(o deployment.Output) (bool, error) {
		if step == "" || o.StepName == step {
			lines.Take(o, write)
		}
		if failed != nil {
			return false, failed
		}
		return true, ctx.Err()
	})
	if err != nil {
		return err
	}
	if lines.Rest(write); log.Dropped > 0 && failed == nil {
		_, failed = fmt.Fprintf(out, "[%d pieces with %d bytes were left out: the log had reached its bound]\n", log.Dropped, log.DroppedBytes)
	}
	if failed != nil {
		return failed
	}
	return out.Flush()
}
