package deployment

import (
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/plan"
)

// Ask is what the requester says about a deployment besides its plan (R20, R27,
// R119). Together with the plan it is what people approve.
type Ask struct {
	Class        practice.Class       `json:"class,omitempty"`
	ValueStream  practice.ValueStream `json:"valueStream,omitempty"`
	Urgency      practice.Urgency     `json:"urgency,omitempty"`
	Priority     int                  `json:"priority,omitempty"`     // 0 to 100; the higher starts first where not all can
	Change       string               `json:"change,omitempty"`       // the authorising change, as people call it
	Window       practice.Window      `json:"window,omitzero"`        // when it may start and must have ended; zero: any time
	Implementers []string             `json:"implementers,omitempty"` // the persons who carry out what is done by hand
}

// Asked is what AskedAnew puts in the place of what was asked before.
type Asked struct {
	Ask
	StartAfter time.Time
	Round      int
	Subject    practice.Digest
	Plan       string // another plan, or the same
	PlanDigest practice.Digest
	Header     plan.Header
	Risk       *practice.Risk
}

// Overrun is what follows when the window that a deployment runs in ends.
type Overrun string

// The ways to meet the end of a window. A step that has begun always ends, and
// bringing back what was before is never stopped.
const (
	FinishWave Overrun = "finish-wave" // the present wave ends with its checks, then a person is asked
	FinishStep Overrun = "finish-step" // every target stops after its present step, then a person is asked
	StopAtEnd  Overrun = "stop"        // every target stops after its present step, then it closes as failed
	RollBack   Overrun = "roll-back"   // every target stops after its present step, then what was before is brought back
	CarryOn    Overrun = "go-on"       // it goes on as if the window had not ended
)

// Acceptance is change enablement's word on a finished deployment.
type Acceptance struct {
	By  practice.Actor `json:"by"`
	At  time.Time      `json:"at"`
	Why string         `json:"why,omitempty"`
}

// Begun says whether the deployment has passed its start and is not over.
func (d Deployment) Begun() bool {
	switch d.State {
	case Requested, Planned, Authorised, Scheduled, Closed:
		return false
	case VerifyingComponents, VerifyingTargets, Executing, AwaitingGuidance, Accepting, Remediating, Cancelling:
	}
	return true
}

// Timer gives when control has to look at the deployment again; zero: never.
func (d Deployment) Timer() time.Time {
	if d.WakeAt.IsZero() || !d.MustEnd.IsZero() && d.MustEnd.Before(d.WakeAt) {
		return d.MustEnd
	}
	return d.WakeAt
}
