package plan

import (
	"fmt"
	"slices"
)

// selection is a list of steps with what their references mean.
type selection struct {
	steps []parsedStep
	scope scope
	works bool // the steps work on an item; false for checks of the target
}

// choose gives the lists of a phase for a target, in the order in which they are done.
func (e *Expander) choose(t *Target, phase string) ([]selection, error) {
	if len(t.Before) != len(e.items) {
		return nil, fmt.Errorf("target %s: what was before is known of %d items, not of the plan's %d", t.Name, len(t.Before), len(e.items))
	}
	switch phase {
	case PhaseVerify:
		return e.look(t, e.checks), nil
	case PhaseAccept:
		return e.look(t, e.acceptance), nil
	case PhaseExecute:
		if e.header.Direction == Remove {
			return e.takeOff(t), nil
		}
		return e.install(t), nil
	case PhaseRemediate:
		if e.header.Direction == Remove {
			return e.putBack(t), nil
		}
		return e.remediate(t), nil
	}
	return nil, fmt.Errorf("phase %q is not known", phase)
}

func (e *Expander) look(t *Target, steps []parsedStep) []selection {
	if len(steps) == 0 {
		return nil
	}
	s := selection{steps: steps, scope: scope{header: &e.header, target: t, former: e.header.Direction == Remove}}
	if len(e.items) == 1 {
		s.scope.about = subjectOf(&e.header, 0, t, s.scope.former)
	}
	return []selection{s}
}

func (e *Expander) about(t *Target, item int, former bool, steps []parsedStep) selection {
	return selection{steps: steps, works: true, scope: scope{
		header: &e.header, target: t, about: subjectOf(&e.header, item, t, former), former: former,
	}}
}

func (e *Expander) install(t *Target) []selection {
	chosen := make([]selection, len(e.items))
	for i := range e.items {
		chosen[i] = e.about(t, i, false, e.items[i].install)
	}
	return chosen
}

// removal needs no media: a version that was withdrawn can still be taken off.
func (e *Expander) removal(t *Target, item int) selection {
	s := e.about(t, item, true, e.items[item].remove)
	s.scope.about.artifact = nil
	return s
}

// takeOff removes the items that are present, or all when a removal is asked for again.
func (e *Expander) takeOff(t *Target) []selection {
	var chosen []selection
	none := !present(t.Before)
	for i := range slices.Backward(e.items) {
		if none || t.Before[i].present() {
			chosen = append(chosen, e.removal(t, i))
		}
	}
	return chosen
}

func (e *Expander) putBack(t *Target) []selection {
	var chosen []selection
	for i := range e.items {
		if t.Before[i].Version != "" {
			chosen = append(chosen, e.about(t, i, true, e.items[i].install))
		}
	}
	return chosen
}

func (e *Expander) remediate(t *Target) []selection {
	var chosen []selection
	for i, item := range slices.Backward(e.items) {
		switch {
		case t.Before[i].Version == "":
			chosen = append(chosen, e.removal(t, i))
		case len(item.remediate) > 0:
			chosen = append(chosen, e.about(t, i, true, item.remediate))
		default:
			chosen = append(chosen, e.about(t, i, true, item.install))
		}
	}
	return chosen
}

// present says whether something of the item is, or may be, on the target.
func (b Before) present() bool { return b.Version != "" || b.Uncertain }

func present(before []Before) bool {
	for _, b := range before {
		if b.present() {
			return true
		}
	}
	return false
}
