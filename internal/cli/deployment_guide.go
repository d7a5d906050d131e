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
	most := 1
	if advice == client.Retry {
		most = -1
	}
	cmd := &cobra.Command{
		Use: use, Short: short, Long: long, Args: between(1, most, "DEPLOYMENT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runGuide(cmd.Context(), c, args[0], advice, args[1:], reason)
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why; it goes into the record")
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
	cmd := &cobra.Command{
		Use: "cancel D-12", Short: "End a deployment as soon as what is being done has come to a stop", Args: exactly("DEPLOYMENT"),
		Long: `End a deployment. Orders that have not begun are withdrawn; what is being done ends at
the next step. Targets that were changed stay as they are: to bring back what was
before, answer a deployment that awaits guidance with remediate.`,
		RunE: func(cmd *cobra.Command, args []string) error { return runCancel(cmd.Context(), c, args[0], reason) },
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why; it goes into the record")
	return cmd
}

func runCancel(ctx context.Context, c *console, id, reason string) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	d, err := decode[client.Deployment](s.api.CancelDeployment(ctx, id, client.CancelDeploymentRequest{Reason: reason}, once()))
	if err != nil {
		return err
	}
	return c.answered(d)
}
