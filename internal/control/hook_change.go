package control

import (
	"strings"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/approval"
	"tranship.dev/tranship/internal/practice/journey"
)

// hookedChange keeps what a webhook says of a change, in the name of the
// trigger's service account, as SayOfChange does. It gives the webhook with its
// outcome; refused is whatever SayOfChange refuses.
func (c *Control) hookedChange(w *work, t journey.Trigger, d journey.Delivery) (journey.Delivery, error) {
	s := d.Event.Said
	if err := s.Check(); err != nil {
		return d, err
	}
	may, err := mayFire(w, t)
	if err != nil {
		return d, err
	}
	if !may.Open {
		return d, practice.Faultf(practice.Refused, "trigger %s does not fire: %s", t.Name, may.Reasons[0].Message).WithHint("%s", may.Reasons[0].How).Final()
	}
	word := ChangeWord{State: approval.ConfirmedChange, Deployment: s.Deployment, Subject: s.Subject, Reason: s.Why(), ValidUntil: s.Until}
	if s.Status == journey.ChangeRevoked {
		word.State = approval.RefusedChange
	}
	said, err := c.say(w, t.Account(), s.Change, word)
	if err != nil {
		return d, err
	}
	var deployments []string
	for _, one := range said {
		deployments = append(deployments, one.Deployment)
	}
	d.Outcome, d.Message = journey.Taken, s.String()+" for "+strings.Join(deployments, ", ")
	w.note(practice.Entry{Kind: entryFired, Subject: triggerSubject(t.Name), Who: t.Account(), Why: word.Reason,
		Data: map[string]any{"change": s.Change, "status": string(s.Status)}})
	return d, keepPost(w, t.Name, func(p *journey.Post) { p.FiredAt, p.Journey = w.now, "" })
}
