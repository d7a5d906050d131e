package deployment

import (
	"fmt"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// How long a deployment waits before its gates are asked again, where nobody knows
// when they will open: nothing waits for what nobody holds.
const (
	lookAtAuthorisation = time.Hour
	lookAtStart         = 10 * time.Minute
)

// planFrozen: a requested deployment is planned, and waits for its authorisation.
func (c *course) planFrozen(e PlanFrozen) {
	if !c.state(Requested) {
		return
	}
	c.note(EntryPlanned, e.By, "", PlanData(c.d))
	c.enter(Planned, c.unauthorised(), e.By, "")
	c.judgeAuthorisation()
}

// judgeAuthorisation and judgeStart ask; should the answer get lost, they ask again after a while.
func (c *course) judgeAuthorisation() {
	c.d.WakeAt = c.now.Add(lookAtAuthorisation)
	c.effect(JudgeAuthorisation{})
}

func (c *course) judgeStart() {
	c.d.WakeAt = c.now.Add(lookAtStart)
	c.effect(JudgeStart{})
}

// unauthorised holds a deployment until it is known what its authorisation needs.
func (c *course) unauthorised() practice.Verdict {
	return practice.Hold(practice.Reason{
		Gate:    "authorisation",
		Message: fmt.Sprintf("plan %s %s is not authorised yet", c.d.Plan, c.d.PlanDigest.Short()),
		Since:   c.now,
		Who:     "whoever may authorise deployments into " + c.d.Header.Environment,
		How:     c.command("why"),
	})
}

// authorisationGiven: a planned deployment is authorised, and asks whether it may start.
func (c *course) authorisationGiven(e AuthorisationGiven) error {
	if c.state(Requested, Closed) {
		return practice.Faultf(practice.Refused, "deployment %s is %s: it cannot be authorised", c.d.ID, c.d.State)
	}
	if !c.state(Planned) {
		return nil
	}
	c.d.Authority = e.Why
	if c.d.Baseline.Start.IsZero() {
		c.d.Baseline = c.d.Time()
	}
	data := map[string]any{"planDigest": string(c.d.PlanDigest), "subject": string(c.d.Subject)}
	if !c.d.Baseline.Start.IsZero() {
		data["plannedStart"], data["plannedEnd"] = moment(c.d.Baseline.Start), moment(c.d.Baseline.End)
	}
	c.note(EntryAuthorised, e.By, e.Why, data)
	c.enter(Authorised, practice.Pass(), e.By, e.Why)
	c.judgeStart()
	return nil
}

// authorisationHeld: it waits for its authorisation, maybe again.
func (c *course) authorisationHeld(e AuthorisationHeld) {
	if !c.state(Planned, Authorised, Scheduled) {
		return
	}
	if e.By.Name == "" {
		e.By = practice.Tranship
	}
	if !c.state(Planned) {
		c.d.Authority = ""
		c.note(EntryVoided, e.By, e.Voided, map[string]any{"subject": string(c.d.Subject)})
	}
	c.hold(Planned, "authorisation", e.Verdict, e.By, e.Voided)
	c.wakeBy(e.WakeAt, lookAtAuthorisation)
}

// askedAnew: what is asked changes before anything was begun.
func (c *course) askedAnew(e AskedAnew) error {
	if !c.state(Planned, Authorised, Scheduled) {
		return practice.Faultf(practice.Refused, "deployment %s is %s: what is asked can only change before it starts", c.d.ID, c.d.State).
			WithHint("end it with %s, and ask for another", c.command("cancel")).Final()
	}
	another := e.Plan != c.d.Plan || e.PlanDigest != c.d.PlanDigest
	// What was authorised is authorised for that subject in that round only.
	voids := e.Voids || another || e.Subject != c.d.Subject || e.Round != c.d.Round
	if !c.d.Baseline.Start.IsZero() && (!e.StartAfter.Equal(c.d.StartAfter) || !e.Window.Start.Equal(c.d.Window.Start) || !e.Window.End.Equal(c.d.Window.End)) {
		c.d.Reschedules++
	}
	c.d.Ask, c.d.StartAfter, c.d.Round, c.d.Subject, c.d.Risk = e.Ask, e.StartAfter, e.Round, e.Subject, e.Risk
	c.d.Plan, c.d.PlanDigest, c.d.Header = e.Plan, e.PlanDigest, e.Header
	if another {
		c.effect(ReplaceTargets{})
		c.note(EntryPlanned, e.By, e.Why, PlanData(c.d))
	}
	if voids {
		c.forgetAnswers()
	}
	if voids && !c.state(Planned) {
		c.d.Authority = ""
		c.note(EntryVoided, e.By, e.Why, map[string]any{"subject": string(c.d.Subject)})
	}
	if voids || c.state(Planned) {
		c.enter(Planned, c.unauthorised(), e.By, e.Why)
		c.judgeAuthorisation()
		return nil
	}
	c.judgeStart()
	return nil
}

// startJudged: it starts, or waits for the gates that are closed.
func (c *course) startJudged(e StartJudged) {
	if !c.state(Authorised, Scheduled) {
		return
	}
	verdict, wake := e.Verdict, e.WakeAt
	if !e.MustEnd.IsZero() && !e.MustEnd.After(c.now) {
		verdict = practice.And(practice.Hold(practice.Reason{
			Gate: "window", Message: fmt.Sprintf("its window ended at %s", clock(e.MustEnd)),
		}), verdict)
	}
	if c.d.StartAfter.After(c.now) {
		verdict = practice.And(practice.Hold(practice.Reason{
			Gate: "schedule", Message: fmt.Sprintf("it starts at %s", clock(c.d.StartAfter)), Until: c.d.StartAfter,
		}), verdict)
		if wake.IsZero() || c.d.StartAfter.Before(wake) {
			wake = c.d.StartAfter
		}
	}
	c.found(AtStart, e.Found)
	met, _ := c.verdict(c.d.CriteriaAt(AtStart))
	verdict = practice.And(verdict, met)
	for _, r := range met.Reasons {
		if !r.Until.IsZero() && (wake.IsZero() || r.Until.Before(wake)) {
			wake = r.Until
		}
	}
	verdict = c.d.pauses(verdict)
	if !verdict.Open {
		c.hold(Scheduled, "start", verdict, practice.Tranship, "")
		c.wakeBy(wake, lookAtStart)
		return
	}
	c.noteGate("start", verdict, nil)
	c.verifyComponents()
	c.mustEnd(e.MustEnd, e.Overrun, "")
}

// hold waits in a state for a closed gate; the record gets a new reason, not
// the same one again.
func (c *course) hold(state State, gate string, verdict practice.Verdict, who practice.Actor, why string) {
	if verdict.Open || len(verdict.Reasons) == 0 {
		verdict = practice.Hold(practice.Reason{Gate: gate, Message: "the gate is closed and does not say why"})
	}
	verdict = verdict.Since(c.d.Waiting, c.now)
	if c.d.State != state || !verdict.Same(c.d.Waiting) {
		c.noteGate(gate, verdict, nil)
	}
	c.enter(state, verdict, who, why)
}

// reconsidered: a deployment that has not started asks its gates again, and one
// that runs looks until when it may.
func (c *course) reconsidered() {
	switch {
	case c.state(Planned):
		c.judgeAuthorisation()
	case c.state(Authorised, Scheduled):
		c.judgeStart()
	default:
		if c.atCheckpoint() {
			c.asksEvidence(c.d.CriteriaAt(c.d.Stage.Held))
		}
		c.judgeEnd()
	}
}

// wakeBy looks again at a moment, or after the longest time that nothing is looked at.
func (c *course) wakeBy(at time.Time, longest time.Duration) {
	if at.IsZero() || !at.After(c.now) {
		at = c.now.Add(longest)
	}
	c.wake(at)
}
