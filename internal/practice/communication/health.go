package communication

import (
	"fmt"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// The events of the health of what stands.
const (
	HealthFailing  Event = "health.failing"  // a component does not do its work in an environment
	HealthDegraded Event = "health.degraded" // it does not do it everywhere, or not as it should
	HealthRestored Event = "health.restored" // it does again, after people were told otherwise
)

// HealthNews is what is told of the health of one component in one environment.
type HealthNews struct {
	ID          string // of the spell that began: "H-12"
	Environment string
	Component   string
	Targets     int // on which its health is checked
	Bad         int // on which it is less than healthy
	Since       time.Time
	Target      string // one of those, with the check that said so, and what it said
	Check       string
	Says        string
}

// NewHealth makes the happening of a place whose health has changed.
func NewHealth(event Event, news HealthNews, now time.Time) Happening {
	return Happening{
		Events: []Event{event}, Who: practice.Tranship, When: now, Health: &news,
		Matter: Matter{Environment: news.Environment, Items: []Item{{Component: news.Component}}, Waiting: practice.Pass()},
	}
}

// healthWords gives the message about the health of components in one environment.
func healthWords(happenings []Happening) Message {
	var b strings.Builder
	for _, h := range happenings {
		n := h.Health
		fmt.Fprintf(&b, "%s: %s", moment(n.Since), h.healthLine())
		if n.Check != "" && h.Event() != HealthRestored {
			fmt.Fprintf(&b, "\n  - %s on %s: %s", n.Check, n.Target, brief(n.Says))
		}
		b.WriteString("\n")
	}
	first := happenings[0]
	fmt.Fprintf(&b, "\nMore: tranship health list --environment %s\n", first.Health.Environment)
	subject := first.Health.Environment + ": " + first.healthLine()
	if len(happenings) > 1 {
		subject += fmt.Sprintf(", and %d more", len(happenings)-1)
	}
	return Message{Subject: oneLine(subject), Text: b.String()}
}

// healthLine says in short what happened.
func (h Happening) healthLine() string {
	n := h.Health
	on := fmt.Sprintf("%d of %d targets", n.Bad, n.Targets)
	switch h.Event() {
	case HealthFailing:
		return fmt.Sprintf("%s is failing, on %s", n.Component, on)
	case HealthDegraded:
		return fmt.Sprintf("%s is degraded, on %s", n.Component, on)
	default:
		return n.Component + " is healthy again"
	}
}

// health makes Tranship's own event of health. Its id follows from the spell.
func (m *maker) health() {
	n := m.happening.Health
	word := strings.TrimPrefix(string(m.happening.Event()), "health.")
	content := map[string]any{"environment": m.environment(), "component": n.Component, "targets": n.Targets, "affected": n.Bad}
	for key, value := range map[string]string{"target": n.Target, "check": n.Check, "says": n.Says} {
		if value != "" {
			content[key] = value
		}
	}
	m.add("dev.cdeventsx.tranship-health."+word+".0.1.0", "health-"+n.ID+"-"+word, n.Environment+"/"+n.Component, content)
}
