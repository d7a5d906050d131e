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
	cmd.Flags().StringVar((*string)(&in.State), "state", "", "only in this state: waiting, ordered, running, done, failed, unknown, stopped")
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
			t.row(target.Name, waveOf(target), c.outPaint.state(target.State), target.Phase, target.StepName,
				fmt.Sprint(target.Attempt), took(target.Took), lies(target), target.Message)
		}
		t.write(w, "there are no such targets")
	})
}

// waveOf gives the wave that a target changes in, and its level where it has one.
func waveOf(t client.DeploymentTarget) string {
	if t.Level > 0 {
		return fmt.Sprintf("%d, level %d", t.Wave, t.Level)
	}
	return fmt.Sprint(t.Wave)
}

// lies says what a deployment left on a target; rows of older servers do not say it themselves.
func lies(t client.DeploymentTarget) string {
	switch {
	case t.State == "running" && (t.Phase == "execute" || t.Phase == "remediate"):
		return "being changed"
	case t.Left == "half-way", t.Left == "unknown":
		return t.Left
	case t.Left == "new":
		return "the release"
	case t.Left == "old" && !t.Remediated:
		return "unchanged"
	case t.Remediated:
		return "what was before"
	case t.Executed:
		return "the release"
	case t.Touched:
		return "not certain"
	}
	return "unchanged"
}
