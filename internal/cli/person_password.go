package cli

import (
	"context"
	"net/http"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
	"tranship.dev/tranship/internal/practice"
)

func (c *console) personPassword() *cobra.Command {
	return &cobra.Command{
		Use: "password [PERSON]", Short: "Set your own password", Args: between(0, 1, "PERSON"),
		Long: `Set the password with which you sign in with a browser. It is asked for, or
read from the input: the present one, if you have one, then the new one. All
your sessions end.

Nobody sets the password of somebody else: then two would know it. For others,
make a code with which they choose one: tranship person invite PERSON.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			person := ""
			if len(args) == 1 {
				person = args[0]
			}
			return runPersonPassword(cmd.Context(), c, person)
		},
	}
}

func runPersonPassword(ctx context.Context, c *console, person string) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	who, err := decode[client.SignedIn](s.api.GetSession(ctx))
	if err != nil {
		return err
	}
	if name := who.Value.Actor.Name; person != "" && person != name {
		return practice.Faultf(practice.Forbidden, "you are %s, and nobody sets the password of %s but %s", name, person, person).
			WithHint("make a code with which %s chooses one: tranship person invite %s", person, person).Final()
	}
	var body client.SetPasswordRequest
	if who.Value.Password {
		if body.Current, err = c.secret("present password: "); err != nil {
			return err
		}
	}
	if body.Password, err = c.secret("new password: "); err != nil {
		return err
	}
	if c.inTTY {
		again, err := c.secret("once more: ")
		if err != nil {
			return err
		}
		if again != body.Password {
			return misuse("the two are not the same; nothing was changed")
		}
	}
	if _, err := decode[any](s.api.SetPassword(ctx, body)); err != nil {
		return err
	}
	return c.done("%s signs in with the new password", who.Value.Actor.Name)
}

// redeem takes a code for a token that is the person's own: it signs in with the
// code, makes the token, and signs out.
func (c *console) redeem(ctx context.Context, at settings, code string, ask client.CreateTokenRequest) (reply[client.NewToken], error) {
	var made reply[client.NewToken]
	at.Token = ""
	s, err := connect(at, "tranship/"+c.Version)
	if err != nil {
		return made, err
	}
	res, err := accepted(s.api.RedeemCode(ctx, client.RedeemCodeRequest{Code: code}))
	if err != nil {
		return made, err
	}
	cookies := res.Cookies()
	in, err := decode[client.SignedIn](res, nil)
	if err != nil {
		return made, err
	}
	within := func(_ context.Context, r *http.Request) error {
		r.Header.Set("Tranship-Csrf", in.Value.Csrf)
		for _, cookie := range cookies {
			r.AddCookie(cookie)
		}
		return nil
	}
	if ask.Role == "" {
		ask.Role = client.CreateTokenRequestRole(in.Value.Role)
	}
	made, err = decode[client.NewToken](s.api.CreateToken(ctx, ask, within))
	if _, failed := decode[any](s.api.SignOut(ctx, within)); err == nil {
		err = failed
	}
	return made, err
}
