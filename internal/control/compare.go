package control

import (
	"context"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/internal/practice/environment"
)

// CompareEnvironments gives how two environments are to each other, or, where
// with is empty, how one is to its baseline (R10). What is present is what the
// record says; what targets are like is what agents read when they last looked.
// Unless alike is wanted too, it gives what differs; the page is one of components.
func (c *Control) CompareEnvironments(ctx context.Context, scope practice.Scope, one, with string, wanted environment.Choice, alike bool, page practice.Page) (compared environment.Comparison, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		a, err := environmentSide(tx, one, wanted, with == "")
		if err != nil {
			return err
		}
		if with == "" {
			compared = environment.CompareBaseline(one, a)
			return nil
		}
		b, err := environmentSide(tx, with, wanted, false)
		if err != nil {
			return err
		}
		compared = environment.Compare(one, with, a, b)
		if !alike {
			compared.OnlyDifferent()
		}
		compared.Page(page)
		return nameTargets(tx, &compared)
	})
	return compared, err
}

// nameTargets says which targets have which version, where there are several.
func nameTargets(tx Tx, compared *environment.Comparison) error {
	apart := compared.Apart()
	for i, name := range []string{compared.One, compared.Other} {
		some, err := tx.SomeOfEach(name, apart, environment.SomeTargets)
		if err != nil {
			return err
		}
		compared.Name(some, i == 1)
	}
	return nil
}

// environmentSide gathers one side, page by page.
func environmentSide(tx Tx, name string, wanted environment.Choice, baseline bool) (*environment.Side, error) {
	d, err := tx.Document(practice.KindEnvironment, name)
	if practice.CodeOf(err) == practice.NotFound {
		return nil, practice.Faultf(practice.NotFound, "there is no environment %s", name).WithHint("tranship get environments lists them").Final()
	}
	if err != nil {
		return nil, err
	}
	e, err := environment.Decode(d)
	if err != nil {
		return nil, err
	}
	var requirements []environment.Requirement
	if baseline {
		if requirements = e.Spec.Baseline; len(requirements) == 0 {
			return nil, practice.Faultf(practice.NotFound, "environment %s has no baseline", name).WithHint("give it one: spec.baseline in its document").Final()
		}
	}
	side := environment.NewSide(e.Spec.Parameters, wanted, requirements)
	if baseline {
		return side, addTargets(tx, name, side)
	}
	stands, err := tx.StandsByDigest(name)
	if err != nil {
		return nil, err
	}
	for _, one := range stands {
		side.Stands(one)
	}
	// Requirements concern targets by their labels; values are compared whatever those are.
	return side, addValues(tx, name, side)
}

// addValues adds what was read on the targets of an environment, without reading their documents.
func addValues(tx Tx, in string, side *environment.Side) error {
	for page := (practice.Page{Limit: practice.MaxLimit}); ; {
		names, err := tx.TargetsIn(in, page)
		if err != nil {
			return err
		}
		looked, err := tx.Looked(names)
		if err != nil {
			return err
		}
		for _, l := range looked {
			side.Target(environment.Target{Name: l.Target}, l.Values, l.Unread, len(l.Values)+len(l.Unread) > 0)
		}
		if len(names) < page.Limit {
			return nil
		}
		page.After = names[len(names)-1]
	}
}

// addTargets adds the targets of an environment with what was read on them.
func addTargets(tx Tx, in string, side *environment.Side) error {
	for page := (practice.Page{Limit: practice.MaxLimit}); ; {
		docs, err := tx.Documents(practice.KindTarget, in, page)
		if err != nil {
			return err
		}
		names := make([]string, len(docs))
		for i, d := range docs {
			names[i] = d.Name
		}
		looked, err := tx.Looked(names)
		if err != nil {
			return err
		}
		read := make(map[string]drift.Looked, len(looked))
		for _, l := range looked {
			read[l.Target] = l
		}
		for _, d := range docs {
			t, err := environment.DecodeTarget(d)
			if err != nil {
				return err
			}
			l, has := read[t.Name]
			side.Target(t, l.Values, l.Unread, has && len(l.Values)+len(l.Unread) > 0)
		}
		if len(docs) < page.Limit {
			return nil
		}
		page.After = docs[len(docs)-1].Name
	}
}

// EnvironmentView is an environment with what stands in it.
type EnvironmentView struct {
	Name       string                 `json:"name"`
	Purpose    environment.Purpose    `json:"purpose"`
	Owner      string                 `json:"owner"`
	Order      int                    `json:"order"`
	Control    environment.Control    `json:"control" enum:"own,vendor,consumer"`
	Components []environment.Standing `json:"components" doc:"The versions that are there, and on how many targets each."`
	Drift      DriftSummary           `json:"drift"`
	Health     HealthSummary          `json:"health"`
}

// EnvironmentView gives an environment with what stands in it, and how much of
// that is other than recorded.
func (c *Control) EnvironmentView(ctx context.Context, scope practice.Scope, name string) (v EnvironmentView, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		d, err := tx.Document(practice.KindEnvironment, name)
		if err != nil {
			return err
		}
		e, err := environment.Decode(d)
		if err != nil {
			return err
		}
		v = EnvironmentView{Name: e.Name, Purpose: e.Spec.Purpose, Owner: e.Spec.Owner, Order: e.Spec.Order, Control: e.Spec.Control}
		if v.Components, err = tx.Standing(name); err != nil {
			return err
		}
		counts, err := tx.CountDrifts(name)
		if err != nil {
			return err
		}
		if v.Drift, err = c.summary(tx, e, counts); err != nil {
			return err
		}
		v.Health, err = c.healthSummary(tx, name)
		return err
	})
	return v, err
}
