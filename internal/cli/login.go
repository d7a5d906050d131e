package cli

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
	"tranship.dev/tranship/internal/practice"
)

type loginInput struct {
	url, token, code, ca string
}

func (c *console) login() *cobra.Command {
	var in loginInput
	cmd := &cobra.Command{
		Use: "login URL", Short: "Sign in to a server and remember it", Args: exactly("URL"),
		Long: `Sign in to a server with an API token, and remember both in
$XDG_CONFIG_HOME/tranship/config.json, which only you can read.

The token is taken from --token, from TRANSHIP_TOKEN, or asked for; --token -
reads it from the input, so that it does not appear in the list of processes.
With --code it is made for you, by the code that an administrator gave you.

TRANSHIP_URL, TRANSHIP_TOKEN and TRANSHIP_CA (a file) go before what is remembered.`,
		Example: "  tranship login https://tranship.example:8443 --ca ca.pem",
		RunE: func(cmd *cobra.Command, args []string) error {
			in.url = args[0]
			return runLogin(cmd.Context(), c, in)
		},
	}
	cmd.Flags().StringVar(&in.token, "token", "", "the API token; - reads it from the input")
	cmd.Flags().StringVar(&in.code, "code", "", "the code that tranship person invite made; - reads it from the input")
	cmd.Flags().StringVar(&in.ca, "ca", "", "file with the certificate (PEM) of the authority that the server's certificate is from")
	return cmd
}

// runLogin keeps the server when the token is good there.
func runLogin(ctx context.Context, c *console, in loginInput) error {
	var s settings
	var err error
	if s.URL, err = serverURL(in.url); err != nil {
		return err
	}
	if in.ca == "" {
		in.ca = c.Getenv("TRANSHIP_CA")
	}
	if in.ca != "" {
		if s.CA, err = readCA(in.ca); err != nil {
			return err
		}
	} else if kept, err := c.kept(); err == nil && kept.URL == s.URL {
		s.CA = kept.CA
	}
	if in.code != "" {
		s.Token, err = c.tokenByCode(ctx, s, in.code)
	} else {
		s.Token, err = c.tokenFor(in.token)
	}
	if err != nil {
		return err
	}
	to, err := connect(s, "tranship/"+c.Version)
	if err != nil {
		return err
	}
	who, err := decode[client.Identity](to.api.Whoami(ctx))
	if err != nil {
		return err
	}
	path, err := c.keep(s)
	if err != nil {
		return err
	}
	c.known = to
	return c.show(who.Raw, func(io.Writer) {
		c.say("signed in to %s as %s (%s)", s.URL, who.Value.Actor.Name, who.Value.Role)
		c.say("kept in %s", path)
	})
}

// tokenByCode makes a token of one's own with a code.
func (c *console) tokenByCode(ctx context.Context, at settings, code string) (_ string, err error) {
	if code == "-" {
		if code, err = c.secret("code: "); err != nil {
			return "", err
		}
	}
	made, err := c.redeem(ctx, at, code, client.CreateTokenRequest{Name: "command line"})
	return made.Value.Secret, err
}

func (c *console) tokenFor(given string) (token string, err error) {
	switch {
	case given == "-":
		token, err = c.prompt("")
	case given != "":
		token = given
	default:
		if token = c.Getenv("TRANSHIP_TOKEN"); token == "" {
			token, err = c.secret("token: ")
		}
	}
	if err == nil && token == "" {
		err = practice.Faultf(practice.Invalid, "no token is given").WithHint("the server prints the first one when it starts for the first time").Final()
	}
	return token, err
}
