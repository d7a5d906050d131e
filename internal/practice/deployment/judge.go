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
	if c.d.Stage.Over() && c.atCheckpoint() {
		c.recheck(practice.Tranship, resolved)
		return
	}
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
	what := c.whilePausing(c.d.consequence())
	message := c.d.tally()
	if what == asks && c.state(AwaitingGuidance) {
		c.askOrHalt(message)
		return
	}
	c.judgeChecks()
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
	if c.d.Halt != "" && c.d.Suspended == nil {
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
	if p := c.d.Pausing; p != nil && c.d.Halt == "" {
		message = p.reason(c.d).Message + "; " + message
	}
	s, gate := c.d.Stage, c.d.Stage.gate()
	if lost := c.d.irretrievable(); lost != "" && c.d.Touched > 0 && s.Phase != Remediate {
		message += "; bringing back " + lost
	}
	switch {
	case (s.Paused || c.d.Pausing != nil) && c.d.Halt == "":
		gate = "pause"
	case s.Passed:
		gate = "window"
	}
	reasons, due := c.d.criterionReasons()
	if len(reasons) == 0 || c.d.Pausing != nil || c.d.Halt != "" {
		reasons = append([]practice.Reason{{
			Gate:    gate,
			Message: message,
			Since:   since,
			Who:     c.d.answerers(),
			How:     c.d.answers(),
			Targets: s.names(),
		}}, reasons...)
	}
	c.enter(AwaitingGuidance, practice.Hold(reasons...), practice.Tranship, message)
	if !due.IsZero() {
		c.wake(due)
	}
}

// consequence judges the outcomes of the present stage, which is over. What
// follows by itself follows from failures alone: where an outcome is unknown, or
// too few targets were reached for another reason, a person is asked.
func (d Deployment) consequence() consequence {
	s := d.Stage
	bad := d.bad()
	last := s.Phase == Execute && s.Wave >= len(d.Header.Waves)
	if d.cut() && s.Failed <= d.tolerance() {
		return asks
	}
	cut := s.Halting && s.Stopped+d.missing() > 0 // by the end of the window: no failure, so not tolerated as one
	switch {
	case cut && s.Failed <= d.tolerance():
		return asks
	case bad == 0 || bad+s.Given <= d.tolerance() && (!last || d.Executed > 0):
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

// bad gives how many targets of the stage did not end well, and were not given up.
func (d Deployment) bad() int {
	return d.Stage.Failed + d.Stage.Unknown + d.Stage.Stopped + d.missing()
}

// tolerance gives how many targets of the stage may end other than done: only
// the change itself tolerates any, checks and remediation must hold everywhere.
// What earlier waves used up of the bound over all waves is not left for this one.
func (d Deployment) tolerance() int {
	if d.Stage.Phase != Execute {
		return 0
	}
	if left, bounded := d.leftOver(); bounded {
		return min(d.waveBound(), left)
	}
	return d.waveBound()
}

// waveBound gives how many targets of the present wave may fail or stay unknown.
func (d Deployment) waveBound() int {
	if n := d.Stage.Wave; n >= 1 && n <= len(d.Header.Waves) && d.Header.Waves[n-1].MaxFailures != nil {
		return *d.Header.Waves[n-1].MaxFailures
	}
	return d.Header.MaxFailures
}

// leftOver gives how many more targets may fail over all waves, and whether that is bounded.
func (d Deployment) leftOver() (int, bool) {
	if d.Header.MaxFailuresTotal == nil {
		return 0, false
	}
	return max(0, *d.Header.MaxFailuresTotal-d.Tolerated), true
}

// missing gives the number of targets of a stopped wave that never got an order.
func (d Deployment) missing() int {
	s := d.Stage
	if s.Phase != Execute || !s.Issued || s.Wave < 1 || s.Wave > len(d.Header.Waves) {
		return 0
	}
	return max(0, d.Header.Waves[s.Wave-1].Size-s.Total-d.GivenUp.of(s.Wave))
}

// gate names what the outcomes of the stage open or close.
func (s Stage) gate() string {
	at := ""
	if s.Level > 0 {
		at = fmt.Sprintf(", level %d", s.Level)
	}
	switch {
	case s.Phase == Verify:
		return "target verification"
	case s.Phase == Execute:
		return fmt.Sprintf("health of wave %d%s", s.Wave, at)
	case s.Phase == Accept && s.Wave > 0:
		return fmt.Sprintf("acceptance of wave %d%s", s.Wave, at)
	case s.Phase == Accept:
		return "acceptance"
	case s.Level > 0:
		return fmt.Sprintf("remediation of level %d", s.Level)
	default:
		return "remediation"
	}
}
