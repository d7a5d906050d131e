package plan

import (
	"fmt"
	"slices"
	"strings"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
)

// Dependencies gives every dependency that would be broken by bringing the
// items into an environment, or taking them out: what an item needs must come
// with it or be there already, and what stays there must still have what it
// needs (R11). left gives the versions of an item that a removal leaves on some
// target. A restore breaks nothing that was not broken before: it is not asked.
func Dependencies(direction Direction, items []Item, present []Abiding, left func(component string) []string) []practice.Problem {
	var problems []practice.Problem
	if direction == Install {
		for _, item := range items {
			for _, d := range item.DependsOn {
				if p, broken := needs(item, d, items, present); broken {
					problems = append(problems, p)
				}
			}
		}
	}
	if direction != Install && direction != Remove {
		return nil
	}
	for _, a := range present {
		for _, version := range a.Versions {
			for _, d := range library.Holding(a.DependsOn, version) {
				if p, broken := loses(direction, a.Component+"@"+version, d, items, left); broken {
					problems = append(problems, p)
				}
			}
		}
	}
	return problems
}

// needs says that a dependency of an item is neither met by the release nor by what is there.
func needs(item Item, d library.Dependency, items []Item, present []Abiding) (practice.Problem, bool) {
	p := practice.Problem{Message: fmt.Sprintf("%s@%s needs %s, which is neither in the release nor in the environment", item.Component, item.Version, d),
		Hint: "deploy " + d.Component + " first, or both in one release"}
	if i := slices.IndexFunc(items, func(other Item) bool { return other.Component == d.Component }); i >= 0 {
		p.Message = fmt.Sprintf("%s@%s needs %s; the release has %s", item.Component, item.Version, d, items[i].Version)
		p.Hint = "put a version of " + d.Component + " into the release that will do"
		return p, !d.Satisfied(items[i].Version)
	}
	for _, a := range present {
		if a.Component == d.Component && len(a.Versions) > 0 {
			p.Message = fmt.Sprintf("%s@%s needs %s; the environment has %s", item.Component, item.Version, d, strings.Join(a.Versions, ", "))
			return p, !slices.ContainsFunc(a.Versions, d.Satisfied)
		}
	}
	return p, true
}

// loses says that what stays in the environment would no more have what it needs.
func loses(direction Direction, who string, d library.Dependency, items []Item, left func(string) []string) (practice.Problem, bool) {
	i := slices.IndexFunc(items, func(item Item) bool { return item.Component == d.Component })
	if i < 0 {
		return practice.Problem{}, false
	}
	if direction == Remove {
		return practice.Problem{Message: fmt.Sprintf("%s is there and still depends on %s", who, d), Hint: "remove it first, or both in one release"},
			!slices.ContainsFunc(left(d.Component), d.Satisfied)
	}
	return practice.Problem{Message: fmt.Sprintf("%s is there and needs %s; the release has %s", who, d, items[i].Version),
		Hint: "deploy a version of it that does with " + items[i].Version + ", or both in one release"}, !d.Satisfied(items[i].Version)
}

// dependenciesHold refuses a plan that would break a dependency. What is taken back
// stood there before, and is not held up.
func dependenciesHold(in Input) error {
	if in.Direction == Restore {
		return nil
	}
	problems := Dependencies(in.Direction, in.bareItems(), in.Present, in.left)
	if len(problems) == 0 {
		return nil
	}
	message := fmt.Sprintf("%s cannot come into %s: dependencies are not met", in.Release, in.Environment.Name)
	if in.Direction == Remove {
		message = fmt.Sprintf("%s cannot be removed from %s: something depends on it", in.Release, in.Environment.Name)
	}
	return &practice.Error{Code: practice.Refused, Message: message, Problems: problems, Terminal: true}
}

// left gives the versions of a component that a removal leaves on some target.
func (in Input) left(component string) []string {
	var versions []string
	for i, item := range in.Items {
		if item.Component.Name != component {
			continue
		}
		for _, t := range in.Targets {
			named := (len(in.Only) == 0 || slices.Contains(in.Only, t.Name)) && in.Spots.Name(t.Name, component)
			if v := t.Before[i].Version; v != "" && !(named && (v == item.Version.Version || t.Before[i].Uncertain)) {
				versions = append(versions, v)
			}
		}
	}
	return versions
}
