// Package deployment is the lifecycle of one deployment: one transition of one
// release into, or out of, one environment. Decide is its heart.
package deployment

import (
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/plan"
)

// State is where a deployment stands.
type State string

// The states, in the order of an untroubled deployment.
const (
	Requested           State = "requested"
	Planned             State = "planned"
	Authorised          State = "authorised"
	Scheduled           State = "scheduled"
	VerifyingComponents State = "verifying-components"
	VerifyingTargets    State = "verifying-targets"
	Executing           State = "executing"
	AwaitingGuidance    State = "awaiting-guidance"
	Accepting           State = "accepting"
	Remediating         State = "remediating"
	Cancelling          State = "cancelling"
	Closed              State = "closed"
)

// Result is how a closed deployment ended.
type Result string

// The results.
const (
	Succeeded  Result = "succeeded"
	Failed     Result = "failed"
	Remediated Result = "remediated"
	Cancelled  Result = "cancelled"
)

// Results gives every result.
func Results() []Result { return []Result{Succeeded, Failed, Remediated, Cancelled} }

// Deployment is the row of one deployment: its size does not depend on the number of targets.
type Deployment struct {
	ID          string          `json:"id"` // "D-12"
	Revision    int64           `json:"revision"`
	Plan        string          `json:"plan"`
	PlanDigest  practice.Digest `json:"planDigest"`
	Header      plan.Header     `json:"header"`
	RequestedBy practice.Actor  `json:"requestedBy"`
	RequestedAt time.Time       `json:"requestedAt"`
	Reason      string          `json:"reason,omitempty"`
	Ask
	StartAfter time.Time       `json:"startAfter,omitzero"`  // not before; zero: at once; within Window where that is set
	Remediates string          `json:"remediates,omitempty"` // the deployment that this one mends
	Journey    string          `json:"journey,omitempty"`    // the journey that it is a part of
	SkipFlow   bool            `json:"skipFlow,omitempty"`   // it enters the environment before the flow's earlier ones
	Round      int             `json:"round"`                // from 1; raised when the author asks once more: earlier votes do not count
	Subject    practice.Digest `json:"subject,omitempty"`    // what people vote on: the plan, the window and what is asked
	Risk       *practice.Risk  `json:"risk,omitempty"`       // as it was scored when the plan was made
	Authority  string          `json:"authority,omitempty"`  // who authorised it, in words; empty: nobody yet
	AcceptedBy *Acceptance     `json:"acceptedBy,omitempty"` // change enablement's acceptance of the finished deployment (R28)

	Estimate    practice.Duration `json:"estimate,omitempty"`    // how long it is held to take; 0: not known
	Baseline    practice.Window   `json:"baseline,omitzero"`     // when it was to start and end when it was first authorised; start zero: at no time in particular
	Reschedules int               `json:"reschedules,omitempty"` // how often it was moved to another time since

	State    State            `json:"state"`
	Since    time.Time        `json:"since"` // when the state was entered
	Result   Result           `json:"result,omitempty"`
	Stage    Stage            `json:"stage"`            // the group of orders that is out now
	Wave     int              `json:"wave"`             // the last wave begun; 0: none
	WakeAt   time.Time        `json:"wakeAt,omitzero"`  // the next timer of the state
	MustEnd  time.Time        `json:"mustEnd,omitzero"` // the end of the window that it runs in; zero: none, or it was met
	Overrun  Overrun          `json:"overrun,omitempty"`
	Halt     string           `json:"halt,omitempty"`   // why no further wave begins by itself; empty: nothing holds it
	EndWhy   string           `json:"endWhy,omitempty"` // what moved MustEnd, in words; empty: nothing did
	Beyond   time.Time        `json:"beyond,omitzero"`  // ends of windows until then are not met again: they were, or somebody had it go on
	Waiting  practice.Verdict `json:"waiting"`          // why it waits; open when it does not
	Touched  int              `json:"touched"`          // targets that an executor may have changed
	Executed int              `json:"executed"`         // targets whose execute phase ended well
	Failures int              `json:"failures"`         // targets failed or unknown, over all waves (Target.Troubled)
	Cause    string           `json:"cause,omitempty"`  // why it failed, was remediated or cancelled

	Tolerated int `json:"tolerated,omitempty"` // failed or unknown targets of earlier waves, as far as the waves allowed them

	GivenUp   Given   `json:"givenUp,omitzero"`    // the targets that people gave up
	Left      Where   `json:"left,omitzero"`       // what is left on how many targets
	Suspended *Stage  `json:"suspended,omitempty"` // the stage that goes on when some of its targets have been brought back
	Pausing   *Paused `json:"pausing,omitempty"`   // somebody asked it to pause: nothing further begins
	// Interrupting: somebody cancelled it and had what runs interrupted.
	Interrupting *Paused     `json:"interrupting,omitempty"`
	Started      time.Time   `json:"started,omitzero"` // first order issued
	Ended        time.Time   `json:"ended,omitzero"`
	Criteria     []Judgement `json:"criteria,omitempty"` // how the criteria of the plan stand, as far as they were come to
	Changed      time.Time   `json:"changed,omitzero"`   // when the targets of the last wave had ended; zero: none had

}

