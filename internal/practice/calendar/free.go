package calendar

import (
	"cmp"
	"slices"
	"time"
)

// Request asks for a free slot.
type Request struct {
	Slot     Slot          // what is to be placed; Start and End give its length only
	Earliest time.Time     // it begins at this moment or later
	NeedBy   time.Time     // it should have ended by then; zero: no matter
	Horizon  time.Duration // it begins within this time from Earliest; 0: DefaultHorizon
	Limit    int           // at most so many proposals; 0: DefaultChoice
}

// The bounds of the search where a request gives none.
const (
	DefaultHorizon = 90 * 24 * time.Hour
	DefaultChoice  = 100
)

// Proposal is a time at which the slot fits.
type Proposal struct {
	Span
	Late     time.Duration `json:"late"`               // behind the need date
	Waivers  []Conflict    `json:"waivers,omitempty"`  // each needs a waiver
	Warnings []Conflict    `json:"warnings,omitempty"` // it would be warned of these
}

// barred is a time in which a slot must not begin: after from and before to,
// neither included, because of one conflict.
type barred struct {
	from, to time.Time
	severity Severity
	why      func() Conflict
}

// Free proposes when a slot can run: within windows, outside freezes and
// bookings, and apart from other deployments by the rules. Fewest waivers come
// first, then those in time for the need, then the earliest.
func (c *Calendar) Free(r Request, others []Slot, rules Rules) []Proposal {
	if r.Horizon <= 0 {
		r.Horizon = DefaultHorizon
	}
	if r.Limit <= 0 {
		r.Limit = DefaultChoice
	}
	s := search{calendar: c, slot: r.Slot.At(r.Earliest), rules: rules, last: r.Earliest.Add(r.Horizon), known: roll{}}
	s.windows()
	s.freezes()
	s.bookings()
	for i := range others {
		s.other(others[i])
	}
	found := s.sweep()
	length := s.slot.End.Sub(s.slot.Start)
	late := func(start time.Time) time.Duration {
		if r.NeedBy.IsZero() {
			return 0
		}
		return max(0, start.Add(length).Sub(r.NeedBy))
	}
	slices.SortStableFunc(found, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.waivers, b.waivers), cmp.Compare(late(a.start), late(b.start)), a.start.Compare(b.start))
	})
	proposals := make([]Proposal, 0, min(len(found), r.Limit))
	for _, f := range found[:min(len(found), r.Limit)] {
		proposals = append(proposals, Proposal{Span: Span{f.start, f.start.Add(length)}, Late: late(f.start)})
	}
	s.explain(proposals)
	return proposals
}

// search gathers the times in which a slot must not begin.
type search struct {
	calendar *Calendar
	slot     Slot // at the earliest start
	last     time.Time
	rules    Rules
	barred   []barred
	known    roll
}

// whole is the span in which anything that the slot may meet lies.
func (s *search) whole() Span {
	return Span{s.slot.Busy().Start.Add(-1), s.slot.At(s.last).Busy().End.Add(1)}
}

func (s *search) bar(from, to time.Time, severity Severity, why func() Conflict) {
	if severity == Off || !from.Before(to) || !to.After(s.slot.Start) || from.After(s.last) {
		return
	}
	s.barred = append(s.barred, barred{from, to, severity, why})
}

func (s *search) windows() {
	severity := s.rules.Severity(OutsideWindow)
	if severity == Off {
		return
	}
	run := s.slot.Running()
	need, whole := run.End.Sub(run.Start), s.whole()
	known := map[*bundle][]Span{}
	for _, g := range s.calendar.fences(s.slot.Footprint) {
		shut := whole.Start.Add(-1)
		why := once(func() Conflict { return g.conflict(s.slot, severity) })
		for _, o := range g.open(whole, known) {
			latest := o.End.Add(-need)
			if latest.Before(o.Start) {
				continue
			}
			s.bar(shut, o.Start, severity, why)
			shut = latest
		}
		s.bar(shut, whole.End.Add(1), severity, why)
	}
}

// once makes a conflict that many times are barred by once only.
func once(find func() Conflict) func() Conflict {
	var made *Conflict
	return func() Conflict {
		if made == nil {
			c := find()
			made = &c
		}
		return *made
	}
}

func (s *search) freezes() {
	run, whole := s.slot.Running(), s.whole()
	need, all := run.End.Sub(run.Start), s.calendar.meeting(s.slot.Footprint, true)
	for i := range s.calendar.freezes {
		f := &s.calendar.freezes[i]
		if f.apart(whole) {
			continue
		}
		t, met := f.meets(all, s.rules)
		if !met {
			continue
		}
		severity := f.freezeSeverity(s.rules)
		if f.schedule == nil {
			s.bar(whole.Start, whole.End, severity, func() Conflict { return f.freezeConflict(s.slot, t, nil, s.rules, s.known) })
		}
		for _, span := range f.spans(whole) {
			s.bar(span.Start.Add(-need), span.End, severity, func() Conflict { return f.freezeConflict(s.slot, t, []Span{span}, s.rules, s.known) })
		}
	}
}

