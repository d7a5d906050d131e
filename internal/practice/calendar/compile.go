package calendar

import (
	"fmt"
	"math"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// compiled is an entry that can be asked when it is.
type compiled struct {
	low, high int64 // Unix seconds: never before, never after
	entry     Entry
	reach     int       // place in Calendar.reaches
	schedule  *Schedule // nil: see defect
	defect    string
}

// Calendar is a set of entries that can be asked quickly. It is not changed
// once made, and may be used by many at the same time.
type Calendar struct {
	windows  []compiled
	freezes  []compiled
	bookings []compiled
	reaches  []Reach // each once, however many entries say the same
}

// Compile makes a calendar. Entries that cannot be evaluated stay in it and
// hold up what they reach; the problems say which and why.
func Compile(entries []Entry, zones Zones) (*Calendar, []practice.Problem) {
	c := &Calendar{}
	m := maker{zones: rememberZones(zones), known: map[string]made{}, reaches: map[string]int{}}
	var problems []practice.Problem
	for _, e := range entries {
		one := compiled{entry: e, reach: m.reach(c, e.Reach()), low: math.MinInt64, high: math.MaxInt64, defect: e.Defect}
		if one.defect == "" {
			one.schedule, one.defect = m.schedule(e)
		}
		if one.schedule != nil {
			one.low, one.high = one.schedule.bounds()
		} else {
			problems = append(problems, practice.Problem{Path: fmt.Sprintf("%s %s", e.Kind, e.Name), Message: one.defect, Hint: "correct it and apply it again; until then it holds up what it reaches"})
		}
		switch e.Kind {
		case practice.KindWindow:
			c.windows = append(c.windows, one)
		case practice.KindBooking:
			c.bookings = append(c.bookings, one)
		default: // what is not known at all counts as a freeze
			c.freezes = append(c.freezes, one)
		}
	}
	return c, problems
}

// maker understands each text of Times once, however many entries say the same.
type maker struct {
	zones Zones
	known map[string]made

	reaches map[string]int
}

func (m maker) reach(c *Calendar, r Reach) int {
	var key strings.Builder
	for _, list := range [][]string{r.Environments, r.Services, r.Components, r.Kinds, r.Targets, r.Labels, r.Suppliers, r.Models} {
		for _, name := range list {
			key.WriteString(name)
			key.WriteByte(0)
		}
		key.WriteByte(1)
	}
	at, known := m.reaches[key.String()]
	if !known {
		at = len(c.reaches)
		m.reaches[key.String()] = at
		c.reaches = append(c.reaches, r)
	}
	return at
}

type made struct {
	schedule *Schedule
	defect   string
}

func (m maker) schedule(e Entry) (*Schedule, string) {
	if e.Window == nil && e.Freeze == nil && e.Booking == nil {
		return nil, "it says nothing"
	}
	t := e.Times()
	key := strings.Join([]string{t.Start, t.End, t.Zone, t.Repeat, strings.Join(t.Except, ","), strings.Join(t.Also, ",")}, "|")
	if known, found := m.known[key]; found {
		return known.schedule, known.defect
	}
	schedule, problems := NewSchedule(t, m.zones, "when")
	now := made{schedule: schedule}
	for i, p := range problems {
		if i > 0 {
			now.defect += "; "
		}
		now.defect += p.Path + ": " + p.Message
	}
	m.known[key] = now
	return now.schedule, now.defect
}

func rememberZones(zones Zones) Zones {
	type answer struct {
		zone *time.Location
		err  error
	}
	known := map[string]answer{}
	return func(name string) (*time.Location, error) {
		a, found := known[name]
		if !found {
			a.zone, a.err = zones(name)
			known[name] = a
		}
		return a.zone, a.err
	}
}

// bounds gives the Unix seconds before and after which nothing of it happens.
func (s *Schedule) bounds() (low, high int64) {
	low, high = s.once.Start.Unix(), s.once.End.Unix()
	if len(s.also) > 0 {
		low = min(low, s.span(s.also[0]).Start.Unix())
		high = max(high, s.span(s.also[len(s.also)-1]).End.Unix())
	}
	switch {
	case s.repeat == nil:
	case !s.repeat.untilWall.IsZero():
		high = max(high, s.span(s.repeat.untilWall).End.Unix())
	case !s.repeat.untilAt.IsZero():
		high = max(high, s.repeat.untilAt.Add(s.length+26*time.Hour).Unix())
	default:
		high = math.MaxInt64
	}
	return low, high
}

// apart says cheaply that the entry has nothing to do with a span.
func (c *compiled) apart(s Span) bool {
	return c.low >= s.End.Unix()+1 || c.high <= s.Start.Unix()-1
}

func (c *compiled) ref() Ref { return Ref{c.entry.Kind, c.entry.Name, c.entry.Revision} }

func (c *compiled) name() string {
	return strings.ToLower(string(c.entry.Kind)) + " " + c.entry.Name
}

func (c *compiled) zone() *time.Location {
	if c.schedule == nil {
		return time.UTC
	}
	return c.schedule.Zone
}

// spans gives the occurrences that share a moment with a span.
func (c *compiled) spans(s Span) []Span {
	var list []Span
	if c.schedule != nil && !c.apart(s) {
		c.schedule.Each(s.Start, s.End, func(o Occurrence) bool {
			list = append(list, o.Span)
			return true
		})
	}
	return list
}

// Event is one occurrence of an entry.
type Event struct {
	Occurrence
	Entry Entry
}

// Events lists the occurrences of all entries that share a moment with the
// span from from to to, by entry in the order of Compile within each kind; at
// most limit (0: all).
func (c *Calendar) Events(from, to time.Time, limit int) []Event {
	var list []Event
	asked := Span{from, to}
	for _, kind := range [][]compiled{c.windows, c.freezes, c.bookings} {
		for i := range kind {
			one := &kind[i]
			if one.schedule == nil || one.apart(asked) {
				continue
			}
			one.schedule.Each(from, to, func(o Occurrence) bool {
				list = append(list, Event{o, one.entry})
				return limit == 0 || len(list) < limit
			})
			if limit > 0 && len(list) >= limit {
				return list
			}
		}
	}
	return list
}
