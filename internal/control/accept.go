package control

import (
	"context"
	"strings"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
)

// entryAccepted tells that change enablement accepted a finished deployment.
const entryAccepted = "deployment.accepted"

// Accept records change enablement's acceptance of a finished deployment (R28),
// by somebody who neither asked for it nor carried it out.
func (c *Control) Accept(ctx context.Context, scope practice.Scope, by practice.Actor, id, reason string) (d deployment.Deployment, err error) {
	_, err = c.update(ctx, scope, func(w *work) error {
		if d, err = w.Deployment(id); err != nil {
			return err
		}
		switch {
		case d.State != deployment.Closed:
			return practice.Faultf(practice.Refused, "%s is %s: it is accepted when it has ended", d.ID, d.State).
				WithHint("wait for it: tranship deployment watch %s", d.ID).Final()
		case d.AcceptedBy != nil:
			return practice.Faultf(practice.Conflict, "%s was accepted by %s at %s", d.ID, d.AcceptedBy.By.Name, shownTime(d.AcceptedBy.At)).Final()
		case by.Kind != practice.Person:
			return practice.Faultf(practice.Forbidden, "%s is no person: only persons accept", by.Called()).Final()
		}
		if err := w.ownHand(by, "accepts"); err != nil {
			return err
		}
		if err := independent(w, d, by, "accepts"); err != nil {
			return err
		}
		d.AcceptedBy = &deployment.Acceptance{By: by, At: w.now, Why: strings.TrimSpace(reason)}
		w.note(practice.Entry{Kind: entryAccepted, Subject: deploymentSubject(d.ID), Who: by, Why: d.AcceptedBy.Why})
		if err := w.PutDeployment(d); err != nil {
			return err
		}
		d.Revision++
		return nil
	})
	return d, err
}

// independent refuses somebody who asked for a deployment, carries it out, or
// answers for a service account that does.
func independent(w *work, d deployment.Deployment, by practice.Actor, does string) error {
	k, err := w.desk()
	if err != nil {
		return err
	}
	people, err := k.directory(append([]string{by.Name, d.RequestedBy.Name}, d.Implementers...), nil)
	if err != nil {
		return err
	}
	actors := []practice.Actor{d.RequestedBy}
	for _, name := range d.Implementers {
		kind := practice.Person
		if _, person := people.Person(name); !person && people.Account(name) {
			kind = practice.Account
		}
		actors = append(actors, practice.Actor{Kind: kind, Name: name})
	}
	mine, known := people.Answering(by)
	if !known {
		return unowned(by)
	}
	for i, a := range actors {
		theirs, known := people.Answering(a)
		if !known {
			return unowned(a)
		}
		if theirs == "" || people.Human(theirs) != people.Human(mine) {
			continue
		}
		what := "asked for"
		if i > 0 {
			what = "carried out"
		}
		return practice.Faultf(practice.Forbidden, "%s %s %s: nobody %s their own", mine, what, d.ID, does).WithHint("somebody else must").Final()
	}
	return nil
}

func unowned(a practice.Actor) error {
	return practice.Faultf(practice.Refused, "nobody is known who answers for %s", a).
		WithHint("describe ServiceAccount %s with its owner and apply it: tranship apply -f FILE", a.Name).Final()
}
