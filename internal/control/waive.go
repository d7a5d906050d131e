package control

import (
	"context"
	"slices"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/calendar"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/party"
)

// The kinds of entry that waivers leave in the record, about the deployment.
const (
	entryWaived       = "calendar.waived"         // data: waiver, ref, revision, rule, group, subject, sum
	entryWaiverEnded  = "calendar.waiver-revoked" // data: waiver
	waiverNeedsReason = "a waiver needs a reason"
)

// Waive lets a deployment pass in spite of an entry of the calendar, named as
// "freeze/year-end". Only who is in one of the entry's waiver groups may (where
// it names none, who owns the environment), never who asked for the deployment
// or carries it out. It holds for the entry's present revision and for what is
// asked for now.
func (c *Control) Waive(ctx context.Context, scope practice.Scope, by practice.Actor, id, ref, reason string) (stored Waiver, err error) {
	if reason = strings.TrimSpace(reason); reason == "" {
		return Waiver{}, practice.Faultf(practice.Invalid, waiverNeedsReason).WithHint("say why with --reason")
	}
	w, err := c.update(ctx, scope, func(w *work) error {
		d, err := w.Deployment(id)
		if err != nil {
			return err
		}
		conflict, err := c.waivable(w, d, ref)
		if err != nil {
			return err
		}
		group, err := mayWaive(w, d, by, conflict)
		if err != nil {
			return err
		}
		stored, err = w.AddWaiver(Waiver{Subject: d.Subject, Waiver: calendar.Waiver{
			Deployment: d.ID, Rule: conflict.Rule, With: conflict.With, By: by, Group: group, Reason: reason, At: w.now,
		}})
		if err != nil {
			return err
		}
		w.note(practice.Entry{Kind: entryWaived, Subject: deploymentSubject(d.ID), Who: by, Why: reason, Data: map[string]any{
			"waiver": stored.ID, "ref": refName(conflict.With), "revision": conflict.With.Revision, "rule": string(conflict.Rule), "group": group,
			"subject": string(d.Subject), "message": conflict.Message, "sum": waiverSum(stored),
		}})
		_, _, err = c.settle(w, d, deployment.Reconsidered{})
		return err
	})
	if err != nil {
		return stored, err
	}
	c.advanceAgain(ctx, w)
	return stored, nil
}

// waivable gives the conflict of a deployment with an entry that somebody may waive.
func (c *Control) waivable(w *work, d deployment.Deployment, ref string) (calendar.Conflict, error) {
	none := calendar.Conflict{}
	if d.Begun() || d.State == deployment.Closed {
		return none, practice.Faultf(practice.Refused, "%s is %s: only what has not started needs a waiver", d.ID, d.State).Final()
	}
	a, err := c.almanac(w, w.scope, w.now, false)
	if err != nil {
		return none, err
	}
	o, err := a.outlook(d, d.ID, time.Time{})
	if err != nil {
		return none, err
	}
	var names []string
	for _, found := range o.Conflicts {
		if found.Ref != ref {
			if found.Holds && found.Severity == calendar.NeedsWaiver {
				names = append(names, found.Ref)
			}
			continue
		}
		switch {
		case found.Severity != calendar.NeedsWaiver && found.Holds:
			return none, practice.Faultf(practice.Refused, "%s cannot be waived: %s", ref, found.Message).
				WithHint("move the deployment: tranship calendar free %s", d.ID).Final()
		case !found.Holds:
			return none, practice.Faultf(practice.Refused, "%s does not hold %s up: no waiver is needed", ref, d.ID).Final()
		}
		return found.Conflict, nil
	}
	hint := "tranship calendar conflicts " + d.ID + " lists what holds it up"
	if len(names) > 0 {
		hint = "these need a waiver: " + strings.Join(names, ", ")
	}
	return none, practice.Faultf(practice.Refused, "%s has no conflict with %s", d.ID, ref).WithHint("%s", hint).Final()
}

