package cli

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"time"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

type planInput struct {
	release, environment, model string
	remove, redeploy, all       bool
	rollback                    string // the deployment that is to be rolled back
	only                        []string
}

var planNumber = regexp.MustCompile(`^P-[0-9]+$`)

func (c *console) plan() *cobra.Command {
	var in planInput
	cmd := &cobra.Command{
		Use: "plan RELEASE --to ENVIRONMENT | plan --rollback D-12", Short: "Compile a plan and show what it would change", Args: between(0, 1, "RELEASE"),
		Long: `Compile the plan of one deployment: which targets change, from what to what, by which
steps, in which waves. It is stored under a number with a digest; nothing is deployed
by it.

RELEASE is COMPONENT@VERSION or the name of a Release document. With the number of a
plan instead, that plan is shown again.

With --rollback it is the plan of taking a deployment back: on each target that it
changed, what the record says that it found there.`,
		Example: `  tranship plan web@1.4.0 --to staging
  tranship plan autumn --to live --only web-1,web-2
  tranship plan web@1.4.0 --to test --remove
  tranship plan --rollback D-12
  tranship plan P-12`,
		RunE: func(cmd *cobra.Command, args []string) error {
			in.release = append(args, "")[0]
			if err := in.check(); err != nil {
				return err
			}
			return runPlan(cmd.Context(), c, in)
		},
	}
	in.flags(cmd)
	cmd.Flags().BoolVar(&in.all, "all", false, "show every target")
	cmd.Flags().StringVar(&in.rollback, "rollback", "", "plan the rollback of this deployment")
	return cmd
}

// check finds what cannot be right before anything is asked of the server.
func (in *planInput) check() error {
	switch {
	case in.release == "" && in.rollback == "":
		return misuse("neither RELEASE nor --rollback is given").WithHint("usage: tranship plan RELEASE --to ENVIRONMENT, or tranship plan --rollback D-12")
	case in.rollback != "" && (in.release != "" || in.environment != "" || in.remove):
		return misuse("a rollback is of a deployment as it was: RELEASE, --to and --remove do not go with --rollback")
	}
	return nil
}

func (in *planInput) flags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&in.environment, "to", "", "the environment")
	flags.BoolVar(&in.remove, "remove", false, "take the release out of the environment")
	flags.StringVar(&in.model, "model", "", "the deployment model; by default the one that applies")
	flags.BoolVar(&in.redeploy, "redeploy", false, "also change targets that have exactly this already")
	flags.StringSliceVar(&in.only, "only", nil, "only these targets")
}

func runPlan(ctx context.Context, c *console, in planInput) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	var p reply[client.Planned]
	if planNumber.MatchString(in.release) && in.environment == "" {
		p, err = s.storedPlan(ctx, in.release, in.all)
	} else {
		p, err = s.compile(ctx, in)
	}
	if err != nil {
		return err
	}
	o, err := c.outlook(ctx, p.Value.Id, time.Time{})
	if err != nil {
		return err
	}
	return c.show(p.Raw, func(w io.Writer) {
		c.planned(w, p.Value, in.all)
		c.against(w, o.Value)
		fmt.Fprintf(w, "\nnext: %s\n", c.outPaint.bold("tranship deploy --plan "+p.Value.Id))
	})
}

// compile has a plan made and stored.
func (s *session) compile(ctx context.Context, in planInput) (reply[client.Planned], error) {
	if in.rollback != "" {
		body := client.PlanRequest{Restores: in.rollback, Model: in.model, Redeploy: in.redeploy, Only: in.only, Direction: "restore"}
		return decode[client.Planned](s.api.CreatePlan(ctx, body, once()))
	}
	if in.environment == "" {
		return reply[client.Planned]{}, misuse("no environment is given").WithHint("say where with --to ENVIRONMENT; tranship get environments lists them")
	}
	body := client.PlanRequest{Release: in.release, Environment: in.environment, Model: in.model, Redeploy: in.redeploy, Only: in.only, Direction: "install"}
	if in.remove {
		body.Direction = "remove"
	}
	return decode[client.Planned](s.api.CreatePlan(ctx, body, once()))
}

// storedPlan gives a plan that was made before; all: with every target, else
// with as many as are shown.
func (s *session) storedPlan(ctx context.Context, id string, all bool) (reply[client.Planned], error) {
	var made reply[client.Planned]
	stored, err := decode[client.PlanRecord](s.api.GetPlan(ctx, id))
	if err != nil {
		return made, err
	}
	most := shownTargets
	if all {
		most = 0
	}
	targets, err := every[client.PlanTarget](most, func(cursor string, limit int64) (*http.Response, error) {
		return s.api.ListPlanTargets(ctx, id, &client.ListPlanTargetsParams{Cursor: cursor, Limit: limit})
	})
	p := stored.Value
	made.Raw = stored.Raw
	made.Value = client.Planned{Id: p.Id, At: p.At, By: p.By, Digest: p.Digest, Header: p.Header, Targets: targets.Items}
	return made, err
}
