package control

import (
	"context"
	"fmt"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/journey"
	"tranship.dev/tranship/internal/practice/library"
)

// JobJourney looks what is due for a journey and does it.
const JobJourney = "journey"

// wakeJourney has a journey looked at once this transaction has committed.
func wakeJourney(w *work, id string) error {
	return w.Enqueue(Job{Kind: JobJourney, Scope: w.scope, Subject: id}, time.Time{})
}

// wakeJourneys has the open journeys of some components looked at.
func wakeJourneys(w *work, components []string) error {
	for _, component := range components {
		for page := (practice.Page{Limit: practice.MaxLimit}); ; {
			open, err := w.Journeys(journey.Filter{Component: component, Open: true}, page)
			if err != nil {
				return err
			}
			for _, j := range open {
				if err := wakeJourney(w, j.ID); err != nil {
					return err
				}
			}
			if len(open) < page.Limit {
				break
			}
			page.After = open[len(open)-1].ID
		}
	}
	return nil
}

// reconsiderJourneys has every open journey looked at.
func (c *Control) reconsiderJourneys(ctx context.Context, scope practice.Scope) error {
	_, err := c.update(ctx, scope, func(w *work) error {
		for page := (practice.Page{Limit: practice.MaxLimit}); ; {
			open, err := w.Journeys(journey.Filter{Open: true}, page)
			if err != nil {
				return err
			}
			for _, j := range open {
				if err := wakeJourney(w, j.ID); err != nil {
					return err
				}
			}
			if len(open) < page.Limit {
				return nil
			}
			page.After = open[len(open)-1].ID
		}
	})
	return err
}

// AdvanceJourney does everything that is due for a journey. due is when the job
// was to be done, 0 for at once: a timer that was set anew meanwhile does
// nothing. It may be called at any time, any number of times.
func (c *Control) AdvanceJourney(ctx context.Context, scope practice.Scope, id string, due int64) error {
	refusal := practice.Pass()
	for range 100 { // no flow is as long; each round does one thing
		var s journey.Step
		w, err := c.update(ctx, scope, func(w *work) (err error) {
			s, err = c.stepJourney(w, id, due, refusal)
			return err
		})
		if err != nil {
			return err
		}
		c.advanceAgain(ctx, w)
		due = 0
		switch s.Do {
		case journey.Rest:
			return nil
		case journey.Look, journey.Withdraw:
		case journey.Replan:
			if refusal, err = c.replanJourney(ctx, scope, s); err != nil {
				return err
			}
		case journey.Enter:
			if refusal, err = c.enterJourney(ctx, scope, s.Journey); err != nil {
				return err
			}
		}
	}
	return fmt.Errorf("journey %s does not come to rest", id)
}

// stepJourney does one thing about a journey, and says what is to be done outside
// the transaction. refusal is what the last attempt to enter ran into just now.
func (c *Control) stepJourney(w *work, id string, due int64, refusal practice.Verdict) (journey.Step, error) {
	rest := journey.Step{Do: journey.Rest}
	j, err := w.Journey(id)
	if err != nil || !j.Open() || due > 0 && j.WakeAt.Unix() > due {
		return rest, err
	}
	held := practice.Pass()
	if j.Release == "" {
		if j, held, err = arrange(w, j); err != nil {
			return rest, err
		}
		if j.Release != "" {
			noteSet(w, j)
		}
	}
	f, err := c.facts(w, j)
	if err != nil {
		return rest, err
	}
	f.Refusal = practice.And(held, refusal)
	s := journey.Next(j, f, w.now)
	w.entries = append(w.entries, s.Entries...)
	if err := putJourney(w, s.Journey); err != nil {
		return s, err
	}
	if len(s.Entries) > 0 && s.Journey.Ending != journey.Superseded { // those that it overtakes, or makes way for; the newer one keeps on doing that
		if err := wakeJourneys(w, s.Journey.Components()); err != nil {
			return s, err
		}
	}
	if s.Do == journey.Withdraw {
		d, err := w.Deployment(s.Journey.Here().Withdrawn)
		if err != nil {
			return s, err
		}
		_, _, err = c.settle(w, d, deployment.CancelAsked{By: j.As, Why: s.Why})
		return s, err
	}
	return s, nil
}

