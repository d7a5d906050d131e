package deployment

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// pauseAsked lets nothing further begin: orders that have not begun are taken
// back, what runs ends, and then it waits until it is resumed. Before its start
// it is held from starting. What was before is brought back without a pause.
func (c *course) pauseAsked(e PauseAsked) error {
	refuse := func(what, hint string, args ...any) error {
		return practice.Faultf(practice.Refused, "deployment %s cannot be paused: %s", c.d.ID, what).WithHint(hint, args...)
	}
	switch {
	case c.state(Closed):
		return refuse("it is closed", "see how it ended: %s", c.command("show"))
	case c.d.Pausing != nil:
		return nil
	case c.state(AwaitingGuidance) && !c.atCheckpoint(): // criteria may be met without a word from whoever looks after it
		return refuse("it awaits guidance, and nothing begins until somebody answers", "see what it waits for: %s", c.command("why"))
	case c.state(VerifyingComponents):
		return refuse("it is about to begin", "ask again in a moment: %s", c.command("pause"))
	case c.state(Remediating, Cancelling):
		return refuse(fmt.Sprintf("it is %s", c.d.State), "end it where it is: %s", c.command("cancel"))
	case c.d.Halt != "":
		return refuse(c.d.Halt+", and it comes to a stop by itself", "see what it waits for: %s", c.command("why"))
	}
	c.d.Pausing = &Paused{By: e.By, Why: e.Why, At: c.now}
	c.note(EntryPauseAsked, e.By, e.Why, nil)
	s := &c.d.Stage
	switch {
	case c.state(Authorised, Scheduled):
		c.judgeStart()
	case c.state(AwaitingGuidance):
		c.ask(c.d.standing())
	case c.atCheckpoint(): // it pauses once the evidence was looked at
	case c.state(VerifyingTargets, Executing, Accepting) && !c.soaking():
		s.Stopping = true
		s.Issued = s.Issued || !s.Retry() // as in stopEarly
		if s.Issued {
			c.withdraw()
		}
		c.settle("")
	}
	return nil
}

// resumeAsked has a paused deployment go on where it was stopped.
func (c *course) resumeAsked(e ResumeAsked) error {
	if c.state(AwaitingGuidance) {
		c.meetEnd()
	}
	switch {
	case c.state(Closed):
		return practice.Faultf(practice.Refused, "deployment %s is closed: it cannot be resumed", c.d.ID).Final()
	case c.d.Pausing == nil && c.d.Stage.Paused && c.state(AwaitingGuidance):
		return practice.Faultf(practice.Refused, "deployment %s waits at a pause of its plan", c.d.ID).
			WithHint("have it go on: %s", c.command("continue"))
	case c.d.Pausing == nil:
		return practice.Faultf(practice.Refused, "deployment %s is not paused", c.d.ID).WithHint("see what it waits for: %s", c.command("why"))
	case c.state(VerifyingTargets, Executing, Accepting) && !c.soaking():
		return practice.Faultf(practice.Refused, "deployment %s is coming to a stop, %d of its orders have not ended", c.d.ID, c.d.Stage.Open()).
			WithHint("watch it, then resume it: %s", c.command("watch"))
	}
	c.answersEnd()
	c.resume(e.By, e.Why)
	return nil
}

// resume ends the pause that was asked for: what was stopped is done, never what
// failed; where nothing was stopped, it goes on as if it had not been paused.
func (c *course) resume(who practice.Actor, why string) {
	c.d.Pausing = nil
	c.note(EntryResumed, who, why, nil)
	s := c.d.Stage
	switch {
	case c.state(Authorised, Scheduled):
		c.judgeStart()
	case c.atCheckpoint():
		c.answered(who, why)
	case !c.state(AwaitingGuidance): // not authorised yet, or soaking: it goes on by itself
	case s.Passed:
		c.nextWave(who, why)
	case c.soaking():
		c.afterSoak(who, why)
	default:
		s.Number, s.Next = s.next(), 0
		s.Issued, s.Stopping, s.Halting, s.Skip, s.Resumes = false, false, false, false, true
		s.Only, s.Since, s.Left = nil, c.now, s.Failed
		s.Total, s.Stopped = s.Total-s.Stopped, 0
		s.Trouble = slices.DeleteFunc(slices.Clone(s.Trouble), func(t Trouble) bool { return t.State == TargetStopped })
		c.d.Stage = s
		c.issue(retryState(s), who, why)
	}
}

// pausing says whether somebody asked for a pause, and waits then.
func (c *course) pausing(soakEnd time.Time) bool {
	if c.d.Pausing == nil {
		return false
	}
	s := &c.d.Stage
	s.SoakEnd, s.Passed = soakEnd, soakEnd.IsZero()
	c.askOrHalt(c.d.standing())
	return true
}

// cut says whether the present stage was stopped by a pause that was asked for.
func (d Deployment) cut() bool {
	s := d.Stage
	return d.Pausing != nil && s.Stopping && (s.Phase != Execute || s.Stopped+d.missing() > 0)
}

// whilePausing gives what follows while a pause is asked for: nothing but an end
// that is good follows by itself. Where targets failed, a person is asked about these.
func (c *course) whilePausing(what consequence) consequence {
	if c.d.Pausing == nil || what == goesOn {
		return what
	}
	if !c.d.cut() || c.d.Stage.Failed+c.d.Stage.Unknown > c.d.tolerance() {
		c.d.Pausing = nil
	}
	return asks
}

// reason says who asked for the pause and why.
func (p Paused) reason(d Deployment) practice.Reason {
	text := "paused by " + p.By.Called()
	if p.Why != "" {
		text += ": " + p.Why
	}
	return practice.Reason{Gate: "pause", Message: text, Since: p.At, Who: operators(d), How: command(d, "resume")}
}

// pauses adds the pause that was asked for to the reasons.
func (d Deployment) pauses(v practice.Verdict) practice.Verdict {
	if d.Pausing == nil {
		return v
	}
	r := d.Pausing.reason(d)
	if slices.ContainsFunc(v.Reasons, func(other practice.Reason) bool { return strings.HasPrefix(other.Message, r.Message) }) {
		return v
	}
	v.Open, v.Reasons = false, append(slices.Clone(v.Reasons), r)
	return v
}
