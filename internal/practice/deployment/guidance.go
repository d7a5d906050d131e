package deployment

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// guidanceGiven follows a person's answer, or refuses it with the reason.
func (c *course) guidanceGiven(e GuidanceGiven) error {
	if c.state(AwaitingGuidance) {
		c.meetEnd()
	}
	if !c.state(AwaitingGuidance) {
		return practice.Faultf(practice.Refused, "deployment %s is %s: it does not await guidance", c.d.ID, c.d.State).
			WithHint("see what it waits for: %s", c.command("why"))
	}
	if len(e.Targets) > 0 && !e.Advice.named() {
		return practice.Faultf(practice.Invalid, "guidance %q is for the whole deployment and names no targets", e.Advice)
	}
	if len(e.Targets) > 0 && c.d.Pausing != nil && e.Advice != RetryTargets && e.Advice != SkipStep {
		return practice.Faultf(practice.Refused, "deployment %s is paused: single targets are answered for once it goes on", c.d.ID).
			WithHint("%s", c.command("resume"))
	}
	if len(e.Targets) > 0 && e.Advice == CloseAsFailed {
		return c.giveUp(e)
	}
	if len(e.Targets) > 0 && e.Advice == RemediateNow {
		return c.bringBack(e)
	}
	c.answersEnd()
	switch e.Advice {
	case RetryTargets, SkipStep:
		return c.retry(e)
	case GoOn:
		c.noteGuidance(e)
		if c.d.Pausing != nil {
			c.resume(e.By, e.Why)
			return nil
		}
		if c.atCheckpoint() {
			c.waive(e.By, e.Why)
			return nil
		}
		c.waiveChecks(e.By, e.Why)
		c.d.Stage.Forgiven = c.d.Stage.Forgiven || !c.d.Stage.Passed
		if c.d.Stage.Phase == Remediate && c.d.Suspended == nil {
			c.d.Cause += fmt.Sprintf("; not brought back everywhere, accepted by %s: %s", e.By.Called(), c.d.tally())
		}
		c.goOn(e.By, e.Why)
	case RemediateNow:
		if err := c.refuseRemediation(e); err != nil {
			return err
		}
		c.noteGuidance(e)
		c.remediate(because(fmt.Sprintf("remediated on the guidance of %s", e.By.Called()), e.Why, c.d.tally()), e.By)
	case CloseAsFailed:
		c.noteGuidance(e)
		c.close(Failed, because(fmt.Sprintf("closed as failed by %s", e.By.Called()), e.Why, c.d.tally()), e.By)
	default:
		return practice.Faultf(practice.Invalid, "guidance %q is not known", e.Advice).
			WithHint("answer with retry, skip, continue, remediate or fail")
	}
	return nil
}

// answersEnd: whoever answers knows that the window has ended, where it has; it
// is looked for another end to keep.
func (c *course) answersEnd() {
	if c.d.Halt != "" && c.d.Suspended == nil && c.state(AwaitingGuidance) {
		c.d.Halt, c.d.Beyond, c.d.Stage.Halting = "", c.now, false
		c.judgeEnd()
	}
}

// judgeEnd looks whether there is another end to keep.
func (c *course) judgeEnd() {
	if c.bounded() {
		c.effect(JudgeEnd{})
	}
}

// refuseRemediation refuses where there is nothing to bring back, or it was tried just now.
func (c *course) refuseRemediation(e GuidanceGiven) error {
	switch {
	case c.d.Touched == 0:
		return practice.Faultf(practice.Refused, "deployment %s has touched no target: there is nothing to remediate", c.d.ID).
			WithHint("answer with retry, continue or fail")
	case c.d.Stage.Phase == Remediate && (c.d.Suspended == nil || len(e.Targets) > 0):
		return practice.Faultf(practice.Refused, "deployment %s was being remediated already", c.d.ID).
			WithHint("try the remaining targets again: %s", c.command("retry"))
	default:
		return nil
	}
}

