package deployment

import (
	"slices"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// Belongs says whether the stage is still to order the row. A row belongs when
// all of these hold:
//
//  1. it is not in the stage yet:            row.Stage < s.Number
//  2. the stage's phase and wave concern it: verify: always;
//     execute: row.Wave == s.Wave;
//     accept: row.Executed, and row.Wave == s.Wave unless s.Wave is 0;
//     none of these where row.GivenUp;
//     remediate: row.Touched and not row.Remediated, and row.Wave from s.FromWave
//     to s.ToWave unless that is 0
//  3. it is among s.Only, where that is not empty
//  4. it was in no stage of the series yet (row.Stage < s.First), but for a retry
//     of a remediation of some targets (s.Part), or it is
//     failed, unknown or stopped there and not row.Abandoned: a retry orders no other;
//     and where the stage resumes, it is stopped: what failed is not done again.
//
// The stores say the same in SQL.
func Belongs(s Stage, row Target) bool {
	if row.Stage >= s.Number || !concerns(s, row) {
		return false
	}
	if len(s.Only) > 0 && !slices.Contains(s.Only, row.Name) {
		return false
	}
	if row.Stage < s.First {
		return !s.Part || !s.Retry()
	}
	return (row.State == TargetStopped || row.State.Retryable() && !s.Resumes) && !row.Abandoned
}

// concerns says whether the row is of the stage's phase and wave.
func concerns(s Stage, row Target) bool {
	if row.GivenUp && s.Phase != Remediate {
		return false
	}
	switch s.Phase {
	case Verify:
		return true
	case Execute:
		return row.Wave == s.Wave
	case Accept:
		return row.Executed && (s.Wave == 0 || row.Wave == s.Wave)
	case Remediate:
		return row.Touched && !row.Remediated && (s.FromWave == 0 || row.Wave >= s.FromWave && row.Wave <= s.ToWave)
	default:
		return false
	}
}

// Retryable says whether a person may have the target done again: it is failed, unknown or stopped.
func (s TargetState) Retryable() bool {
	return s == TargetFailed || s == TargetUnknown || s == TargetStopped
}

// Ended says whether the target has an outcome in its stage.
func (s TargetState) Ended() bool { return s == TargetDone || s.Retryable() }

// Skips says whether the stage orders the row from the step after the one that it is
// at. A row that was stopped between two steps failed at none: it must be named.
func (s Stage) Skips(row Target) bool {
	return s.Skip && row.Stage >= s.First && row.atStep() && (row.State != TargetStopped || len(s.Only) > 0)
}

// atStep says whether the row's present order began a step.
func (t Target) atStep() bool { return t.begun() && t.StepName != "" }

// next gives the number of the stage that follows.
func (s Stage) next() int { return max(s.Number, s.Next) + 1 }

// Retry says whether the stage does some targets of an earlier stage again.
func (s Stage) Retry() bool { return s.First < s.Number }

// Issuing says whether orders of that stage may still be issued. Whoever issues
// asks it of the deployment that they loaded in the same transaction.
func (d Deployment) Issuing(stage int) bool {
	return stage > 0 && d.Stage.Number == stage && !d.Stage.Issued && d.State != Closed && d.State != Cancelling
}

// Issue gives the row as it is once the order exists: its attempt, the fence, is
// raised, and its deadline is set. A retry resumes at the step that the row is
// at, or after it where it Skips, any other stage begins at step 0: the order's From
// is the answer's Step, but at most the number of steps, its Attempt the answer's Attempt. grace is the longest time between two reports
// (longest step with all its tries, and the allowed silence); begin is until when
// the order must have begun.
func Issue(row Target, s Stage, order string, grace practice.Duration, begin time.Time) Target {
	if row.Stage < s.First {
		row.Step, row.StepName = 0, ""
	} else if s.Skips(row) {
		row.Step++
		row.StepName = ""
	}
	row.Abandoned = false
	row.Stage, row.Phase, row.State = s.Number, s.Phase, Ordered
	row.Order, row.Seq = order, 0
	row.Attempt++
	row.Grace, row.Deadline = grace, begin
	row.StartedAt, row.EndedAt = time.Time{}, time.Time{}
	return row
}
