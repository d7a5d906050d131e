package journey_test

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tranship.dev/tranship/internal/bus"
	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/plan"
	"tranship.dev/tranship/internal/practice/signature"
	"tranship.dev/tranship/internal/wiring"
	"tranship.dev/tranship/test/house"
)

// crowd is many targets of a deployment that runs, with the links of their agents.
type crowd struct {
	id    string
	links []*bus.Link
	size  int
}

func (c crowd) target(i int) string { return fmt.Sprintf("host-%04d", i) }
func (c crowd) order(i int) string  { return fmt.Sprintf("order-%04d", i) }

// say prints pieces of the target's step; they are stored when it returns.
func (c crowd) say(ctx context.Context, i, seq int, texts ...string) error {
	var pieces []deployment.Output
	for j, text := range texts {
		pieces = append(pieces, deployment.Output{Order: c.order(i), StepName: "print", Seq: seq + j, At: time.Now().UTC(), Text: text})
	}
	return c.links[i%len(c.links)].Output(ctx, pieces)
}

// gather enrols agents and gives them the orders of a deployment to size targets.
func gather(t testing.TB, h *house.House, agents, size int) crowd {
	t.Helper()
	c := crowd{size: size}
	for i := range agents {
		name := fmt.Sprintf("agent-%02d", i)
		key := ed25519.NewKeyFromSeed([]byte(fmt.Sprintf("%032d", i)))
		token, _, err := h.Control.NewEnrolment(t.Context(), practice.DefaultScope, house.Admin, name, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := h.Control.Enrol(t.Context(), practice.DefaultScope, token, name, signature.Encode(key.Public().(ed25519.PublicKey))); err != nil {
			t.Fatal(err)
		}
		link, err := bus.Connect(bus.LinkOptions{URL: h.BusURL, Key: key, Name: name, Scope: practice.DefaultScope, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { link.Close() })
		for !link.Connected() {
			if t.Context().Err() != nil {
				t.Fatal("not connected")
			}
			runtime.Gosched()
		}
		c.links = append(c.links, link)
	}
	if err := h.Store.Update(t.Context(), practice.DefaultScope, func(tx control.Tx) error {
		p := plan.Plan{Digest: practice.DigestOf([]byte("plan")), Header: plan.Header{Release: "shop", Environment: "test", TargetCount: 1}}
		stored, err := tx.AddPlan(p, house.Admin, time.Now())
		if err != nil {
			return err
		}
		d, err := tx.AddDeployment(deployment.Deployment{Plan: stored.ID, Header: stored.Header, RequestedBy: house.Admin, State: deployment.Executing})
		if err != nil {
			return err
		}
		c.id = d.ID
		var rows []deployment.OrderRow
		for i := range size {
			rows = append(rows, deployment.OrderRow{ID: c.order(i), Deployment: d.ID, Target: c.target(i), Agent: fmt.Sprintf("agent-%02d", i%agents), Open: true, Begun: true})
		}
		return tx.AddOrders(rows)
	}); err != nil {
		t.Fatal(err)
	}
	return c
}

// Pain 18: a thousand targets print at once over the bus. Every line arrives once,
// in the order of its target, though questions whose answer is late are asked
// again, and is read the same when the log was sealed.
func TestPain18AThousandTargetsPrintAtOnce(t *testing.T) {
	t.Parallel()
	h := house.Start(t)
	const lines = 6
	c := gather(t, h, 20, 1000)
	var printing sync.WaitGroup
	for i := range c.size {
		printing.Go(func() {
			for n := 0; n < lines; n += 2 {
				var texts []string
				for k := n; k < n+2; k++ {
					texts = append(texts, fmt.Sprintf("line %d", k), " of "+c.target(i)+"\n")
				}
				for err := c.say(t.Context(), i, 2*n+1, texts...); err != nil; err = c.say(t.Context(), i, 2*n+1, texts...) {
					if practice.CodeOf(err) != practice.Unavailable || t.Context().Err() != nil {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	printing.Wait()
	c.check(t, h, lines)
	c.close(t, h)
	if hot := storedOutput(t, h, c.id); len(hot) > 0 {
		t.Errorf("%d pieces are still in the store", len(hot))
	}
	c.check(t, h, lines)
	found, err := h.Control.SearchLog(t.Context(), practice.DefaultScope, c.id, deployment.Search{Text: "LINE 5", Target: "host-0500"}, practice.Page{})
	if err != nil || len(found) != 1 || found[0].Target != "host-0500" || found[0].Text != "line 5 of host-0500" {
		t.Errorf("found %+v, %v", found, err)
	}
}

// check reads the whole log: each target's lines, each once and in order.
func (c crowd) check(t *testing.T, h *house.House, lines int) {
	t.Helper()
	next, read := map[string]int{}, 0
	if err := h.Control.WriteLog(t.Context(), practice.DefaultScope, c.id, "", "", newLineChecker(func(line string) {
		read++
		_, rest, _ := strings.Cut(line, " ") // the time
		target, said, _ := strings.Cut(rest, " print | ")
		if want := fmt.Sprintf("line %d of %s", next[target], target); said != want {
			t.Errorf("%s: %q, want %q", target, said, want)
		}
		next[target]++
	})); err != nil {
		t.Fatal(err)
	}
	if read != c.size*lines || len(next) != c.size {
		t.Errorf("%d lines of %d targets, want %d of %d", read, len(next), c.size*lines, c.size)
	}
}

// close seals the log as when the deployment has closed.
func (c crowd) close(t *testing.T, h *house.House) {
	t.Helper()
	err := h.Store.Update(t.Context(), practice.DefaultScope, func(tx control.Tx) error {
		log, err := tx.LogOf(c.id)
		if err != nil {
			return err
		}
		log.Closed = true
		return tx.PutLog(log)
	})
	if err == nil {
		err = h.Control.Seal(t.Context(), practice.DefaultScope, c.id)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// A log is sealed while its deployment runs, in segments of bounded size: what
// lies in the database stays bounded, and nothing is lost at the seams. Pages of
// a search go on over them.
func TestLogsAreSealedWhileTheyGrow(t *testing.T) {
	t.Parallel()
	h := house.Start(t)
	c := gather(t, h, 1, 1)
	pieces := make([]string, 15)
	for seq := 1; seq <= 900; seq += len(pieces) {
		for j := range pieces {
			pieces[j] = fmt.Sprintf("%s piece %d.\nbegin of ", strings.Repeat("x", 14_000), seq+j)
		}
		var own []deployment.Output
		for j, text := range pieces {
			own = append(own, deployment.Output{Order: c.order(0), StepName: "print", Seq: seq + j, Text: text})
		}
		if err := h.Control.Output(t.Context(), practice.DefaultScope, "agent-00", own); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.Control.Seal(t.Context(), practice.DefaultScope, c.id); err != nil {
		t.Fatal(err)
	}
	var segments []deployment.Segment
	if err := h.Store.View(t.Context(), practice.DefaultScope, func(tx control.Tx) (err error) {
		segments, err = tx.Segments(c.id, 0, 99)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	hot := storedOutput(t, h, c.id)
	size := 0
	for _, o := range hot {
		size += len(o.Text)
	}
	if len(segments) == 0 || size >= 8<<20 || len(hot) == 0 {
		t.Errorf("%d segments, %d bytes in the database", len(segments), size)
	}
	for _, s := range segments {
		if s.Bytes > 5<<20 {
			t.Errorf("%s holds %d bytes", s.Where(), s.Bytes)
		}
	}
	count := 0
	for page := (practice.Page{Limit: 100}); ; {
		found, err := h.Control.SearchLog(t.Context(), practice.DefaultScope, c.id, deployment.Search{Text: `piece \d+\.$`, Regex: true}, page)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range found {
			if count++; !strings.HasSuffix(l.Text, fmt.Sprintf(" piece %d.", count)) || count > 1 && !strings.HasPrefix(l.Text, "begin of x") {
				t.Fatalf("line %d ends %q", count, l.Text[len(l.Text)-20:])
			}
		}
		if len(found) < page.Limit {
			break
		}
		page.After = found[len(found)-1].Key
	}
	if count != 900 {
		t.Errorf("%d lines were found, not 900", count)
	}
}

// newLineChecker gives a writer that hands on whole lines and holds one at most.
func newLineChecker(each func(string)) *lineChecker { return &lineChecker{each: each} }

type lineChecker struct {
	each func(string)
	open string
}

func (l *lineChecker) Write(p []byte) (int, error) {
	text := l.open + string(p)
	for {
		line, rest, ended := strings.Cut(text, "\n")
		if !ended {
			l.open = line
			return len(p), nil
		}
		l.each(line)
		text = rest
	}
}

// A log that has reached its bound says so once, counts what it leaves out, and
// the deployment goes on.
func TestLogsAreBounded(t *testing.T) {
	t.Parallel()
	h := house.Start(t, func(o *wiring.ServerOptions) { o.Limits.Log = 100 })
	c := gather(t, h, 1, 2)
	for seq := 1; seq <= 20; seq++ {
		if err := c.say(t.Context(), seq%2, seq, fmt.Sprintf("0123456789 %02d\n", seq)); err != nil {
			t.Fatal(err)
		}
	}
	var text strings.Builder
	if err := h.Control.WriteLog(t.Context(), practice.DefaultScope, c.id, "", "", &text); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(text.String(), "0123456789"); n != 7 {
		t.Errorf("%d pieces of 14 bytes are kept within 100 bytes", n)
	}
	if n := strings.Count(text.String(), "has reached its bound of 100 bytes"); n != 1 {
		t.Errorf("%d notices", n)
	}
	if !strings.Contains(text.String(), "[13 pieces with 182 bytes were left out") {
		t.Errorf("what is left out is not counted:\n%s", text.String())
	}
}

// BenchmarkPrintToRead measures the delay from print to read while 1,000 targets print.
func BenchmarkPrintToRead(b *testing.B) {
	h := house.Start(b)
	c := gather(b, h, 20, 1000)
	var worst atomic.Int64
	seq := 0
	for b.Loop() {
		var printing sync.WaitGroup
		seq++
		for i := range c.size {
			printing.Go(func() {
				begun := time.Now()
				if err := c.say(b.Context(), i, seq, "a line\n"); err != nil {
					b.Error(err)
				}
				for took := int64(time.Since(begun)); ; {
					if was := worst.Load(); took <= was || worst.CompareAndSwap(was, took) {
						break
					}
				}
			})
		}
		printing.Wait()
	}
	b.ReportMetric(float64(worst.Load())/1e6, "ms-worst")
}