// mayWaive gives the group for which somebody may waive a conflict.
func mayWaive(w *work, d deployment.Deployment, by practice.Actor, c calendar.Conflict) (string, error) {
	if by.Kind != practice.Person {
		return "", practice.Faultf(practice.Forbidden, "%s is no person: only people waive", by.Called()).Final()
	}
	if err := w.ownHand(by, "waives"); err != nil {
		return "", err
	}
	if err := independent(w, d, by, "waives"); err != nil {
		return "", err
	}
	groups := c.Groups
	if len(groups) == 0 {
		var env environment.Spec
		if err := specOf(w, practice.KindEnvironment, d.Header.Environment, &env); err != nil {
			return "", err
		}
		groups = []string{env.Owner}
	}
	if group, err := seated(w, by, groups); err != nil || group != "" {
		return group, err
	}
	if len(c.Groups) == 0 && groups[0] == by.Name {
		return by.Name, nil // the owner is a person
	}
	return "", practice.Faultf(practice.Forbidden, "%s may not waive %s: that is for %s", by.Name, refName(c.With), strings.Join(groups, ", ")).
		Lacking("a seat in %s", strings.Join(groups, " or ")).Final()
}

// seated gives the first of the groups that somebody may act for now, as a member
// or as the deputy of one; empty: none.
func seated(w *work, by practice.Actor, groups []string) (string, error) {
	k, err := w.desk()
	if err != nil {
		return "", err
	}
	names := []string{by.Name}
	for _, group := range groups {
		g, err := kept(k, k.groups, practice.KindGroup, group, party.DecodeGroup)
		if err != nil {
			return "", err
		}
		if g != nil {
			names = append(names, g.Spec.Members...)
		}
	}
	people, err := k.directory(names, groups)
	if err != nil {
		return "", err
	}
	for _, group := range groups {
		if slices.ContainsFunc(people.Seats(group, w.now), func(s party.Seat) bool { return s.By == by.Name }) {
			return group, nil
		}
	}
	return "", nil
}

// Waivers lists the waivers of a deployment, revoked ones too.
func (c *Control) Waivers(ctx context.Context, scope practice.Scope, id string) (list []Waiver, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		if _, err := tx.Deployment(id); err != nil {
			return err
		}
		list, err = tx.Waivers(id)
		return err
	})
	return list, err
}

// RevokeWaiver takes a waiver back before the deployment starts; the second time it does nothing.
func (c *Control) RevokeWaiver(ctx context.Context, scope practice.Scope, by practice.Actor, id, waiver, reason string) (stored Waiver, err error) {
	w, err := c.update(ctx, scope, func(w *work) error {
		d, err := w.Deployment(id)
		if err != nil {
			return err
		}
		if stored, err = w.Waiver(waiver); err != nil {
			return err
		}
		switch {
		case stored.Deployment != d.ID:
			return practice.Faultf(practice.NotFound, "%s has no waiver %s", d.ID, waiver).Final()
		case !stored.RevokedAt.IsZero():
			return nil
		case d.Begun() || d.State == deployment.Closed:
			return practice.Faultf(practice.Refused, "%s is %s: its waivers were used", d.ID, d.State).Final()
		}
		stored.RevokedAt, stored.RevokedBy, stored.RevokedWhy = w.now, by, strings.TrimSpace(reason)
		w.note(practice.Entry{Kind: entryWaiverEnded, Subject: deploymentSubject(d.ID), Who: by, Why: stored.RevokedWhy, Data: map[string]any{"waiver": stored.ID}})
		if err := w.PutWaiver(stored); err != nil {
			return err
		}
		_, _, err = c.settle(w, d, deployment.Reconsidered{})
		return err
	})
	if err != nil {
		return stored, err
	}
	c.advanceAgain(ctx, w)
	return stored, nil
}

// waiverSum is over all of a waiver but its end.
func waiverSum(w Waiver) practice.Digest {
	return sumOf(Waiver{ID: w.ID, Waiver: w.Waiver, Subject: w.Subject})
}
