package deployment

import (
	"fmt"
	"strings"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/model"
)

// consequence is what follows from the outcomes of a stage.
type consequence int

const (
	goesOn consequence = iota
	asks
	remediates
	fails
)

// settle draws the consequence when the present stage is over. resolved says
// what a late report cleared up, for a deployment that goes on by itself.
func (c *course) settle(resolved string) {
	if !c.d.Stage.Over() || c.soaking() || c.d.Stage.Passed {
		return
	}
	switch c.d.State {
	case Cancelling:
		c.cancelled()
	case AwaitingGuidance, VerifyingTargets, Executing, Accepting, Remediating:
		c.judge(resolved)
	case Requested, Planned, Authorised, Scheduled, VerifyingComponents, Closed:
		// no stage of orders is under way
	}
}

// judge asks the gate of the stage, and follows its verdict.
func (c *course) judge(resolved string) {
	what := c.d.consequence()
	message := c.d.tally()
	if what == asks && c.state(AwaitingGuidance) {
		c.askOrHalt(message)
		return
	}
	s := c.d.Stage
	verdict := practice.Verdict{Open: what == goesOn}
	if !verdict.Open {
		verdict = practice.Hold(practice.Reason{Gate: s.gate(), Message: message})
	}
	c.noteGate(s.gate(), verdict, map[string]any{
		"stage": s.Number, "total": s.Total, "done": s.Done, "failed": s.Failed, "unknown": s.Unknown,
		"stopped": s.Stopped, "notOrdered": c.d.missing(), "tolerated": c.d.tolerance(),
	})
	if c.state(AwaitingGuidance) {
		message = strings.TrimPrefix(message+"; "+resolved, "; ")
		resolved += ", it goes on by itself"
	}
	switch what {
	case goesOn:
		c.goOn(practice.Tranship, resolved)
	case asks:
		c.askOrHalt(message)
	case remediates:
		c.remediate(message, practice.Tranship)
	case fails:
		c.close(Failed, message, practice.Tranship)
	}
}

// askOrHalt asks a person, or does what is to be done where the window has ended.
func (c *course) askOrHalt(message string) {
	if c.d.Halt != "" {
		c.halted(message)
		return
	}
	c.ask(message)
}

// ask waits for a person.
func (c *course) ask(message string) {
	since := c.now
	if c.state(AwaitingGuidance) {
		since = c.d.Since
	}
	s, gate := c.d.Stage, c.d.Stage.gate()
	if s.Passed {
		gate = "window"
	}
	c.enter(AwaitingGuidance, practice.Hold(practice.Reason{
		Gate:    gate,
		Message: message,
		Since:   since,
		Who:     operators(c.d),
		How:     c.d.answers(),
		Targets: s.names(),
	}), practice.Tranship, message)
}

// consequence judges the outcomes of the present stage, which is over. What
// follows by itself follows from failures alone: where an outcome is unknown, or
// too few targets were reached for another reason, a person is asked.
func (d Deployment) consequence() consequence {
	s := d.Stage
	bad := s.Failed + s.Unknown + s.Stopped + d.missing()
	last := s.Phase == Execute && s.Wave >= len(d.Header.Waves)
	cut := s.Halting && s.Stopped+d.missing() > 0 // by the end of the window: no failure, so not tolerated as one
	switch {
	case cut && s.Failed <= d.tolerance():
		return asks
	case bad == 0 || bad <= d.tolerance() && (!last || d.Executed > 0):
		return goesOn
	case s.Unknown > 0 || s.Failed <= d.tolerance() || s.Phase == Verify || s.Phase == Remediate:
		return asks
	case d.Header.OnFailure == model.Remediate:
		return remediates
	case d.Header.OnFailure == model.Fail:
		return fails
	default:
		return asks
	}
}

// tolerance gives how many targets of the stage may end other than done: only
// the change itself tolerates any, checks and remediation must hold everywhere.
func (d Deployment) tolerance() int {
	if d.Stage.Phase == Execute {
		return d.Header.MaxFailures
	}
	return 0
}

// missing gives the number of targets of a stopped wave that never got an order.
func (d Deployment) missing() int {
	s := d.Stage
	if s.Phase != Execute || !s.Issued || s.Wave < 1 || s.Wave > len(d.Header.Waves) {
		return 0
	}
	return max(0, d.Header.Waves[s.Wave-1].Size-s.Total)
}

// gate names what the outcomes of the stage open or close.
func (s Stage) gate() string {
	switch {
	case s.Phase == Verify:
		return "target verification"
	case s.Phase == Execute:
		return fmt.Sprintf("health of wave %d", s.Wave)
	case s.Phase == Accept && s.Wave > 0:
		return fmt.Sprintf("acceptance of wave %d", s.Wave)
	case s.Phase == Accept:
		return "acceptance"
	default:
		return "remediation"
	}
}
