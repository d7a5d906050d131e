package cli

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

// silentAfter is how long an agent may be unheard before the list says so; it
// says hello far more often.
const silentAfter = 2 * time.Minute

func (c *console) agents() *cobra.Command {
	cmd := group("agents", "The agents that act on targets", c.agentsList(), c.agentsEnrol(), c.agentsRevoke())
	cmd.Long = "The agents that act on targets. Without a verb, they are listed."
	other := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return other(cmd, args)
		}
		return runAgentsList(cmd.Context(), c, "")
	}
	return cmd
}

func (c *console) agentsList() *cobra.Command {
	name := ""
	cmd := &cobra.Command{
		Use: "list", Short: "List agents with when they were last seen", Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error { return runAgentsList(cmd.Context(), c, name) },
	}
	cmd.Flags().StringVar(&name, "name", "", "only the agent of this name")
	return cmd
}

func runAgentsList(ctx context.Context, c *console, name string) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	all, err := every[client.EnvironmentAgent](0, func(cursor string, limit int64) (*http.Response, error) {
		return s.api.ListAgents(ctx, &client.ListAgentsParams{Name: name, Cursor: cursor, Limit: limit})
	})
	if err != nil {
		return err
	}
	return c.showList(all.Raw, func(w io.Writer) {
		t := c.table("AGENT", "STATE", "LAST SEEN", "VERSION", "CLOCK", "HOST", "ENROLLED")
		for _, a := range all.Items {
			t.row(a.Name, c.outPaint.state(agentState(a, c.Now())), ago(a.SeenAt, c.Now()), a.Version, clockOf(a), a.Facts["hostname"], clock(a.EnrolledAt))
		}
		t.write(w, "no agent is enrolled yet; tranship agents enrol NAME allows one")
	})
}

func agentState(a client.EnvironmentAgent, now time.Time) string {
	switch {
	case !a.RevokedAt.IsZero():
		return "revoked"
	case a.SeenAt.IsZero():
		return "never seen"
	case now.Sub(a.SeenAt) > silentAfter:
		return "silent"
	}
	return "trusted"
}

// clockOf says how far an agent's clock is off.
func clockOf(a client.EnvironmentAgent) string {
	if a.SeenAt.IsZero() {
		return ""
	}
	d, err := time.ParseDuration(a.ClockSkew)
	switch {
	case err != nil:
		return a.ClockSkew
	case d < 10*time.Millisecond:
		return "exact"
	case a.ClockAhead:
		return span(d) + " ahead"
	}
	return span(d) + " behind"
}