// named says whether the answer may be about single targets.
func (a Advice) named() bool {
	return a == RetryTargets || a == SkipStep || a == RemediateNow || a == CloseAsFailed
}

// retry begins a stage of exactly the named targets, or of all that can be retried.
func (c *course) retry(e GuidanceGiven) error {
	s := c.d.Stage
	skip := e.Advice == SkipStep
	switch {
	case !c.d.retryable():
		what := e.Advice.does(s)
		if s.Number == 0 || s.Paused {
			what = fmt.Sprintf("%s anything at a pause", e.Advice)
		}
		return practice.Faultf(practice.Refused, "cannot %s in deployment %s: every target ended well", what, c.d.ID).
			WithHint("have it go on: %s", c.command("continue"))
	case skip && s.Phase == Remediate:
		return practice.Faultf(practice.Refused, "no step is skipped where deployment %s brings back what was before", c.d.ID).
			WithHint("try the remaining targets again: %s", c.command("retry"))
	}
	s.Number, s.Next = s.next(), 0
	s.Issued, s.Stopping, s.Halting, s.Passed, s.Paused, s.Forgiven = false, false, false, false, false, false
	s.Since, s.Skip, s.Held, s.Cleared = c.now, skip, "", ""
	if len(e.Targets) == 0 {
		s.Only, s.Trouble = nil, nil
		s.Total = s.Done
		s.Failed, s.Left, s.Unknown, s.Stopped, s.FailedAt = 0, 0, 0, 0, nil
	} else {
		wrong := s.unready
		if skip {
			wrong = s.unskippable
		}
		rows, err := c.named(e, wrong)
		if err != nil {
			return err
		}
		s = s.without(rows)
		s.Left, s.Only = s.Failed, names(rows)
	}
	c.noteGuidance(e)
	c.forget()
	s.Resumes, s.SoakEnd, c.d.Pausing = false, time.Time{}, nil
	c.d.Stage = s
	c.issue(retryState(s), e.By, e.Why)
	return nil
}

// retryable says whether any target of the stage did not end well.
func (d Deployment) retryable() bool { return d.bad() > 0 }

// unready says why the row is not one that the stage, which is over, may do again;
// empty: it may.
func (s Stage) unready(row Target) string {
	s.Only = nil
	s.Number = s.next()
	switch {
	case s.out(row):
		return "was given up"
	case Belongs(s, row):
		return ""
	case !concerns(s, row) || row.Stage < s.First:
		return "is not concerned"
	default:
		return fmt.Sprintf("is %s", row.State)
	}
}

// unskippable says why the row has no step that could be skipped; empty: it has.
func (s Stage) unskippable(row Target) string {
	if wrong := s.unready(row); wrong != "" {
		return wrong
	}
	if row.Stage < s.First || !row.atStep() {
		return "has begun no step"
	}
	return ""
}

// named gives the rows of the names of an answer, by name; it refuses the answer
// when wrong says of any of them why it cannot be about it.
func (c *course) named(e GuidanceGiven, wrong func(Target) string) ([]Target, error) {
	names := slices.Clone(e.Targets)
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) > MaxNamed {
		return nil, practice.Faultf(practice.Invalid, "%d targets are named, at most %d can be", len(names), MaxNamed).
			WithHint("name none to %s all that failed", e.Advice)
	}
	known := make(map[string]Target, len(e.Rows))
	for _, row := range e.Rows {
		known[row.Name] = c.row(row)
	}
	rows := make([]Target, 0, len(names))
	var told []string
	for _, name := range names {
		found, why := meant(name, known, e.Rows, wrong)
		if why != "" {
			told = append(told, why)
		}
		rows = append(rows, found...)
	}
	slices.SortFunc(rows, func(a, b Target) int { return strings.Compare(a.Name, b.Name) })
	rows = slices.CompactFunc(rows, func(a, b Target) bool { return a.Name == b.Name })
	if len(rows) > MaxNamed {
		return nil, practice.Faultf(practice.Invalid, "%d parts of targets are named, at most %d can be", len(rows), MaxNamed).
			WithHint("name none to %s all that failed", e.Advice)
	}
	if len(told) > 0 {
		return nil, practice.Faultf(practice.Refused, "cannot %s in deployment %s: %s", e.Advice.does(c.d.Stage), c.d.ID, strings.Join(told, ", ")).
			WithHint("%s", e.Advice.wants())
	}
	return rows, nil
}

