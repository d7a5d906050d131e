package cli

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

func (c *console) deploymentTargets() *cobra.Command {
	var in client.ListDeploymentTargetsParams
	most := 0
	cmd := &cobra.Command{
		Use: "targets D-12", Short: "List what happened on each target", Args: exactly("DEPLOYMENT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runDeploymentTargets(cmd.Context(), c, args[0], in, most)
		},
	}
	cmd.Flags().StringVar(&in.State, "state", "", "only in this state: waiting, ordered, running, done, failed, unknown, stopped")
	cmd.Flags().Int64Var(&in.Wave, "wave", 0, "only of this wave")
	cmd.Flags().IntVar(&most, "limit", 0, "at most so many; 0: all")
	return cmd
}

func runDeploymentTargets(ctx context.Context, c *console, id string, in client.ListDeploymentTargetsParams, most int) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	all, err := every[client.DeploymentTarget](most, func(cursor string, limit int64) (*http.Response, error) {
		in.Cursor, in.Limit = cursor, limit
		return s.api.ListDeploymentTargets(ctx, id, &in)
	})
	if err != nil {
		return err
	}
	return c.showList(all.Raw, func(w io.Writer) {
		t := c.table("TARGET", "WAVE", "STATE", "PHASE", "STEP", "ATTEMPT", "TOOK", "NOW THERE", "MESSAGE")
		for _, target := range all.Items {
			t.row(target.Name, fmt.Sprint(target.Wave), c.outPaint.state(target.State), target.Phase, target.StepName,
				fmt.Sprint(target.Attempt), took(target.Took), lies(target), target.Message)
		}
		t.write(w, "there are no such targets")
	})
}

// lies says which of the two states of the world a target is left in.
func lies(t client.DeploymentTarget) string {
	switch {
	case t.Remediated:
		return "what was before"
	case t.Executed:
		return "the release"
	case t.Touched:
		return "not certain"
	}
	return "unchanged"
}
