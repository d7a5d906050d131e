package deployment

import (
	"fmt"
	"slices"
	"strings"

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
	if len(e.Targets) > 0 && e.Advice != RetryTargets {
		return practice.Faultf(practice.Invalid, "guidance %q is for the whole deployment and names no targets", e.Advice)
	}
	if c.d.Halt != "" { // whoever answers knows that the window has ended
		c.d.Halt, c.d.Beyond, c.d.Stage.Halting = "", c.now, false
		defer c.judgeEnd()
	}
	switch e.Advice {
	case RetryTargets:
		return c.retry(e)
	case GoOn:
		c.noteGuidance(e)
		if c.d.Stage.Phase == Remediate {
			c.d.Cause += fmt.Sprintf("; not brought back everywhere, accepted by %s: %s", e.By, c.d.tally())
		}
		c.goOn(e.By, e.Why)
	case RemediateNow:
		if err := c.refuseRemediation(); err != nil {
			return err
		}
		c.noteGuidance(e)
		c.remediate(because(fmt.Sprintf("remediated on the guidance of %s", e.By), e.Why, c.d.tally()), e.By)
	case CloseAsFailed:
		c.noteGuidance(e)
		c.close(Failed, because(fmt.Sprintf("closed as failed by %s", e.By), e.Why, c.d.tally()), e.By)
	default:
		return practice.Faultf(practice.Invalid, "guidance %q is not known", e.Advice).
			WithHint("answer with retry, continue, remediate or fail")
	}
	return nil
}

// judgeEnd looks whether there is another end to keep.
func (c *course) judgeEnd() {
	if c.bounded() {
		c.effect(JudgeEnd{})
	}
}

// refuseRemediation refuses where there is nothing to bring back, or it was tried just now.
func (c *course) refuseRemediation() error {
	switch {
	case c.d.Touched == 0:
		return practice.Faultf(practice.Refused, "deployment %s has touched no target: there is nothing to remediate", c.d.ID).
			WithHint("answer with retry, continue or fail")
	case c.d.Stage.Phase == Remediate:
		return practice.Faultf(practice.Refused, "deployment %s was being remediated already", c.d.ID).
			WithHint("try the remaining targets again: %s", c.command("retry"))
	default:
		return nil
	}
}

// retry begins a stage of exactly the named targets, or of all that can be retried.
func (c *course) retry(e GuidanceGiven) error {
	s := c.d.Stage
	if !c.d.retryable() {
		return practice.Faultf(practice.Refused, "cannot retry %s in deployment %s: every target ended well", s.gate(), c.d.ID).
			WithHint("have it go on: %s", c.command("continue"))
	}
	s.Number++
	s.Issued, s.Stopping, s.Halting, s.Passed = false, false, false, false
	s.Since = c.now
	if len(e.Targets) == 0 {
		s.Only, s.Trouble = nil, nil
		s.Total = s.Done
		s.Failed, s.Left, s.Unknown, s.Stopped = 0, 0, 0, 0
	} else {
		only, rows, err := c.named(s, e)
		if err != nil {
			return err
		}
		s.Only = only
		s = s.without(rows)
	}
	c.noteGuidance(e)
	c.d.Stage = s
	c.issue(retryState(s), e.By, e.Why)
	return nil
}

// retryable says whether any target of the stage did not end well.
func (d Deployment) retryable() bool {
	return d.Stage.Failed+d.Stage.Unknown+d.Stage.Stopped+d.missing() > 0
}

// named gives the sorted names of a retry and their rows; it refuses the retry
// when any of them is not of the stage or did not fail there.
func (c *course) named(s Stage, e GuidanceGiven) ([]string, []Target, error) {
	names := slices.Clone(e.Targets)
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) > MaxNamed {
		return nil, nil, practice.Faultf(practice.Invalid, "%d targets are named, at most %d can be", len(names), MaxNamed).
			WithHint("name none to retry all that failed")
	}
	known := make(map[string]Target, len(e.Rows))
	for _, row := range e.Rows {
		known[row.Name] = c.row(row)
	}
	rows := make([]Target, 0, len(names))
	var wrong []string
	s.Only = nil
	for _, name := range names {
		row, exists := known[name]
		switch {
		case !exists:
			wrong = append(wrong, name+" is not a target of it")
		case Belongs(s, row):
			rows = append(rows, row)
		case !concerns(s, row) || row.Stage < s.First:
			wrong = append(wrong, name+" is not concerned")
		default:
			wrong = append(wrong, fmt.Sprintf("%s is %s", name, row.State))
		}
	}
	if len(wrong) > 0 {
		return nil, nil, practice.Faultf(practice.Refused, "cannot retry %s in deployment %s: %s", s.gate(), c.d.ID, strings.Join(wrong, ", ")).
			WithHint("only failed, unknown and stopped targets can be retried; name none to retry all of them")
	}
	return names, rows, nil
}

// without gives the stage with the rows taken out of its counts.
func (s Stage) without(rows []Target) Stage {
	out := make(map[string]bool, len(rows))
	for _, row := range rows {
		out[row.Name] = true
		if row.Stage < s.First {
			continue
		}
		s.Total--
		s = s.add(row, -1)
	}
	s.Left = s.Failed
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
func because(what, why, about string) string {
	if why != "" {
		what += ": " + why
	}
	return what + "; " + about
}
