package deployment

import (
	"fmt"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// mustEnd sets the end of the window that the deployment runs in.
func (c *course) mustEnd(at time.Time, overrun Overrun) {
	c.d.MustEnd, c.d.Overrun = at, overrun
	if !at.IsZero() {
		c.effect(WakeUp{At: at})
	}
}

// endMoved: the calendar changed while the deployment runs.
func (c *course) endMoved(e EndMoved) {
	if !c.state(VerifyingTargets, Executing, Accepting) || c.d.Halt != "" {
		return
	}
	if e.MustEnd.Equal(c.d.MustEnd) && e.Overrun == c.d.Overrun {
		return
	}
	c.note(EntryEndMoved, practice.Tranship, e.Why, map[string]any{"mustEnd": moment(e.MustEnd), "overrun": string(e.Overrun)})
	c.mustEnd(e.MustEnd, e.Overrun)
}

func moment(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(TimeFormat)
}

// overdue says whether the window that the deployment runs in has ended.
func (c *course) overdue() bool {
	return !c.d.MustEnd.IsZero() && !c.d.MustEnd.After(c.now)
}

// windowEnded meets the end of the window. A step that has begun always ends;
// checks and remediation, which leave targets better known or better off, too.
func (c *course) windowEnded() {
	at := c.d.MustEnd
	c.d.MustEnd = time.Time{}
	if !c.state(VerifyingTargets, Executing, Accepting) {
		return
	}
	c.note(EntryWindowEnded, practice.Tranship, "", map[string]any{"at": moment(at), "overrun": string(c.d.Overrun)})
	if c.d.Overrun == CarryOn {
		return
	}
	c.d.Halt = fmt.Sprintf("its window ended at %s", clock(at))
	s := &c.d.Stage
	if c.d.Overrun == FinishWave || !c.state(Executing) || s.Phase != Execute || c.soaking() {
		return
	}
	s.Halting, s.Stopping, s.Issued = true, true, true
	c.withdraw()
	c.settle("")
}

// halted is what follows where the window ended before the next wave, or while
// targets of this one were stopped for it.
func (c *course) halted(message string) {
	cause := message + "; " + c.d.Halt
	overrun := c.d.Overrun
	c.d.Halt = ""
	switch overrun {
	case StopAtEnd:
		c.close(Failed, cause+"; "+c.d.leftovers(), practice.Tranship)
	case RollBack:
		c.remediate(cause, practice.Tranship)
	case FinishWave, FinishStep, CarryOn:
		c.ask(cause)
	}
}
