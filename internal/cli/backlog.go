package cli

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

func (c *console) backlog() *cobra.Command {
	var environment string
	cmd := &cobra.Command{
		Use: "backlog", Short: "List the deployments that want to run, in the order in which they go", Args: exactly(),
		Long: `List the deployments that are planned, authorised or scheduled, in the order in which
they go where not all can: emergencies, then urgent ones, then the higher priority,
then the older request. With what holds each, and how much comes and goes by week.`,
		RunE: func(cmd *cobra.Command, _ []string) error { return runBacklog(cmd.Context(), c, environment) },
	}
	cmd.Flags().StringVar(&environment, "environment", "", "only into this environment")
	return cmd
}

func runBacklog(ctx context.Context, c *console, environment string) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	all, err := every[client.Waiting](0, func(cursor string, limit int64) (*http.Response, error) {
		return s.api.ListBacklog(ctx, &client.ListBacklogParams{Cursor: cursor, Limit: limit, Environment: environment})
	})
	if err != nil {
		return err
	}
	flow, err := decode[client.Flow](s.api.GetBacklogFlow(ctx, &client.GetBacklogFlowParams{Environment: environment}))
	if err != nil {
		return err
	}
	return c.showList(all.Raw, func(w io.Writer) {
		t := c.table("DEPLOYMENT", "RELEASE", "INTO", "STATE", "PRIORITY", "AGE", "PLANNED", "HELD BY")
		for _, d := range all.Items {
			held := ""
			if len(d.Reasons) > 0 {
				held = d.Reasons[0].Gate + ": " + localTimes(strings.TrimPrefix(d.Reasons[0].Message, d.Reasons[0].Gate+": "))
			}
			t.row(d.Deployment, d.Release, d.Environment, c.outPaint.state(d.State), priorityOf(d), span(c.Now().Sub(d.RequestedAt).Truncate(time.Second)), clock(d.PlannedStart), held)
		}
		t.write(w, "nothing waits")
		c.flow(w, flow.Value)
	})
}

func priorityOf(d client.Waiting) string {
	if d.Urgency == "" || d.Urgency == "normal" {
		return fmt.Sprint(d.Priority)
	}
	return fmt.Sprintf("%s %d", d.Urgency, d.Priority)
}

func waiting(n int64) string {
	if n == 1 {
		return "1 waits"
	}
	return fmt.Sprintf("%d wait", n)
}

// flow prints how the backlog grows and shrinks.
func (c *console) flow(w io.Writer, f client.Flow) {
	age, err := time.ParseDuration(f.AgeP85)
	if err == nil && f.Size > 0 {
		fmt.Fprintf(w, "\n%s, 85%% of them not longer than %s\n", waiting(f.Size), span(age))
	}
	t := c.table("WEEK FROM", "ASKED FOR", "ENDED")
	for _, week := range f.Weeks {
		t.row(week.From.Local().Format(time.DateOnly), fmt.Sprint(week.Arrived), fmt.Sprint(week.Completed))
	}
	fmt.Fprintln(w)
	t.write(w, "")
}
