package deployment

import (
	"fmt"
	"time"

	"tranship.dev/tranship/internal/practice"
)

const withdrawnMessage = "the order was withdrawn before it began"

// fenced says whether the report is about the row's present attempt.
func (t Target) fenced(r Report) bool {
	return t.Order != "" && r.Order == t.Order && r.Stage == t.Stage && r.Attempt == t.Attempt && r.Row() == t.Name
}

// final says whether the report gives an order's outcome.
func (r Report) final() bool { return r.Kind == OrderEnded || r.Kind == OrderRefused }

// begun says whether the executor may have acted on the row's present order.
func (t Target) begun() bool { return !t.StartedAt.IsZero() }

// take gives the row after the report, and whether the report meant anything. A
// row with an outcome takes none, but for unknown, which takes the true outcome.
// With refusing, an order that says it is about to begin is stopped.
func (t Target) take(r Report, now time.Time, refusing bool) (Target, bool) {
	open := t.State == Ordered || t.State == Running
	switch {
	case !t.fenced(r):
		return t, false
	case r.final() && (open || t.State == TargetUnknown && r.Seq > t.Seq):
		t.Seq = max(t.Seq, r.Seq)
		return t.end(r, now), true
	case !open || r.final() || r.Seq <= t.Seq:
		return t, false
	}
	t.Seq = r.Seq
	if t.State == Ordered && r.Kind == OrderBegun && refusing {
		return t.stop(withdrawnMessage, now), true
	}
	t = t.begin(now)
	t.StepName = ""
	switch r.Kind {
	case OrderBegun, OrderEnded, OrderRefused: // of no step
	case StepBegun:
		t.Step, t.StepName = r.Step, r.StepName
	case StepEnded:
		t.Step, t.StepName = r.Step, r.StepName
		if r.Outcome == Done {
			t.Step++
		} else if r.Message != "" {
			t.Message = r.Message
		}
	}
	if t.Grace > 0 {
		t.Deadline = now.Add(t.Grace.Std())
	}
	return t, true
}

// begin gives the row with its order begun; from here on it may have changed its target.
func (t Target) begin(now time.Time) Target {
	if t.begun() {
		return t
	}
	t.State, t.StartedAt, t.Message, t.Found = Running, now, "", t.Left
	t.Touched = t.Touched || t.changes()
	return t
}

// changes says whether orders of the row's phase change the target.
func (t Target) changes() bool { return t.Phase == Execute || t.Phase == Remediate }

// end gives the row with the outcome that its executor tells.
func (t Target) end(r Report, now time.Time) Target {
	return t.ended(r, now).leaves(r.did())
}

func (t Target) ended(r Report, now time.Time) Target {
	if r.Kind == OrderRefused {
		return t.fail(r.Message, now)
	}
	if r.Outcome != OutcomeStop {
		t = t.begin(now)
	}
	switch r.Outcome {
	case Done:
		return t.done(now)
	case OutcomeFail:
		return t.fail(r.Message, now)
	case OutcomeStop:
		return t.stop(r.Message, now)
	default:
		return t.doubt(r.Message, now)
	}
}

func (t Target) done(now time.Time) Target {
	t = t.outcome(TargetDone, "", now)
	t.Message = ""
	t.Troubled = t.Troubled && t.Phase == Remediate
	switch t.Phase {
	case Execute:
		t.Executed = true
		t.Took = practice.Duration(now.Sub(t.StartedAt))
	case Accept:
		t.Accepted = true
	case Remediate:
		t.Remediated = true
	case Verify:
	}
	return t
}

func (t Target) fail(message string, now time.Time) Target {
	t.Troubled = true
	t.Accepted = t.Accepted && t.Phase != Accept
	return t.outcome(TargetFailed, message, now)
}

func (t Target) doubt(message string, now time.Time) Target {
	t.Troubled = true
	t.Accepted = t.Accepted && t.Phase != Accept
	return t.outcome(TargetUnknown, message, now)
}

func (t Target) stop(message string, now time.Time) Target {
	return t.outcome(TargetStopped, message, now)
}

// outcome ends the row's order; an empty message keeps the one of the failed step.
func (t Target) outcome(state TargetState, message string, now time.Time) Target {
	t.State, t.EndedAt, t.Deadline = state, now, time.Time{}
	if message != "" {
		t.Message = message
	}
	return t
}

// silent gives the row whose deadline has passed.
func (t Target) silent(now time.Time) Target {
	message := fmt.Sprintf("the order had not begun until %s, the agent %s may be out of reach", clock(t.Deadline), t.Agent)
	if t.begun() {
		message = fmt.Sprintf("nothing was heard of it until %s", clock(t.Deadline))
		if t.StepName != "" {
			message += fmt.Sprintf(", last in step %q", t.StepName)
		}
	}
	return t.doubt(message, now).leaves("")
}
