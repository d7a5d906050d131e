package control

import (
	"context"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/health"
)

// PlaceHealth is how a component does its work in an environment.
type PlaceHealth struct {
	ID          string       `json:"id" doc:"Of the time during which it is so: H-12."`
	Environment string       `json:"environment"`
	Component   string       `json:"component"`
	State       health.State `json:"state" enum:"healthy,degraded,failing,unknown" doc:"As it is known now."`
	Since       time.Time    `json:"since"`
	Until       time.Time    `json:"until,omitzero" required:"false" doc:"Absent: it goes on."`
	Before      health.State `json:"before,omitempty" enum:"healthy,degraded,failing,unknown" doc:"What it was before; absent: its health was not checked."`
	Counts      health.Count `json:"counts" doc:"Of its targets, as they are now; of a time that is over, as they were when it began."`
	Healthy     int          `json:"healthy"`
	Target      string       `json:"target,omitempty" doc:"One target that explains it."`
	Check       string       `json:"check,omitempty" doc:"The check that said so there."`
	Says        string       `json:"says,omitempty" doc:"What it said when it began."`
	Deployment  string       `json:"deployment,omitempty" doc:"Which brought it about, where one did."`
}

// TargetHealth is how a component does its work on a target.
type TargetHealth struct {
	Target      string        `json:"target"`
	Environment string        `json:"environment"`
	Component   string        `json:"component"`
	State       health.State  `json:"state" enum:"healthy,degraded,failing,unknown" doc:"As it is known now; unknown where its agent is silent, or said nothing lately."`
	Said        health.State  `json:"said" enum:"healthy,degraded,failing,unknown" doc:"As it was said last."`
	Since       time.Time     `json:"since" doc:"When that began."`
	HeardAt     time.Time     `json:"heardAt,omitzero" required:"false" doc:"When it was last said; absent: not since it was changed."`
	Why         string        `json:"why,omitempty" doc:"Why it is not known, where it is not."`
	Deployment  string        `json:"deployment" doc:"Whose plan names the checks."`
	Checks      []CheckAnswer `json:"checks" doc:"What each check said last, the worst first."`
}

// CheckAnswer is what one health check says.
type CheckAnswer struct {
	Check string       `json:"check"`
	State health.State `json:"state" enum:"healthy,degraded,failing,unknown"`
	Since time.Time    `json:"since"`
	Says  string       `json:"says,omitempty" doc:"Its last words."`
}

// PlaceHealths lists how components do their work in environments, the last that
// changed first. A state chooses as it was recorded: silence is seen in each.
func (c *Control) PlaceHealths(ctx context.Context, scope practice.Scope, f health.Filter, page practice.Page) (list []PlaceHealth, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		spells, err := tx.Spells(f, page)
		if err != nil {
			return err
		}
		list, err = c.placeHealths(tx, spells)
		return err
	})
	return list, err
}

// placeHealths gives spells with how their places are known now.
func (c *Control) placeHealths(tx Tx, spells []health.Spell) ([]PlaceHealth, error) {
	var places []health.Place
	for _, s := range spells {
		if s.Stands() {
			places = append(places, s.Place)
		}
	}
	counts, err := c.healthNow(tx, places)
	if err != nil {
		return nil, err
	}
	list := make([]PlaceHealth, len(spells))
	for i, s := range spells {
		list[i] = PlaceHealth{
			ID: s.ID, Environment: s.Environment, Component: s.Component, State: s.State, Since: s.Since, Until: s.Until, Before: s.Before,
			Counts: s.Count, Target: s.Target, Check: s.Check, Says: s.Says, Deployment: s.Cause,
		}
		if n, known := counts[s.Place]; known && s.Stands() {
			list[i].Counts, list[i].State = n, health.Overall(n)
		}
		list[i].Healthy = list[i].Counts.Healthy()
	}
	return list, nil
}

// placeHealth gives how one place is; nil where its health is not checked.
func (c *Control) placeHealth(tx Tx, p health.Place) (*PlaceHealth, error) {
	spells, err := tx.StandingSpells([]health.Place{p})
	if err != nil || len(spells) == 0 {
		return nil, err
	}
	list, err := c.placeHealths(tx, spells)
	if err != nil {
		return nil, err
	}
	return &list[0], nil
}

// healthNow counts the targets of at most 1,000 places as they are known now:
// those that are not heard of any more are unknown.
func (c *Control) healthNow(tx Tx, places []health.Place) (map[health.Place]health.Count, error) {
	counted, err := tx.CountHealth(places)
	if err != nil || len(counted) == 0 {
		return nil, err
	}
	quiet, err := tx.QuietHealth(c.now().Add(-environment.QuietAfter), c.now().Add(-health.Stale))
	if err != nil {
		return nil, err
	}
	counts := map[health.Place]health.Count{}
	for _, one := range counted {
		counts[one.Place] = one.Count
	}
	for _, q := range quiet {
		if n, known := counts[q.Place]; known {
			counts[q.Place] = n.Hush(q)
		}
	}
	return counts, nil
}

