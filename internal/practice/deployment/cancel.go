package deployment

import (
	"fmt"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// cancelAsked ends a deployment: at once where no target was touched, else as
// soon as the orders that run now have ended.
func (c *course) cancelAsked(e CancelAsked) error {
	switch c.d.State {
	case Closed:
		return practice.Faultf(practice.Refused, "deployment %s is closed (%s): it cannot be cancelled", c.d.ID, c.d.Result).Final()
	case Cancelling:
		return nil
	default: // whatever else it does can be cancelled
	}
	c.note(EntryCancelAsked, e.By, e.Why, nil)
	s := &c.d.Stage
	s.Issued, s.Stopping = true, true
	c.withdraw()
	cause := fmt.Sprintf("cancelled by %s", e.By)
	if e.Why != "" {
		cause += ": " + e.Why
	}
	if !c.state(Executing, AwaitingGuidance, Accepting, Remediating) {
		c.close(Cancelled, cause+"; nothing was touched", e.By)
		return nil
	}
	if c.d.Cause != "" {
		cause += " (" + c.d.Cause + ")"
	}
	c.d.Cause = cause
	s.SoakEnd, s.Passed, c.d.Halt = time.Time{}, false, ""
	c.enter(Cancelling, practice.Hold(practice.Reason{
		Gate:    "cancellation",
		Message: "orders that have begun may end",
		Since:   c.now,
		Who:     "the agents of the targets that run",
	}), e.By, e.Why)
	c.settle("")
	return nil
}

// cancelled closes a deployment whose last order has ended, and says what was left where.
func (c *course) cancelled() {
	c.close(Cancelled, c.d.Cause+"; "+c.d.leftovers(), practice.Tranship)
}

// leftovers says how far a deployment got.
func (d Deployment) leftovers() string {
	if d.Touched == 0 {
		return "nothing was touched"
	}
	text := fmt.Sprintf("of %s %d done, %d touched and not done, %d not touched",
		targets(d.Header.TargetCount), d.Executed, d.Touched-d.Executed, d.Header.TargetCount-d.Touched)
	if d.Stage.Unknown > 0 {
		text += fmt.Sprintf("; %d unknown", d.Stage.Unknown)
	}
	if d.Stage.Phase == Remediate {
		text += fmt.Sprintf("; what was before is back on %d", d.Stage.Done)
	}
	return text
}
