package approval

import (
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/plan"
)

// Ask is what is asked for: one deployment, as it is now. What stands in it and
// is not covered by the subject only chooses the policies.
type Ask struct {
	Deployment   string // "D-12"
	Plan         practice.Digest
	Environment  string
	Components   []Component
	Model        string
	Direction    plan.Direction
	Class        practice.Class
	Urgency      practice.Urgency // empty: normal
	Risk         practice.RiskLevel
	Window       practice.Window
	Change       Change
	Requester    practice.Actor
	Authors      []practice.Actor // who else shaped what is asked: made its plan anew, moved it, asked again
	Rulers       []practice.Actor // who changed what decides on it since it was asked for: a policy, a group, a delegation, a person
	Implementers []string         // persons or service accounts
	Round        int              // from 1; raised when the author asks again
	At           time.Time        // since when this is asked: the request, the last change of the subject, or asking again
}

// Component is one component that is deployed.
type Component struct {
	Name string
	Kind library.ComponentKind
}

// Change is the authorising change, as far as it is known here.
type Change struct {
	Reference string // as people call it; empty: none is named
	State     ChangeState
	Subject   practice.Digest // what was confirmed; a confirmation of something else does not count
	By        practice.Actor  // who said so
	At        time.Time
	Why       string
	Until     time.Time // the confirmation holds until then; zero: until it is said otherwise
}

// ChangeState is what the tool that keeps a change has said of it.
type ChangeState string

// The states. Empty: nothing was said yet.
const (
	ConfirmedChange ChangeState = "confirmed"
	RefusedChange   ChangeState = "refused"
)

func (a Ask) urgency() practice.Urgency {
	if a.Urgency == "" {
		return practice.Normal
	}
	return a.Urgency
}
