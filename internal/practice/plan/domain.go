package plan

import (
	"maps"
	"slices"
	"strings"

	"tranship.dev/tranship/internal/practice/model"
)

// domains gives a group for each value of the label that the strategy rolls by,
// in natural order of the values; targets without the label come last.
func domains(s model.Strategy, targets []Target, members []int) []group {
	label := s.Rolling.By
	byValue := map[string][]int{}
	var without []int
	for _, i := range members {
		if value, has := targets[i].Labels[label]; has {
			byValue[value] = append(byValue[value], i)
		} else {
			without = append(without, i)
		}
	}
	var groups []group
	for _, value := range slices.SortedFunc(maps.Keys(byValue), CompareNatural) {
		groups = append(groups, group{wave: Wave{Soak: s.Soak, Domain: label + " " + value}, members: byValue[value]})
	}
	return append(groups, group{wave: Wave{Soak: s.Soak, Domain: "no " + label}, members: without})
}

// carrying parts targets into those that carry all the labels and the others.
func carrying(labels map[string]string, targets []Target, all []int) (with, without []int) {
	for _, i := range all {
		carries := true
		for label, value := range labels {
			found, has := targets[i].Labels[label]
			carries = carries && has && found == value
		}
		if carries {
			with = append(with, i)
		} else {
			without = append(without, i)
		}
	}
	return with, without
}

// inWords gives labels as people say them: "rack 2, zone a".
func inWords(labels map[string]string) string {
	var words []string
	for _, label := range slices.Sorted(maps.Keys(labels)) {
		words = append(words, label+" "+labels[label])
	}
	return strings.Join(words, ", ")
}

// redundancy gives the targets that take over for a target, by name, both ways.
type redundancy map[string][]string

func redundancyOf(targets []TargetInput) redundancy {
	r := redundancy{}
	for i := range targets {
		t := &targets[i]
		for _, other := range t.Redundant {
			if other != t.Name {
				r[t.Name] = append(r[t.Name], other)
				r[other] = append(r[other], t.Name)
			}
		}
	}
	return r
}

// split makes of each group as many as keep redundant targets apart. Each target
// goes into the first in which none of its others is. What a group's wave says
// holds for each of them; only its pause comes after all.
func (r redundancy) split(groups []group, targets []Target) []group {
	if len(r) == 0 {
		return groups
	}
	var apart []group
	for _, g := range groups {
		var parts [][]int
		place := map[string]int{} // from 1, of those that have others
		for _, i := range g.members {
			name := targets[i].On()
			taken := make([]bool, len(r[name])+1)
			for _, other := range r[name] {
				if at := place[other]; at > 0 && at <= len(taken) {
					taken[at-1] = true
				}
			}
			free := slices.Index(taken, false)
			if len(r[name]) > 0 {
				place[name] = free + 1
			}
			for len(parts) <= free {
				parts = append(parts, nil)
			}
			parts[free] = append(parts[free], i)
		}
		for n, members := range parts {
			part := group{wave: g.wave, members: members}
			if n < len(parts)-1 {
				part.wave.Pause = nil
			}
			apart = append(apart, part)
		}
	}
	return apart
}
