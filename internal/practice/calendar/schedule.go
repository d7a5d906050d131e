package calendar

import (
	"fmt"
	"slices"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// Span is a time from Start until before End (half-open), in UTC.
type Span struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
}

// Overlaps says whether the spans share a moment; spans that only touch do not.
func (s Span) Overlaps(o Span) bool { return s.Start.Before(o.End) && o.Start.Before(s.End) }

// Schedule is Times that were understood, with their zone.
type Schedule struct {
	Zone   *time.Location
	start  time.Time // wall
	length time.Duration
	once   Span    // of the first
	repeat *repeat // nil: does not
	also   []time.Time
	except map[time.Time]bool // beginnings, wall
	days   map[time.Time]bool // days, wall
}

const longest = 366 * 24 * time.Hour

// NewSchedule understands Times, or gives what is wrong with them; paths begin with at ("spec.when").
func NewSchedule(t Times, zones Zones, at string) (*Schedule, []practice.Problem) {
	var problems []practice.Problem
	add := func(path, hint, format string, args ...any) {
		problems = append(problems, practice.Problem{Path: at + path, Message: fmt.Sprintf(format, args...), Hint: hint})
	}
	s := &Schedule{}
	var err error
	if s.Zone, err = zoneNamed(t.Zone, zones); err != nil {
		add(".zone", "use an IANA name such as Europe/Berlin, or UTC", "%s", err)
	}
	if s.start, err = ParseWall(t.Start); err != nil {
		add(".start", "", "%s", err)
	}
	end, endErr := ParseWall(t.End)
	if endErr != nil {
		add(".end", "", "%s", endErr)
	}
	if err != nil || endErr != nil || s.Zone == nil {
		return nil, problems
	}
	s.length = end.Sub(s.start)
	switch {
	case s.length <= 0:
		add(".end", "it may be on a later day", "%s is not after start %s", t.End, t.Start)
	case s.length > longest && (t.Repeat != "" || len(t.Also) > 0):
		add(".end", "", "what comes again cannot last longer than a year")
	}
	if len(problems) > 0 {
		return nil, problems
	}
	s.once = s.span(s.start)
	if t.Repeat != "" {
		if s.repeat, err = parseRepeat(t.Repeat, s.start); err != nil {
			add(".repeat", "write an RFC 5545 rule such as FREQ=WEEKLY;BYDAY=TU,TH", "%s", err)
			return nil, problems
		}
	}
	s.readAlso(t.Also, add)
	s.readExcept(t.Except, add)
	if len(problems) > 0 {
		return nil, problems
	}
	return s, nil
}

func zoneNamed(name string, zones Zones) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, fmt.Errorf("%q is no time zone", name)
	}
	zone, err := zones(name)
	if err != nil || zone == nil {
		return nil, fmt.Errorf("time zone %q is not known", name)
	}
	return zone, nil
}

func (s *Schedule) readAlso(also []string, add func(path, hint, format string, args ...any)) {
	for i, text := range also {
		wall, err := ParseWall(text)
		if err != nil {
			add(fmt.Sprintf(".also[%d]", i), "", "%s", err)
			continue
		}
		s.also = append(s.also, wall)
	}
	slices.SortFunc(s.also, time.Time.Compare)
	s.also = slices.CompactFunc(s.also, time.Time.Equal)
}

// readExcept takes the exceptions; one that takes nothing away is a mistake
// that would let the entry come when nobody expects it.
func (s *Schedule) readExcept(except []string, add func(path, hint, format string, args ...any)) {
	for i, text := range except {
		day, isDay := parseDate(text)
		wall, err := ParseWall(text)
		from, until := wall, wall
		switch {
		case isDay:
			from, until = day, day.Add(24*time.Hour-time.Second)
		case err != nil:
			add(fmt.Sprintf(".except[%d]", i), "", "%q is no date like 2026-12-25 and no beginning like 2026-12-25T22:00", text)
			continue
		}
		if !s.begins(from, until) {
			add(fmt.Sprintf(".except[%d]", i), "name a day on which it begins, or leave it out", "nothing begins at %s that could be left out", text)
		}
		if isDay {
			s.days = put(s.days, day)
		} else {
			s.except = put(s.except, wall)
		}
	}
}

func put(set map[time.Time]bool, t time.Time) map[time.Time]bool {
	if set == nil {
		set = map[time.Time]bool{}
	}
	set[t] = true
	return set
}

// begins says whether anything begins from one wall time to another, exceptions apart.
func (s *Schedule) begins(from, until time.Time) bool {
	found := false
	s.walls(from, until, func(time.Time) bool { found = true; return false })
	return found
}

