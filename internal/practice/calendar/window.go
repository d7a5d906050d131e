package calendar

import (
	"fmt"
	"slices"
	"time"
)

// bundle is windows that reach the same members.
type bundle struct {
	members []int32
	windows []*compiled
	path    string
}

// fenced is targets that the same windows reach: they may change only within one of these.
type fenced struct {
	bundles []*bundle
	members []int32
}

type bundleKey struct {
	first *int32
	size  int
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
	type step struct {
		group int32
		by    int
	}
	group := make([]int32, len(f.Members)) // 0: no window
	groups := []fenced{{}}
	for by, b := range bundles {
		next := map[step]int32{}
		last, lastTo := int32(-1), int32(0) // neighbours mostly go the same way
		for _, m := range b.members {
			from := group[m]
			if from == last {
				group[m] = lastTo
				continue
			}
			to, known := next[step{from, by}]
			if !known {
				to = int32(len(groups))
				next[step{from, by}] = to
				groups = append(groups, fenced{bundles: append(slices.Clip(groups[from].bundles), b)})
			}
			group[m], last, lastTo = to, from, to
		}
	}
	for m, g := range group {
		groups[g].members = append(groups[g].members, int32(m))
	}
	return slices.DeleteFunc(groups, func(g fenced) bool { return len(g.bundles) == 0 || len(g.members) == 0 })
}

func (c *Calendar) bundles(f *Footprint) []*bundle {
	var list []*bundle
	known := map[bundleKey]*bundle{}
	for i := range c.windows {
		w := &c.windows[i]
		t, met := f.meet(&w.reach, false)
		if !met || len(t.members) == 0 && len(f.Members) > 0 {
			continue
		}
		key := bundleKey{size: len(t.members)}
		if len(t.members) == 1 {
			key.first = &f.every[t.members[0]] // the same member, whatever list named it
		} else if len(t.members) > 1 {
			key.first = &t.members[0]
		}
		b := known[key]
		if b == nil {
			b = &bundle{members: t.members, path: t.path}
			known[key] = b
			list = append(list, b)
		}
		b.windows = append(b.windows, w)
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
		found := g.conflict(slot, gap, severity)
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

func (g fenced) conflict(slot Slot, gap Span, severity Severity) Conflict {
	windows := g.windows()
	w := windows[0]
	found := Conflict{Rule: OutsideWindow, Severity: severity, With: w.ref(), Span: gap,
		Path: way(g.bundles[0].path, w.name()), Targets: slot.Footprint.targetsOf(g.members)}
	names := make([]string, len(windows))
	broken := ""
	for i, one := range windows {
		names[i] = one.entry.Name
		if one.defect != "" {
			broken = fmt.Sprintf("; %s cannot be evaluated: %s", one.name(), one.defect)
		}
	}
	found.Message = fmt.Sprintf("outside window %s from %s to %s%s%s", some(names), told(gap.Start, w.zone()), told(gap.End, w.zone()), broken, concerning(found.Targets))
	return found
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
