package cli

import (
	"context"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

func (c *console) deploymentPause() *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use: "pause D-12 --reason WHY", Short: "Let nothing further of a deployment begin, until it is resumed", Args: exactly("DEPLOYMENT"),
		Long: `Pause a deployment. Orders that have not begun are withdrawn, what is being done ends;
then it waits until somebody resumes it. Before its start it is held from starting.`,
		RunE: func(cmd *cobra.Command, args []string) error { return runPause(cmd.Context(), c, args[0], reason) },
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why; it goes into the record")
	return cmd
}

func runPause(ctx context.Context, c *console, id, reason string) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	if reason, err = c.reason(reason); err != nil {
		return err
	}
	d, err := decode[client.Deployment](s.api.PauseDeployment(ctx, id, client.PauseDeploymentRequest{Reason: reason}, once()))
	if err != nil {
		return err
	}
	return c.answered(d)
}

func (c *console) deploymentResume() *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use: "resume D-12 --reason WHY", Short: "Have a paused deployment go on where it was stopped", Args: exactly("DEPLOYMENT"),
		Long: `Resume a deployment that somebody paused. What was withdrawn or never begun is done
now; what failed is not done again.`,
		RunE: func(cmd *cobra.Command, args []string) error { return runResume(cmd.Context(), c, args[0], reason) },
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why; it goes into the record")
	return cmd
}

func runResume(ctx context.Context, c *console, id, reason string) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	if reason, err = c.reason(reason); err != nil {
		return err
	}
	d, err := decode[client.Deployment](s.api.ResumeDeployment(ctx, id, client.ResumeDeploymentRequest{Reason: reason}, once()))
	if err != nil {
		return err
	}
	return c.answered(d)
}
