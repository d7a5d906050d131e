package cli

import (
	"context"
	"io"
	"net/http"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

type pinInput struct{ component, version, environment, reason string }

func (in *pinInput) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&in.environment, "in", "", "the environment")
	cmd.Flags().StringVar(&in.reason, "reason", "", "why; it goes into the record")
}

// session asks for the reason where none was given, and gives the session.
func (in *pinInput) session(c *console) (*session, error) {
	if in.environment == "" {
		return nil, misuse("no environment is given").WithHint("say which with --in ENVIRONMENT")
	}
	s, err := c.session()
	if err != nil {
		return nil, err
	}
	in.reason, err = c.reason(in.reason)
	return s, err
}

func (c *console) pin() *cobra.Command {
	var in pinInput
	cmd := &cobra.Command{
		Use: "pin COMPONENT [VERSION] --in ENVIRONMENT --reason WHY", Short: "Keep a version out of an environment", Args: between(1, 2, "COMPONENT", "VERSION"),
		Long: `Keep a version out of an environment: no trigger and no journey brings it there, until
tranship unpin. A person may, with a reason. Without VERSION it is the one that was
brought there last. What was taken back or replaced is kept out by itself.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			in.component, in.version = args[0], append(args, "")[1]
			return runPin(cmd.Context(), c, in)
		},
	}
	in.flags(cmd)
	return cmd
}

func runPin(ctx context.Context, c *console, in pinInput) error {
	s, err := in.session(c)
	if err != nil {
		return err
	}
	p, err := decode[client.JourneyPin](s.api.SetPin(ctx, client.SetPinRequest{Component: in.component, Version: in.version, Environment: in.environment, Reason: in.reason}, once()))
	if err != nil {
		return err
	}
	return c.show(p.Raw, func(io.Writer) {
		c.say("%s %s is kept out of %s", p.Value.Component, p.Value.Version, p.Value.Environment)
	})
}

func (c *console) unpin() *cobra.Command {
	var in pinInput
	cmd := &cobra.Command{
		Use: "unpin COMPONENT VERSION --in ENVIRONMENT --reason WHY", Short: "Let a version into an environment again", Args: exactly("COMPONENT", "VERSION"),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.component, in.version = args[0], args[1]
			return runUnpin(cmd.Context(), c, in)
		},
	}
	in.flags(cmd)
	return cmd
}

func runUnpin(ctx context.Context, c *console, in pinInput) error {
	s, err := in.session(c)
	if err != nil {
		return err
	}
	_, err = decode[any](s.api.LiftPin(ctx, client.LiftPinRequest{Component: in.component, Version: in.version, Environment: in.environment, Reason: in.reason}, once()))
	if err != nil {
		return err
	}
	return c.done("%s %s may come into %s again", in.component, in.version, in.environment)
}

func (c *console) pins() *cobra.Command {
	var in client.ListPinsParams
	cmd := &cobra.Command{
		Use: "pins", Short: "List what is kept out of environments", Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error { return runPins(cmd.Context(), c, in) },
	}
	cmd.Flags().StringVar(&in.Component, "component", "", "only of this component")
	cmd.Flags().StringVar(&in.Environment, "environment", "", "only in this environment")
	return cmd
}

func runPins(ctx context.Context, c *console, in client.ListPinsParams) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	all, err := every[client.JourneyPin](0, func(cursor string, limit int64) (*http.Response, error) {
		in.Cursor, in.Limit = cursor, limit
		return s.api.ListPins(ctx, &in)
	})
	if err != nil {
		return err
	}
	return c.showList(all.Raw, func(w io.Writer) {
		t := c.table("COMPONENT", "VERSION", "KEPT OUT OF", "SINCE", "BY", "WHY")
		for _, p := range all.Items {
			t.row(p.Component, p.Version, p.Environment, clock(p.At), p.By.Name, p.Why)
		}
		t.write(w, "nothing is kept out of any environment")
	})
}
