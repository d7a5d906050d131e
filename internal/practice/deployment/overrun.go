package deployment

import (
	"fmt"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// mustEnd sets the end of the window that the deployment runs in.
func (c *course) mustEnd(at time.Time, overrun Overrun, why string) {
	c.d.MustEnd, c.d.Overrun, c.d.EndWhy = at, overrun, why
	if !at.IsZero() {
		c.effect(WakeUp{At: at})
	}
}

// endMoved: the calendar changed while the deployment runs. An end that somebody
// has gone beyond already is not met again. One that was met is lifted by an end to
// come, not by the lack of one, and not once targets are stopped for it or a wave is
// held back: then a person is asked.
func (c *course) endMoved(e EndMoved) {
	toCome := e.MustEnd.After(c.now)
	known := e.MustEnd.Equal(c.d.MustEnd) && (e.Overrun == c.d.Overrun || e.MustEnd.IsZero())
	switch {
	case !c.bounded() || c.d.Stage.Halting || c.d.Stage.Passed && c.d.Halt != "":
		return
	case c.d.Suspended != nil && (c.d.Suspended.Halting || c.d.Suspended.Passed):
		return
	case c.d.Halt != "" && !toCome:
		return
	case c.d.Halt == "" && (known || !e.MustEnd.IsZero() && !e.MustEnd.After(c.d.Beyond)):
		return
	}
	lifted := c.d.Halt != ""
	c.d.Halt = ""
	c.note(EntryEndMoved, practice.Tranship, e.Why, map[string]any{"mustEnd": moment(e.MustEnd), "overrun": string(e.Overrun)})
	c.mustEnd(e.MustEnd, e.Overrun, e.Why)
	if lifted && c.state(AwaitingGuidance) {
		c.ask(c.d.standing())
	}
}

// bounded says whether the end of a window means anything to the deployment:
// once it remediates, is cancelled or closed, it does not.
func (c *course) bounded() bool {
	return c.state(VerifyingComponents, VerifyingTargets, Executing, Accepting) ||
		c.state(AwaitingGuidance) && c.d.Stage.Phase != Remediate ||
		c.state(Remediating, AwaitingGuidance) && c.d.Suspended != nil
}

func moment(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(TimeFormat)
}

// overdue says whether the window that the deployment runs in has ended.
func (d Deployment) overdue(now time.Time) bool {
	return !d.MustEnd.IsZero() && !d.MustEnd.After(now)
}

// meetEnd meets the end of the window where that has come, whatever happens just
// now, and says whether it has: nothing may begin because the timer is a little late.
func (c *course) meetEnd() bool {
	overdue := c.d.overdue(c.now)
	if overdue {
		c.windowEnded()
	}
	return overdue
}

// windowEnded meets the end of the window. A step that has begun always ends;
// checks and remediation, which leave targets better known or better off, too.
func (c *course) windowEnded() {
	at := c.d.MustEnd
	c.d.MustEnd = time.Time{}
	if !c.bounded() {
		return
	}
	c.note(EntryWindowEnded, practice.Tranship, "", map[string]any{"at": moment(at), "overrun": string(c.d.Overrun)})
	if c.state(VerifyingComponents) {
		c.missed(at)
		return
	}
	c.d.Beyond = at
	if c.d.Overrun == CarryOn {
		return
	}
	c.d.Halt = fmt.Sprintf("its window ended at %s", clock(at))
	if c.d.EndWhy != "" {
		c.d.Halt += ", " + c.d.EndWhy
	}
	s := &c.d.Stage
	if c.d.Suspended != nil { // it is met when the stage that waits goes on
		return
	}
	if c.state(AwaitingGuidance) {
		if c.atCheckpoint() && c.d.Wave >= len(c.d.Header.Waves) { // nothing is left that would change a target
			c.ask(c.d.standing())
			return
		}
		c.halted(c.d.standing())
		return
	}
	if c.atCheckpoint() {
		return
	}
	if c.d.Overrun == FinishWave || !c.state(Executing) || s.Phase != Execute || c.soaking() {
		return
	}
	s.Halting, s.Stopping = true, true
	s.Issued = s.Issued || !s.Retry() // as in stopEarly
	if s.Issued {
		c.withdraw()
	}
	c.settle("")
}

// missed: the window ended before anything was begun; it waits for the next one.
func (c *course) missed(at time.Time) {
	c.d.Stage = Stage{} // criteria may have been looked at
	c.enter(Scheduled, practice.Hold(practice.Reason{
		Gate: "window", Message: fmt.Sprintf("its window ended at %s, before it began", clock(at)), Since: c.now,
	}), practice.Tranship, "")
	c.judgeStart()
}

// halted is what follows where the window has ended and the deployment does not go
// on by itself. Where an outcome is unknown a person is asked, whatever the overrun.
func (c *course) halted(message string) {
	cause := message + "; " + c.d.Halt
	switch {
	case c.d.Stage.Unknown > 0:
		c.ask(cause)
	case c.d.Overrun == StopAtEnd:
		c.close(Failed, cause+"; "+c.d.leftovers(), practice.Tranship)
	case c.d.Overrun == RollBack:
		c.remediate(cause, practice.Tranship)
	default:
		c.ask(cause)
	}
}