// walls gives the beginnings from one wall time to another, inclusive, exceptions apart.
func (s *Schedule) walls(from, until time.Time, yield func(time.Time) bool) {
	next := 0
	for next < len(s.also) && s.also[next].Before(from) {
		next++
	}
	goOn := true
	before := func(wall time.Time) bool { // further beginnings come where they belong
		for next < len(s.also) && !s.also[next].After(wall) && goOn {
			if !s.also[next].Equal(wall) {
				goOn = yield(s.also[next])
			}
			next++
		}
		return goOn
	}
	one := func(wall time.Time) bool {
		if wall.After(until) || !before(wall) {
			return false
		}
		goOn = yield(wall)
		return goOn
	}
	switch {
	case s.repeat != nil:
		s.repeat.each(from, one)
	case !s.start.Before(from):
		one(s.start)
	}
	for next < len(s.also) && goOn && !s.also[next].After(until) {
		goOn = yield(s.also[next])
		next++
	}
}

// span gives the moments of what begins at a wall time. It ends by the clock
// on the wall; where the clocks skip its end, it is as long as elsewhere.
func (s *Schedule) span(wall time.Time) Span {
	begin, end := Instant(wall, s.Zone), Instant(wall.Add(s.length), s.Zone)
	if !end.After(begin) {
		end = begin.Add(s.length)
	}
	return Span{begin, end}
}

// Occurrence is one time that something is.
type Occurrence struct {
	Span
	Wall time.Time // its beginning by the clock on the wall, labelled UTC
}

// Each gives the occurrences that share a moment with the span from from to
// to, in order of their beginning, until yield says false.
func (s *Schedule) Each(from, to time.Time, yield func(Occurrence) bool) {
	if !s.near(from, to) {
		return
	}
	low, high := s.wallBounds(from, to)
	asked := Span{from, to}
	s.walls(low, high, func(wall time.Time) bool {
		if s.except[wall] || s.days[wall.Truncate(24*time.Hour)] {
			return true
		}
		span := s.once
		if wall != s.start {
			span = s.span(wall)
		}
		if s.repeat != nil && !s.repeat.untilAt.IsZero() && span.Start.After(s.repeat.untilAt) && !s.isAlso(wall) {
			return true
		}
		if !span.Overlaps(asked) {
			return true
		}
		return yield(Occurrence{span, wall})
	})
}

func (s *Schedule) isAlso(wall time.Time) bool {
	_, found := slices.BinarySearchFunc(s.also, wall, time.Time.Compare)
	return found
}

// Between lists the occurrences that share a moment with the span, at most limit (0: all).
func (s *Schedule) Between(from, to time.Time, limit int) []Occurrence {
	var list []Occurrence
	s.Each(from, to, func(o Occurrence) bool {
		list = append(list, o)
		return limit == 0 || len(list) < limit
	})
	return list
}

// near says cheaply whether an occurrence may share a moment with the span; true when in doubt.
func (s *Schedule) near(from, to time.Time) bool {
	if s.repeat == nil && len(s.also) == 0 {
		return s.once.Overlaps(Span{from, to})
	}
	if len(s.also) > 0 {
		return true
	}
	low, high := s.wallBounds(from, to)
	return s.repeat.canBegin(low, high)
}

// wallBounds gives the wall times between which an occurrence must begin that shares a moment with the span.
func (s *Schedule) wallBounds(from, to time.Time) (low, high time.Time) {
	return Wall(from, s.Zone).Add(-s.length - s.slack(from)), Wall(to, s.Zone).Add(s.slack(to))
}

// slack gives by how much the wall may mislead about a moment: the clocks may change near it.
func (s *Schedule) slack(at time.Time) time.Duration {
	const near = 26 * time.Hour
	_, before := at.Add(-near).In(s.Zone).Zone()
	_, after := at.Add(near).In(s.Zone).Zone()
	if before == after {
		return 0
	}
	return near
}

// Length gives how long each occurrence lasts by the clock on the wall.
func (s *Schedule) Length() time.Duration { return s.length }

// First gives the first beginning by the clock on the wall, exceptions apart.
func (s *Schedule) First() time.Time { return s.start }

// Rule gives the recurrence rule as a calendar feed writes it: its end, if it
// has one, as a moment in UTC. Empty: it does not repeat.
func (s *Schedule) Rule() string {
	if s.repeat == nil {
		return ""
	}
	text := s.repeat.text
	switch until := s.repeat.untilAt; {
	case s.repeat.count > 0:
		text += fmt.Sprintf(";COUNT=%d", s.repeat.count)
	case !until.IsZero():
		text += ";UNTIL=" + until.Format("20060102T150405Z")
	case !s.repeat.untilWall.IsZero():
		text += ";UNTIL=" + Instant(s.repeat.untilWall, s.Zone).Format("20060102T150405Z")
	}
	return text
}

// Also gives the further beginnings by the clock on the wall, in order.
func (s *Schedule) Also() []time.Time { return s.also }

// Left gives the beginnings by the clock on the wall that are left out, in order.
func (s *Schedule) Left() []time.Time {
	var list []time.Time
	for wall := range s.except {
		list = append(list, wall)
	}
	for day := range s.days {
		s.walls(day, day.Add(24*time.Hour-time.Second), func(wall time.Time) bool {
			list = append(list, wall)
			return true
		})
	}
	slices.SortFunc(list, time.Time.Compare)
	return slices.CompactFunc(list, time.Time.Equal)
}
