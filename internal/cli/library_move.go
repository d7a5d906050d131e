package cli

import (
	"context"
	"io"
	"net/http"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

// mover is the API's call that moves a version to another state.
type mover func(api *client.Client, ctx context.Context, component, version string, body client.MoveInputBody, editors ...client.RequestEditorFn) (*http.Response, error)

func (c *console) libraryMove(verb, short string, move mover) *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use: verb + " COMPONENT VERSION --reason WHY", Short: short, Args: exactly("COMPONENT", "VERSION"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runLibraryMove(cmd.Context(), c, move, args[0], args[1], reason)
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why; it goes into the record")
	return cmd
}

func runLibraryMove(ctx context.Context, c *console, move mover, component, version, reason string) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	if reason, err = c.reason(reason); err != nil {
		return err
	}
	v, err := decode[client.LibraryVersion](move(s.api, ctx, component, version, client.MoveInputBody{Reason: reason}, once()))
	if err != nil {
		return err
	}
	return c.show(v.Raw, func(io.Writer) { c.say("%s %s is %s", component, version, c.outPaint.state(v.Value.State)) })
}
