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

func (c *console) journeyShow() *cobra.Command {
	return &cobra.Command{
		Use: "show J-1|RELEASE", Short: "Show a way: its environments, the time spent in each, and why", Args: exactly("JOURNEY"),
		Long: `Show a journey, or the way of any release, also of one that people brought along by hand:
when it was in which environment, how long it was worked on and how long it waited, for
what, and how many rounds of mending it took.`,
		Example: "  tranship journey show J-1\n  tranship journey show shop@1.0.0",
		RunE:    func(cmd *cobra.Command, args []string) error { return runJourneyShow(cmd.Context(), c, args[0]) },
	}
}

func runJourneyShow(ctx context.Context, c *console, id string) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	var res *http.Response
	if isNumbered("J-", id) {
		res, err = s.api.GetJourney(ctx, id)
	} else {
		res, err = s.api.GetReleaseJourney(ctx, id)
	}
	v, err := decode[client.JourneyView](res, err)
	if err != nil {
		return err
	}
	return c.show(v.Raw, func(w io.Writer) { c.way(w, v.Value) })
}

// isNumbered says whether a text is a number such as J-1.
func isNumbered(prefix, text string) bool {
	digits, found := strings.CutPrefix(text, prefix)
	return found && digits != "" && strings.Trim(digits, "0123456789") == ""
}

// way prints a view of a way.
func (c *console) way(w io.Writer, v client.JourneyView) {
	name, state, cause := v.Release, "", ""
	if j := v.Journey; j.Id != "" {
		name, state = j.Id+" of "+journeyName(j), c.outPaint.state(journeyState(j))
		cause = fmt.Sprintf("%s, by trigger %s (%s) as %s", j.Cause, j.Trigger, j.Mode, j.As.Name)
	}
	c.sheet(w, "way", name, "state", state, "cause", cause, "model", v.Model, "begun", clock(v.Begun),
		"took", timesOf(v.Took, v.Worked, v.Waited))
	for _, s := range v.Stages {
		fmt.Fprintf(w, "\n%s\n", c.outPaint.bold(s.Environment))
		c.stage(w, s)
	}
	if len(v.Why.Reasons) > 0 {
		fmt.Fprintln(w)
		c.reasons(w, v.Why.Reasons)
	}
}

func timesOf(all, worked, waited string) string {
	if took(all) == "" {
		return ""
	}
	text := took(all)
	if t := took(worked); t != "" {
		text += ", " + t + " of it at work"
	}
	if t := took(waited); t != "" {
		text += ", " + t + " waiting"
	}
	return text
}

func (c *console) stage(w io.Writer, s client.JourneyStageView) {
	t := &table{paint: c.outPaint}
	line := func(name, text string) {
		if text != "" && text != "-" {
			t.row(c.outPaint.dim(name), text)
		}
	}
	line("reached", clock(s.Reached))
	if s.Decision.By.Name != "" {
		line("decided", fmt.Sprintf("by %s at %s: %s", s.Decision.By.Name, clock(s.Decision.At), s.Decision.Why))
	}
	for _, p := range s.Passages {
		result := p.Result
		if result == "" {
			result = p.State
		}
		text := fmt.Sprintf("%s %s, asked for by %s at %s", p.Deployment, c.outPaint.state(result), p.By.Name, clock(p.Requested))
		if p.Cause != "" {
			text += ": " + p.Cause
		}
		line("deployment", text)
	}
	line("arrived", clock(s.Arrived))
	line("left", clock(s.Left))
	line("spent", timesOf(s.Spent, s.Worked, s.Waited))
	for _, wait := range s.Waits {
		length := "since " + clock(wait.From)
		if !wait.To.IsZero() {
			length = span(wait.To.Sub(wait.From))
		}
		line("waited", fmt.Sprintf("%s, %s: %s", length, wait.Gate, wait.Message))
	}
	for _, l := range s.Loops {
		line("rounds", fmt.Sprintf("%s of %s in %s", count(int(l.Deployments), "deployment"), count(int(l.Versions), "version"), took(l.Took)))
	}
	for _, p := range s.Pins {
		line("kept out", fmt.Sprintf("%s %s by %s: %s", p.Component, p.Version, p.By.Name, p.Why))
	}
	t.plain(w, "  ")
}
