package communication

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// Message is what people read.
type Message struct {
	Subject string `json:"subject"`
	Text    string `json:"text"`
}

// maxWords bounds what is quoted of a cause or a reason, in characters.
const maxWords = 600

// Words gives the message about what happened to one deployment in one moment:
// the subject speaks of the chief one, the text of all of them, then of what it
// waits for, who can act, and how. There is at least one.
func Words(happenings []Happening) Message {
	if happenings[0].Drift != nil {
		return driftWords(happenings)
	}
	if happenings[0].Health != nil {
		return healthWords(happenings)
	}
	chief := chiefOf(happenings)
	m := chief.Matter
	var b strings.Builder
	for _, h := range happenings {
		fmt.Fprintf(&b, "%s: %s %s.\n", moment(h.When), what(m), sentence(h))
		for _, reason := range h.Reasons {
			fmt.Fprintf(&b, "  - %s\n", brief(reason))
		}
	}
	for _, reason := range m.Waiting.Reasons {
		waits(&b, reason)
	}
	fmt.Fprintf(&b, "\nAsked for by %s", m.RequestedBy.Name)
	if m.Reason != "" {
		fmt.Fprintf(&b, ": %s", brief(m.Reason))
	}
	fmt.Fprintf(&b, ".\nMore: tranship deployment why %s\n", m.Deployment)
	return Message{Subject: oneLine(fmt.Sprintf("%s: %s %s", m.Deployment, what(m), headline(chief))), Text: b.String()}
}

// chiefOf gives what a message is about in the first place: the last that
// happened, but for what only says that it goes on waiting.
func chiefOf(happenings []Happening) Happening {
	for _, h := range slices.Backward(happenings) {
		if !h.stays() {
			return h
		}
	}
	return happenings[len(happenings)-1]
}

// waits tells one reason with who can act and how.
func waits(b *strings.Builder, r practice.Reason) {
	fmt.Fprintf(b, "It waits: %s", brief(r.Message))
	if !r.Until.IsZero() {
		fmt.Fprintf(b, ", until %s", moment(r.Until))
	}
	b.WriteString(".\n")
	if r.Who != "" {
		fmt.Fprintf(b, "Who can act: %s.\n", r.Who)
	}
	if r.How != "" {
		fmt.Fprintf(b, "How: %s\n", r.How)
	}
}

func what(m Matter) string {
	if m.Rollback {
		return "the rollback of " + m.Release + " in " + m.Environment
	}
	if m.Removal {
		return m.Release + " out of " + m.Environment
	}
	return m.Release + " into " + m.Environment
}

// headlines are the short forms for a subject line, but for those that failed or ended.
var headlines = map[Event]string{
	Planned:    "is planned",
	Waiting:    "waits for approval",
	Approved:   "got an approval",
	Rejected:   "was rejected",
	Lapsed:     "has lost an approval",
	Authorised: "is authorised",
	Voided:     "must be authorised again",
	Held:       "may not start yet",
	Started:    "has started",
	Reminder:   "still waits for approval",
	Escalation: "was not approved in time",
	Trial:      "is only a trial of this subscription",
}

func headline(h Happening) string {
	switch {
	case h.Event() == Failed && h.Result != "":
		return "has failed"
	case h.Event() == Failed && len(h.Events) > 1:
		return "failed and awaits guidance"
	case h.Event() == Failed:
		return "failed; what was before is brought back"
	case h.Event() == Ended && h.Result == "succeeded":
		return "has succeeded"
	case h.Event() == Ended:
		return "has been " + h.Result
	}
	return headlines[h.Event()]
}

// sentence is the headline with who and why.
func sentence(h Happening) string {
	said := headline(h)
	if h.Who.Name != "" && h.Who != practice.Tranship {
		said += ", by " + h.Who.Name
	}
	if h.Why != "" {
		said += ": " + strings.TrimRight(brief(h.Why), ".")
	}
	return said
}

func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// brief cuts a text to what a message quotes, and keeps it on one line.
func brief(text string) string {
	runes := []rune(oneLine(text))
	if len(runes) <= maxWords {
		return string(runes)
	}
	return string(runes[:maxWords-1]) + "…"
}

// oneLine takes out what would end a line: a subject must not become two headers.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
