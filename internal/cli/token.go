package cli

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

func (c *console) token() *cobra.Command {
	cmd := group("token", "API tokens: who may do what", c.tokenCreate(), c.tokenRedeem(), c.tokenList(), c.tokenRevoke())
	cmd.Aliases = []string{"tokens"}
	return cmd
}

type tokenInput struct{ name, role, person, account, expires string }

func (c *console) tokenCreate() *cobra.Command {
	var in tokenInput
	cmd := &cobra.Command{
		Use: "create NAME --role ROLE [--person PERSON | --account ACCOUNT]", Short: "Make an API token", Args: exactly("NAME"),
		Long: `Make an API token. The token alone is printed to the output, this once.

It belongs to whoever makes it, or to a Person or a ServiceAccount, which a document
describes. It ends when the person leaves. Everybody can make tokens of their own that
may do no more than they may; those of others are made by administrators.

Approvals and other decisions of a person are not taken from a token that somebody
else made for that person: whoever makes tokens could decide in everybody's place. Make
a code instead, which the person takes for a token of their own: tranship person invite,
tranship token redeem.

Roles: administrator (all), manager (all but tokens, changes, backup and the documents
that say who approves), practitioner (versions, plans, deployments, approvals), approver
(look, approve), integrator (a tool: versions, what became of a change), viewer (look). Who may approve what is said by groups
and approval policies alone.`,
		Example: `  tranship token create laptop --role practitioner
  tranship token create ci --role practitioner --account ci --expires 720h`,
		RunE: func(cmd *cobra.Command, args []string) error {
			in.name = args[0]
			return runTokenCreate(cmd.Context(), c, in)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&in.role, "role", "", "administrator, manager, practitioner, approver, integrator or viewer")
	flags.StringVar(&in.person, "person", "", "the person who acts with it; you by default")
	flags.StringVar(&in.account, "account", "", "the service account that acts with it")
	flags.StringVar(&in.expires, "expires", "", "how long it is valid (720h, 30d); for ever when absent")
	return cmd
}

func runTokenCreate(ctx context.Context, c *console, in tokenInput) error {
	switch {
	case in.role == "":
		return misuse("--role is needed").WithHint("tranship token create %s --role practitioner", in.name)
	case in.person != "" && in.account != "":
		return misuse("a token belongs either to --person or to --account")
	}
	body := client.CreateTokenRequest{Name: in.name, Role: client.CreateTokenRequestRole(in.role), Person: in.person, Account: in.account}
	if !body.Role.Valid() {
		return noRole(in.role)
	}
	if in.expires != "" {
		valid, err := length(in.expires)
		if err != nil || valid == 0 {
			return misuse("--expires %q is not a length like 720h or 30d", in.expires)
		}
		body.ExpiresAt = c.Now().Add(valid).UTC().Truncate(time.Second)
	}
	s, err := c.session()
	if err != nil {
		return err
	}
	t, err := decode[client.NewToken](s.api.CreateToken(ctx, body))
	if err != nil {
		return err
	}
	return c.show(t.Raw, func(w io.Writer) {
		until := "for ever"
		if !t.Value.ExpiresAt.IsZero() {
			until = "until " + clock(t.Value.ExpiresAt)
		}
		fmt.Fprintf(c.err, "token %s for %s as %s, valid %s; it is shown this once:\n", t.Value.Id, t.Value.Actor.Name, t.Value.Role, until)
		fmt.Fprintln(w, t.Value.Secret)
	})
}

func (c *console) tokenList() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List tokens", Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error { return runTokenList(cmd.Context(), c) },
	}
}

func runTokenList(ctx context.Context, c *console) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	all, err := every[client.PartyToken](0, func(cursor string, limit int64) (*http.Response, error) {
		return s.api.ListTokens(ctx, &client.ListTokensParams{Cursor: cursor, Limit: limit})
	})
	if err != nil {
		return err
	}
	return c.showList(all.Raw, func(w io.Writer) {
		t := c.table("TOKEN", "NAME", "ROLE", "FOR", "STATE", "EXPIRES", "LAST USED", "CREATED", "BY")
		for _, one := range all.Items {
			t.row(one.Id, one.Name, one.Role, one.Actor.Name, c.outPaint.state(tokenState(one, c.Now())),
				clock(one.ExpiresAt), usedAt(one.UsedAt, c.Now()), clock(one.CreatedAt), one.CreatedBy.Name)
		}
		t.write(w, "there are no tokens")
	})
}

// usedAt writes when a token was last used, which the server keeps to the hour.
func usedAt(t, now time.Time) string {
	switch {
	case t.IsZero():
		return "never"
	case now.Sub(t) < time.Hour:
		return "this hour"
	}
	return clock(t)
}

func tokenState(t client.PartyToken, now time.Time) string {
	switch {
	case !t.RevokedAt.IsZero():
		return "revoked"
	case !t.ExpiresAt.IsZero() && !now.Before(t.ExpiresAt):
		return "expired"
	}
	return "valid"
}

func (c *console) tokenRevoke() *cobra.Command {
	return &cobra.Command{
		Use: "revoke ID", Short: "End a token", Args: exactly("ID"),
		RunE: func(cmd *cobra.Command, args []string) error { return runTokenRevoke(cmd.Context(), c, args[0]) },
	}
}

func runTokenRevoke(ctx context.Context, c *console, id string) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	if _, err := decode[any](s.api.RevokeToken(ctx, id)); err != nil {
		return err
	}
	return c.done("token %s is not valid any more", id)
}