// Paused says who asked a deployment to pause, or to end at once, and why.
type Paused struct {
	By  practice.Actor `json:"by"`
	Why string         `json:"why,omitempty"`
	At  time.Time      `json:"at"`
}

// Phase is what the orders of a stage are for.
type Phase string

// The phases.
const (
	Verify    Phase = "verify"    // target checks
	Execute   Phase = "execute"   // install or remove
	Accept    Phase = "accept"    // acceptance checks
	Remediate Phase = "remediate" // bring back what was before
)

// Stage counts the orders of one group: one wave in one phase. A retry is a new
// stage in the same series (same phase and wave); its counts are those of the
// whole series: the retried targets leave them when the retry begins and come
// back when they are ordered again. Belongs says which rows a stage orders.
type Stage struct {
	Number   int       `json:"number"` // raised with each stage; a target row belongs to the last stage that touched it
	First    int       `json:"first"`  // number of the first stage of the series; less than Number: a retry
	Phase    Phase     `json:"phase,omitempty"`
	Wave     int       `json:"wave"`               // 0: all targets of the plan
	Level    int       `json:"level,omitempty"`    // of its rows; 0: of all
	FromWave int       `json:"fromWave,omitempty"` // of a remediation of one level: its first wave; 0: all rows
	ToWave   int       `json:"toWave,omitempty"`   // and its last
	Above    int       `json:"above,omitempty"`    // of such a remediation: what was before is back on so many rows of higher levels
	Skip     bool      `json:"skip,omitempty"`     // a retry that begins after the step that each row is at
	Part     bool      `json:"part,omitempty"`     // of a remediation: of some touched targets, its retries order no others
	Next     int       `json:"next,omitempty"`     // stages were begun up to this number while it was suspended
	Resumes  bool      `json:"resumes,omitempty"`  // a retry of those only that were stopped or never ordered
	Only     []string  `json:"only,omitempty"`     // a retry of exactly these, at most MaxNamed; empty: no such limit
	Issued   bool      `json:"issued"`             // every order of it exists, or no further one will be issued
	Stopping bool      `json:"stopping,omitempty"` // orders that have not begun are being withdrawn
	Total    int       `json:"total"`              // orders issued
	Running  int       `json:"running"`            // begun and not ended
	Done     int       `json:"done"`
	Failed   int       `json:"failed"`
	Left     int       `json:"left,omitempty"` // of Failed: those of earlier stages of the series
	Unknown  int       `json:"unknown"`
	Stopped  int       `json:"stopped"`            // withdrawn before they began, or stopped between steps
	Given    int       `json:"given,omitempty"`    // given up by a person: in none of the other counts
	Trouble  []Trouble `json:"trouble,omitempty"`  // some of the targets that are failed, unknown or stopped
	SoakEnd  time.Time `json:"soakEnd,omitzero"`   // the soak after it ends; zero: not soaking
	Halting  bool      `json:"halting,omitempty"`  // orders that run stop after their present step
	Passed   bool      `json:"passed,omitempty"`   // it was judged and passed, and the next wave was held back
	Paused   bool      `json:"paused,omitempty"`   // it was passed, and the pause before the next wave was come to
	Forgiven bool      `json:"forgiven,omitempty"` // a person had it go on in spite of its failures
	Since    time.Time `json:"since,omitzero"`     // when it began

	Held     Checkpoint     `json:"held,omitempty"`     // it was passed, and waits at this checkpoint for criteria
	Cleared  Checkpoint     `json:"cleared,omitempty"`  // the last checkpoint that was left since it was passed
	FailedAt map[string]int `json:"failedAt,omitempty"` // of Failed: how many at each step
}

// The bounds that keep a deployment's row small.
const (
	MaxNamed   = 1000 // targets that one retry may name
	MaxTrouble = 20   // troubles that a stage remembers
)

