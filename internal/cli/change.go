package cli

import (
	"context"
	"io"
	"net/http"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

// The words that may be said of a change.
const (
	changeConfirmed client.ChangeWordState = "confirmed"
	changeRefused   client.ChangeWordState = "refused"
)

type changeInput struct{ deployment, digest, reason, until string }

func (c *console) change() *cobra.Command {
	cmd := group("change", "Authorising changes: what the tool that keeps them says",
		c.changeSay(changeConfirmed, "confirm CHANGE", "Say that a change is authorised, for the deployments that name it", `Say that a change is authorised: for every deployment that names it and has not started,
as it asks now. When a deployment asks for something else, it must be confirmed again.`),
		c.changeSay(changeRefused, "revoke CHANGE --reason WHY", "Say that a change is not authorised, or not any more", ""),
		c.changeList())
	cmd.Aliases = []string{"changes"}
	return cmd
}

func (c *console) changeSay(state client.ChangeWordState, use, short, long string) *cobra.Command {
	var in changeInput
	cmd := &cobra.Command{
		Use: use, Short: short, Long: long, Args: exactly("CHANGE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runChangeSay(cmd.Context(), c, args[0], state, in)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&in.deployment, "deployment", "", "for this deployment only")
	flags.StringVar(&in.digest, "digest", "", "the digest of what was looked at; refused when something else is asked by now")
	flags.StringVar(&in.reason, "reason", "", "why; it goes into the record")
	if state == changeConfirmed {
		flags.StringVar(&in.until, "until", "", `until when it holds: "2026-11-17 22:00", RFC 3339, or +8h`)
	}
	return cmd
}

func runChangeSay(ctx context.Context, c *console, name string, state client.ChangeWordState, in changeInput) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	if state == changeRefused {
		if in.reason, err = c.reason(in.reason); err != nil {
			return err
		}
	}
	body := client.ChangeWord{State: state, Deployment: in.deployment, Subject: in.digest, Reason: in.reason}
	if in.until != "" {
		if body.ValidUntil, err = moment(in.until, c.Now()); err != nil {
			return err
		}
	}
	said, err := decode[client.ChangesSaid](s.api.SayOfChange(ctx, name, body, once()))
	if err != nil {
		return err
	}
	return c.show(said.Raw, func(io.Writer) {
		for _, one := range said.Value.Items {
			c.say("change %s is %s for %s", one.Change, one.State, c.outPaint.bold(one.Deployment))
		}
	})
}

func (c *console) changeList() *cobra.Command {
	var change string
	most := 30
	cmd := &cobra.Command{
		Use: "list", Short: "List what was said of changes, by deployment", Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error { return runChangeList(cmd.Context(), c, change, most) },
	}
	cmd.Flags().StringVar(&change, "change", "", "only of this change")
	cmd.Flags().IntVar(&most, "limit", most, "at most so many; 0: all")
	return cmd
}

func runChangeList(ctx context.Context, c *console, change string, most int) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	all, err := every[client.ApprovalConfirmation](most, func(cursor string, limit int64) (*http.Response, error) {
		return s.api.ListChanges(ctx, &client.ListChangesParams{Cursor: cursor, Limit: limit, Change: change})
	})
	if err != nil {
		return err
	}
	return c.showList(all.Raw, func(w io.Writer) {
		t := c.table("DEPLOYMENT", "CHANGE", "STATE", "BY", "AT", "UNTIL", "REASON")
		for _, one := range all.Items {
			t.row(one.Deployment, one.Change, one.State, one.By.Name, clock(one.At), untilText(one.ValidUntil), one.Why)
		}
		t.write(w, "nothing was said of any change")
	})
}
