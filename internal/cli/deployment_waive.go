package cli

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

func (c *console) deploymentWaive() *cobra.Command {
	var reason, revoke string
	var list bool
	cmd := &cobra.Command{
		Use: "waive D-12 freeze/year-end", Short: "Let it pass in spite of a freeze or another entry of the calendar", Args: between(1, 2, "DEPLOYMENT ENTRY"),
		Long: `Let a deployment pass in spite of an entry of the calendar, named as
tranship calendar conflicts names it. Only members of the entry's waiver groups may,
never who asked for the deployment or carries it out. A waiver holds for the entry
as it is now and for what is asked for now: a change of either ends it.`,
		Example: "  tranship deployment waive D-12 freeze/year-end --reason \"the fix for INC-7\"\n  tranship deployment waive D-12 --list\n  tranship deployment waive D-12 --revoke W-3 --reason \"found another way\"",
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case list:
				return runWaivers(cmd.Context(), c, args[0])
			case revoke != "":
				return runRevokeWaiver(cmd.Context(), c, args[0], revoke, reason)
			case len(args) < 2:
				return misuse("say which entry is waived").WithHint("tranship calendar conflicts %s lists them", args[0])
			}
			return runWaive(cmd.Context(), c, args[0], args[1], reason)
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why; it goes into the record")
	cmd.Flags().BoolVar(&list, "list", false, "list its waivers")
	cmd.Flags().StringVar(&revoke, "revoke", "", "take this waiver back, before it starts")
	return cmd
}

func runWaive(ctx context.Context, c *console, id, entry, reason string) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	if reason, err = c.reason(reason); err != nil {
		return err
	}
	w, err := decode[client.Waiver](s.api.CreateWaiver(ctx, id, client.CreateWaiverRequest{Entry: entry, Reason: reason}, once()))
	if err != nil {
		return err
	}
	return c.show(w.Raw, func(io.Writer) {
		c.say("%s: %s passes %s", w.Value.Id, id, entry)
		c.say("next: tranship deployment why %s", id)
	})
}

func runRevokeWaiver(ctx context.Context, c *console, id, waiver, reason string) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	w, err := decode[client.Waiver](s.api.RevokeWaiver(ctx, id, waiver, client.RevokeWaiverRequest{Reason: reason}, once()))
	if err != nil {
		return err
	}
	return c.show(w.Raw, func(io.Writer) { c.say("%s does not hold any more", waiver) })
}

func runWaivers(ctx context.Context, c *console, id string) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	all, err := decode[struct{ Items []client.Waiver }](s.api.ListWaivers(ctx, id))
	if err != nil {
		return err
	}
	return c.show(all.Raw, func(w io.Writer) {
		t := c.table("WAIVER", "OF", "BY", "FOR", "AT", "STATE", "REASON")
		for _, one := range all.Value.Items {
			state := "given"
			if !one.RevokedAt.IsZero() {
				state = "revoked"
			}
			t.row(one.Id, one.With.Kind+" "+one.With.Name, one.By.Name, one.Group, clock(one.At), state, one.Reason)
		}
		t.write(w, "nothing was waived for "+id)
	})
}
