package deployment

import (
	"fmt"
	"maps"

	"tranship.dev/tranship/internal/practice"
)

// reported takes in what an executor said.
func (c *course) reported(e Reported) {
	before, r := c.row(e.Target), e.Report
	after, taken := before.take(r, c.now, c.refusing())
	if !taken || r.Deployment != c.d.ID {
		return
	}
	if c.meetEnd() {
		after, _ = before.take(r, c.now, c.refusing())
	}
	c.noteReport(after, r)
	resolved := ""
	if before.State == TargetUnknown {
		resolved = fmt.Sprintf("the unknown outcome of %s became known: %s", after.Name, after.State)
	}
	c.move(before, after, untouched(before, r))
	c.stopEarly()
	if after.State.Ended() {
		c.settle(resolved)
	}
}

// refusing says whether orders that have not begun shall not begin any more.
func (c *course) refusing() bool {
	return c.d.Stage.Stopping || c.state(Cancelling, Closed)
}

// orderWithdrawn stops a target whose order will never begin.
func (c *course) orderWithdrawn(e OrderWithdrawn) {
	before := c.row(e.Target)
	if before.State != Ordered || before.Order != e.Target.Order || before.Deployment != c.d.ID {
		return
	}
	c.meetEnd()
	c.noteOn(before, EntryWithdrawn, practice.Tranship, "", map[string]any{
		"order": before.Order, "stage": before.Stage, "attempt": before.Attempt,
	})
	c.move(before, before.stop(withdrawnMessage, c.now), false)
	c.settle("")
}

// targetSilent marks a target as unknown, unless it was heard of in the meantime.
func (c *course) targetSilent(e TargetSilent) {
	before := c.row(e.Target)
	open := before.State == Ordered || before.State == Running
	if !open || before.Deadline.IsZero() || before.Deadline.After(c.now) || before.Deployment != c.d.ID {
		return
	}
	c.meetEnd()
	after := before.silent(c.now)
	after.Message += c.d.untold(after)
	c.noteOn(after, EntrySilent, practice.Tranship, after.Message, map[string]any{
		"order": after.Order, "stage": after.Stage, "attempt": after.Attempt, "begun": after.begun(),
	})
	c.move(before, after, false)
	c.settle("")
}

// untouched says whether a report leaves what is held to be on the target as it
// was: the order changed nothing, and nobody was in doubt about that.
func untouched(before Target, r Report) bool {
	return r.did() == DidNothing && before.State != TargetUnknown
}

// move keeps a changed row, counts it, and says what landed, unless it is untouched.
func (c *course) move(before, after Target, untouched bool) {
	c.put(after)
	c.d.Touched += step(before.Touched, after.Touched)
	c.d.Executed += step(before.Executed, after.Executed)
	c.d.Failures += step(before.Troubled, after.Troubled)
	c.d.GivenUp = c.d.GivenUp.Count(before, after)
	c.d.Left = c.d.Left.Count(before, after)
	c.d.Stage = c.d.Stage.count(before, after)
	c.suspended(before, after)
	if !untouched {
		c.change.Landings = append(c.change.Landings, c.d.landings(after)...)
	}
}

// count gives the stage with the row's move counted, where the row is one of the
// series. A row that is to be ordered again has left the counts; it comes back
// when it is ordered, or when a late report says that it need not be.
func (s Stage) count(before, after Target) Stage {
	if before.Stage < s.First || s.out(before) {
		return s
	}
	if Belongs(s, before) {
		if Belongs(s, after) {
			return s
		}
		s.Total++
	} else {
		s = s.add(before, -1)
	}
	s = s.add(after, 1)
	if after.State.Ended() {
		s.Trouble = withTrouble(s.Trouble, after)
	}
	return s
}

// add counts n more rows that are as the row.
func (s Stage) add(row Target, n int) Stage {
	switch row.State {
	case Running:
		s.Running += n
	case TargetDone:
		s.Done += n
	case TargetFailed:
		s.Failed += n
		if row.Stage < s.Number {
			s.Left += n
		}
		s.FailedAt = failedAt(s.FailedAt, row, n)
	case TargetUnknown:
		s.Unknown += n
	case TargetStopped:
		s.Stopped += n
	case Waiting, Ordered:
	}
	return s
}

// failedAt gives the counts of failures by step with n more as the row, which
// failed at a check.
func failedAt(counts map[string]int, row Target, n int) map[string]int {
	if row.changes() || row.StepName == "" {
		return counts
	}
	counts = maps.Clone(counts)
	if counts == nil {
		counts = map[string]int{}
	}
	if counts[row.StepName] += n; counts[row.StepName] == 0 {
		delete(counts, row.StepName)
	}
	if len(counts) == 0 {
		return nil
	}
	return counts
}

// step gives by how much a count changes with a mark of one row.
func step(before, after bool) int {
	switch {
	case before == after:
		return 0
	case after:
		return 1
	default:
		return -1
	}
}

// noteReport adds the entry of a report. Only a report about a step names one.
func (c *course) noteReport(row Target, r Report) {
	data := map[string]any{
		"order": r.Order, "seq": r.Seq, "stage": r.Stage, "attempt": r.Attempt, "phase": string(row.Phase),
		"report": string(r.Kind), "state": string(row.State), "at": r.At.UTC().Format(TimeFormat),
	}
	if r.Kind == StepBegun || r.Kind == StepEnded {
		data["step"], data["stepIndex"] = r.StepName, r.Step
		data["started"] = r.At.Add(-r.Took.Std()).UTC().Format(TimeFormat)
	}
	for key, text := range map[string]string{"outcome": string(r.Outcome), "did": string(r.Did), "message": r.Message, "hint": r.Hint, "code": string(r.Code)} {
		if text != "" {
			data[key] = text
		}
	}
	if r.Tries > 0 {
		data["tries"] = r.Tries
	}
	if r.Took > 0 {
		data["took"] = r.Took.String()
	}
	c.noteOn(row, EntryReported, practice.Actor{Kind: practice.Machine, Name: row.Agent}, r.Message, data)
}
