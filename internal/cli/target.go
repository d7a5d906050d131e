package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

func (c *console) target() *cobra.Command {
	return group("target", "What happened to a target", c.targetHistory())
}

func (c *console) targetHistory() *cobra.Command {
	var at string
	most := 50
	cmd := &cobra.Command{
		Use: "history TARGET", Short: "Show what stood on a target at a moment, by whose authority, and what had happened to it", Args: exactly("TARGET"),
		Long: `Show what stands on a target, or stood there at a past moment, by whose authority it
came, and what had happened to the target until then, newest first: deployments with
how they went there, drift that was found, accepted or repaired, what was waived, moves
to another environment, its agent's enrolments.

It is told from the record, so that it also tells of a target that was taken away.`,
		Example: `  tranship target history web-1
  tranship target history web-1 --at "2026-11-17 14:00"`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runTargetHistory(cmd.Context(), c, args[0], at, most)
		},
	}
	cmd.Flags().StringVar(&at, "at", "", `a past moment: "2026-11-17 14:00" (here), RFC 3339, or -2h`)
	cmd.Flags().IntVar(&most, "limit", most, "at most so many things that happened; 0: all")
	return cmd
}

func runTargetHistory(ctx context.Context, c *console, name, at string, most int) error {
	ask := &client.GetTargetHistoryParams{}
	if at != "" && at != "now" {
		when, err := moment(at, c.Now())
		if err != nil {
			return err
		}
		ask.At = when.UTC()
	}
	s, err := c.session()
	if err != nil {
		return err
	}
	var first reply[client.TargetHistory]
	var events []client.TargetEvent
	var raw []json.RawMessage
	for page := 0; ; page++ {
		ask.Limit = pageSize
		if most > 0 {
			ask.Limit = min(pageSize, int64(most-len(events)))
		}
		got, err := decode[client.TargetHistory](s.api.GetTargetHistory(ctx, name, ask))
		if err != nil {
			return err
		}
		if page == 0 {
			first = got
		}
		var read struct {
			Events []json.RawMessage `json:"events"`
		}
		if err := json.Unmarshal(got.Raw, &read); err != nil {
			return err
		}
		events, raw = append(events, got.Value.Events...), append(raw, read.Events...)
		if ask.Cursor = got.Value.Next; ask.Cursor == "" || most > 0 && len(events) >= most {
			break
		}
	}
	if c.format.data() {
		return c.showHistory(first.Raw, raw, ask.Cursor)
	}
	c.printTargetHistory(c.out, first.Value, events, ask.Cursor != "")
	return nil
}

// showHistory prints the first page with the events of all.
func (c *console) showHistory(first json.RawMessage, events []json.RawMessage, next string) error {
	var whole map[string]json.RawMessage
	err := json.Unmarshal(first, &whole)
	if err == nil {
		whole["events"], err = json.Marshal(events)
	}
	if delete(whole, "next"); err == nil && next != "" {
		whole["next"], err = json.Marshal(next)
	}
	if err != nil {
		return err
	}
	joined, err := json.Marshal(whole)
	if err != nil {
		return err
	}
	return c.print(joined)
}

