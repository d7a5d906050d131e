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
		c.deploymentList(), c.deploymentShow(), c.deploymentTargets(), c.deploymentFailures(), c.deploymentWatch(), c.deploymentWhy(), c.deploymentWaive(),
		c.deploymentTimeline(), c.deploymentLog(), c.deploymentCancel(), c.deploymentPause(), c.deploymentResume(),
		c.judgeByHand(client.Confirm, "Say that a criterion is met that is judged by hand", "A stage of a deployment, or its end, can wait for this word: tranship deployment why says so."),
		c.judgeByHand(client.Refuse, "Say that a criterion is not met that is judged by hand",
			`An entry criterion that is refused holds the stage; of an exit or acceptance criterion
follows what follows of a failed check.`),
		c.deploymentReschedule(), c.deploymentReplan(), c.deploymentAskAgain(), c.deploymentAccept(),
		c.guide(client.Retry, "retry D-12 [TARGET...] --reason WHY", "Do failed targets again, from the failed step",
			"All that failed, are unknown or were stopped; or exactly the TARGETs that are named."),
		c.guide(client.Skip, "skip D-12 [--target NAME,...] --reason WHY", "Do failed targets again, from the step after the failed one",
			`All that failed, are unknown or were stopped, or exactly those of --target. The step that
failed is held to be done. A target that failed in no step begins where it was.`),
		c.guide(client.Continue, "continue D-12 --reason WHY", "Accept the failures and go on", ""),
		c.guide(client.Remediate, "remediate D-12 [--target NAME,...] --reason WHY", "Bring back what was before",
			`Bring back what was before on every target that was touched. With --target bring it back
on exactly those, which are given up: then the deployment goes on with the others.`),
		c.guide(client.Fail, "fail D-12 [--target NAME,...] --reason WHY", "Leave everything as it is and close, or give targets up",
			`Leave everything as it is and close the deployment as failed. With --target give up exactly
those: they stay as they are, and the deployment goes on with the others when no trouble
is left among them. It says in the end which targets were given up.`))
	cmd.Aliases = []string{"deployments"}
	return cmd
}

func (c *console) deploymentList() *cobra.Command {
	var in client.ListDeploymentsParams
	var states []string
	most := 30
	cmd := &cobra.Command{
		Use: "list", Short: "List deployments, newest first", Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			for _, state := range states {
				in.State = append(in.State, client.ListDeploymentsParamsState(state))
			}
			return runDeploymentList(cmd.Context(), c, in, most)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&in.Environment, "environment", "", "only into this environment")
	flags.StringVar(&in.Component, "component", "", "only of this component")
	flags.StringVar(&in.Release, "release", "", "only of this release")
	flags.StringSliceVar(&states, "state", nil, "only in this state (planned, executing, awaiting-guidance and others), or ended like this (failed, remediated, cancelled, succeeded); may be given several times")
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
