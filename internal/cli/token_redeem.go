package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

func (c *console) tokenRedeem() *cobra.Command {
	name := ""
	cmd := &cobra.Command{
		Use: "redeem", Short: "Take the code that an administrator made for you for a token of your own", Args: exactly(),
		Long: `Take the code that tranship person invite printed for a token of your own. The
code is asked for, or read from the input; it is good no more then. The token alone
is printed to the output, this once.

Nobody but you has seen the token: with it you can approve. Decisions of a person
are not taken from a token that somebody else made for that person.`,
		Example: "  tranship token redeem --name laptop < code.txt > token.txt",
		RunE:    func(cmd *cobra.Command, _ []string) error { return runTokenRedeem(cmd.Context(), c, name) },
	}
	cmd.Flags().StringVar(&name, "name", "own", "what the token is for")
	return cmd
}

func runTokenRedeem(ctx context.Context, c *console, name string) error {
	at, err := c.settings()
	if err != nil {
		return err
	}
	if at.URL == "" {
		return misuse("no server is known").WithHint("set TRANSHIP_URL, or sign in: tranship login URL --code -")
	}
	code, err := c.secret("code: ")
	if err != nil {
		return err
	}
	made, err := c.redeem(ctx, at, code, client.CreateTokenRequest{Name: name})
	if err != nil {
		return err
	}
	return c.show(made.Raw, func(w io.Writer) {
		v := made.Value
		fmt.Fprintf(c.err, "token %s for %s as %s; it is shown this once:\n", v.Id, v.Actor.Name, v.Role)
		fmt.Fprintln(w, v.Secret)
	})
}