// TargetHealths lists how components do their work on targets, by target and component.
func (c *Control) TargetHealths(ctx context.Context, scope practice.Scope, f health.Filter, page practice.Page) (list []TargetHealth, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		known, err := tx.HealthOf(f, page)
		if err != nil {
			return err
		}
		list, err = c.targetHealths(tx, known)
		return err
	})
	return list, err
}

func (c *Control) targetHealths(tx Tx, known []health.Health) ([]TargetHealth, error) {
	silent, err := c.silences(tx, known)
	if err != nil {
		return nil, err
	}
	list := make([]TargetHealth, len(known))
	for i, h := range known {
		list[i] = TargetHealth{
			Target: h.Target, Environment: h.Environment, Component: h.Component, Said: h.State, Since: h.Since, HeardAt: h.HeardAt,
			Deployment: h.Deployment, Checks: []CheckAnswer{},
		}
		list[i].State, list[i].Why = h.Seen(silent[h.Target], c.now())
		for _, a := range h.Answers {
			list[i].Checks = append(list[i].Checks, CheckAnswer(a))
		}
	}
	return list, nil
}

// silences gives when the agents of targets were last heard of, where they are silent.
func (c *Control) silences(tx Tx, known []health.Health) (map[string]time.Time, error) {
	var names []string
	for i, h := range known {
		if i == 0 || h.Target != known[i-1].Target {
			names = append(names, h.Target)
		}
	}
	docs, err := tx.TargetsNamed(names)
	if err != nil {
		return nil, err
	}
	views := make([]TargetView, len(docs))
	for i, d := range docs {
		t, err := environment.DecodeTarget(d)
		if err != nil {
			return nil, err
		}
		views[i] = targetView(t)
	}
	if err := contacted(tx, views, c.now()); err != nil {
		return nil, err
	}
	silent := map[string]time.Time{}
	for _, v := range views {
		if v.Contact == environment.Silent {
			silent[v.Name] = v.SeenAt
		}
	}
	return silent, nil
}

// HealthSummary counts the components of an environment by how they do their work.
type HealthSummary struct {
	Checked  int `json:"checked" doc:"Components whose health is checked."`
	Failing  int `json:"failing"`
	Degraded int `json:"degraded"`
	Unknown  int `json:"unknown" doc:"Of which nobody can say."`
}

// HealthSummaries counts the components of every environment by how they do
// their work; an environment without any whose health is checked is absent.
func (c *Control) HealthSummaries(ctx context.Context, scope practice.Scope) (counts map[string]HealthSummary, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		counts, err = c.countHealth(tx, "")
		return err
	})
	return counts, err
}

// EnvironmentHealth is how the components of an environment do their work, in numbers.
type EnvironmentHealth struct {
	Environment string        `json:"environment"`
	Health      HealthSummary `json:"health"`
}

// EnvironmentHealths counts for each environment, by name; also where nothing is checked.
func (c *Control) EnvironmentHealths(ctx context.Context, scope practice.Scope, page practice.Page) (list []EnvironmentHealth, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		docs, err := environmentsOf(tx, "", page)
		if err != nil {
			return err
		}
		counts, err := c.countHealth(tx, "")
		for _, d := range docs {
			list = append(list, EnvironmentHealth{Environment: d.Name, Health: counts[d.Name]})
		}
		return err
	})
	return list, err
}

// healthSummary counts those of one environment.
func (c *Control) healthSummary(tx Tx, in string) (HealthSummary, error) {
	counts, err := c.countHealth(tx, in)
	return counts[in], err
}

// countHealth counts places by environment; "" means all.
func (c *Control) countHealth(tx Tx, in string) (map[string]HealthSummary, error) {
	counts := map[string]HealthSummary{}
	for page := (practice.Page{Limit: practice.MaxLimit}); ; {
		spells, err := tx.Spells(health.Filter{Environment: in}, page)
		if err != nil {
			return nil, err
		}
		list, err := c.placeHealths(tx, spells)
		if err != nil {
			return nil, err
		}
		for _, p := range list {
			counts[p.Environment] = counts[p.Environment].with(p.State)
		}
		if len(spells) < page.Limit {
			return counts, nil
		}
		page.After = spells[len(spells)-1].ID
	}
}

func (n HealthSummary) with(s health.State) HealthSummary {
	n.Checked++
	switch s {
	case health.Failing:
		n.Failing++
	case health.Degraded:
		n.Degraded++
	case health.Unknown:
		n.Unknown++
	case health.Healthy:
	}
	return n
}
