package control

import (
	"context"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/calendar"
	"tranship.dev/tranship/internal/practice/deployment"
)

// Outlook is what the calendar says about a deployment, or about a plan that
// may become one.
type Outlook struct {
	Of          string            `json:"of"` // "D-12" or "P-7"
	Environment string            `json:"environment"`
	Start       time.Time         `json:"start"`
	End         time.Time         `json:"end"`
	Estimate    practice.Duration `json:"estimate"` // how long it is held to take; 0: not known
	Open        bool              `json:"open"`     // nothing of it would hold it up then
	Conflicts   []JudgedConflict  `json:"conflicts"`
}

// JudgedConflict is a conflict with what follows from it.
type JudgedConflict struct {
	calendar.Conflict
	Ref    string `json:"ref"`              // as people write it: "freeze/year-end"
	Holds  bool   `json:"holds"`            // it would hold the deployment up
	Waived string `json:"waived,omitempty"` // who waived it, and why
}

// Outlook says what speaks against a deployment or a plan at its start, or at
// another moment. All that is planned counts.
func (c *Control) Outlook(ctx context.Context, scope practice.Scope, id string, at time.Time) (o Outlook, err error) {
	err = c.consult(ctx, scope, id, func(a *almanac, d deployment.Deployment) (err error) {
		o, err = a.outlook(d, id, at)
		return err
	})
	return o, err
}

// consult looks a deployment or a plan up in the calendar as it is now.
func (c *Control) consult(ctx context.Context, scope practice.Scope, id string, look func(*almanac, deployment.Deployment) error) error {
	return c.Store.View(ctx, scope, func(tx Tx) error {
		a, err := c.almanac(tx, scope, c.now(), false)
		if err != nil {
			return err
		}
		d, err := subject(tx, id)
		if err != nil {
			return err
		}
		return look(a, d)
	})
}

// subject gives a deployment, or a plan as the deployment that it may become.
func subject(tx Tx, id string) (deployment.Deployment, error) {
	if strings.HasPrefix(id, "D-") {
		return tx.Deployment(id)
	}
	p, err := tx.Plan(id)
	return deployment.Deployment{
		Plan: p.ID, PlanDigest: p.Digest, Header: p.Header, RequestedBy: p.By, RequestedAt: p.At, Estimate: lastTook(tx, p.Header),
	}, err
}

func (a *almanac) outlook(d deployment.Deployment, id string, at time.Time) (Outlook, error) {
	if at.IsZero() {
		at = a.now
		if d.StartAfter.After(at) {
			at = d.StartAfter
		}
	}
	f, err := a.forecast(d, at, nil)
	o := Outlook{
		Of: id, Environment: d.Header.Environment, Start: f.slot.Start, End: f.slot.End, Estimate: d.Estimate,
		Open: f.gate().Open, Conflicts: []JudgedConflict{},
	}
	for _, found := range f.conflicts {
		one := JudgedConflict{Conflict: found, Ref: refName(found.With), Holds: !found.Open(d.ID, at, f.waivers)}
		for _, w := range f.waivers {
			if w.Covers(d.ID, found, at) {
				one.Waived = w.By.Name + ": " + w.Reason
			}
		}
		o.Conflicts = append(o.Conflicts, one)
	}
	return o, err
}

// SlotRequest asks when a deployment could run.
type SlotRequest struct {
	Duration practice.Duration // how long it takes; 0: as it is held to take
	Reserve  practice.Duration // kept free behind it, for the way back
	Earliest time.Time         // zero: now
	NeedBy   time.Time         // it should have ended by then; zero: no matter
	Limit    int               // at most so many; 0: 10
}

// FreeSlots is when a deployment or a plan could run.
type FreeSlots struct {
	Of       string              `json:"of"`
	Duration practice.Duration   `json:"duration"`
	Slots    []calendar.Proposal `json:"slots"`
}

// FreeSlots proposes times at which a deployment or a plan fits: within
// windows, outside freezes and bookings, apart from others, the best first.
func (c *Control) FreeSlots(ctx context.Context, scope practice.Scope, id string, r SlotRequest) (free FreeSlots, err error) {
	err = c.consult(ctx, scope, id, func(a *almanac, d deployment.Deployment) (err error) {
		free, err = a.free(d, id, r)
		return err
	})
	return free, err
}

func (a *almanac) free(d deployment.Deployment, id string, r SlotRequest) (FreeSlots, error) {
	if r.Duration > 0 {
		d.Estimate = r.Duration
	}
	if d.Estimate <= 0 {
		d.Estimate = practice.Duration(deployment.DefaultEstimate)
	}
	if r.Earliest.Before(a.now) {
		r.Earliest = a.now.Truncate(time.Minute).Add(time.Minute) // people plan by the minute
	}
	if r.Limit <= 0 {
		r.Limit = 10
	}
	free := FreeSlots{Of: id, Duration: d.Estimate, Slots: []calendar.Proposal{}}
	rules, err := a.rulesOf(d.Header.Environment)
	if err != nil {
		return free, err
	}
	slot, err := a.slot(d, r.Earliest)
	if err != nil {
		return free, err
	}
	slot.After = r.Reserve.Std()
	others, err := a.others(d, calendar.Span{Start: a.now, End: r.Earliest.Add(calendar.DefaultHorizon + slot.End.Sub(slot.Start) + slot.After)}, nil)
	if err != nil {
		return free, err
	}
	free.Slots = a.table.calendar.Free(calendar.Request{Slot: slot, Earliest: r.Earliest, NeedBy: r.NeedBy, Limit: r.Limit}, others, rules)
	return free, nil
}
