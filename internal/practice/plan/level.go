package plan

import (
	"fmt"
	"slices"
	"strings"

	"tranship.dev/tranship/internal/practice"
)

// levelsOf gives each item its level: the items of a level are in place before
// those of the next begin. An item that needs others of the release, itself or
// through what stands in the environment, comes one level after the highest of
// them; a removal goes the other way, and so does a restore, from the levels of
// what it takes back. All are 0 where no item of the release needs another. Items
// that need each other in a circle are refused.
func levelsOf(in Input) ([]int, error) {
	if in.Direction == Restore {
		return reversed(in.Levels, len(in.Items)), nil
	}
	s := sorter{in: in, levels: make([]int, len(in.Items)), needs: needsOf(in.bareItems(), in.Present)}
	for i := range in.Items {
		if err := s.visit(i); err != nil {
			return nil, err
		}
	}
	if slices.Max(s.levels) == 1 {
		return make([]int, len(in.Items)), nil
	}
	if in.Direction == Remove {
		return reversed(s.levels, len(in.Items)), nil
	}
	return s.levels, nil
}

// reversed gives levels in the opposite order; all 0 where there are none.
func reversed(levels []int, items int) []int {
	turned := make([]int, items)
	for i, level := range levels {
		if level > 0 {
			turned[i] = slices.Max(levels) + 1 - level
		}
	}
	return turned
}

// sorter gives levels depth first.
type sorter struct {
	in     Input
	needs  [][]need
	levels []int
	trail  []int // the items that are being visited, each needs the next
}

func (s *sorter) visit(item int) error {
	if s.levels[item] > 0 {
		return nil
	}
	if at := slices.Index(s.trail, item); at >= 0 {
		return s.circle(append(slices.Clone(s.trail[at:]), item))
	}
	s.trail = append(s.trail, item)
	level := 1
	for _, n := range s.needs[item] {
		if err := s.visit(n.item); err != nil {
			return err
		}
		level = max(level, s.levels[n.item]+1)
	}
	s.trail = s.trail[:len(s.trail)-1]
	s.levels[item] = level
	return nil
}

// circle refuses items that need each other, and names them in turn, with what
// stands between them.
func (s *sorter) circle(items []int) error {
	var names []string
	for i, item := range items {
		if i > 0 {
			names = append(names, s.way(items[i-1], item)...)
		}
		names = append(names, s.in.Items[item].Component.Name+"@"+s.in.Items[item].Version.Version)
	}
	return practice.Faultf(practice.Refused, "components of %s need each other in a circle: %s", s.in.Release, strings.Join(names, " -> ")).
		WithHint("leave one of them out of dependsOn of another, as it starts without it: tranship get component %s", s.in.Items[items[0]].Component.Name).Final()
}

// way gives what stands in the environment between an item and one that it needs.
func (s *sorter) way(item, needed int) []string {
	return s.needs[item][slices.IndexFunc(s.needs[item], func(n need) bool { return n.item == needed })].through
}

// levelsExist refuses a release whose components need each other in a circle.
func levelsExist(in Input) error {
	_, err := levelsOf(in)
	return err
}

// leveled says whether some components of the plan wait for others of it.
func leveled(items []Item) bool {
	return slices.ContainsFunc(items, func(i Item) bool { return i.Level > 0 })
}

// belongsSomewhere refuses to bring in a component for which the environment has no
// target: it would be missing, and nobody would see it.
func belongsSomewhere(in Input) error {
	if in.Direction != Install || len(in.Targets) == 0 {
		return nil
	}
	var problems []practice.Problem
	for _, item := range in.Items {
		wanted := item.Component.Spec.RunsOn
		if !slices.ContainsFunc(in.Targets, func(t TargetInput) bool { return carries(t.Labels, wanted) }) {
			problems = append(problems, practice.Problem{
				Message: fmt.Sprintf("%s belongs on targets with %s, and %s has none", item.Component.Name, pairs(wanted), in.Environment.Name),
				Hint:    "give the labels to the targets that it is to run on, or change runsOn of the component",
			})
		}
	}
	if len(problems) == 0 {
		return nil
	}
	return &practice.Error{Code: practice.Refused, Message: fmt.Sprintf("there is no place for all of %s", in.Release), Problems: problems, Terminal: true}
}
