package control

import (
	"fmt"
	"slices"
	"strings"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/plan"
)

// takenBack gives the deployment that a request of direction restore wants rolled
// back, and completes the request by it; nil for the other directions. Refused
// while it is not over, where it changed nothing, and where it is itself a rollback.
func takenBack(tx Tx, r *PlanRequest) (*deployment.Deployment, error) {
	if r.Direction != plan.Restore {
		if r.Restores != "" {
			return nil, practice.Faultf(practice.Invalid, "%s is to be rolled back, but the direction is not restore", r.Restores).Final()
		}
		return nil, nil //nolint:nilnil // none is an answer
	}
	if r.Restores == "" {
		return nil, practice.Faultf(practice.Invalid, "no deployment to roll back is given").WithHint("tranship plan --rollback D-12").Final()
	}
	d, err := tx.Deployment(r.Restores)
	if err != nil {
		return nil, err
	}
	h := d.Header
	switch {
	case r.Release != "" && r.Release != h.Release, r.Environment != "" && r.Environment != h.Environment:
		return nil, practice.Faultf(practice.Invalid, "%s is a deployment of %s into %s", d.ID, h.Release, h.Environment).Final()
	case d.State != deployment.Closed:
		return nil, practice.Faultf(practice.Refused, "%s is not over: it is %s", d.ID, d.State).
			WithHint("tranship deployment why %s says what it waits for; tranship deployment cancel %s ends it", d.ID, d.ID)
	case h.Direction == plan.Restore:
		return nil, practice.Faultf(practice.Refused, "%s is itself a rollback, of %s", d.ID, h.Restores).
			WithHint("deploy what is to be there: tranship deploy %s --to %s --reason WHY", h.Release, h.Environment).Final()
	case d.Touched == 0:
		return nil, practice.Faultf(practice.Refused, "%s has changed no target: there is nothing to roll back", d.ID).Final()
	}
	r.Release, r.Environment, r.Model = h.Release, h.Environment, or(r.Model, h.Model.Name)
	return &d, nil
}

// wantedItems gives the versions that a plan is about: of a rollback those of the
// deployment that is rolled back, whatever its release says by now.
func wantedItems(tx Tx, r PlanRequest, taken *deployment.Deployment) ([]plan.ItemInput, error) {
	switch {
	case taken == nil && len(r.Items) > 0:
		return itemInputs(tx, r.Items)
	case taken == nil:
		return items(tx, r.Release)
	}
	return itemInputs(tx, headerItems(taken.Header))
}

// addGoals gives the targets that a deployment touched what it found there, and
// who has put there what is present now.
func addGoals(tx Tx, in *plan.Input, taken *deployment.Deployment) error {
	if taken == nil {
		return nil
	}
	g := goals{tx: tx, in: in, taken: taken, at: map[string]int{}, artifacts: artifactCache{tx: tx, known: map[string]*plan.Artifact{}}}
	for i, t := range in.Targets {
		g.at[t.Name] = i
	}
	for _, item := range taken.Header.Items {
		in.Levels = append(in.Levels, item.Level)
	}
	for page := (practice.Page{Limit: practice.MaxLimit}); ; {
		rows, err := tx.DeploymentTargets(taken.ID, deployment.TargetFilter{}, page)
		if err != nil {
			return err
		}
		if err := g.add(rows); err != nil {
			return err
		}
		if len(rows) < page.Limit {
			break
		}
		page.After = rows[len(rows)-1].Name
	}
	var err error
	in.Goals, err = itemInputs(tx, g.wanted)
	return err
}

// goals collects what a deployment found.
type goals struct {
	tx        Tx
	in        *plan.Input
	taken     *deployment.Deployment
	at        map[string]int // index of a target in the input
	artifacts artifactCache
	wanted    []library.Item // each version once
}

func (g *goals) add(rows []deployment.Target) error {
	rows = slices.DeleteFunc(rows, func(row deployment.Target) bool {
		_, there := g.at[row.On()]
		return !there || !row.Touched
	})
	names := make([]string, len(rows))
	for i, row := range rows {
		names[i] = row.On()
	}
	if len(names) == 0 {
		return nil
	}
	present, err := g.tx.PresencesOf(slices.Compact(slices.Sorted(slices.Values(names))), componentNames(g.in.Items))
	if err != nil {
		return err
	}
	by := map[place]string{}
	for _, p := range present {
		by[place{p.Target, p.Component}] = p.Deployment
	}
	for _, row := range rows {
		if err := g.row(&g.in.Targets[g.at[row.On()]], row, by); err != nil {
			return err
		}
	}
	return nil
}

