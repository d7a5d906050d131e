package deployment

import (
	"fmt"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// cancelAsked ends a deployment: at once where no target was touched, else as
// soon as the orders that run now have ended. With Now these are interrupted, also
// when it was cancelled before.
func (c *course) cancelAsked(e CancelAsked) error {
	switch c.d.State {
	case Closed:
		return practice.Faultf(practice.Refused, "deployment %s is closed (%s): it cannot be cancelled", c.d.ID, c.d.Result).Final()
	case Cancelling:
		if e.Now && c.d.Interrupting == nil {
			c.note(EntryCancelAsked, e.By, e.Why, map[string]any{"now": true})
			c.interrupt(e)
			c.enter(Cancelling, c.d.ending(c.now), e.By, e.Why)
		}
		return nil
	default: // whatever else it does can be cancelled
	}
	c.d.Suspended = nil
	if e.Now {
		c.note(EntryCancelAsked, e.By, e.Why, map[string]any{"now": true})
		c.interrupt(e)
	} else {
		c.note(EntryCancelAsked, e.By, e.Why, nil)
	}
	s := &c.d.Stage
	s.Issued, s.Stopping = true, true
	c.withdraw()
	cause := because(fmt.Sprintf("cancelled by %s", e.By.Called()), e.Why)
	if !c.state(Executing, AwaitingGuidance, Accepting, Remediating) {
		c.close(Cancelled, cause+"; nothing was touched", e.By)
		return nil
	}
	if c.d.Cause != "" {
		cause += " (" + c.d.Cause + ")"
	}
	c.d.Cause = cause
	s.Held = ""
	s.SoakEnd, s.Passed, s.Paused, c.d.Halt, c.d.Pausing = time.Time{}, false, false, "", nil
	c.enter(Cancelling, c.d.ending(c.now), e.By, e.Why)
	c.settle("")
	return nil
}

// cancelled closes a deployment whose last order has ended, and says what was left where.
func (c *course) cancelled() {
	c.close(Cancelled, c.d.Cause+"; "+c.d.leftovers(), practice.Tranship)
}

// ending says what a cancelled deployment waits for.
func (d Deployment) ending(since time.Time) practice.Verdict {
	r := practice.Reason{
		Gate: "cancellation", Message: "orders that have begun may end", Since: since, Who: "the agents of the targets that run",
	}
	if p := d.Interrupting; p != nil {
		r.Message, r.Until = "orders that have begun are interrupted", p.At.Add(InterruptWithin)
	}
	return practice.Hold(r)
}

// leftovers says what is left where.
func (d Deployment) leftovers() string {
	if d.Touched == 0 {
		return "nothing was touched"
	}
	text := d.Left.words(d.Header.Rows(), d.rows)
	if d.Stage.Phase == Remediate {
		text += fmt.Sprintf("; what was before is back on %d", d.Stage.Above+d.Stage.Done)
	}
	return text
}
