package cli

import (
	"context"
	"io"
	"net/http"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

func (c *console) journey() *cobra.Command {
	cmd := group("journey", "The ways of releases through their environments",
		c.journeyList(), c.journeyShow(),
		c.journeyDecide("promote", "Decide that a release goes on into the next environment",
			"In continuous delivery each environment after the first needs a decision.", (*client.Client).PromoteJourney),
		c.journeyDecide("stop", "End a journey; what runs goes on", "A deployment of it that has not begun is taken back.", (*client.Client).StopJourney))
	cmd.Aliases = []string{"journeys"}
	return cmd
}

func (c *console) journeyList() *cobra.Command {
	var in client.ListJourneysParams
	most := 30
	cmd := &cobra.Command{
		Use: "list", Short: "List journeys, newest first", Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error { return runJourneyList(cmd.Context(), c, in, most) },
	}
	flags := cmd.Flags()
	flags.StringVar(&in.Component, "component", "", "only of this component")
	flags.StringVar(&in.Release, "release", "", "only of this release")
	flags.StringVar(&in.Trigger, "trigger", "", "only of this trigger")
	flags.BoolVar(&in.Open, "open", false, "only those that have not ended")
	flags.IntVar(&most, "limit", most, "at most so many; 0: all")
	return cmd
}

func runJourneyList(ctx context.Context, c *console, in client.ListJourneysParams, most int) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	all, err := every[client.Journey](most, func(cursor string, limit int64) (*http.Response, error) {
		in.Cursor, in.Limit = cursor, limit
		return s.api.ListJourneys(ctx, &in)
	})
	if err != nil {
		return err
	}
	return c.showList(all.Raw, func(w io.Writer) {
		t := c.table("JOURNEY", "RELEASE", "TRIGGER", "STATE", "IN", "SINCE", "WHY")
		for _, j := range all.Items {
			t.row(j.Id, journeyName(j), j.Trigger, c.outPaint.state(journeyState(j)), placeOf(j), clock(j.Since), journeyReason(j))
		}
		t.write(w, "there are no such journeys")
	})
}

// journeyName gives what goes its way, also while its version is not known.
func journeyName(j client.Journey) string {
	w := j.Wanted
	switch {
	case j.Release != "":
		return j.Release
	case w.Release != "":
		return w.Release
	case w.Version != "":
		return w.Component + "@" + w.Version
	case w.Commit != "":
		return w.Component + " of " + w.Commit[:min(7, len(w.Commit))]
	}
	return w.Component
}

func journeyState(j client.Journey) string {
	if j.Ending != "" {
		return j.Ending
	}
	return j.State
}

// placeOf gives the environment that a journey was last in, or is about to enter.
func placeOf(j client.Journey) string {
	if int(j.At) >= len(j.Stages) {
		return ""
	}
	here := j.Stages[j.At]
	if here.Entered.IsZero() && j.Ending == "" {
		return "before " + here.Environment
	}
	return here.Environment
}

func journeyReason(j client.Journey) string {
	if len(j.Waiting.Reasons) > 0 {
		return j.Waiting.Reasons[0].Message
	}
	return j.Why
}

func (c *console) journeyDecide(verb, short, long string, call func(*client.Client, context.Context, string, client.DecisionInputBody, ...client.RequestEditorFn) (*http.Response, error)) *cobra.Command {
	reason := ""
	cmd := &cobra.Command{
		Use: verb + " J-1 --reason WHY", Short: short, Long: long, Args: exactly("JOURNEY"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runJourneyDecide(cmd.Context(), c, call, args[0], reason)
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why; it goes into the record")
	return cmd
}

func runJourneyDecide(ctx context.Context, c *console, call func(*client.Client, context.Context, string, client.DecisionInputBody, ...client.RequestEditorFn) (*http.Response, error), id, reason string) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	if reason, err = c.reason(reason); err != nil {
		return err
	}
	j, err := decode[client.Journey](call(s.api, ctx, id, client.DecisionInputBody{Reason: reason}, once()))
	if err != nil {
		return err
	}
	return c.begun(j)
}

// begun says where a journey stands.
func (c *console) begun(j reply[client.Journey]) error {
	return c.show(j.Raw, func(io.Writer) {
		c.say("%s of %s is %s", j.Value.Id, journeyName(j.Value), c.outPaint.state(journeyState(j.Value)))
		if j.Value.Ending == "" {
			c.say("next: tranship journey show %s", j.Value.Id)
		}
	})
}
