package plan

import (
	"fmt"
	"slices"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/model"
)

// choose gives the targets that change, by natural order of their names, and
// the number of those that need no change.
func choose(in Input, items []Item) (changing []Target, unchanged int, err error) {
	wanted, err := limit(in)
	if err != nil {
		return nil, 0, err
	}
	changing = make([]Target, 0, len(wanted))
	for _, t := range wanted {
		if !in.Redeploy && settled(in.Direction, items, t.Before) {
			unchanged++
			continue
		}
		changing = append(changing, Target{
			Name: t.Name, Agent: t.Agent, Address: t.Address,
			Labels: t.Labels, Parameters: t.Parameters, Before: t.Before,
		})
	}
	if len(changing) == 0 {
		return nil, 0, nothingToChange(in, len(wanted))
	}
	slices.SortFunc(changing, func(a, b Target) int { return compareNatural(a.Name, b.Name) })
	return changing, unchanged, nil
}

// limit gives the targets of the input, or those that are named by Only.
func limit(in Input) ([]*TargetInput, error) {
	if len(in.Targets) == 0 {
		return nil, practice.Faultf(practice.Refused, "environment %s has no targets", in.Environment.Name).
			WithHint("apply a Target document with environment: %s", in.Environment.Name)
	}
	all := make([]*TargetInput, len(in.Targets))
	byName := make(map[string]*TargetInput, len(in.Targets))
	for i := range in.Targets {
		all[i] = &in.Targets[i]
		byName[all[i].Name] = all[i]
	}
	if len(in.Only) == 0 {
		return all, nil
	}
	var wanted []*TargetInput
	var problems []practice.Problem
	for _, name := range slices.Compact(slices.Sorted(slices.Values(in.Only))) {
		if t, found := byName[name]; found {
			wanted = append(wanted, t)
			continue
		}
		p := practice.Problem{Message: fmt.Sprintf("there is no target %s in %s", name, in.Environment.Name)}
		if near := model.Nearest(name, names(all)); near != "" {
			p.Hint = fmt.Sprintf("did you mean %s?", near)
		}
		problems = append(problems, p)
	}
	if len(problems) > 0 {
		return nil, &practice.Error{Code: practice.Invalid, Message: "some of the named targets do not exist", Problems: problems}
	}
	return wanted, nil
}

func names(targets []*TargetInput) []string {
	list := make([]string, len(targets))
	for i, t := range targets {
		list[i] = t.Name
	}
	slices.Sort(list)
	return list
}

// settled says that a target already is as the plan would make it, beyond doubt.
func settled(direction Direction, items []Item, before []Before) bool {
	if direction == Remove {
		return !present(before)
	}
	for i, b := range before {
		same := b.Version == items[i].Version && b.Artifact != nil && b.Artifact.Digest == items[i].Digest
		if !same || b.Uncertain {
			return false
		}
	}
	return true
}

func nothingToChange(in Input, targets int) error {
	state := "has exactly " + in.Release + " already"
	if in.Direction == Remove {
		state = "has nothing of " + in.Release
	}
	which := fmt.Sprintf("each of the %d targets", targets)
	if targets == 1 {
		which = "the only target"
	}
	return practice.Faultf(practice.Refused, "nothing to change in %s: %s %s", in.Environment.Name, which, state).
		WithHint("do it all the same with --redeploy")
}
