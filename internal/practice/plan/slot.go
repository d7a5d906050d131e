package plan

import "slices"

// Slot gives the slot of what was there before, or the one where the other
// version goes: the one that is not in use. Empty where the plan has no slots.
// What is there in no known slot counts as being in the second.
func (h Header) Slot(before Before, former bool) string {
	if len(h.Slots) != 2 {
		return ""
	}
	live := 1
	if i := slices.Index(h.Slots, before.Slot); i >= 0 && before.Version != "" {
		live = i
	}
	if former {
		return h.Slots[live]
	}
	return h.Slots[1-live]
}

// slotOf gives the slot that steps about a version of an item work in. Where
// nothing was there, what is taken off is in the slot that the release went into.
func (h Header) slotOf(t *Target, item int, which version) string {
	before := t.Before[item]
	return h.Slot(before, which == former && before.Version != "")
}

// opposite gives the other slot; empty where there are none.
func (h Header) opposite(slot string) string {
	for _, other := range h.Slots {
		if other != slot {
			return other
		}
	}
	return ""
}

// removals takes an item off: out of the slot that it is in, and then whatever
// the other slot still holds, by the steps that name a slot.
func (e *Expander) removals(t *Target, item int) []selection {
	first := e.removal(t, item)
	other := first.scope
	if other.slot = e.header.opposite(first.scope.slot); other.slot == "" {
		return []selection{first}
	}
	second := selection{works: true, scope: other, in: other.slot}
	for _, s := range first.steps {
		if slices.ContainsFunc(s.sites, func(at site) bool { return isSlot(at.name) }) {
			second.steps = append(second.steps, s)
		}
	}
	return []selection{first, second}
}

// back marks a selection that brings back what was there in its slot: what is
// still as it was need not be done again.
func back(s selection) selection {
	s.inspect = s.scope.slot != ""
	return s
}