// putJourney stores a journey and has it looked at when its time comes.
func putJourney(w *work, j journey.Journey) error {
	j.WakeAt = stored(j.WakeAt)
	if err := w.PutJourney(j); err != nil {
		return err
	}
	if j.WakeAt.IsZero() || !j.WakeAt.After(w.now) {
		return nil
	}
	return w.Enqueue(Job{Kind: JobJourney, Scope: w.scope, Subject: j.ID, Due: j.WakeAt.Unix()}, j.WakeAt)
}

// enterJourney plans the release into the environment that it is about to enter,
// and asks for the deployment. What stands against it comes back as a verdict.
func (c *Control) enterJourney(ctx context.Context, scope practice.Scope, j journey.Journey) (practice.Verdict, error) {
	here := j.Here().Environment
	planned, err := c.Plan(ctx, scope, j.As, PlanRequest{Release: j.Release, Environment: here, Model: j.Model, Redeploy: j.Redeploy})
	if err == nil {
		_, err = c.Deploy(ctx, scope, j.As, DeploymentRequest{
			Plan: planned.ID, Digest: planned.Digest, Reason: "journey " + j.ID + " of trigger " + j.Trigger + ": " + j.Cause, Journey: j.ID,
			AskRequest: AskRequest{Class: j.Class, ValueStream: j.ValueStream, Urgency: j.Urgency, Priority: j.Priority, Change: j.Change},
		})
	}
	reason, told := reasonOf(err, "plan for "+here)
	switch {
	case err == nil:
		return practice.Pass(), nil
	case !told:
		return practice.Verdict{}, err
	}
	if reason.How == "" {
		reason.How = "tranship plan " + j.Release + " --to " + here
	}
	reason.Who = "whoever looks after " + here
	return practice.Hold(reason), nil
}

// replanJourney gives the deployment that a journey waits with the plan that it
// would get now: its number stays, its votes too where the plan is the same, and
// approvers see what changed. What stands against it comes back as a verdict.
func (c *Control) replanJourney(ctx context.Context, scope practice.Scope, s journey.Step) (practice.Verdict, error) {
	j, made := s.Journey, s.Journey.Here().Deployments
	id, owned := made[len(made)-1], practice.Pass()
	err := c.Store.View(ctx, scope, func(tx Tx) (err error) {
		owned, err = answered(tx, j.As.Name, "journey "+j.ID)
		return err
	})
	if err != nil || !owned.Open {
		return owned, err
	}
	a, err := c.Replan(ctx, scope, j.As, id, "journey "+j.ID+": "+s.Why)
	reason, told := reasonOf(err, "plan for "+j.Here().Environment)
	switch {
	case err == nil && a.Voids:
		return practice.Pass(), nil
	case err == nil: // it is up to date again: its gates have not seen that yet
		return practice.Hold(practice.Reason{
			Gate: "plan", Message: "the plan of " + id + " was out of date and is not any more", How: "tranship deployment watch " + id,
		}), c.reconsider(ctx, scope, id)
	case !told:
		return practice.Verdict{}, err
	}
	if reason.How == "" {
		reason.How = "tranship deployment replan " + id + " --reason WHY"
	}
	reason.Who = "whoever looks after " + j.Here().Environment
	return practice.Hold(reason), nil
}

