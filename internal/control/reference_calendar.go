package control

import (
	"fmt"
	"slices"
	"strings"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/calendar"
	"tranship.dev/tranship/internal/practice/environment"
)

// calendarReferences lists what an entry of the calendar refers to: a name
// that does not exist would reach nothing, and nobody would see it.
func calendarReferences(d practice.Document) ([]reference, error) {
	e, err := calendar.Decode(d)
	if err != nil {
		return nil, err
	}
	if e.Booking != nil {
		return []reference{{"spec.environment", practice.KindEnvironment, e.Booking.Environment}}, nil
	}
	r := e.Reach()
	refs := named(nil, "spec.appliesTo.environments", practice.KindEnvironment, r.Environments)
	refs = named(refs, "spec.appliesTo.services", practice.KindService, r.Services)
	refs = named(refs, "spec.appliesTo.components", practice.KindComponent, r.Components)
	refs = named(refs, "spec.appliesTo.targets", practice.KindTarget, r.Targets)
	refs = named(refs, "spec.appliesTo.models", practice.KindModel, r.Models)
	if e.Freeze != nil {
		refs = named(refs, "spec.allows.models", practice.KindModel, e.Freeze.Allows.Models)
		refs = named(refs, "spec.waiver.groups", practice.KindGroup, e.Freeze.Waiver.Groups)
	}
	return refs, nil
}

func named(refs []reference, path string, kind practice.Kind, names []string) []reference {
	for i, name := range names {
		refs = append(refs, reference{fmt.Sprintf("%s[%d]", path, i), kind, name})
	}
	return refs
}

func targetReferences(t environment.Target) []reference {
	refs := []reference{{"spec.environment", practice.KindEnvironment, t.Spec.Environment}}
	refs = append(refs, optional("spec.parent", practice.KindTarget, t.Spec.Parent)...)
	return named(refs, "spec.redundantWith", practice.KindTarget, t.Spec.Redundant)
}

// checkParents refuses targets that would stand in themselves, directly or over others.
func checkParents(tx Tx, docs []Proposed) error {
	parents := map[string]string{}
	for _, p := range docs {
		if p.Kind == practice.KindTarget {
			t, err := environment.DecodeTarget(p.Document)
			if err != nil {
				return err
			}
			parents[t.Name] = t.Spec.Parent
		}
	}
	var problems []practice.Problem
	sound := map[string]bool{}
	for _, p := range docs {
		if p.Kind != practice.KindTarget {
			continue
		}
		way, err := circle(tx, p.Name, parents, sound)
		if err != nil {
			return err
		}
		if way != nil {
			problem := locate(p, "spec.parent")
			problem.Message = "the target would stand in itself: " + strings.Join(way, " -> ")
			problems = append(problems, problem)
		}
	}
	if len(problems) > 0 {
		return &practice.Error{Code: practice.Invalid, Message: "targets stand in a circle", Problems: problems, Terminal: true}
	}
	return nil
}

// circle gives the way from a target up to itself, or nil. What is in parents
// comes with the documents, everything else is stored; sound remembers who is in none.
func circle(tx Tx, name string, parents map[string]string, sound map[string]bool) ([]string, error) {
	way := []string{name}
	for at := name; ; {
		parent, known := parents[at]
		if !known {
			d, err := tx.Document(practice.KindTarget, at)
			if err != nil && practice.CodeOf(err) != practice.NotFound {
				return nil, err
			}
			if err == nil {
				t, err := environment.DecodeTarget(d)
				if err != nil {
					return nil, err
				}
				parent = t.Spec.Parent
			}
			parents[at] = parent
		}
		if parent == "" || sound[parent] {
			for _, one := range way {
				sound[one] = true
			}
			return nil, nil
		}
		again := slices.Contains(way, parent)
		way = append(way, parent)
		if again {
			return way, nil
		}
		at = parent
	}
}
