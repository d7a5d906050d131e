package plan

import (
	"fmt"
	"slices"
	"strings"

	"tranship.dev/tranship/internal/practice"
)

// Spot is some components of one target.
type Spot struct {
	Target     string   `json:"target"`
	Components []string `json:"components"` // by name
}

// Spots limit a plan to some components on each of some targets, so that it
// changes nothing else that belongs there. By target; none: all that belongs.
type Spots []Spot

// Name says whether a component on a target is among them.
func (s Spots) Name(target, component string) bool {
	return len(s) == 0 || slices.Contains(s.on(target), component)
}

// on gives the components of a target.
func (s Spots) on(target string) []string {
	i, found := slices.BinarySearchFunc(s, target, func(one Spot, name string) int { return strings.Compare(one.Target, name) })
	if !found {
		return nil
	}
	return s[i].Components
}

// sorted gives them by target, with the components of each by name.
func (s Spots) sorted() Spots {
	all := slices.Clone(s)
	for i := range all {
		all[i].Components = slices.Sorted(slices.Values(all[i].Components))
	}
	slices.SortFunc(all, func(a, b Spot) int { return strings.Compare(a.Target, b.Target) })
	return all
}

// spotsBelong refuses a plan that would leave out some of what it is limited to.
func spotsBelong(in Input) error {
	if len(in.Spots) == 0 {
		return nil
	}
	var problems []practice.Problem
	for i := range in.Targets {
		t := &in.Targets[i]
		own, some := in.concerned(t)
		for at, item := range in.Items {
			name := item.Component.Name
			if in.Spots.Name(t.Name, name) && (!some || own != nil && !slices.Contains(own, at)) && len(problems) < maxNamed {
				problems = append(problems, practice.Problem{Path: t.Name, Message: name + " does not belong there", Hint: "runsOn of the component says where it belongs"})
			}
		}
	}
	if len(problems) == 0 {
		return nil
	}
	return &practice.Error{Code: practice.Refused, Message: fmt.Sprintf("there is no place for all of %s", in.Release), Problems: problems, Terminal: true}
}

// Again is the command that asks for the same once more.
func (h Header) Again() string {
	switch {
	case h.Direction == Restore:
		return "tranship plan --rollback " + h.Restores
	case len(h.Spots) > 0:
		return "tranship drift repair --environment " + h.Environment + " --reason WHY"
	}
	return fmt.Sprintf("tranship plan %s --to %s", h.Release, h.Environment)
}
