package plan

import (
	"fmt"

	"tranship.dev/tranship/internal/practice/model"
)

// Watched says whether the plan leaves a component whose health is checked.
func (h Header) Watched(component string) bool {
	for _, check := range h.Health {
		if check.Concerns(component) {
			return true
		}
	}
	return false
}

func healthSteps(checks []model.HealthCheck) []model.Step {
	steps := make([]model.Step, len(checks))
	for i, check := range checks {
		steps[i] = check.Step()
	}
	return steps
}

// Vital is a health check made exact for one component on one target.
type Vital struct {
	Step  Step
	Check model.HealthCheck
}

// Health gives the health checks of a component in the version that stands on a
// target: that of the release, the one that a restore brought back, or the one
// that a remediation did. None where the release does not have the component.
func (e *Expander) Health(t Target, component, version, deployment string) ([]Vital, error) {
	item, which, known := e.header.stands(t, component, version)
	if !known || len(t.Before) != len(e.items) {
		return nil, nil
	}
	s := e.vitals(&t, item, which)
	s.scope.deployment = deployment
	var found []Vital
	for i := range s.steps {
		if !e.header.Health[i].Concerns(component) {
			continue
		}
		step, err := s.exact(&s.steps[i], -1)
		if err != nil {
			return nil, fmt.Errorf("health of %s on target %s: %w", component, t.Name, err)
		}
		found = append(found, Vital{Step: step, Check: e.header.Health[i]})
	}
	return found, nil
}

// Knows says whether the plan tells what a version of a component on a target
// is: it brought it there, or back.
func (h Header) Knows(t Target, component, version string) bool {
	_, _, known := h.stands(t, component, version)
	return known
}

// stands finds the item of a component, and which of its versions it is.
func (h Header) stands(t Target, component, wanted string) (int, version, bool) {
	for i := range h.Items {
		switch {
		case h.Items[i].Component != component:
		case i < len(t.Goal) && t.Goal[i].Version == wanted:
			return i, goal, true
		case h.Items[i].Version == wanted:
			return i, released, true
		case i < len(t.Before) && t.Before[i].Version == wanted:
			return i, former, true
		}
	}
	return 0, released, false
}

// vitals gives all health checks about a version of an item.
func (e *Expander) vitals(t *Target, item int, which version) selection {
	s := e.about(t, item, which, e.health)
	s.works = false
	return s
}

// standing gives the health checks of what the plan leaves on a target; those of
// what a removal leaves, where it is taken back, are not asked for before.
func (e *Expander) standing(t *Target) []selection {
	if e.header.Direction == Remove || len(e.health) == 0 {
		return nil
	}
	var chosen []selection
	for _, i := range e.own(t) {
		which := released
		if e.header.Direction == Restore {
			if which = goal; t.Goal[i].Version == "" {
				continue
			}
		}
		s := e.vitals(t, i, which)
		s.steps = nil
		for n := range e.health {
			if e.header.Health[n].Concerns(e.header.Items[i].Component) {
				s.steps = append(s.steps, e.health[n])
			}
		}
		chosen = append(chosen, s)
	}
	return chosen
}