// joinJourney makes a deployment part of the journey that it names, in the
// transaction that adds it.
func joinJourney(w *work, d deployment.Deployment) error {
	if d.Journey == "" {
		return nil
	}
	j, err := w.Journey(d.Journey)
	if err != nil {
		return err
	}
	if d.RequestedBy != j.As || d.Header.Release != j.Release {
		return practice.Faultf(practice.Refused, "%s may not deploy %s as a part of journey %s", d.RequestedBy.Called(), d.Header.Release, j.ID).Final()
	}
	j, entry, err := j.Joined(d.ID, d.Header.Environment, w.now)
	if err != nil {
		return err
	}
	w.note(entry)
	return putJourney(w, j)
}

// deploymentOver lets journeys and pins meet a deployment that was closed.
func deploymentOver(w *work, d deployment.Deployment) error {
	if err := pinAfter(w, d); err != nil {
		return err
	}
	if d.Journey != "" {
		if err := wakeJourney(w, d.Journey); err != nil {
			return err
		}
	}
	components := make([]string, 0, len(d.Header.Items))
	for _, item := range d.Header.Items {
		components = append(components, item.Component)
	}
	return wakeJourneys(w, components)
}

// PromoteJourney gives the decision that a journey of continuous delivery may
// enter its next environment.
func (c *Control) PromoteJourney(ctx context.Context, scope practice.Scope, by practice.Actor, id, why string) (j journey.Journey, err error) {
	_, err = c.update(ctx, scope, func(w *work) error {
		if j, err = w.Journey(id); err != nil {
			return err
		}
		var entry practice.Entry
		if j, entry, err = j.Promote(by, why, w.now); err != nil {
			return err
		}
		w.note(entry)
		if err := putJourney(w, j); err != nil {
			return err
		}
		return wakeJourney(w, id)
	})
	return j, err
}

// StopJourney ends a journey. A deployment of it that has not begun is taken
// back; one that runs goes on.
func (c *Control) StopJourney(ctx context.Context, scope practice.Scope, by practice.Actor, id, why string) (j journey.Journey, err error) {
	w, err := c.update(ctx, scope, func(w *work) error {
		if j, err = w.Journey(id); err != nil {
			return err
		}
		last := ""
		if made := j.Here().Deployments; len(made) > 0 {
			last = made[len(made)-1]
		}
		s, err := j.Stop(by, why, w.now)
		if err != nil {
			return err
		}
		j, w.entries = s.Journey, append(w.entries, s.Entries...)
		if err := putJourney(w, j); err != nil || last == "" {
			return err
		}
		d, err := w.Deployment(last)
		if err != nil || d.Begun() || d.State == deployment.Closed {
			return err
		}
		_, _, err = c.settle(w, d, deployment.CancelAsked{By: by, Why: "journey " + id + " was stopped: " + why})
		return err
	})
	if err == nil {
		c.advanceAgain(ctx, w)
	}
	return j, err
}

// Journey gives one.
func (c *Control) Journey(ctx context.Context, scope practice.Scope, id string) (j journey.Journey, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		j, err = tx.Journey(id)
		return err
	})
	return j, err
}

// Journeys lists them newest first.
func (c *Control) Journeys(ctx context.Context, scope practice.Scope, f journey.Filter, page practice.Page) (list []journey.Journey, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		list, err = tx.Journeys(f, page)
		return err
	})
	return list, err
}

// noteSet adds the entry of a journey whose release is known.
func noteSet(w *work, j journey.Journey) {
	environments := make([]any, 0, len(j.Stages))
	for _, s := range j.Stages {
		environments = append(environments, s.Environment)
	}
	parts := make([]any, 0, len(j.Items))
	for _, item := range j.Items {
		parts = append(parts, item.Component+"@"+item.Version)
	}
	w.note(practice.Entry{Kind: journey.EntrySet, Subject: journey.Subject(j.ID), Who: practice.Tranship,
		Data: map[string]any{"release": j.Release, "model": j.Model, "items": parts, "environments": environments}})
}

// itemsOf gives the items of a journey as the library names them.
func itemsOf(j journey.Journey) []library.Item {
	items := make([]library.Item, 0, len(j.Items))
	for _, item := range j.Items {
		items = append(items, library.Item(item))
	}
	return items
}
