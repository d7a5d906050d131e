package control

import (
	"context"
	"slices"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
)

// Waiting is a deployment in the backlog.
type Waiting struct {
	Deployment   string            `json:"deployment"`
	Release      string            `json:"release"`
	Environment  string            `json:"environment"`
	State        deployment.State  `json:"state"`
	Urgency      practice.Urgency  `json:"urgency,omitempty"`
	Priority     int               `json:"priority"`
	RequestedBy  practice.Actor    `json:"requestedBy"`
	RequestedAt  time.Time         `json:"requestedAt"`
	Age          practice.Duration `json:"age"`
	PlannedStart time.Time         `json:"plannedStart,omitzero"`
	Reschedules  int               `json:"reschedules"`
	Reasons      []practice.Reason `json:"reasons"` // what holds it
	Key          string            `json:"-"`
}

// Week counts what came and what was done in seven days.
type Week struct {
	From      time.Time `json:"from"`
	Arrived   int       `json:"arrived"`
	Completed int       `json:"completed"`
}

// Flow is how the backlog grows and shrinks.
type Flow struct {
	Size   int               `json:"size"`   // deployments that wait; counted up to 1,000
	AgeP85 practice.Duration `json:"ageP85"` // 85 in 100 of them wait for less
	Weeks  []Week            `json:"weeks"`  // the last four, the present one last
}

// weeksOfFlow is how far back the flow looks.
const weeksOfFlow = 4

// Backlog lists what is planned, authorised or scheduled in the order in which
// it goes, with its age and what holds it; environment "" means all.
func (c *Control) Backlog(ctx context.Context, scope practice.Scope, environment string, page practice.Page) (list []Waiting, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		found, err := tx.Backlog(environment, page)
		now := c.now()
		list = nil
		for _, d := range found {
			list = append(list, waitingOf(d, now))
		}
		return err
	})
	return list, err
}

func waitingOf(d deployment.Deployment, now time.Time) Waiting {
	return Waiting{
		Deployment: d.ID, Release: d.Header.Release, Environment: d.Header.Environment, State: d.State, Urgency: d.Urgency, Priority: d.Priority,
		RequestedBy: d.RequestedBy, RequestedAt: d.RequestedAt, Age: age(d, now), PlannedStart: d.Time().Start, Reschedules: d.Reschedules,
		Reasons: append([]practice.Reason{}, deployment.Why(d, now).Reasons...), Key: deployment.BacklogKey(d),
	}
}

func age(d deployment.Deployment, now time.Time) practice.Duration {
	return practice.Duration(max(0, now.Sub(d.RequestedAt).Truncate(time.Second)))
}

// Flow gives the size of the backlog, its age, and what came and went by week.
func (c *Control) Flow(ctx context.Context, scope practice.Scope, environment string) (f Flow, err error) {
	now := c.now()
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		f = Flow{Weeks: []Week{}}
		list, err := tx.Backlog(environment, practice.Page{Limit: practice.MaxLimit})
		if err != nil {
			return err
		}
		ages := make([]practice.Duration, len(list))
		for i, d := range list {
			ages[i] = age(d, now)
		}
		slices.Sort(ages)
		if f.Size = len(ages); f.Size > 0 {
			f.AgeP85 = ages[(f.Size*85+99)/100-1]
		}
		for i := range weeksOfFlow {
			from := now.AddDate(0, 0, -7*(weeksOfFlow-i))
			week := Week{From: from}
			if week.Arrived, err = tx.Arrived(from, from.AddDate(0, 0, 7)); err != nil {
				return err
			}
			if week.Completed, err = tx.Completed(from, from.AddDate(0, 0, 7)); err != nil {
				return err
			}
			f.Weeks = append(f.Weeks, week)
		}
		return nil
	})
	return f, err
}
