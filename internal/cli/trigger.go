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

func (c *console) trigger() *cobra.Command {
	cmd := group("trigger", "What lets releases begin their way by themselves",
		c.triggerList(), c.triggerShow(), c.triggerFire(), c.triggerSecret(), c.triggerDeliveries())
	cmd.Aliases = []string{"triggers"}
	return cmd
}

func (c *console) triggerList() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List triggers", Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error { return runTriggerList(cmd.Context(), c) },
	}
}

func runTriggerList(ctx context.Context, c *console) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	all, err := every[client.TriggerView](0, func(cursor string, limit int64) (*http.Response, error) {
		return s.api.ListTriggers(ctx, &client.ListTriggersParams{Cursor: cursor, Limit: limit})
	})
	if err != nil {
		return err
	}
	return c.showList(all.Raw, func(w io.Writer) {
		t := c.table("TRIGGER", "ON", "OF", "MODE", "AS", "FIRED", "NEXT", "OPEN")
		for _, v := range all.Items {
			t.row(v.Name, string(v.Spec.On), v.Spec.Component+v.Spec.Release, string(v.Spec.Mode), v.Spec.As, clock(v.Post.FiredAt), clock(v.Post.DueAt), fmt.Sprint(v.Open))
		}
		t.write(w, "there are no triggers; apply a document of kind Trigger")
	})
}

func (c *console) triggerShow() *cobra.Command {
	return &cobra.Command{
		Use: "show TRIGGER", Short: "Show a trigger", Args: exactly("TRIGGER"),
		RunE: func(cmd *cobra.Command, args []string) error { return runTriggerShow(cmd.Context(), c, args[0]) },
	}
}

func runTriggerShow(ctx context.Context, c *console, name string) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	t, err := decode[client.TriggerView](s.api.GetTrigger(ctx, name))
	if err != nil {
		return err
	}
	return c.show(t.Raw, func(w io.Writer) {
		v, spec := t.Value, t.Value.Spec
		source := string(spec.On)
		if spec.Webhook.Provider != "" {
			source += fmt.Sprintf(" of %s %s, at /hooks/%s", spec.Webhook.Provider, spec.Webhook.Repository, v.Name)
		}
		if spec.On == "change" {
			source = "what is said of changes at /hooks/" + v.Name
		}
		if spec.Schedule.Start != "" {
			source += fmt.Sprintf(" from %s %s %s", spec.Schedule.Start, spec.Schedule.Zone, spec.Schedule.Repeat)
		}
		c.sheet(w, "trigger", v.Name, "about", spec.Description, "fired by", source, "for", spec.Component+spec.Release,
			"mode", string(spec.Mode), "keeps", string(spec.Keep), "from", spec.From, "until", spec.Until, "acts as", spec.As,
			"fired", clock(v.Post.FiredAt), "next", clock(v.Post.DueAt), "last journey", v.Post.Journey, "open journeys", fmt.Sprint(v.Open))
		if len(v.Why.Reasons) > 0 {
			fmt.Fprintln(w)
			c.reasons(w, v.Why.Reasons)
		}
	})
}

func (c *console) triggerFire() *cobra.Command {
	var in client.Fire
	cmd := &cobra.Command{
		Use: "fire TRIGGER", Short: "Let a release begin its way now", Args: exactly("TRIGGER"),
		Example: "  tranship trigger fire shop --version 1.0.0 --reason \"again, the host was repaired\"",
		RunE:    func(cmd *cobra.Command, args []string) error { return runTriggerFire(cmd.Context(), c, args[0], in) },
	}
	flags := cmd.Flags()
	flags.StringVar(&in.Component, "component", "", "the component, where the trigger is for several")
	flags.StringVar(&in.Version, "version", "", "the version; by default the newest that is admitted")
	flags.StringVar(&in.Release, "release", "", "the Release document, where the trigger is for several")
	flags.StringVar(&in.Reason, "reason", "", "why; it goes into the record")
	return cmd
}

func runTriggerFire(ctx context.Context, c *console, name string, in client.Fire) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	j, err := decode[client.Journey](s.api.FireTrigger(ctx, name, in, once()))
	if err != nil {
		return err
	}
	return c.begun(j)
}

func (c *console) triggerSecret() *cobra.Command {
	rotate := false
	cmd := &cobra.Command{
		Use: "secret TRIGGER", Short: "Print the secret that its webhooks are signed with", Args: exactly("TRIGGER"),
		Long: `Print the secret that the webhooks of a trigger are signed with, alone on the output. Enter
it at the sender. With --rotate another one is made: the one before counts no longer, at once.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runTriggerSecret(cmd.Context(), c, args[0], rotate)
		},
	}
	cmd.Flags().BoolVar(&rotate, "rotate", false, "make another one")
	return cmd
}

func runTriggerSecret(ctx context.Context, c *console, name string, rotate bool) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	t, err := decode[client.TriggerSecret](s.api.GetTriggerSecret(ctx, name, client.GetTriggerSecretRequest{Rotate: rotate}))
	if err != nil {
		return err
	}
	return c.show(t.Raw, func(w io.Writer) {
		fmt.Fprintf(c.err, "secret %d of trigger %s (%s); webhooks go to %s below the server's address:\n", t.Value.Generation, name, t.Value.Provider, t.Value.Path)
		fmt.Fprintln(w, t.Value.Secret)
	})
}

func (c *console) triggerDeliveries() *cobra.Command {
	most := 50
	cmd := &cobra.Command{
		Use: "deliveries TRIGGER", Short: "List the webhooks that came, with what became of them", Args: exactly("TRIGGER"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runTriggerDeliveries(cmd.Context(), c, args[0], most)
		},
	}
	cmd.Flags().IntVar(&most, "limit", most, "at most so many; 0: all that are kept")
	return cmd
}

func runTriggerDeliveries(ctx context.Context, c *console, name string, most int) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	all, err := every[client.JourneyDelivery](most, func(cursor string, limit int64) (*http.Response, error) {
		return s.api.ListTriggerDeliveries(ctx, name, &client.ListTriggerDeliveriesParams{Cursor: cursor, Limit: limit})
	})
	if err != nil {
		return err
	}
	return c.showList(all.Raw, func(w io.Writer) {
		t := c.table("NUMBER", "AT", "OUTCOME", "EVENT", "OF", "JOURNEY", "MESSAGE")
		for _, d := range all.Items {
			e := d.Event
			t.row(fmt.Sprint(d.Number), clock(d.At), c.outPaint.state(d.Outcome), e.Name, strings.TrimSpace(e.Repository+" "+e.Tag+e.Branch+e.Said.Change), d.Journey, d.Message)
		}
		t.write(w, "no webhook came")
	})
}
