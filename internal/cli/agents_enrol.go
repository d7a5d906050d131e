package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

func (c *console) agentsEnrol() *cobra.Command {
	within := "1h"
	cmd := &cobra.Command{
		Use: "enrol NAME", Aliases: []string{"enroll"}, Short: "Allow one agent to enrol once", Args: exactly("NAME"),
		Long: "Make a token with which one agent of this name may enrol once, and print what to type on its host.",
		RunE: func(cmd *cobra.Command, args []string) error {
			return runAgentsEnrol(cmd.Context(), c, args[0], within)
		},
	}
	cmd.Flags().StringVar(&within, "within", within, "how long the token is valid")
	return cmd
}

func runAgentsEnrol(ctx context.Context, c *console, name, within string) error {
	valid, err := length(within)
	if err != nil || valid == 0 {
		return misuse("--within %q is not a length like 1h or 2d", within)
	}
	s, err := c.session()
	if err != nil {
		return err
	}
	e, err := decode[client.Enrolment](s.api.CreateEnrolment(ctx, client.CreateEnrolmentRequest{Agent: name, Within: valid.String()}))
	if err != nil {
		return err
	}
	return c.show(e.Raw, func(w io.Writer) {
		fmt.Fprintf(w, "agent %s may enrol once until %s. On its host, type:\n\n", e.Value.Agent, clock(e.Value.ExpiresAt))
		fmt.Fprintf(w, "  tranship agent enrol --server %s --token %s --name %s\n\n", s.URL, e.Value.Token, e.Value.Agent)
		fmt.Fprintln(w, "The token is shown this once.")
	})
}

func (c *console) agentsRevoke() *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use: "revoke NAME --reason WHY", Short: "End the trust in an agent", Args: exactly("NAME"),
		Long: "End the trust in an agent: it is cut off at once, and its key is never accepted again.",
		RunE: func(cmd *cobra.Command, args []string) error {
			return runAgentsRevoke(cmd.Context(), c, args[0], reason)
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why; it goes into the record")
	return cmd
}

func runAgentsRevoke(ctx context.Context, c *console, name, reason string) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	if reason, err = c.reason(reason); err != nil {
		return err
	}
	if _, err := decode[any](s.api.RevokeAgent(ctx, name, client.RevokeAgentRequest{Reason: reason})); err != nil {
		return err
	}
	return c.done("agent %s is not trusted any more", name)
}
