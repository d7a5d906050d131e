package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

func (c *console) deploymentWhy() *cobra.Command {
	return &cobra.Command{
		Use: "why D-12", Short: "Say what it waits for or why it failed, and who can act", Args: exactly("DEPLOYMENT"),
		RunE: func(cmd *cobra.Command, args []string) error { return runWhy(cmd.Context(), c, args[0]) },
	}
}

func runWhy(ctx context.Context, c *console, id string) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	why, err := decode[client.Verdict](s.api.WhyDeployment(ctx, id))
	if err != nil {
		return err
	}
	return c.show(why.Raw, func(w io.Writer) {
		if len(why.Value.Reasons) == 0 {
			fmt.Fprintf(w, "nothing holds %s up, and nothing went wrong\n", id)
			return
		}
		c.reasons(w, why.Value.Reasons)
	})
}

// reasons prints what holds something up: what, since, until, who, how.
func (c *console) reasons(w io.Writer, list []client.Reason) {
	for i, r := range list {
		if i > 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintf(w, "%s: %s\n", c.outPaint.yellow(r.Gate), localTimes(strings.TrimPrefix(r.Message, r.Gate+": ")))
		t := &table{paint: c.outPaint}
		line := func(name, text string) {
			if text != "" {
				t.row(c.outPaint.dim(name), text)
			}
		}
		if !r.Since.IsZero() {
			line("since", clock(r.Since)+", "+ago(r.Since, c.Now()))
		}
		if !r.Until.IsZero() {
			text := clock(r.Until)
			if left := r.Until.Sub(c.Now()); left > 0 {
				text += ", in " + span(left)
			}
			line("until", text)
		}
		line("who", r.Who)
		line("how", localTimes(r.How))
		line("targets", strings.Join(r.Targets, ", "))
		t.plain(w, "  ")
	}
}
