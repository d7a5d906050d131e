package cli

import (
	"errors"
	"io/fs"
	"os"

	"github.com/spf13/cobra"
)

func (c *console) logout() *cobra.Command {
	return &cobra.Command{
		Use: "logout", Short: "Forget the server and the token", Args: exactly(),
		Long: "Forget the server and the token. The token stays valid: tranship token revoke ends it.",
		RunE: func(*cobra.Command, []string) error { return runLogout(c) },
	}
}

func runLogout(c *console) error {
	path, placed := c.settingsPath()
	if !placed {
		return placeless()
	}
	switch err := os.Remove(path); {
	case errors.Is(err, fs.ErrNotExist):
		c.say("nobody was signed in")
	case err != nil:
		return err
	default:
		c.say("signed out")
	}
	return nil
}
