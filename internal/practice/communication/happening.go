package communication

import (
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// Matter is the deployment that something is said about.
type Matter struct {
	Deployment  string // "D-12"
	Release     string
	Environment string
	Removal     bool // it takes the release out
	Rollback    bool // it brings back what another deployment found: Items[].Before
	Items       []Item
	RequestedBy practice.Actor
	Reason      string           // why it was asked for
	Waiting     practice.Verdict // what it waits for now; open when it does not
	Services    []string         // services and products of its components
	Groups      []string         // groups that it concerns
}

// Item is one component version of a deployment.
type Item struct {
	Component string
	Version   string
	Digest    practice.Digest // of the artifact; empty when it is only taken out
	Before    *Item           // what was there; nil: nothing, or not known
}

func (m Matter) components() []string {
	names := make([]string, len(m.Items))
	for i, item := range m.Items {
		names[i] = item.Component
	}
	return names
}

// Happening is something that happened to a deployment and is worth telling.
type Happening struct {
	Events     []Event // what it is to those who subscribe; the first is its name
	Deployment string
	Index      int64 // of its entry in the record: the same happening never has another
	Who        practice.Actor
	When       time.Time
	Why        string
	Result     string   // of one that ended
	Reasons    []string // of one that waits
	First      bool     // of one that waits: it did not wait for this before
	To         []string // persons who are told of it whatever they subscribe to
	Matter     Matter
	Drift      *DriftNews  // of drift: it is about no deployment then
	Health     *HealthNews // of health: as well
}

// Event gives its name.
func (h Happening) Event() Event { return h.Events[0] }

const deploymentSubject = "deployment/"

// FromEntries gives what is worth telling of the entries of one transaction, in
// their order. first is the index of the first entry in the record. What the
// deployments are is left to the caller: Matter is empty.
func FromEntries(entries []practice.Entry, first int64) []Happening {
	var happenings []Happening
	for i, e := range entries {
		id, found := strings.CutPrefix(e.Subject, deploymentSubject)
		if !found {
			continue
		}
		events := eventsOf(e)
		if len(events) == 0 {
			continue
		}
		h := Happening{
			Events: events, Deployment: id, Index: first + int64(i), Who: e.Who, When: e.When, Why: e.Why,
			Result: text(e.Data, "result"), Reasons: texts(e.Data["reasons"]), To: texts(e.Data["to"]),
		}
		if h.Why == "" {
			h.Why = text(e.Data, "cause")
		}
		h.First = h.Event() == Waiting && startsWaiting(entries[:i], e.Subject)
		happenings = append(happenings, h)
	}
	return happenings
}

// eventsOf says what an entry of a deployment is to those who are told; nothing
// for what is only for the record. The kinds are those of the rooms that write them.
func eventsOf(e practice.Entry) []Event {
	switch e.Kind {
	case "deployment.planned":
		return []Event{Planned}
	case "deployment.authorised":
		return []Event{Authorised}
	case "authorisation.voided":
		return []Event{Voided}
	case "gate.judged":
		return held(e)
	case "deployment.state-changed":
		return entered(text(e.Data, "from"), text(e.Data, "to"))
	case "deployment.closed":
		if text(e.Data, "result") == "failed" {
			return []Event{Failed, Ended}
		}
		return []Event{Ended}
	case "approval.given":
		return []Event{Approved}
	case "approval.rejected":
		return []Event{Rejected}
	case "approval.lapsed":
		return []Event{Lapsed}
	case "approval.reminded":
		return []Event{Reminder}
	case "approval.escalated":
		return []Event{Escalation}
	}
	return nil
}

// held: the gates that are asked before the start, where they are closed.
func held(e practice.Entry) []Event {
	if open, _ := e.Data["open"].(bool); open || e.Target != "" {
		return nil
	}
	switch text(e.Data, "gate") {
	case "authorisation":
		return []Event{Waiting}
	case "start":
		return []Event{Held}
	}
	return nil
}

func entered(from, to string) []Event {
	switch to {
	case "executing":
		if from == "awaiting-guidance" {
			return nil // it goes on
		}
		return []Event{Started}
	case "awaiting-guidance":
		return []Event{Failed, Waiting}
	case "remediating":
		if from == "awaiting-guidance" {
			return nil // somebody said so
		}
		return []Event{Failed}
	}
	return nil
}

// startsWaiting says whether a deployment was planned or lost its authorisation
// in the same transaction before.
func startsWaiting(before []practice.Entry, subject string) bool {
	for _, e := range before {
		if e.Subject == subject && (e.Kind == "deployment.planned" || e.Kind == "authorisation.voided") {
			return true
		}
	}
	return false
}

func text(data map[string]any, key string) string {
	value, _ := data[key].(string)
	return value
}

// texts reads a list of texts, or of objects with a message.
func texts(value any) []string {
	var all []string
	switch list := value.(type) {
	case []string:
		return list
	case []any:
		for _, one := range list {
			switch v := one.(type) {
			case string:
				all = append(all, v)
			case map[string]any:
				all = append(all, text(v, "message"))
			}
		}
	}
	return all
}
