package cli

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

func (c *console) deploymentAskAgain() *cobra.Command {
	var in askInput
	var reason string
	cmd := &cobra.Command{
		Use: "ask-again D-12 --reason WHY", Short: "Ask approvers once more, after a rejection or for something else", Args: exactly("DEPLOYMENT"),
		Long: `Ask approvers once more. What is given is asked for from now on, everything else stays;
earlier votes do not count any more. Only who asked for the deployment may.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runAskAgain(cmd.Context(), c, args[0], in, reason)
		},
	}
	in.wordFlags(cmd)
	cmd.Flags().StringVar(&reason, "reason", "", "why; it goes into the record")
	return cmd
}

func runAskAgain(ctx context.Context, c *console, id string, in askInput, reason string) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	asked, err := in.request(c.Now())
	if err != nil {
		return err
	}
	if reason, err = c.reason(reason); err != nil {
		return err
	}
	a, err := decode[client.Anew](s.api.AskDeploymentAgain(ctx, id, client.AgainRequest{
		Reason: reason, Class: client.AgainRequestClass(asked.Class), ValueStream: client.AgainRequestValueStream(asked.ValueStream),
		Urgency: client.AgainRequestUrgency(asked.Urgency), Priority: asked.Priority, Change: asked.Change, Implementers: asked.Implementers,
	}, once()))
	if err != nil {
		return err
	}
	return c.anew(a)
}

func (c *console) deploymentReplan() *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use: "replan D-12 --reason WHY", Short: "Give a deployment the plan that its request gives now, and show what changed", Args: exactly("DEPLOYMENT"),
		Long: `Compile the plan of a deployment again from what was asked for, before it starts: after
a target, a model or what is present has changed. Where the plan differs, earlier votes
do not count any more. Only who asked for the deployment may.`,
		RunE: func(cmd *cobra.Command, args []string) error { return runReplan(cmd.Context(), c, args[0], reason) },
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why; it goes into the record")
	return cmd
}

func runReplan(ctx context.Context, c *console, id, reason string) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	if reason, err = c.reason(reason); err != nil {
		return err
	}
	a, err := decode[client.Anew](s.api.ReplanDeployment(ctx, id, client.Why{Reason: reason}, once()))
	if err != nil {
		return err
	}
	p, err := s.storedPlan(ctx, a.Value.Deployment.Plan, false)
	if err != nil {
		return err
	}
	return c.show(a.Raw, func(w io.Writer) {
		if len(a.Value.Changed) == 0 {
			c.say("%s is what its request gives now: nothing changed", a.Value.Deployment.Plan)
			return
		}
		c.anewSheet(w, a.Value)
		fmt.Fprintln(w)
		c.planned(w, p.Value, false)
	})
}

type moveInput struct {
	at, window, reason string
	dry                bool
}

func (c *console) deploymentReschedule() *cobra.Command {
	var in moveInput
	cmd := &cobra.Command{
		Use: "reschedule D-12 --at TIME --reason WHY", Short: "Move the start of a deployment", Args: exactly("DEPLOYMENT"),
		Long: `Move the start of a deployment that has not started. Votes are given for the window:
within it they stay. With another --window everybody is asked again, which only who asked
for the deployment may do. --dry-run says what it would do, and does nothing.`,
		Example: `  tranship deployment reschedule D-12 --at "2026-11-17 23:30" --reason "the lorry is late"
  tranship deployment reschedule D-12 --window "2026-11-18 22:00/2026-11-19 02:00" --reason "not tonight" --dry-run`,
		RunE: func(cmd *cobra.Command, args []string) error { return runReschedule(cmd.Context(), c, args[0], in) },
	}
	flags := cmd.Flags()
	flags.StringVar(&in.at, "at", "", `not before then: 22:00 (the next one), "2026-11-17 22:00", RFC 3339, or +2h; the window's start when absent`)
	flags.StringVar(&in.window, "window", "", "START/END: another window; earlier votes do not count then")
	flags.StringVar(&in.reason, "reason", "", "why; it goes into the record")
	flags.BoolVar(&in.dry, "dry-run", false, "only say what it would do")
	return cmd
}

func runReschedule(ctx context.Context, c *console, id string, in moveInput) error {
	if in.at == "" && in.window == "" {
		return misuse("neither --at nor --window is given")
	}
	s, err := c.session()
	if err != nil {
		return err
	}
	body := client.RescheduleRequest{Dry: in.dry}
	if in.at != "" {
		if body.StartAfter, err = start(in.at, c.Now()); err != nil {
			return err
		}
	}
	if body.Window, err = windowOf(in.window, c.Now()); err != nil {
		return err
	}
	if body.Reason, err = c.reason(in.reason); err != nil {
		return err
	}
	a, err := decode[client.Anew](s.api.RescheduleDeployment(ctx, id, body, once()))
	if err != nil {
		return err
	}
	return c.anew(a)
}

func (c *console) anew(a reply[client.Anew]) error {
	return c.show(a.Raw, func(w io.Writer) { c.anewSheet(w, a.Value) })
}

// anewSheet prints what asking otherwise did, or would do.
func (c *console) anewSheet(w io.Writer, a client.Anew) {
	for _, line := range a.Changed {
		fmt.Fprintf(w, "  %s\n", localTimes(line))
	}
	will := "is"
	if a.Dry {
		will = "would be"
	}
	switch {
	case a.Voids && len(a.Votes) > 0:
		fmt.Fprintf(w, "everybody %s asked again; the votes of %s do not count any more\n", will, strings.Join(a.Votes, ", "))
	case a.Voids:
		fmt.Fprintf(w, "everybody %s asked again\n", will)
	default:
		fmt.Fprintln(w, "votes stay as they are")
	}
	if a.Dry {
		fmt.Fprintln(w, "nothing was changed: it was a dry run")
		return
	}
	c.say("%s is %s", c.outPaint.bold(a.Deployment.Id), c.outPaint.state(stateOf(a.Deployment)))
	c.reasons(w, a.Deployment.Waiting.Reasons)
}

func (c *console) deploymentAccept() *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use: "accept D-12 --reason WHY", Short: "Record that change enablement accepts a finished deployment", Args: exactly("DEPLOYMENT"),
		Long: "Accept a deployment that has ended, however it did. Nobody accepts what they asked for\nor carried out.",
		RunE: func(cmd *cobra.Command, args []string) error { return runAccept(cmd.Context(), c, args[0], reason) },
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why; it goes into the record")
	return cmd
}

func runAccept(ctx context.Context, c *console, id, reason string) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	if reason, err = c.reason(reason); err != nil {
		return err
	}
	d, err := decode[client.Deployment](s.api.AcceptDeployment(ctx, id, client.Why{Reason: reason}, once()))
	if err != nil {
		return err
	}
	return c.show(d.Raw, func(io.Writer) {
		c.say("%s, which %s, is accepted by %s", c.outPaint.bold(d.Value.Id), c.outPaint.state(stateOf(d.Value)), d.Value.AcceptedBy.By.Name)
	})
}

// untilText writes a moment that may be absent.
func untilText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return clock(t)
}
