package plan

import (
	"errors"
	"fmt"
	"slices"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/model"
)

// Left is what a deployment that is taken back left of one item on a target,
// and who has put there what is present now.
type Left struct {
	Version string // empty: nothing
	By      string // the deployment that put there what is present, or that left it uncertain; empty: nothing is present
	Apart   bool   // it was not about this item here: what is present stays
}

// restored says that an item already is as it is to be again, beyond doubt.
func restored(before, goal Before) bool {
	if before.Uncertain || before.Version != goal.Version {
		return false
	}
	return goal.Version == "" || before.Artifact != nil && goal.Artifact != nil && before.Artifact.Digest == goal.Artifact.Digest
}

// allSettled says that all that the row is about already is as the plan would make it, beyond doubt.
func (in Input) allSettled(items []Item, row *Target) bool {
	for i := range items {
		if row.Concerns(i) && !in.settled(items, row, i) {
			return false
		}
	}
	return true
}

// settled says the same of one item.
func (in Input) settled(items []Item, row *Target, item int) bool {
	if in.Direction == Restore {
		return restored(row.Before[item], row.Goal[item])
	}
	return settled(in.Direction, items[item:item+1], row.Before[item:item+1])
}

// restorable keeps the targets that the other deployment has changed. Refused
// where somebody has changed one since, or names one that it did not change.
func restorable(in Input, wanted []*TargetInput) ([]*TargetInput, error) {
	var kept []*TargetInput
	var problems []practice.Problem
	add := func(target, hint, format string, args ...any) {
		if len(problems) < maxNamed {
			problems = append(problems, practice.Problem{Path: target, Message: fmt.Sprintf(format, args...), Hint: hint})
		}
	}
	for _, t := range wanted {
		if t.Goal == nil {
			if slices.Contains(in.Only, t.Name) {
				add(t.Name, "leave it out of --only", "%s has not changed it", in.Restores)
			}
			continue
		}
		if by := changedSince(in, t); by != "" {
			add(t.Name, "", "%s has changed %s since: roll that back first, or leave it out with --only", by, t.Name)
			continue
		}
		kept = append(kept, t)
	}
	if len(problems) > 0 {
		return nil, &practice.Error{Code: practice.Refused, Message: in.Restores + " cannot be rolled back as it is", Problems: problems, Terminal: true}
	}
	return kept, nil
}

// changedSince names the deployment that has put something there that is neither
// what the other one left nor what it found.
func changedSince(in Input, t *TargetInput) string {
	for i, b := range t.Before {
		switch left := t.Left[i]; {
		case b.Version == left.Version, b.Version == t.Goal[i].Version, left.By == in.Restores:
		case left.By == "":
			return "another deployment"
		default:
			return left.By
		}
	}
	return ""
}

// goalsAdmitted refuses to bring back what may not be deployed any more.
func goalsAdmitted(in Input, changing []Target) error {
	if in.Direction != Restore {
		return nil
	}
	demand, verdict := DemandOf(in.Model.Spec), practice.Pass()
	for _, goal := range GoalsOf(in.headerItems(), changing) {
		at := slices.IndexFunc(in.Goals, func(g ItemInput) bool {
			return g.Version.Component == goal.Component && g.Version.Version == goal.Version
		})
		if at < 0 {
			return fmt.Errorf("compile the rollback of %s: %s %s is not given", in.Restores, goal.Component, goal.Version)
		}
		verdict = practice.And(verdict, library.Admission(in.Goals[at].Component, in.Goals[at].Version, demand))
	}
	refused := refusal(verdict, "what was there before %s may not be deployed any more", in.Restores)
	if fault, ok := errors.AsType[*practice.Error](refused); ok {
		return fault.WithHint("deploy a version that may be deployed, or leave these targets out with --only")
	}
	return refused
}

func (in Input) headerItems() []Item {
	items := make([]Item, len(in.Items))
	for i, item := range in.Items {
		items[i] = Item{Component: item.Component.Name, Version: item.Version.Version}
	}
	return items
}

// GoalsOf gives each version that a restore brings back somewhere, once, by
// item and then as met.
func GoalsOf(items []Item, targets []Target) []library.Item {
	var goals []library.Item
	for i, item := range items {
		seen := map[string]bool{"": true}
		for t := range targets {
			if i >= len(targets[t].Goal) || !targets[t].Concerns(i) {
				continue
			}
			if version := targets[t].Goal[i].Version; !seen[version] {
				seen[version] = true
				goals = append(goals, library.Item{Component: item.Component, Version: version})
			}
		}
	}
	return goals
}

// restoreChecks gives a restore the checks that its targets need: those of what
// is there again, those of a removal where nothing is to be there, or both. It
// demands signatures where the model does.
func restoreChecks(in Input, p *Plan) {
	if in.Direction != Restore {
		return
	}
	back, gone := false, false
	signed := map[*Artifact]*Artifact{}
	for i := range p.Targets {
		if p.Targets[i].present(p.Targets[i].Goal) {
			back = true
		} else {
			gone = true
		}
		if DemandOf(in.Model.Spec).Signed {
			p.Targets[i].Goal = demandSigned(p.Targets[i].Goal, signed)
		}
	}
	if gone {
		p.Header.Removal = complete(in.Model.Spec.Checks.Removal, model.Check, in.Model.Spec.Timeouts.Complete())
	}
	if !back {
		p.Header.Acceptance = nil
	}
}

func demandSigned(goal []Before, made map[*Artifact]*Artifact) []Before {
	goal = slices.Clone(goal)
	for i, g := range goal {
		if g.Artifact == nil {
			continue
		}
		if made[g.Artifact] == nil {
			demanding := *g.Artifact
			demanding.Signed = true
			made[g.Artifact] = &demanding
		}
		goal[i].Artifact = made[g.Artifact]
	}
	return goal
}

// bringBack goes through the items in reverse: each is as it is to be again, by
// the model's own steps, by an installation, or by being taken off. What is so
// already stays, unless everything is.
func (e *Expander) bringBack(t *Target) []selection {
	var chosen []selection
	for _, i := range slices.Backward(e.own(t)) {
		item := e.items[i]
		switch {
		case e.stays(t, i):
		case t.Goal[i].Version == "":
			chosen = append(chosen, e.removals(t, i)...)
		case len(item.remediate) > 0:
			chosen = append(chosen, back(e.about(t, i, goal, item.remediate)))
		default:
			chosen = append(chosen, back(e.about(t, i, goal, item.install)))
		}
	}
	return chosen
}

// takeBack undoes a restore: what was there before it is there again, in order.
func (e *Expander) takeBack(t *Target) []selection {
	var chosen []selection
	for _, i := range e.own(t) {
		item := e.items[i]
		switch {
		case e.stays(t, i):
		case t.Before[i].Version != "":
			chosen = append(chosen, back(e.about(t, i, former, item.install)))
		default:
			s := e.about(t, i, goal, item.remove)
			s.scope.about.artifact = nil
			chosen = append(chosen, s)
		}
	}
	return chosen
}

// stays says that a restore leaves an item of a target alone.
func (e *Expander) stays(t *Target, item int) bool {
	if !restored(t.Before[item], t.Goal[item]) {
		return false
	}
	for i := range t.Goal {
		if t.Concerns(i) && !restored(t.Before[i], t.Goal[i]) {
			return true
		}
	}
	return false
}