func (s *search) bookings() {
	severity, whole := s.rules.Severity(Booked), s.whole()
	length := s.slot.End.Sub(s.slot.Start)
	for i := range s.calendar.bookings {
		b := &s.calendar.bookings[i]
		spec := b.entry.Booking
		if b.apart(whole) || spec != nil && !spec.against(s.slot) {
			continue
		}
		if spec == nil || b.schedule == nil {
			s.bar(whole.Start, whole.End, severity, func() Conflict { return b.bookingConflict(s.slot, nil, severity) })
		}
		for _, span := range b.spans(whole) {
			s.bar(span.Start.Add(-length-s.slot.After), span.End.Add(s.slot.Before), severity,
				func() Conflict { return b.bookingConflict(s.slot, []Span{span}, severity) })
		}
	}
}

func (s *search) other(o Slot) {
	busy := o.Busy()
	if o.ID == s.slot.ID || !busy.Start.Before(busy.End) {
		return
	}
	length, settle := s.slot.End.Sub(s.slot.Start), s.rules.Settle
	from, to := busy.Start.Add(-length-s.slot.After-settle), busy.End.Add(s.slot.Before+settle)
	if s.rules.Apart && settle == 0 {
		from, to = from.Add(-1), to.Add(1)
	}
	if to.After(s.slot.Start) && !from.After(s.last) {
		for _, found := range overlapping(s.slot, o, s.rules) {
			s.bar(from, to, found.Severity, func() Conflict { return found })
		}
	}
	for _, found := range stale(s.slot.At(later(s.slot.Start, to)), o, s.rules) {
		s.bar(to.Add(-1), s.whole().End.Add(1), found.Severity, func() Conflict { return found })
	}
}

// candidate is a start that nothing blocks.
type candidate struct {
	start             time.Time
	waivers, warnings int
}

// sweep goes through the moments at which something stops to bar a start.
func (s *search) sweep() []candidate {
	starts := []time.Time{s.slot.Start}
	count := map[Severity]*counter{Block: {}, NeedsWaiver: {}, Warn: {}}
	for _, b := range s.barred {
		count[b.severity].add(b)
		if b.to.After(s.slot.Start) && !b.to.After(s.last) {
			starts = append(starts, b.to)
		}
	}
	for _, c := range count {
		c.sort()
	}
	slices.SortFunc(starts, time.Time.Compare)
	starts = slices.CompactFunc(starts, time.Time.Equal)
	var found []candidate
	fresh := true // something blocked since the last one
	for i, at := range starts {
		if i > 0 && count[Block].within(starts[i-1], at) {
			fresh = true
		}
		if count[Block].at(at) > 0 {
			continue
		}
		now := candidate{at, count[NeedsWaiver].at(at), count[Warn].at(at)}
		if n := len(found); !fresh && cmp.Or(cmp.Compare(now.waivers, found[n-1].waivers), cmp.Compare(now.warnings, found[n-1].warnings)) >= 0 {
			continue
		}
		found, fresh = append(found, now), false
	}
	return found
}

// counter counts how many bars hold at a moment.
type counter struct{ from, to []time.Time }

func (c *counter) add(b barred) { c.from, c.to = append(c.from, b.from), append(c.to, b.to) }

func (c *counter) sort() {
	slices.SortFunc(c.from, time.Time.Compare)
	slices.SortFunc(c.to, time.Time.Compare)
}

// at counts those with from < moment < to.
func (c *counter) at(moment time.Time) int {
	begun, _ := slices.BinarySearchFunc(c.from, moment, time.Time.Compare)
	ended, _ := slices.BinarySearchFunc(c.to, moment.Add(1), time.Time.Compare)
	return begun - ended
}

// within says whether any holds at a moment from a to b, or begins there.
func (c *counter) within(a, b time.Time) bool {
	i, _ := slices.BinarySearchFunc(c.from, a, time.Time.Compare)
	return c.at(a) > 0 || i < len(c.from) && c.from[i].Before(b)
}

// explain adds to each proposal what speaks against it.
func (s *search) explain(proposals []Proposal) {
	order := make([]*Proposal, len(proposals))
	for i := range proposals {
		order[i] = &proposals[i]
	}
	start := func(p *Proposal, at time.Time) int { return p.Start.Compare(at) }
	slices.SortFunc(order, func(a, b *Proposal) int { return start(a, b.Start) })
	for _, b := range s.barred {
		first, _ := slices.BinarySearchFunc(order, b.from.Add(1), start)
		for _, p := range order[first:] {
			if !p.Start.Before(b.to) {
				break
			}
			switch b.severity {
			case NeedsWaiver:
				p.Waivers = append(p.Waivers, b.why())
			case Warn:
				p.Warnings = append(p.Warnings, b.why())
			case Off, Block: // never proposed
			}
		}
	}
}
