package cli

import (
	"context"
	"io"
	"net/http"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

func (c *console) deployment() *cobra.Command {
	cmd := group("deployment", "Look at deployments, and answer them",
		c.deploymentList(), c.deploymentShow(), c.deploymentTargets(), c.deploymentWatch(), c.deploymentWhy(), c.deploymentWaive(),
		c.deploymentTimeline(), c.deploymentLog(), c.deploymentCancel(),
		c.deploymentReschedule(), c.deploymentReplan(), c.deploymentAskAgain(), c.deploymentAccept(),
		c.guide(client.Retry, "retry D-12 [TARGET...] --reason WHY", "Do failed targets again, from the failed step",
			"All that failed, are unknown or were stopped; or exactly the TARGETs that are named."),
		c.guide(client.Continue, "continue D-12 --reason WHY", "Accept the failures and go on", ""),
		c.guide(client.Remediate, "remediate D-12 --reason WHY", "Bring back what was before", ""),
		c.guide(client.Fail, "fail D-12 --reason WHY", "Leave everything as it is and close", ""))
	cmd.Aliases = []string{"deployments"}
	return cmd
}

func (c *console) deploymentList() *cobra.Command {
	var in client.ListDeploymentsParams
	most := 30
	cmd := &cobra.Command{
		Use: "list", Short: "List deployments, newest first", Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error { return runDeploymentList(cmd.Context(), c, in, most) },
	}
	flags := cmd.Flags()
	flags.StringVar(&in.Environment, "environment", "", "only into this environment")
	flags.StringVar(&in.Component, "component", "", "only of this component")
	flags.StringVar(&in.Release, "release", "", "only of this release")
	flags.StringVar(&in.State, "state", "", "only in this state")
	flags.BoolVar(&in.Open, "open", false, "only those that have not ended")
	flags.IntVar(&most, "limit", most, "at most so many; 0: all")
	return cmd
}

func runDeploymentList(ctx context.Context, c *console, in client.ListDeploymentsParams, most int) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	all, err := every[client.Deployment](most, func(cursor string, limit int64) (*http.Response, error) {
		in.Cursor, in.Limit = cursor, limit
		return s.api.ListDeployments(ctx, &in)
	})
	if err != nil {
		return err
	}
	return c.showList(all.Raw, func(w io.Writer) {
		t := c.table("DEPLOYMENT", "RELEASE", "ENVIRONMENT", "STATE", "TARGETS", "REQUESTED", "BY", "TOOK")
		for _, d := range all.Items {
			t.row(d.Id, releaseOf(d), d.Header.Environment, c.outPaint.state(stateOf(d)), progressOf(d), clock(d.RequestedAt), d.RequestedBy.Name, tookOf(d))
		}
		t.write(w, "there are no such deployments")
	})
}