// row adds what one row found. What the row is not about is to stay as it is.
func (g *goals) row(t *plan.TargetInput, row deployment.Target, by map[place]string) error {
	if t.Goal == nil {
		t.Goal, t.Left = slices.Clone(t.Before), make([]plan.Left, len(t.Before))
		for i, b := range t.Before {
			t.Left[i] = plan.Left{Version: b.Version, By: by[place{t.Name, g.in.Items[i].Component.Name}], Apart: true}
		}
	}
	for i, item := range g.taken.Header.Items {
		if !row.Concerns(i) {
			continue
		}
		t.Goal[i], t.Left[i].Version, t.Left[i].Apart = plan.Before{}, item.Version, false
		if g.taken.Header.Direction == plan.Remove {
			t.Left[i].Version = ""
		}
		if i >= len(row.Before) || row.Before[i].Version == "" {
			continue
		}
		found := library.Item{Component: item.Component, Version: row.Before[i].Version}
		artifact, err := g.artifacts.of(found.Component, found.Version)
		if err != nil {
			return err
		}
		t.Goal[i] = plan.Before{Version: found.Version, Artifact: artifact}
		if !slices.Contains(g.wanted, found) {
			g.wanted = append(g.wanted, found)
		}
	}
	return nil
}

// broughtIn gives the artifacts that a plan brings onto targets, each once.
func broughtIn(p plan.Plan) []plan.Artifact {
	var list []plan.Artifact
	if p.Header.Direction == plan.Install {
		for _, item := range p.Header.Items {
			if item.Artifact != nil {
				list = append(list, *item.Artifact)
			}
		}
	}
	seen := map[practice.Digest]bool{}
	for _, t := range p.Targets {
		for i, g := range t.Goal {
			if t.Concerns(i) && g.Artifact != nil && !seen[g.Artifact.Digest] {
				seen[g.Artifact.Digest] = true
				list = append(list, *g.Artifact)
			}
		}
	}
	return list
}

// incoming gives the versions that a deployment brings onto targets.
func incoming(tx Tx, d deployment.Deployment) ([]library.Item, error) {
	switch d.Header.Direction {
	case plan.Install:
		return headerItems(d.Header), nil
	case plan.Remove:
		return nil, nil
	case plan.Restore:
	}
	var found []library.Item
	for page := (practice.Page{Limit: practice.MaxLimit}); ; {
		targets, err := tx.PlanTargets(d.Plan, page)
		if err != nil {
			return nil, err
		}
		for _, item := range plan.GoalsOf(d.Header.Items, targets) {
			if !slices.Contains(found, item) {
				found = append(found, item)
			}
		}
		if len(targets) < page.Limit {
			return found, nil
		}
		page.After = targets[len(targets)-1].Name
	}
}

func checkRollback(r DeploymentRequest, h plan.Header) error {
	switch {
	case h.Direction != plan.Restore:
		return nil
	case r.Remediates != "" && r.Remediates != h.Restores:
		return practice.Faultf(practice.Invalid, "plan %s rolls %s back, not %s", r.Plan, h.Restores, r.Remediates).Final()
	case strings.TrimSpace(r.Reason) == "":
		return practice.Faultf(practice.Invalid, "rolling %s back needs a reason", h.Restores).WithHint("say why with --reason")
	}
	return nil
}

// pinWhileRolledBack keeps what is rolled back out from the moment of the request
// on: nothing automatic brings it again, neither while the rollback waits nor
// afterwards. What is kept out already stays so on the earlier word.
func pinWhileRolledBack(w *work, d deployment.Deployment) error {
	if d.Header.Direction != plan.Restore {
		return nil
	}
	taken, err := w.Deployment(d.Header.Restores)
	if err != nil || taken.Header.Direction != plan.Install {
		return err
	}
	pinned, err := pinsOf(w, d.Header.Environment, headerItems(d.Header))
	if err != nil {
		return err
	}
	staying, err := incoming(w, d) // a version that was there before as well is not to be kept out
	if err != nil {
		return err
	}
	kept := slices.DeleteFunc(headerItems(d.Header), func(item library.Item) bool { return slices.Contains(staying, item) })
	for _, p := range pinned {
		kept = slices.DeleteFunc(kept, func(item library.Item) bool { return item.Component == p.Component && item.Version == p.Version })
	}
	return pinItems(w, d.Header.Environment, kept, d.ID, fmt.Sprintf("being rolled back by %s: %s", d.ID, d.Reason))
}

// unpinUntouched lifts the pins that a rollback set, where it was cancelled before it changed anything.
func unpinUntouched(w *work, d deployment.Deployment) error {
	if d.Result != deployment.Cancelled || d.Touched > 0 {
		return nil
	}
	pins, err := pinsOf(w, d.Header.Environment, headerItems(d.Header))
	if err != nil {
		return err
	}
	for _, p := range pins {
		if p.Deployment != d.ID {
			continue
		}
		why := d.ID + " was cancelled before it changed anything"
		if err := liftPin(w, practice.Tranship, p.Component, p.Environment, p.Version, why, map[string]any{"deployment": d.ID}); err != nil {
			return err
		}
	}
	return nil
}