// meant gives the row that a name is that of, or those parts of the target of that
// name which the answer can be about; or says why there is none.
func meant(name string, known map[string]Target, all []Target, wrong func(Target) string) (rows []Target, told string) {
	if row, exists := known[name]; exists {
		if why := wrong(row); why != "" {
			told = name + " " + why
		}
		return []Target{row}, told
	}
	first := true
	told = name + " is not a target of it"
	for _, part := range all {
		if part.Target != name {
			continue
		}
		row := known[part.Name]
		if why := wrong(row); why == "" {
			rows = append(rows, row)
		} else if first {
			first, told = false, row.Name+" "+why
		}
	}
	if len(rows) > 0 {
		told = ""
	}
	return rows, told
}

// does says what an answer about single targets does.
func (a Advice) does(s Stage) string {
	switch a {
	case SkipStep:
		return "skip a step of " + s.gate()
	case RemediateNow:
		return "bring back single targets"
	case CloseAsFailed:
		return "give up targets of " + s.gate()
	case RetryTargets, GoOn:
	}
	return "retry " + s.gate()
}

// wants says which targets an answer may name.
func (a Advice) wants() string {
	switch a {
	case RetryTargets:
		return "only failed, unknown and stopped targets can be retried; name none to retry all of them"
	case SkipStep:
		return "only targets that failed, are unknown or were stopped in a step can go on after it; name none for all of them"
	case RemediateNow:
		return "only targets that were touched can be brought back; name none to bring back all of them"
	case CloseAsFailed, GoOn:
	}
	return "only failed, unknown and stopped targets can be given up; name none to close the whole deployment as failed"
}

func names(rows []Target) []string {
	list := make([]string, 0, len(rows))
	for _, row := range rows {
		list = append(list, row.Name)
	}
	return list
}

// without gives the stage with the rows taken out of its counts.
func (s Stage) without(rows []Target) Stage {
	out := make(map[string]bool, len(rows))
	for _, row := range rows {
		out[row.Name] = true
		if row.Stage < s.First || s.out(row) {
			continue
		}
		s.Total--
		s = s.add(row, -1)
	}
	s.Trouble = slices.DeleteFunc(slices.Clone(s.Trouble), func(t Trouble) bool { return out[t.Target] })
	return s
}

// retryState gives the state in which the stage is done again.
func retryState(s Stage) State {
	switch {
	case s.Phase == Verify:
		return VerifyingTargets
	case s.Phase == Remediate:
		return Remediating
	case s.Phase == Accept && s.Wave == 0:
		return Accepting
	default:
		return Executing
	}
}

// noteGuidance adds the entry of an answer that is followed.
func (c *course) noteGuidance(e GuidanceGiven) {
	data := map[string]any{"advice": string(e.Advice), "about": c.d.Stage.gate()}
	if len(e.Targets) > 0 {
		targets := make([]any, 0, len(e.Targets))
		for _, name := range e.Targets {
			targets = append(targets, name)
		}
		data["targets"] = targets
	}
	c.note(EntryGuidance, e.By, e.Why, data)
}

// because joins what was done, why, and what it was about.
func because(what, why string, about ...string) string {
	if why != "" {
		what += ": " + why
	}
	return strings.Join(append([]string{what}, about...), "; ")
}