// Trouble is one target of the stage that did not end well.
type Trouble struct {
	Target  string      `json:"target"`
	State   TargetState `json:"state"`
	Left    Left        `json:"left,omitempty"`
	Message string      `json:"message,omitempty"` // at most 200 bytes
}

// Open gives the number of orders that have no outcome yet.
func (s Stage) Open() int { return s.Total - s.Done - s.Failed - s.Unknown - s.Stopped }

// Over says that every order exists and has an outcome.
func (s Stage) Over() bool { return s.Issued && s.Open() == 0 }

// TargetState is where one target stands within its stage.
type TargetState string

// The states of a target. Unknown is never guessed away: a later report, a
// probe or a person turns it into something else.
const (
	Waiting       TargetState = "waiting" // no order yet
	Ordered       TargetState = "ordered" // order issued, not begun
	Running       TargetState = "running"
	TargetDone    TargetState = "done"
	TargetFailed  TargetState = "failed"
	TargetUnknown TargetState = "unknown"
	TargetStopped TargetState = "stopped" // its order was withdrawn, or stopped between two steps
)

// Target is the row of one target of a deployment, or of a part of one: see plan.Target.
type Target struct {
	Deployment string            `json:"deployment"`
	Name       string            `json:"name"`
	Target     string            `json:"target,omitempty"` // the target, where Name is that of a part
	Level      int               `json:"level,omitempty"`
	Items      []int             `json:"items,omitempty"` // the items of the plan that it is about; nil: all
	Agent      string            `json:"agent"`
	Wave       int               `json:"wave"`
	Stage      int               `json:"stage"` // number of the stage it was last in; 0: none
	Phase      Phase             `json:"phase,omitempty"`
	State      TargetState       `json:"state"`
	Attempt    int               `json:"attempt"` // the fence: raised whenever an order is issued for it
	Order      string            `json:"order,omitempty"`
	Step       int               `json:"step"` // index of the step it is at
	StepName   string            `json:"stepName,omitempty"`
	Touched    bool              `json:"touched"`  // an executor began to change it
	Executed   bool              `json:"executed"` // the execute phase ended well
	Accepted   bool              `json:"accepted"`
	Remediated bool              `json:"remediated"`
	Left       Left              `json:"left,omitempty"`      // by its last order that changed anything; empty: old
	Found      Left              `json:"found,omitempty"`     // what its present order found there
	Troubled   bool              `json:"troubled"`            // it last ended failed or unknown; bringing back what was before does not mend that
	Seq        int               `json:"seq"`                 // the last report of this attempt that was taken in
	Grace      practice.Duration `json:"grace"`               // longest step with all its tries, and the allowed silence: a report puts the deadline so far off
	GivenUp    bool              `json:"givenUp,omitempty"`   // a person decided that it stays as it is, or had it brought back: only a remediation orders it again
	Abandoned  bool              `json:"abandoned,omitempty"` // bringing it back was given up as well: no retry of that orders it
	Before     []BeforeRef       `json:"before,omitempty"`    // what was there, one for each item of the plan
	Goal       []BeforeRef       `json:"goal,omitempty"`      // of a restore: what is to be there again
	Message    string            `json:"message,omitempty"`   // of the last failure
	StartedAt  time.Time         `json:"startedAt,omitzero"`
	EndedAt    time.Time         `json:"endedAt,omitzero"`
	Deadline   time.Time         `json:"deadline,omitzero"` // silent beyond this: unknown
	Took       practice.Duration `json:"took,omitempty"`    // of the execute phase
}

// BeforeRef is what was present of one item before the deployment.
type BeforeRef struct {
	Version string          `json:"version,omitempty"` // empty: nothing was there
	Digest  practice.Digest `json:"digest,omitempty"`
	Slot    string          `json:"slot,omitempty"` // where it is; empty: in none
}

// NewTarget gives the row that a target of the plan begins with.
func NewTarget(deployment string, t plan.Target) Target {
	return Target{
		Deployment: deployment, Name: t.Name, Target: t.Target, Level: t.Level, Items: t.Items, Agent: t.Agent, Wave: t.Wave,
		State: Waiting, Left: LeftOld, Before: refs(t.Before), Goal: refs(t.Goal),
	}
}

func refs(list []plan.Before) []BeforeRef {
	var short []BeforeRef
	for _, b := range list {
		ref := BeforeRef{Version: b.Version, Slot: b.Slot}
		if b.Artifact != nil {
			ref.Digest = b.Artifact.Digest
		}
		short = append(short, ref)
	}
	return short
}
