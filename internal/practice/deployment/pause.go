package deployment

import (
	"fmt"

	"tranship.dev/tranship/internal/practice/model"
)

// pausePoint gives the pause that the plan demands before the next wave; nil: none.
func (d Deployment) pausePoint() *model.Pause {
	switch {
	case d.Wave == 0:
		return d.Header.Pause
	case d.Wave < len(d.Header.Waves):
		return d.Header.Waves[d.Wave-1].Pause
	default:
		return nil
	}
}

// AtPause gives the pause of the plan that a person ends who has the deployment
// go on now; nil: none, or it does not wait at one (R101).
func (d Deployment) AtPause() *model.Pause {
	if d.State != AwaitingGuidance || !d.Stage.Paused {
		return nil
	}
	return d.pausePoint()
}

// pause does not begin the next wave, because the plan has a person asked first.
func (c *course) pause() {
	c.d.Stage.Passed, c.d.Stage.Paused = true, true
	c.askOrHalt(c.d.standing())
}

// standing says in one sentence how far the deployment got: at a pause what it
// asks, else how the targets of the present stage ended.
func (d Deployment) standing() string {
	if d.Stage.Held != "" {
		return d.criteriaStanding()
	}
	p := d.pausePoint()
	if !d.Stage.Paused || p == nil {
		return d.tally()
	}
	text := fmt.Sprintf("pause before wave %d of %d: %s", d.Wave+1, len(d.Header.Waves), p.Message)
	if d.Stage.Failed+d.Stage.Unknown+d.Stage.Stopped > 0 {
		text += "; " + d.tally()
	}
	return text
}

// answerers says who may answer.
func (d Deployment) answerers() string {
	p := d.pausePoint()
	if !d.Stage.Paused || p == nil || p.Group == "" {
		return operators(d)
	}
	return fmt.Sprintf("to continue, a member of group %s; for any other answer, %s", p.Group, operators(d))
}
