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

	inspect bool   // what an inspection finds so already is not applied
	in      string // the slot that the steps' names tell; empty: they tell none
}

// choose gives the lists of a phase for a target, in the order in which they are done.
func (e *Expander) choose(t *Target, phase string) ([]selection, error) {
	if len(t.Before) != len(e.items) {
		return nil, fmt.Errorf("target %s: what was before is known of %d items, not of the plan's %d", t.Name, len(t.Before), len(e.items))
	}
	if e.header.Direction == Restore && len(t.Goal) != len(e.items) {
		return nil, fmt.Errorf("target %s: what is to be there again is known of %d items, not of the plan's %d", t.Name, len(t.Goal), len(e.items))
	}
	switch phase {
	case PhaseVerify:
		return e.look(t, e.checks), nil
	case PhaseAccept:
		if e.header.Direction == Restore && !t.present(t.Goal) {
			return e.look(t, e.gone), nil
		}
		return e.look(t, e.acceptance), nil
	case PhaseExecute:
		if e.header.Direction == Remove {
			return e.takeOff(t), nil
		}
		if e.header.Direction == Restore {
			return e.bringBack(t), nil
		}
		return e.install(t), nil
	case PhaseRemediate:
		if e.header.Direction == Remove {
			return e.putBack(t), nil
		}
		if e.header.Direction == Restore {
			return e.takeBack(t), nil
		}
		return e.remediate(t), nil
	}
	return nil, fmt.Errorf("phase %q is not known", phase)
}

func (e *Expander) look(t *Target, steps []parsedStep) []selection {
	if len(steps) == 0 {
		return nil
	}
	s := selection{steps: steps, scope: scope{header: &e.header, target: t}}
	switch {
	case e.header.Direction == Remove, e.header.Direction == Restore && !t.present(t.Goal):
		s.scope.which = former
	case e.header.Direction == Restore:
		s.scope.which = goal
	}
	if own := e.own(t); len(own) == 1 {
		s.scope.about = subjectOf(&e.header, own[0], t, s.scope.which)
		s.scope.slot = e.header.slotOf(t, own[0], s.scope.which)
	}
	return []selection{s}
}

func (e *Expander) about(t *Target, item int, which version, steps []parsedStep) selection {
	return selection{steps: steps, works: true, scope: scope{
		header: &e.header, target: t, about: subjectOf(&e.header, item, t, which), which: which, slot: e.header.slotOf(t, item, which),
	}}
}

func (e *Expander) install(t *Target) []selection {
	own := e.own(t)
	chosen := make([]selection, len(own))
	for n, i := range own {
		chosen[n] = e.about(t, i, released, e.items[i].install)
	}
	return chosen
}

// removal needs no media: a version that was withdrawn can still be taken off.
func (e *Expander) removal(t *Target, item int) selection {
	s := e.about(t, item, former, e.items[item].remove)
	s.scope.about.artifact = nil
	return s
}

// takeOff removes the items that are present, or all when a removal is asked for again.
func (e *Expander) takeOff(t *Target) []selection {
	var chosen []selection
	none := !t.present(t.Before)
	for _, i := range slices.Backward(e.own(t)) {
		if none || t.Before[i].present() {
			chosen = append(chosen, e.removals(t, i)...)
		}
	}
	return chosen
}

func (e *Expander) putBack(t *Target) []selection {
	var chosen []selection
	for _, i := range e.own(t) {
		if t.Before[i].Version != "" {
			chosen = append(chosen, e.about(t, i, former, e.items[i].install))
		}
	}
	return chosen
}

func (e *Expander) remediate(t *Target) []selection {
	var chosen []selection
	for _, i := range slices.Backward(e.own(t)) {
		item := e.items[i]
		switch {
		case t.Before[i].Version == "":
			chosen = append(chosen, e.removals(t, i)...)
		case len(item.remediate) > 0:
			chosen = append(chosen, back(e.about(t, i, former, item.remediate)))
		default:
			chosen = append(chosen, back(e.about(t, i, former, item.install)))
		}
	}
	return chosen
}

// present says whether something of the item is, or may be, on the target.
func (b Before) present() bool { return b.Version != "" || b.Uncertain }

// present says the same of any item that the row is about.
func (t *Target) present(list []Before) bool {
	for i, b := range list {
		if t.Concerns(i) && b.present() {
			return true
		}
	}
	return false
}
