package feed

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"time"

	ics "github.com/arran4/golang-ical"

	"tranship.dev/tranship/internal/practice/calendar"
)

// zoneNeed is a time zone and from when it is needed.
type zoneNeed struct {
	zone *time.Location
	from time.Time
}

// ahead is for how long behind the feed's span the zones are told: what
// repeats without end goes on there.
const ahead = 5 * 366 * 24 * time.Hour

func need(needed map[string]*zoneNeed, s *calendar.Schedule) {
	from := s.First()
	if also := s.Also(); len(also) > 0 && also[0].Before(from) {
		from = also[0]
	}
	from = from.Add(-48 * time.Hour) // a wall time, and its zone may be far from UTC
	known := needed[s.Zone.String()]
	if known == nil {
		needed[s.Zone.String()] = &zoneNeed{s.Zone, from}
	} else if from.Before(known.from) {
		known.from = from
	}
}

// zoneComponents gives a VTIMEZONE for each zone: every change of its clocks
// from when it is needed until some years behind the end of the feed.
func zoneComponents(needed map[string]*zoneNeed, end time.Time) []ics.Component {
	var list []ics.Component
	for _, name := range slices.Sorted(maps.Keys(needed)) {
		n := needed[name]
		v := ics.NewTimezone(name)
		at := n.from.In(n.zone)
		label, offset := at.Zone()
		v.Components = append(v.Components, observance(time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC), label, offset, offset, at.IsDST()))
		for until := later(end, n.from).Add(ahead); at.Before(until); at = at.Add(day) {
			if _, next := at.Add(day).Zone(); next == offset {
				continue
			}
			change := putAt(at)
			name, next := change.Zone()
			wall := change.UTC().Add(time.Duration(offset) * time.Second) // what the wall showed when it was put
			v.Components = append(v.Components, observance(wall, name, offset, next, change.IsDST()))
			offset = next
		}
		list = append(list, v)
	}
	return list
}

const day = 24 * time.Hour

// putAt gives the moment within the day after at at which the clocks are put.
func putAt(at time.Time) time.Time {
	_, before := at.Zone()
	late := sort.Search(int(day/time.Second), func(i int) bool {
		_, offset := at.Add(time.Duration(i) * time.Second).Zone()
		return offset != before
	})
	return at.Add(time.Duration(late) * time.Second)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// observance tells the offset from a wall time on.
func observance(wall time.Time, name string, before, after int, summer bool) ics.Component {
	var c ics.Component
	var base *ics.ComponentBase
	if summer {
		d := &ics.Daylight{}
		c, base = d, &d.ComponentBase
	} else {
		s := ics.NewStandard()
		c, base = s, &s.ComponentBase
	}
	base.AddProperty(ics.ComponentPropertyDtStart, wall.Format(wallForm))
	base.AddProperty("TZOFFSETFROM", offsetText(before))
	base.AddProperty("TZOFFSETTO", offsetText(after))
	base.AddProperty("TZNAME", name)
	return c
}

// offsetText writes an offset in seconds as "+0100".
func offsetText(seconds int) string {
	sign := "+"
	if seconds < 0 {
		sign, seconds = "-", -seconds
	}
	text := fmt.Sprintf("%s%02d%02d", sign, seconds/3600, seconds%3600/60)
	if seconds%60 != 0 {
		text += fmt.Sprintf("%02d", seconds%60)
	}
	return text
}
