package communication

import (
	"fmt"
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
// the subject speaks of the last, the text of all of them, then of what it
// waits for, who can act, and how. There is at least one.
func Words(happenings []Happening) Message {
	last := happenings[len(happenings)-1]
	m := last.Matter
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
	return Message{Subject: oneLine(fmt.Sprintf("%s: %s %s", m.Deployment, what(m), headline(last))), Text: b.String()}
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
	if m.Removal {
		return m.Release + " out of " + m.Environment
	}
	return m.Release + " into " + m.Environment
}

// headline is the short form for a subject line.
func headline(h Happening) string {
	switch h.Event() {
	case Planned:
		return "is planned"
	case Waiting:
		return "waits for approval"
	case Authorised:
		return "is authorised"
	case Voided:
		return "must be authorised again"
	case Held:
		return "may not start yet"
	case Started:
		return "has started"
	case Failed:
		switch {
		case h.Result != "":
			return "has failed"
		case len(h.Events) > 1:
			return "failed and awaits guidance"
		}
		return "failed; what was before is brought back"
	case Ended:
		if h.Result == "" {
			return "has ended"
		}
		return "has " + strings.TrimPrefix("been "+h.Result, passive(h.Result))
	case Reminder:
		return "still waits for approval"
	case Escalation:
		return "was not approved in time"
	case Trial:
		return "is only a trial of this subscription"
	}
	return "is " + string(h.Event())
}

// passive gives what does not stand before a result: it has succeeded, but has been cancelled.
func passive(result string) string {
	if result == "succeeded" {
		return "been "
	}
	return ""
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
