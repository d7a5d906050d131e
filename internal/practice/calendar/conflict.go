package calendar

import (
	"cmp"
	"fmt"
	"slices"
)

// Conflicts gives all that speaks against a slot: entries of the calendar, and
// other deployments. The list is complete, and so are the targets of each
// conflict. Ordered by rule, then by what it is with.
func (c *Calendar) Conflicts(slot Slot, others []Slot, rules Rules) []Conflict {
	list := c.outside(slot, rules)
	list = append(list, c.frozen(slot, rules)...)
	list = append(list, c.booked(slot, rules)...)
	for i := range others {
		list = append(list, against(slot, others[i], rules)...)
	}
	order := map[Rule]int{}
	for i, r := range AllRules() {
		order[r] = i
	}
	slices.SortStableFunc(list, func(a, b Conflict) int {
		return cmp.Or(cmp.Compare(order[a.Rule], order[b.Rule]), cmp.Compare(a.With.Name, b.With.Name), a.Span.Start.Compare(b.Span.Start))
	})
	return list
}

// frozen finds the freezes that the slot meets (rule 6).
func (c *Calendar) frozen(slot Slot, rules Rules) []Conflict {
	var list []Conflict
	run, known, all := slot.Running(), roll{}, c.meeting(slot.Footprint, true)
	for i := range c.freezes {
		f := &c.freezes[i]
		if f.apart(run) {
			continue
		}
		t, met := f.meets(all, rules)
		if !met {
			continue
		}
		spans := f.spans(run)
		spans = slices.DeleteFunc(spans, func(s Span) bool { return f.letsGoOn(slot, s) })
		if len(spans) == 0 && f.schedule != nil {
			continue
		}
		list = append(list, f.freezeConflict(slot, t, spans, rules, known))
	}
	return list
}

// meets says whether a freeze is for the footprint, and is not off for it.
func (c *compiled) meets(m *meeting, rules Rules) (touch, bool) {
	if c.freezeSeverity(rules) == Off || c.entry.Freeze != nil && c.entry.Freeze.Allows.lets(m.footprint) {
		return touch{}, false
	}
	return m.meet(c.reach)
}

// letsGoOn says that the freeze began after the deployment did and lets such go on.
func (c *compiled) letsGoOn(slot Slot, s Span) bool {
	return !slot.Begun.IsZero() && c.entry.Freeze.WhenItBegins == GoOn && s.Start.After(slot.Begun)
}

func (a Allowance) lets(f *Footprint) bool {
	return f.Model != "" && slices.Contains(a.Models, f.Model) ||
		f.Urgency != "" && slices.Contains(a.Urgencies, f.Urgency) ||
		f.Class != "" && slices.Contains(a.Classes, f.Class)
}

// freezeSeverity: a hard freeze needs a waiver of its groups, whatever the
// environment's rules say; what cannot be read counts as hard.
func (c *compiled) freezeSeverity(rules Rules) Severity {
	switch {
	case c.entry.Freeze == nil:
		return Block
	case c.entry.Freeze.Kind == Soft:
		return rules.Severity(InsideFreeze)
	case len(c.entry.Freeze.Waiver.Groups) == 0:
		return Block
	}
	return NeedsWaiver
}

func (c *compiled) freezeConflict(slot Slot, t touch, spans []Span, rules Rules, known roll) Conflict {
	found := Conflict{
		Rule:     InsideFreeze,
		Severity: c.freezeSeverity(rules),
		With:     c.ref(),
		Path:     way(t.path, c.name()),
		Targets:  known.targetsOf(slot.Footprint, t.members),
	}
	if c.entry.Freeze != nil {
		found.Groups = c.entry.Freeze.Waiver.Groups
	}
	if len(spans) == 0 {
		found.Message = fmt.Sprintf("%s cannot be evaluated, so it holds: %s", c.name(), c.defect)
		return found
	}
	found.Span = hull(spans)
	found.Until = found.Span.End
	found.Message = fmt.Sprintf("%s freeze %s holds from %s to %s%s", c.entry.Freeze.Kind, because(c.entry.Name, c.entry.Freeze.Description),
		told(found.Span.Start, c.zone()), told(found.Span.End, c.zone()), concerning(found.Targets))
	return found
}

// because writes a name with the reason that its document gives.
func because(name, reason string) string {
	if reason == "" {
		return name
	}
	return name + " (" + reason + ")"
}

func way(path, name string) string {
	if path == "" {
		return name
	}
	return path + " -> " + name
}

func concerning(targets []string) string {
	if len(targets) == 0 {
		return ""
	}
	return ": " + some(targets)
}

// booked finds the bookings of the slot's environment by others for a use that does not go with it (rule 9).
func (c *Calendar) booked(slot Slot, rules Rules) []Conflict {
	severity := rules.Severity(Booked)
	if severity == Off {
		return nil
	}
	var list []Conflict
	busy := slot.Busy()
	for i := range c.bookings {
		b := &c.bookings[i]
		spec := b.entry.Booking
		if b.apart(busy) || spec != nil && !spec.against(slot) {
			continue
		}
		spans := b.spans(busy)
		if len(spans) == 0 && b.schedule != nil {
			continue
		}
		list = append(list, b.bookingConflict(slot, spans, severity))
	}
	return list
}

// bookingConflict tells of a booking; without spans it cannot be evaluated.
func (c *compiled) bookingConflict(slot Slot, spans []Span, severity Severity) Conflict {
	found := Conflict{Rule: Booked, Severity: severity, With: c.ref(), Path: c.name(), Targets: slot.Footprint.Targets}
	if len(spans) == 0 {
		found.Message = fmt.Sprintf("%s cannot be evaluated, so it holds: %s", c.name(), c.defect)
		return found
	}
	spec := c.entry.Booking
	found.Path = way("environment "+spec.Environment, c.name())
	found.Span = hull(spans)
	found.Until = found.Span.End
	found.Message = fmt.Sprintf("%s has booked %s for %s from %s to %s", spec.By, spec.Environment, spec.Use,
		told(found.Span.Start, c.zone()), told(found.Span.End, c.zone()))
	return found
}

// hull gives the span from the first begin to the last end.
func hull(spans []Span) Span {
	whole := spans[0]
	for _, s := range spans[1:] {
		whole = Span{earlier(whole.Start, s.Start), later(whole.End, s.End)}
	}
	return whole
}

// against says whether the booking, if it is at the time, speaks against the slot.
func (b *BookingSpec) against(slot Slot) bool {
	f := slot.Footprint
	if b.Environment != f.Environment || slices.Contains(f.People, b.By) || slices.Contains(f.Groups, b.By) {
		return false
	}
	own, use := Pending, slot.Use
	if slot.Approved {
		own = Approved
	}
	if use == "" {
		use = CodeChange
	}
	return Clash(own, use, b.State, b.Use)
}

// Clash says whether what is planned in an environment conflicts with what
// else is booked there at the same time. Uses that only look go together. Uses
// that change the environment under another's feet never do. For the rest the
// booking matrix holds: what is pending conflicts with everything, what is
// approved with nothing (the other one, if pending, has the conflict).
func Clash(own BookingState, use Use, other BookingState, otherUse Use) bool {
	looks := func(u Use) bool { return u == Regression || u == OtherUse }
	strict := func(u Use) bool { return u == CodeChange || u == Exclusive }
	switch {
	case looks(use) && looks(otherUse):
		return false
	case own == Pending:
		return true
	case other == Pending:
		return false
	}
	return strict(use) || strict(otherUse)
}
