package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
	"tranship.dev/tranship/internal/practice"
)

// logPage is how many pieces of output are asked for at once; small, because
// the last page is asked for again and again while it is followed.
const logPage = 200

type logInput struct {
	id, target, step string
	follow           bool
	search           string // "": the whole log
	regex            bool
	to               string // a file; "": print it
}

func (c *console) deploymentLog() *cobra.Command {
	var in logInput
	cmd := &cobra.Command{
		Use: "log D-12", Short: "Print what the steps printed", Args: exactly("DEPLOYMENT"),
		Long: `Print what the steps of a deployment printed on its targets; secrets were masked there.
With --search print only the lines that contain a text, with --to write the whole
log with times into a file.`,
		Example: `  tranship deployment log D-12 --follow
  tranship deployment log D-12 --search "connection refused" --target web-3
  tranship deployment log D-12 --search "exit (code|status) [1-9]" --regex
  tranship deployment log D-12 --to D-12.log`,
		RunE: func(cmd *cobra.Command, args []string) error {
			in.id = args[0]
			return runLog(cmd.Context(), c, in)
		},
	}
	cmd.Flags().StringVar(&in.target, "target", "", "only of this target")
	cmd.Flags().StringVar(&in.step, "step", "", "only of the step of this name")
	cmd.Flags().BoolVarP(&in.follow, "follow", "f", false, "go on until the deployment has ended")
	cmd.Flags().StringVar(&in.search, "search", "", "only lines that contain this text, in whatever case")
	cmd.Flags().BoolVar(&in.regex, "regex", false, "the text of --search is a regular expression (RE2)")
	cmd.Flags().StringVar(&in.to, "to", "", "write the log into this new file")
	cmd.MarkFlagsMutuallyExclusive("follow", "search", "to")
	return cmd
}

func runLog(ctx context.Context, c *console, in logInput) error {
	if in.regex && in.search == "" {
		return misuse("--regex says how --search is meant; add --search")
	}
	s, err := c.session()
	if err != nil {
		return err
	}
	if in.search != "" {
		return c.searchLog(ctx, s, in)
	}
	if in.to != "" {
		return c.saveLog(ctx, s, in)
	}
	d, err := decode[client.Deployment](s.api.GetDeployment(ctx, in.id))
	if err != nil {
		return err
	}
	if c.format.data() {
		if in.follow {
			return misuse("--follow prints lines; leave out --output")
		}
		return c.wholeLog(ctx, s, in)
	}
	reader := &logReader{session: s, in: in, printer: logPrinter{w: c.out, paint: c.outPaint, open: map[string]string{}}}
	for {
		over := d.Value.State == closed // asked before the output is read, so that nothing is missed
		if err := reader.read(ctx); err != nil && (!in.follow || practice.CodeOf(err) != practice.Unavailable) {
			return err
		}
		if over || !in.follow {
			break
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
		if next, err := decode[client.Deployment](s.api.GetDeployment(ctx, in.id)); err == nil {
			d = next
		} else if practice.CodeOf(err) != practice.Unavailable {
			return err
		}
	}
	reader.printer.end()
	if reader.last == 0 {
		fmt.Fprintln(c.err, "nothing was printed")
	}
	return nil
}

func (c *console) wholeLog(ctx context.Context, s *session, in logInput) error {
	all, err := every[client.DeploymentOutput](0, func(cursor string, limit int64) (*http.Response, error) {
		return s.api.ListDeploymentOutput(ctx, in.id, &client.ListDeploymentOutputParams{Cursor: cursor, Limit: limit, Target: in.target})
	})
	if err != nil {
		return err
	}
	kept := all.Raw[:0]
	for i, piece := range all.Items {
		if in.step == "" || piece.StepName == in.step {
			kept = append(kept, all.Raw[i])
		}
	}
	return c.showList(kept, func(io.Writer) {})
}

// logReader reads output to its present end; the next read goes on there.
type logReader struct {
	session *session
	in      logInput
	printer logPrinter
	cursor  string
	last    int64 // place of the last piece that was printed
}

func (r *logReader) read(ctx context.Context) error {
	limit := int64(pageSize)
	if r.in.follow {
		limit = logPage
	}
	for {
		page, err := decode[client.ListDeploymentOutput](r.session.api.ListDeploymentOutput(ctx, r.in.id,
			&client.ListDeploymentOutputParams{Cursor: r.cursor, Limit: limit, Target: r.in.target}))
		if err != nil {
			return err
		}
		for _, piece := range page.Value.Items {
			if piece.Place <= r.last {
				continue
			}
			r.last = piece.Place
			if r.in.step == "" || piece.StepName == r.in.step {
				r.printer.piece(piece, r.in.target == "")
			}
		}
		if page.Value.Next == "" {
			return nil
		}
		r.cursor = page.Value.Next
	}
}

// logPrinter prints pieces of several targets as whole lines, each with its place.
type logPrinter struct {
	w     io.Writer
	paint paint
	open  map[string]string // the beginning of a line that has not ended, by its prefix
}

func (l logPrinter) piece(o client.DeploymentOutput, withTarget bool) {
	prefix := l.paint.dim(o.StepName + " | ")
	if withTarget {
		prefix = l.paint.cyan(cmp.Or(o.Part, o.Target)) + " " + prefix
	}
	text := l.open[prefix] + strings.ReplaceAll(o.Text, "\r\n", "\n")
	for {
		line, rest, ended := strings.Cut(text, "\n")
		if !ended {
			break
		}
		fmt.Fprintln(l.w, prefix+line)
		text = rest
	}
	l.open[prefix] = text
}

// end prints the lines that nobody ended.
func (l logPrinter) end() {
	for prefix, text := range l.open {
		if text != "" {
			fmt.Fprintln(l.w, prefix+text)
		}
		delete(l.open, prefix)
	}
}
