package deployment

import (
	"fmt"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// begin begins a stage, the first of its series, and has its orders issued.
func (c *course) begin(state State, phase Phase, wave int, who practice.Actor, why string) {
	if s := c.d.Stage; s.Phase == Execute && phase != Remediate && !s.Forgiven {
		c.d.Tolerated += s.Failed + s.Unknown
	}
	number := c.d.Stage.next()
	c.d.Stage = Stage{Number: number, First: number, Phase: phase, Wave: wave, Level: c.d.level(wave), Since: c.now}
	if phase == Remediate {
		c.d.Stage = c.d.backTo(c.d.Stage, c.d.Wave)
	}
	c.issue(state, who, why)
}

// issue enters the state of the present stage and has its orders issued.
func (c *course) issue(state State, who practice.Actor, why string) {
	c.enter(state, practice.Pass(), who, why)
	s := c.d.Stage
	data := map[string]any{"stage": s.Number, "phase": string(s.Phase), "wave": s.Wave}
	if s.Level > 0 {
		data["level"] = s.Level
	}
	if s.Retry() {
		data["retry"] = true
	}
	if s.Skip {
		data["skip"] = true
	}
	if s.Resumes {
		data["resumed"] = true
	}
	if len(s.Only) > 0 {
		only := make([]any, 0, len(s.Only))
		for _, name := range s.Only {
			only = append(only, name)
		}
		data["targets"] = only
	}
	c.note(EntryStageBegun, who, why, data)
	c.effect(IssueOrders{Stage: s})
}

// goOn is what follows when the present stage is passed: because it went well,
// or because a person said so.
func (c *course) goOn(who practice.Actor, why string) {
	s := c.d.Stage
	switch {
	case s.Passed:
		c.nextWave(who, why)
	case s.Phase == Execute:
		c.afterWave(who, why)
	case s.Phase == Remediate && c.d.Suspended != nil:
		c.takeUp(who, why)
	case s.Phase == Remediate && c.backDown(who, why):
	case s.Phase == Remediate:
		c.close(Remediated, c.d.Cause, who)
	case s.Phase == Accept && s.Wave == 0:
		c.finish(who)
	default:
		c.nextWave(who, why)
	}
}

// nextWave changes the next wave of targets, or ends when there is none.
func (c *course) nextWave(who practice.Actor, why string) {
	exit := AfterWave
	if c.d.Wave == 0 {
		exit = AfterTargets
	}
	if c.holds(exit) {
		return
	}
	if c.d.Wave >= len(c.d.Header.Waves) {
		c.acceptAll(who, why)
		return
	}
	if c.d.Halt != "" {
		c.heldBack()
		return
	}
	if c.pausing(time.Time{}) {
		return
	}
	if c.d.pausePoint() != nil && !c.d.Stage.Paused {
		c.pause()
		return
	}
	if c.holds(BeforeWave) {
		return
	}
	c.d.Wave++
	c.begin(Executing, Execute, c.d.Wave, who, why)
}

// heldBack does not begin the next wave, because the window has ended.
func (c *course) heldBack() {
	message := fmt.Sprintf("wave %d of %d is held back", c.d.Wave+1, len(c.d.Header.Waves))
	if c.d.Stage.Unknown > 0 {
		message += "; " + c.d.tally()
	}
	c.d.Stage.Passed = true
	c.halted(message)
}

// afterWave lets a wave soak, if another follows.
func (c *course) afterWave(who practice.Actor, why string) {
	c.d.Changed = c.now
	if c.d.Stage.Wave >= len(c.d.Header.Waves) {
		c.nextWave(who, why)
		return
	}
	soak := c.d.Header.Waves[c.d.Stage.Wave-1].Soak.Std()
	if soak <= 0 {
		c.afterSoak(who, why)
		return
	}
	end := c.now.Add(soak)
	c.d.Stage.SoakEnd = end
	c.enter(Executing, practice.Hold(practice.Reason{
		Gate:    "soak",
		Message: fmt.Sprintf("wave %d of %d soaks until %s", c.d.Stage.Wave, len(c.d.Header.Waves), clock(end)),
		Since:   c.now,
		Until:   end,
	}), who, why)
	c.wake(end)
}

// soaking says whether the present stage is over and soaks.
func (c *course) soaking() bool { return !c.d.Stage.SoakEnd.IsZero() }

// afterSoak checks the targets of the wave, or begins the next one.
func (c *course) afterSoak(who practice.Actor, why string) {
	c.d.Stage.SoakEnd = time.Time{}
	if !c.d.Header.Accepts() {
		c.nextWave(who, why)
		return
	}
	if c.pausing(c.now) {
		return
	}
	c.begin(Executing, Accept, c.d.Stage.Wave, who, why)
}

// acceptAll checks every changed target once more after the last wave, and closes.
func (c *course) acceptAll(who practice.Actor, why string) {
	accepts := c.d.Header.Accepts()
	switch {
	case c.d.changed() == 0:
		c.succeed(who)
	case accepts && c.pausing(time.Time{}):
	case c.holds(BeforeAcceptance):
	case accepts:
		c.begin(Accepting, Accept, 0, who, why)
	default:
		c.finish(who)
	}
}

// finish closes a deployment that has come to its end, where its criteria are met.
func (c *course) finish(who practice.Actor) {
	if c.d.changed() > 0 && c.holds(AtEnd) {
		return
	}
	c.succeed(who)
}

// succeed closes a deployment that has come to its end: as failed where the change
// stands on no target, and never without saying which targets were given up.
func (c *course) succeed(who practice.Actor) {
	given := c.d.GivenUp.words(c.d.rows)
	if c.d.changed() == 0 && c.d.Header.TargetCount > 0 {
		cause := fmt.Sprintf("the change ended well on none of %d %ss", c.d.Header.Rows(), c.d.word())
		c.close(Failed, strings.TrimSuffix(cause+"; "+given, "; "), who)
		return
	}
	c.close(Succeeded, given, who)
}

// changed gives the number of targets that stand changed as planned: those that were
// given up or brought back are not.
func (d Deployment) changed() int { return d.Executed - d.GivenUp.Executed }

// remediate brings back what was before on every touched target, or part of one,
// the highest level first.
func (c *course) remediate(cause string, who practice.Actor) {
	if c.d.Touched == 0 {
		c.close(Failed, cause+"; no target was touched, there is nothing to remediate", who)
		return
	}
	if lost := c.d.irretrievable(); lost != "" {
		cause += "; bringing back " + lost
	}
	c.d.Suspended = nil
	c.d.Cause, c.d.Halt, c.d.Pausing = cause, "", nil // bringing back knows no end of a window
	c.begin(Remediating, Remediate, 0, who, cause)
}

// ordersIssued counts a page of orders of the present stage.
func (c *course) ordersIssued(e OrdersIssued) error {
	if !c.d.Issuing(e.Stage) {
		return practice.Faultf(practice.Conflict, "deployment %s is %s at stage %d: no orders can be issued for stage %d",
			c.d.ID, c.d.State, c.d.Stage.Number, e.Stage)
	}
	c.note(EntryOrdersIssued, practice.Tranship, "", map[string]any{"stage": e.Stage, "count": e.Count, "last": e.Last})
	if c.d.Started.IsZero() && e.Count > 0 {
		c.d.Started = c.now
	}
	c.d.Stage.Total += e.Count
	c.d.Stage.Issued = e.Last
	if c.d.Stage.Stopping && e.Last {
		c.withdraw()
	}
	c.meetEnd()
	c.settle("")
	return nil
}

// stopEarly takes back what has not begun as soon as a wave can only fail: by
// its own bound, or by that over all waves. In
// the first stage of a wave no further order is issued; the orders of a retry
// are few and all issued, so that every retried target keeps an outcome.
func (c *course) stopEarly() {
	s := &c.d.Stage
	if !c.state(Executing) || s.Phase != Execute || s.Stopping || s.Failed-s.Left <= c.d.tolerance() {
		return
	}
	if s.Issued && s.Open() == 0 {
		return
	}
	s.Stopping = true
	s.Issued = s.Issued || !s.Retry()
	if s.Issued {
		c.withdraw()
	}
}

// withdraw takes back the present stage's orders that have not begun, if there may be any.
func (c *course) withdraw() {
	if c.d.Stage.Open() > c.d.Stage.Running {
		c.effect(WithdrawOrders{Stage: c.d.Stage.Number})
	}
}
