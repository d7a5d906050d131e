package cli

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

func (c *console) whoami() *cobra.Command {
	return &cobra.Command{
		Use: "whoami", Short: "Say which server is spoken to, and as whom", Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error { return runWhoami(cmd.Context(), c) },
	}
}

func runWhoami(ctx context.Context, c *console) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	who, err := decode[client.Identity](s.api.Whoami(ctx))
	if err != nil {
		return err
	}
	return c.show(who.Raw, func(w io.Writer) {
		v := who.Value
		c.sheet(w, "server", s.URL, "person", v.Actor.Name, "role", v.Role, "token", v.Token, "scope", v.Scope)
	})
}
