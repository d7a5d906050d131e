package cli

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

func (c *console) why() *cobra.Command {
	return &cobra.Command{
		Use: "why D-12|J-1|trigger/NAME", Short: "Say what anything waits for or why it ended, and who can act", Args: exactly("WHAT"),
		Example: "  tranship why D-12\n  tranship why J-1\n  tranship why trigger/shop",
		RunE:    func(cmd *cobra.Command, args []string) error { return runWhyOf(cmd.Context(), c, args[0]) },
	}
}

func runWhyOf(ctx context.Context, c *console, what string) error {
	trigger, isTrigger := strings.CutPrefix(what, "trigger/")
	if !isTrigger && !isNumbered("D-", what) && !isNumbered("J-", what) {
		return misuse("%q is no deployment, journey or trigger", what).WithHint("say D-12, J-1 or trigger/NAME")
	}
	s, err := c.session()
	if err != nil {
		return err
	}
	var res *http.Response
	switch {
	case isTrigger:
		res, err = s.api.WhyTrigger(ctx, trigger)
	case isNumbered("J-", what):
		res, err = s.api.WhyJourney(ctx, what)
	default:
		res, err = s.api.WhyDeployment(ctx, what)
	}
	why, err := decode[client.Verdict](res, err)
	if err != nil {
		return err
	}
	return c.show(why.Raw, func(w io.Writer) {
		if len(why.Value.Reasons) == 0 {
			fmt.Fprintf(w, "nothing holds %s up, and nothing went wrong\n", what)
			return
		}
		c.reasons(w, why.Value.Reasons)
	})
}
