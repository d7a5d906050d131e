package deployment

import (
	"fmt"
	"slices"
	"strings"

	"tranship.dev/tranship/internal/practice"
)

// verifyComponents asks the library about every item.
func (c *course) verifyComponents() {
	c.enter(VerifyingComponents, practice.Pass(), practice.Tranship, "")
	c.effect(JudgeComponents{})
}

// componentsJudged: the first gate that is asked at the moment of the start.
// Nothing was touched before it, so a closed gate ends the deployment.
func (c *course) componentsJudged(e ComponentsJudged) {
	if !c.state(VerifyingComponents) || c.meetEnd() && !c.state(VerifyingComponents) {
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
	default:
		c.verifyTargets(practice.Tranship, "")
	}
}

// verifyTargets has the targets checked before the first wave, where the plan has checks.
func (c *course) verifyTargets(who practice.Actor, why string) {
	switch {
	case c.holds(BeforeTargets):
	case c.d.Pausing != nil: // asked for while it waited for criteria: these are looked at once more afterwards
		c.d.Stage.Held, c.d.Stage.Cleared, c.d.Stage.Passed = BeforeTargets, "", true
		c.ask(c.d.standing())
	case len(c.d.Header.Checks) > 0:
		c.begin(VerifyingTargets, Verify, 0, who, why)
	default:
		c.nextWave(who, why)
	}
}

// timeCame: what was due until now goes on. A timer that is not due changes nothing.
func (c *course) timeCame() {
	switch {
	case c.d.overdue(c.now):
		c.windowEnded()
	case c.d.WakeAt.IsZero() || c.d.WakeAt.After(c.now):
		// a timer that was set anew meanwhile
	case c.state(Planned):
		c.judgeAuthorisation()
	case c.state(Authorised, Scheduled):
		c.judgeStart()
	case c.atCheckpoint():
		c.recheck(practice.Tranship, "")
	case c.state(Executing) && c.soaking() && !c.d.Stage.SoakEnd.After(c.now):
		c.afterSoak(practice.Tranship, fmt.Sprintf("the soak of wave %d is over", c.d.Stage.Wave))
	}
}

// command gives the line that a person types.
func (c *course) command(verb string) string { return command(c.d, verb) }

func command(d Deployment, verb string) string {
	verb, flag, _ := strings.Cut(verb, " ")
	line := fmt.Sprintf("tranship deployment %s %s", verb, d.ID)
	if slices.Contains([]string{"retry", "skip", "continue", "remediate", "fail", "pause", "resume"}, verb) || flag != "" {
		line += strings.TrimRight(" "+flag, " ") + " --reason WHY"
	}
	return line
}
