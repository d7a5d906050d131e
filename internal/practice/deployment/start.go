package deployment

import (
	"fmt"
	"slices"
	"strings"

	"tranship.dev/tranship/internal/practice"
)

// planFrozen: a requested deployment is planned, and waits for its authorisation.
func (c *course) planFrozen(e PlanFrozen) {
	if !c.state(Requested) {
		return
	}
	c.note(EntryPlanned, e.By, "", planData(c.d))
	c.enter(Planned, practice.Hold(practice.Reason{
		Gate:    "authorisation",
		Message: fmt.Sprintf("plan %s %s is not authorised yet", c.d.Plan, c.d.PlanDigest.Short()),
		Since:   c.now,
		Who:     "whoever may authorise deployments into " + c.d.Header.Environment,
		How:     c.command("authorise"),
	}), e.By, "")
}

// authorisationGiven: a planned deployment begins, or waits for its time.
func (c *course) authorisationGiven(e AuthorisationGiven) error {
	if c.state(Requested, Closed) {
		return practice.Faultf(practice.Refused, "deployment %s is %s: it cannot be authorised", c.d.ID, c.d.State)
	}
	if !c.state(Planned) {
		return nil
	}
	c.note(EntryAuthorised, e.By, e.Why, map[string]any{"planDigest": string(c.d.PlanDigest)})
	c.enter(Authorised, practice.Pass(), e.By, e.Why)
	if !c.d.StartAfter.After(c.now) {
		c.verifyComponents()
		return nil
	}
	c.enter(Scheduled, practice.Hold(practice.Reason{
		Gate:    "schedule",
		Message: fmt.Sprintf("it starts at %s", clock(c.d.StartAfter)),
		Since:   c.now,
		Until:   c.d.StartAfter,
	}), practice.Tranship, "")
	c.wake(c.d.StartAfter)
	return nil
}

// verifyComponents asks the library about every item.
func (c *course) verifyComponents() {
	c.enter(VerifyingComponents, practice.Pass(), practice.Tranship, "")
	c.effect(JudgeComponents{})
}

// componentsJudged: the first gate that is asked at the moment of the start.
// Nothing was touched before it, so a closed gate ends the deployment.
func (c *course) componentsJudged(e ComponentsJudged) {
	if !c.state(VerifyingComponents) {
		return
	}
	c.noteGate("component verification", e.Verdict, nil)
	switch {
	case !e.Verdict.Open:
		messages := make([]string, 0, len(e.Verdict.Reasons))
		for _, r := range e.Verdict.Reasons {
			messages = append(messages, r.Message)
		}
		cause := "component verification failed, nothing was touched"
		if len(messages) > 0 {
			cause += ": " + strings.Join(messages, "; ")
		}
		c.close(Failed, cause, practice.Tranship)
	case len(c.d.Header.Checks) > 0:
		c.begin(VerifyingTargets, Verify, 0, practice.Tranship, "")
	default:
		c.nextWave(practice.Tranship, "")
	}
}

// timeCame: what was due until now goes on. A timer that is not due changes nothing.
func (c *course) timeCame() {
	switch {
	case c.state(Scheduled) && !c.d.StartAfter.After(c.now):
		c.verifyComponents()
	case c.state(Executing) && c.soaking() && !c.d.Stage.SoakEnd.After(c.now):
		c.afterSoak(practice.Tranship, fmt.Sprintf("the soak of wave %d is over", c.d.Stage.Wave))
	}
}

// command gives the line that a person types.
func (c *course) command(verb string) string { return command(c.d, verb) }

func command(d Deployment, verb string) string {
	line := fmt.Sprintf("tranship deployment %s %s", verb, d.ID)
	if slices.Contains([]string{"retry", "continue", "remediate", "fail"}, verb) {
		line += " --reason WHY"
	}
	return line
}