func (c *console) printTargetHistory(w io.Writer, h client.TargetHistory, events []client.TargetEvent, more bool) {
	agent := h.Then.Agent
	if h.Then.Contact != "" {
		agent += ", " + string(h.Then.Contact)
	}
	if !h.Then.SeenAt.IsZero() && h.Then.Contact == "silent" {
		agent += " since " + clock(h.Then.SeenAt)
	}
	was, removed := "", ""
	if h.Past {
		was = clock(h.At)
	}
	if !h.Removed.At.IsZero() {
		removed = clock(h.Removed.At) + " by " + h.Removed.By.Name
	}
	c.sheet(w, "target", c.outPaint.bold(h.Target), "as it was at", was, "environment", h.Then.Environment, "kind", h.Then.Kind, "agent", agent, "taken away", removed)
	fmt.Fprintln(w)
	t := c.table("COMPONENT", "VERSION", "SINCE", "BY", "WHOSE AUTHORITY")
	for _, p := range h.Stood {
		version := fallbackText(p.Version, "unknown")
		if p.Uncertain {
			version += c.outPaint.red(" (not certain)")
		}
		t.row(p.Component, version, clock(p.Since), p.Deployment, authorityWords(p.By))
	}
	t.write(w, nothingStood(h))
	fmt.Fprintln(w)
	t = c.table("WHEN", "WHAT", "HOW IT WENT", "BY", "WHY")
	for _, e := range events {
		what, how := c.eventWords(e)
		t.row(clock(e.At), what, how, e.By.Name, e.Why)
	}
	t.write(w, "nothing was recorded of it until then")
	if more {
		c.say("there is more: tranship target history %s --limit 0", h.Target)
	}
}

func nothingStood(h client.TargetHistory) string {
	if h.Past {
		return "nothing stood on it then"
	}
	return "nothing stands on it"
}

// authorityWords says who brought something, and who allowed it.
func authorityWords(by client.PlaceBrought) string {
	if by.Deployment == "" {
		return ""
	}
	return strings.TrimSuffix("asked for by "+by.RequestedBy.Name+"; "+by.Authority, "; ")
}

// eventWords says what one thing was, and how it went.
func (c *console) eventWords(e client.TargetEvent) (what, how string) {
	switch e.Kind {
	case "deployment":
		return c.deedWords(e.Deployment)
	case "drift":
		return pastDriftWords(e.Drift)
	case "document":
		return targetDocumentWords(e.Document), ""
	case "agent":
		return "agent " + e.Agent.Name, map[client.TargetAgentWhat]string{"enrolment-allowed": "may enrol", "enrolled": "enrolled", "revoked": "revoked"}[e.Agent.What]
	default:
		return e.What, ""
	}
}

func (c *console) deedWords(d client.TargetDeed) (what, how string) {
	what = d.Id + " " + d.Direction + " of " + d.Release
	for _, one := range d.Changes {
		what += fmt.Sprintf(", %s %s to %s", one.Component, fallbackText(one.From, "nothing"), fallbackText(one.To, "nothing"))
	}
	switch {
	case d.BroughtBack:
		how = "brought back what was before"
	case d.Look == "todo" && !d.Touched:
		how = "only checked"
	case d.Look == "done":
		how = c.outPaint.green("done")
	case d.Look == "failed":
		how = c.outPaint.red("failed")
	case d.Look == "unknown":
		how = c.outPaint.red("unknown")
	case d.Look == "running":
		how = "under way"
	case d.Look == "held":
		how = "held"
	case d.Look == "skipped":
		how = "left as it was"
	default:
		how = "under way"
	}
	if d.Message != "" {
		how += ": " + d.Message
	}
	for _, one := range d.Waivers {
		how += fmt.Sprintf("; %s waived by %s", one.What, one.By.Name)
	}
	return what, how
}

func pastDriftWords(d client.TargetDrift) (what, how string) {
	what = fmt.Sprintf("%s %s %s", d.Id, d.Component, d.State)
	if d.Found != "" && d.Found != d.Recorded {
		what += fmt.Sprintf(": %s found, %s recorded", d.Found, fallbackText(d.Recorded, "nothing"))
	}
	switch {
	case d.End != "":
		return what, string(d.End)
	case d.Repair != "":
		return what, "to be repaired by " + d.Repair
	}
	return what, "stands"
}

func targetDocumentWords(d client.TargetDocument) string {
	switch {
	case d.MovedTo != "":
		return "moved from " + d.MovedFrom + " to " + d.MovedTo
	case d.Change == "added":
		return "added"
	case d.Change == "removed":
		return "taken away"
	}
	return strings.TrimSuffix("changed: "+strings.Join(d.Fields, ", "), ": ")
}
