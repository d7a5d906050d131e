package control

import (
	"context"
	"fmt"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/journey"
)

// WhyJourney says what a journey waits for, since when, and who can act: where a
// deployment of it is under way, what that one waits for.
func (c *Control) WhyJourney(ctx context.Context, scope practice.Scope, id string) (verdict practice.Verdict, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		j, err := tx.Journey(id)
		if err != nil {
			return err
		}
		verdict = j.Reasons()
		made := j.Here().Deployments
		if j.State != journey.Running || len(made) == 0 {
			return nil
		}
		d, err := tx.Deployment(made[len(made)-1])
		if err != nil || d.State == deployment.Closed {
			return err
		}
		verdict = deployment.Why(d, c.now())
		waiting, err := waitingTargets(tx, d, c.now())
		verdict.Reasons = append(verdict.Reasons, waiting...)
		return err
	})
	return verdict, err
}

// WhyTrigger says what a trigger waits for, and what keeps it from firing: nobody
// answers for it, or its last webhook was refused.
func (c *Control) WhyTrigger(ctx context.Context, scope practice.Scope, name string) (verdict practice.Verdict, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		t, err := triggerNamed(tx, name)
		if err != nil {
			return err
		}
		if verdict, err = mayFire(tx, t); err != nil || !verdict.Open {
			return err
		}
		p, err := tx.Post(name)
		if err != nil {
			return err
		}
		verdict = practice.Hold(awaited(t, p))
		last, err := tx.Deliveries(name, practice.Page{Limit: 1})
		if err != nil || len(last) == 0 || last[0].Outcome != journey.Refused {
			return err
		}
		verdict = practice.And(practice.Hold(practice.Reason{
			Gate: "signature", Message: "its last webhook was refused: " + last[0].Message, Since: last[0].At,
			Who: "whoever set the webhook up at its sender", How: "enter the secret there again: tranship trigger secret " + name,
		}), verdict)
		return nil
	})
	return verdict, err
}

// awaited says what a trigger waits for that is in order.
func awaited(t journey.Trigger, p journey.Post) practice.Reason {
	what := t.Spec.Component + t.Spec.Release
	r := practice.Reason{Gate: "event", Since: p.FiredAt, How: "tranship trigger fire " + t.Name}
	switch t.Spec.On {
	case journey.OnPush:
		r.Message = "it waits for the next version of " + what + " that is admitted"
	case journey.OnWebhook:
		r.Message = fmt.Sprintf("it waits for the next webhook of %s at /hooks/%s", t.Spec.Webhook.Provider, t.Name)
	case journey.OnSchedule:
		r.Message, r.Until = "it fires next at "+shownTime(p.DueAt), p.DueAt
		if p.DueAt.IsZero() {
			r.Message = "its schedule has no further time"
		}
	case journey.OnChange:
		r.Message = "it waits for the next word on a change at /hooks/" + t.Name
		r.How = "tranship change confirm CHANGE"
	case journey.OnAPI:
		r.Message = "it waits for somebody to fire it"
	}
	return r
}
