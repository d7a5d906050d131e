package calendar

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// bundle is windows that reach the same members.
type bundle struct {
	members []int
	windows []*compiled
	path    string
	broken  *compiled // one that cannot be evaluated
}

// fenced is targets that the same windows reach: they may change only within one of these.
type fenced struct {
	bundles []*bundle
	members []int
}

// fences parts the footprint by the windows that reach its members; members
// that no window reaches are in none.
func (c *Calendar) fences(f *Footprint) []fenced {
	bundles := c.bundles(f)
	if len(bundles) == 0 {
		return nil
	}
	if len(f.Members) == 0 {
		return []fenced{{bundles: bundles}}
	}
	group := make([]int, len(f.Members)) // 0: no window
	groups := []fenced{{}}
	for _, b := range bundles {
		if len(b.members) == 1 { // most are; no need to remember who goes where
			m := b.members[0]
			groups = append(groups, fenced{bundles: append(slices.Clip(groups[group[m]].bundles), b)})
			group[m] = len(groups) - 1
			continue
		}
		next := map[int]int{}
		last, lastTo := -1, 0 // neighbours mostly go the same way
		for _, m := range b.members {
			from := group[m]
			if from == last {
				group[m] = lastTo
				continue
			}
			to, known := next[from]
			if !known {
				to = len(groups)
				next[from] = to
				groups = append(groups, fenced{bundles: append(slices.Clip(groups[from].bundles), b)})
			}
			group[m], last, lastTo = to, from, to
		}
	}
	for m, g := range group {
		groups[g].members = append(groups[g].members, m)
	}
	return slices.DeleteFunc(groups, func(g fenced) bool { return len(g.bundles) == 0 || len(g.members) == 0 })
}

func (c *Calendar) bundles(f *Footprint) []*bundle {
	var list []*bundle
	known, all := map[listKey]*bundle{}, c.meeting(f, false)
	for i := range c.windows {
		w := &c.windows[i]
		t, met := all.meet(w.reach)
		if !met || len(t.members) == 0 && len(f.Members) > 0 {
			continue
		}
		key := keyOf(t.members)
		if len(t.members) == 1 {
			key.first = &f.every[t.members[0]] // the same member, whatever list named it
		}
		b := known[key]
		if b == nil {
			b = &bundle{members: t.members, path: t.path}
			known[key] = b
			list = append(list, b)
		}
		b.windows = append(b.windows, w)
		if w.schedule == nil {
			b.broken = w
		}
	}
	return list
}

// outside finds the targets whose windows the slot leaves (rule 5).
func (c *Calendar) outside(slot Slot, rules Rules) []Conflict {
	severity := rules.Severity(OutsideWindow)
	if severity == Off {
		return nil
	}
	run := slot.Running()
	open := map[*bundle][]Span{}
	var list []Conflict
	for _, g := range c.fences(slot.Footprint) {
		gap, left := leaves(run, g.open(run, open))
		if !left || g.letsGoOn(slot, rules) {
			continue
		}
		found := g.conflict(slot, severity).during(gap, g.bundles[0].windows[0].zone())
		if len(list) < maxLookAhead {
			found.Until, _ = g.opening(run)
		}
		list = append(list, found)
	}
	return list
}

// maxLookAhead bounds for how many conflicts the next opening is searched.
const maxLookAhead = 32

// open gives the spans in which the group may change that share a moment with a span, joined.
func (g fenced) open(s Span, known map[*bundle][]Span) []Span {
	var all []Span
	for _, b := range g.bundles {
		spans, found := known[b]
		if !found {
			for _, w := range b.windows {
				spans = append(spans, w.spans(s)...)
			}
			spans = joined(spans)
			known[b] = spans
		}
		all = append(all, spans...)
	}
	if len(g.bundles) == 1 {
		return all
	}
	return joined(all)
}

// joined gives the union of spans: in order, apart from each other.
func joined(spans []Span) []Span {
	slices.SortFunc(spans, func(a, b Span) int { return a.Start.Compare(b.Start) })
	var list []Span
	for _, s := range spans {
		if n := len(list); n > 0 && !s.Start.After(list[n-1].End) {
			list[n-1].End = later(list[n-1].End, s.End)
		} else {
			list = append(list, s)
		}
	}
	return list
}

// leaves gives the first part of a span that the open ones do not hold.
func leaves(s Span, open []Span) (gap Span, left bool) {
	at := s.Start
	for _, o := range open {
		if o.Start.After(at) {
			return Span{at, earlier(o.Start, s.End)}, true
		}
		at = later(at, o.End)
		if !at.Before(s.End) {
			return Span{}, false
		}
	}
	return Span{at, s.End}, at.Before(s.End)
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// windows lists the group's windows.
func (g fenced) windows() []*compiled {
	var list []*compiled
	for _, b := range g.bundles {
		list = append(list, b.windows...)
	}
	return list
}

// letsGoOn says that the deployment began within a window that lets it go on behind its end.
func (g fenced) letsGoOn(slot Slot, rules Rules) bool {
	if slot.Begun.IsZero() {
		return false
	}
	for _, w := range g.windows() {
		if w.windowEnds(rules) == GoOn && len(w.spans(Span{slot.Begun, slot.Begun.Add(1)})) > 0 {
			return true
		}
	}
	return false
}

func (c *compiled) windowEnds(rules Rules) Behaviour {
	switch {
	case c.entry.Window != nil && c.entry.Window.WhenItEnds != "":
		return c.entry.Window.WhenItEnds
	case rules.WhenWindowEnds != "":
		return rules.WhenWindowEnds
	}
	return FinishWave
}

// conflict tells which windows the group's targets have, not when they are left.
func (g fenced) conflict(slot Slot, severity Severity) Conflict {
	w := g.bundles[0].windows[0]
	found := Conflict{Rule: OutsideWindow, Severity: severity, With: w.ref(),
		Path: way(g.bundles[0].path, w.name()), Targets: slot.Footprint.targetsOf(g.members)}
	var names []string
	more, broken := 0, ""
	for _, b := range g.bundles {
		for _, one := range b.windows[:min(len(b.windows), few-len(names))] {
			names = append(names, one.entry.Name)
		}
		more += len(b.windows)
		if b.broken != nil {
			broken = fmt.Sprintf("; %s cannot be evaluated: %s", b.broken.name(), b.broken.defect)
		}
	}
	listed := strings.Join(names, ", ")
	if more -= len(names); more > 0 {
		listed += " and " + number(more) + " more"
	}
	found.Message = "outside window " + listed + broken + concerning(found.Targets)
	return found
}

// during says when windows are left.
func (c Conflict) during(gap Span, zone *time.Location) Conflict {
	c.Span = gap
	c.Message = fmt.Sprintf("from %s to %s %s", told(gap.Start, zone), told(gap.End, zone), c.Message)
	return c
}

// opening gives when the group is next open for as long as a span, from its
// start on and within a year; false when it is not.
func (g fenced) opening(s Span) (time.Time, bool) {
	need := s.End.Sub(s.Start)
	for _, days := range []int{8, 35, 366} {
		ahead := Span{s.Start, s.Start.AddDate(0, 0, days)}
		for _, o := range g.open(ahead, map[*bundle][]Span{}) {
			begin := later(o.Start, s.Start)
			if o.End.Sub(begin) >= need {
				return begin, true
			}
		}
	}
	return time.Time{}, false
}
