package plan

import (
	"fmt"
	"slices"
	"strings"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/model"
)

// choose gives the targets that change, or their parts, by level and then by natural
// order of their names, and the number of targets that need no change.
func choose(in Input, items []Item) (changing []Target, unchanged int, err error) {
	wanted, err := limit(in)
	if err != nil {
		return nil, 0, err
	}
	if in.Direction == Restore {
		if wanted, err = restorable(in, wanted); err != nil {
			return nil, 0, err
		}
	}
	changing = make([]Target, 0, len(wanted))
	for _, t := range wanted {
		own, some := in.concerned(t)
		if !some {
			continue
		}
		row := Target{
			Name: t.Name, Agent: t.Agent, Address: t.Address,
			Labels: t.Labels, Parameters: t.Parameters, Before: t.Before, Goal: t.Goal, Items: own,
		}
		if !in.Redeploy && in.allSettled(items, &row) {
			unchanged++
			continue
		}
		changing = append(changing, row)
	}
	switch {
	case len(changing) == 0 && unchanged == 0 && len(wanted) > 0:
		return nil, 0, placeless(in)
	case len(changing) == 0:
		return nil, 0, nothingToChange(in, unchanged)
	}
	if in.Direction == Remove {
		if err := onlyThese(items, changing); err != nil {
			return nil, 0, err
		}
	}
	changing = in.parts(items, changing)
	slices.SortFunc(changing, func(a, b Target) int {
		if a.Level != b.Level {
			return a.Level - b.Level
		}
		return CompareNatural(a.Name, b.Name)
	})
	return changing, unchanged, nil
}

// standing says that a removal has something to take off: an item in its
// version, or one of which nobody knows what is left.
func standing(items []Item, before []Before) bool {
	for i, b := range before {
		if b.Uncertain || (b.Version != "" && b.Version == items[i].Version) {
			return true
		}
	}
	return false
}

// onlyThese refuses a removal that would take off another version than it names.
func onlyThese(items []Item, changing []Target) error {
	var problems []practice.Problem
	for _, t := range changing {
		for i, b := range t.Before {
			if t.Concerns(i) && b.Version != "" && b.Version != items[i].Version && !b.Uncertain && len(problems) < maxNamed {
				problems = append(problems, practice.Problem{Path: t.Name, Message: fmt.Sprintf("has %s %s, not %s", items[i].Component, b.Version, items[i].Version)})
			}
		}
	}
	if len(problems) == 0 {
		return nil
	}
	return (&practice.Error{Code: practice.Refused, Message: "some targets have another version of a part of the release", Problems: problems, Terminal: true}).
		WithHint("remove that version by itself, or leave these targets out with --only")
}

// maxNamed bounds how many targets an error names.
const maxNamed = 20

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
		return !standing(items, before)
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
	if in.Direction == Restore && targets == 0 {
		return practice.Faultf(practice.Refused, "nothing to roll back in %s: %s has changed no target that is there now", in.Environment.Name, in.Restores).Final()
	}
	state := "has exactly " + in.Release + " already"
	if in.Direction == Remove {
		state = "has nothing of " + in.Release + inOtherVersions(in)
	}
	if in.Direction == Restore {
		state = "is as it was before " + in.Restores
	}
	which := fmt.Sprintf("each of the %d targets", targets)
	if targets == 1 {
		which = "the only target"
	}
	return practice.Faultf(practice.Refused, "nothing to change in %s: %s %s", in.Environment.Name, which, state).
		WithHint("do it all the same with --redeploy")
}

// inOtherVersions says which other versions of the release's components are
// there, for somebody who named the wrong one.
func inOtherVersions(in Input) string {
	var found []string
	for _, t := range in.Targets {
		for i, b := range t.Before {
			name := in.Items[i].Component.Name + "@" + b.Version
			if b.Version != "" && !slices.Contains(found, name) && len(found) < maxNamed {
				found = append(found, name)
			}
		}
	}
	if len(found) == 0 {
		return ""
	}
	slices.Sort(found)
	return fmt.Sprintf(" (there are %s)", strings.Join(found, ", "))
}
