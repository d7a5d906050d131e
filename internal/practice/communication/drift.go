package communication

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// The events of drift (R92).
const (
	DriftFound Event = "drift.found" // something stands on targets other than recorded
	DriftEnded Event = "drift.ended" // it does not any more: it is right again, or was accepted
)

// DriftNews is what is told of one component in one environment.
type DriftNews struct {
	Environment string
	Component   string
	Watch       string      // what of the hosts themselves: "packages"; empty: it is of the component
	Number      int         // of the targets
	Some        []DriftItem // the first of them, at most MaxDriftItems
	AcceptedBy  []string    // the groups whose members accept what was found; none: whoever may deploy
}

// DriftItem is one target of the news.
type DriftItem struct {
	Drift  string // "DR-12"
	Target string
	Says   string // "drifted: file etc/shop.conf", "repaired"
}

// MaxDriftItems bounds how many targets are told one by one.
const MaxDriftItems = 20

// NewDrift makes the happening of drift that was found or has ended.
func NewDrift(event Event, news DriftNews, now time.Time) Happening {
	return Happening{
		Events: []Event{event}, Who: practice.Tranship, When: now, Drift: &news,
		Matter: Matter{Environment: news.Environment, Items: []Item{{Component: news.Component}}, Waiting: practice.Pass()},
	}
}

// driftWords gives the message about drift of one environment.
func driftWords(happenings []Happening) Message {
	var b strings.Builder
	for _, h := range happenings {
		fmt.Fprintf(&b, "%s: %s:\n", moment(h.When), h.driftLine())
		for _, one := range h.Drift.Some {
			fmt.Fprintf(&b, "  - %s: %s (%s)\n", one.Target, brief(one.Says), one.Drift)
		}
		if more := h.Drift.Number - len(h.Drift.Some); more > 0 {
			fmt.Fprintf(&b, "  - and %d more\n", more)
		}
	}
	first := happenings[0]
	who := "whoever may deploy there"
	if groups := first.Drift.AcceptedBy; len(groups) > 0 {
		who = "the members of " + strings.Join(groups, ", ") + " accept what was found; whoever may deploy there puts it right"
	}
	fmt.Fprintf(&b, "\nWho can act: %s.\nHow: tranship drift list --environment %s\n", who, first.Drift.Environment)
	subject := first.Drift.Environment + ": " + first.driftLine()
	if len(happenings) > 1 {
		subject += fmt.Sprintf(", and %d more", len(happenings)-1)
	}
	return Message{Subject: oneLine(subject), Text: b.String()}
}

// driftLine says in short what happened.
func (h Happening) driftLine() string {
	on := fmt.Sprintf("on %d targets", h.Drift.Number)
	if h.Drift.Number == 1 && len(h.Drift.Some) == 1 {
		on = "on " + h.Drift.Some[0].Target
	}
	if h.Event() == DriftEnded {
		return fmt.Sprintf("the drift of %s %s has ended", cmp.Or(h.Drift.Watch, h.Drift.Component), on)
	}
	if h.Drift.Watch != "" {
		return fmt.Sprintf("%s changed without a deployment %s", h.Drift.Watch, on)
	}
	return fmt.Sprintf("%s is not as recorded %s", h.Drift.Component, on)
}

// drift makes Tranship's own event of drift. Its id follows from the first drift
// that it tells of.
func (m *maker) drift() {
	h := m.happening
	list := make([]any, len(h.Drift.Some))
	first := ""
	for i, one := range h.Drift.Some {
		list[i] = map[string]any{"drift": one.Drift, "target": one.Target, "says": one.Says}
		if first == "" {
			first = one.Drift
		}
	}
	word := strings.TrimPrefix(string(h.Event()), "drift.")
	m.add("dev.cdeventsx.tranship-drift."+word+".0.1.0", "drift-"+first+"-"+word, h.Drift.Environment+"/"+h.Drift.Component, map[string]any{
		"environment": m.environment(), "component": h.Drift.Component, "count": h.Drift.Number, "drifts": list,
	})
}
