package cli

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

// guide makes the verb of one answer to a deployment that awaits guidance.
func (c *console) guide(advice client.GuideDeploymentRequestAdvice, use, short, long string) *cobra.Command {
	var reason string
	var targets []string
	most := 1
	if advice == client.Retry {
		most = -1
	}
	cmd := &cobra.Command{
		Use: use, Short: short, Long: long, Args: between(1, most, "DEPLOYMENT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runGuide(cmd.Context(), c, args[0], advice, append(args[1:], targets...), reason)
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why; it goes into the record")
	if advice != client.Continue {
		cmd.Flags().StringSliceVar(&targets, "target", nil, "exactly these targets, with commas between them")
	}
	return cmd
}

func runGuide(ctx context.Context, c *console, id string, advice client.GuideDeploymentRequestAdvice, targets []string, reason string) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	if reason, err = c.reason(reason); err != nil {
		return err
	}
	d, err := decode[client.Deployment](s.api.GuideDeployment(ctx, id, client.GuideDeploymentRequest{Advice: advice, Targets: targets, Reason: reason}, once()))
	if err != nil {
		return err
	}
	return c.answered(d)
}

func (c *console) answered(d reply[client.Deployment]) error {
	return c.show(d.Raw, func(io.Writer) {
		c.say("%s is %s", d.Value.Id, c.outPaint.state(stateOf(d.Value)))
		if d.Value.State != closed {
			c.say("next: tranship deployment watch %s", d.Value.Id)
		}
	})
}

func (c *console) deploymentCancel() *cobra.Command {
	var reason string
	now := false
	cmd := &cobra.Command{
		Use: "cancel D-12", Short: "End a deployment as soon as what is being done has come to a stop, or at once", Args: exactly("DEPLOYMENT"),
		Long: `End a deployment. Orders that have not begun are withdrawn; what is being done ends at
the next step. With --now it is interrupted in the middle: each agent ends the step that
it is in with all that the step started (asked first, killed when its stopWithin is over,
2s unless the model says more), looks what is there, and says whether it left what was
before, the release, or half of it. An agent that has not answered after two minutes
counts as unknown, and does the same when it is back. A deployment that was cancelled without --now can still be cancelled with it.

Targets that were changed stay as they are. To bring back what was before, answer a
deployment that awaits guidance with remediate, or roll it back when it is closed.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runCancel(cmd.Context(), c, args[0], reason, now)
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why; it goes into the record; needed with --now")
	cmd.Flags().BoolVar(&now, "now", false, "interrupt what runs")
	return cmd
}

func runCancel(ctx context.Context, c *console, id, reason string, now bool) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	if now {
		if reason, err = c.reason(reason); err != nil {
			return err
		}
	}
	d, err := decode[client.Deployment](s.api.CancelDeployment(ctx, id, client.CancelDeploymentRequest{Reason: reason, Now: now}, once()))
	if err != nil {
		return err
	}
	return c.answered(d)
}
