// Package feed writes calendar feeds that people subscribe to: iCalendar (RFC
// 5545, with the names of RFC 7986) of windows, freezes, bookings and
// deployments. Every occurrence has the moments that the calendar itself gives
// it: where the clocks change within one, it is written out.
package feed

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	ics "github.com/arran4/golang-ical"

	"tranship.dev/tranship/internal/practice/calendar"
)

// Status says how certain an event is.
type Status string

// The statuses of RFC 5545.
const (
	Tentative Status = "TENTATIVE"
	Confirmed Status = "CONFIRMED"
	Cancelled Status = "CANCELLED"
)

// Event is one entry of a feed.
type Event struct {
	UID         string         // stays the same for as long as the thing lives: "D-12@tranship.example.com"
	Times       calendar.Times // wall clock; Start empty: Span says it
	Span        calendar.Span  // moments, for what has no wall clock
	Summary     string
	Description string
	Location    string
	URL         string
	Status      Status // empty: CONFIRMED
	Sequence    int    // raised at each change of time
	Categories  []string
	Created     time.Time
	Modified    time.Time // of the last change; also the event's time stamp
	Free        bool      // does not make those busy who look at it
}

// Feed is a calendar that people subscribe to.
type Feed struct {
	Name        string
	Description string
	Color       string        // a CSS colour name; may be empty
	URL         string        // where it is found; may be empty
	Refresh     time.Duration // how often to ask again; 0: every hour
	Span        calendar.Span // for which occurrences across changed clocks are written out
	Events      []Event
}

const (
	utcForm  = "20060102T150405Z"
	wallForm = "20060102T150405"
)

// Write writes the feed. Errors name the event that cannot be written; then
// nothing was written.
func (f Feed) Write(w io.Writer, zones calendar.Zones) error {
	cal := &ics.Calendar{}
	f.head(cal)
	needed := map[string]*zoneNeed{}
	for _, e := range f.Events {
		list, err := f.components(e, zones, needed)
		if err != nil {
			return fmt.Errorf("feed %s: event %s: %w", f.Name, e.UID, err)
		}
		cal.Components = append(cal.Components, list...)
	}
	cal.Components = append(zoneComponents(needed, f.Span.End), cal.Components...)
	return cal.SerializeTo(w, ics.WithNewLineWindows)
}

func (f Feed) head(cal *ics.Calendar) {
	refresh := f.Refresh
	if refresh <= 0 {
		refresh = time.Hour
	}
	cal.SetVersion("2.0")
	cal.SetProductId("-//tranship.dev//Tranship//EN")
	cal.SetCalscale("GREGORIAN")
	cal.SetMethod(ics.MethodPublish)
	cal.SetName(clean(f.Name))
	cal.SetRefreshInterval(duration(refresh)) // the library says VALUE=DURATION itself
	cal.SetXPublishedTTL(duration(refresh))
	if f.Description != "" {
		cal.SetDescription(clean(f.Description))
		cal.SetXWRCalDesc(clean(f.Description))
	}
	if f.Color != "" {
		cal.SetColor(clean(f.Color))
	}
	if f.URL != "" {
		cal.SetUrl(oneLine(f.URL))
	}
}

// components gives the event, and one more for each occurrence within the
// feed's span whose length is not that of the wall.
func (f Feed) components(e Event, zones calendar.Zones, needed map[string]*zoneNeed) ([]ics.Component, error) {
	main := e.fields()
	if e.Times.Start == "" {
		if !e.Span.Start.Before(e.Span.End) {
			return nil, fmt.Errorf("it ends at %s, before it begins at %s", e.Span.End, e.Span.Start)
		}
		main.SetProperty(ics.ComponentPropertyDtStart, e.Span.Start.UTC().Format(utcForm))
		main.SetProperty(ics.ComponentPropertyDtEnd, e.Span.End.UTC().Format(utcForm))
		return []ics.Component{main}, nil
	}
	s, problems := calendar.NewSchedule(e.Times, zones, "when")
	if len(problems) > 0 {
		return nil, fmt.Errorf("%s", problems[0])
	}
	zone := s.Zone.String()
	need(needed, s)
	main.SetProperty(ics.ComponentPropertyDtStart, s.First().Format(wallForm), ics.WithTZID(zone))
	once := s.Rule() == "" && len(s.Also()) == 0
	if once {
		first := s.Between(calendar.Instant(s.First(), s.Zone), calendar.Instant(s.First(), s.Zone).Add(time.Second), 1)
		if len(first) == 0 {
			return nil, nil // left out altogether
		}
		main.SetProperty(ics.ComponentPropertyDuration, duration(first[0].End.Sub(first[0].Start)))
		return []ics.Component{main}, nil
	}
	main.SetProperty(ics.ComponentPropertyDuration, duration(s.Length()))
	if rule := s.Rule(); rule != "" {
		main.AddRrule(rule)
	}
	for _, wall := range s.Also() {
		main.AddRdate(wall.Format(wallForm), ics.WithTZID(zone))
	}
	for _, wall := range s.Left() {
		main.AddExdate(wall.Format(wallForm), ics.WithTZID(zone))
	}
	list := []ics.Component{main}
	s.Each(f.Span.Start, f.Span.End, func(o calendar.Occurrence) bool {
		if o.End.Sub(o.Start) != s.Length() {
			other := e.fields()
			other.SetProperty(ics.ComponentPropertyRecurrenceId, o.Wall.Format(wallForm), ics.WithTZID(zone))
			other.SetProperty(ics.ComponentPropertyDtStart, o.Start.Format(utcForm))
			other.SetProperty(ics.ComponentPropertyDtEnd, o.End.Format(utcForm))
			list = append(list, other)
		}
		return true
	})
	return list, nil
}

// fields gives the event without its times.
func (e Event) fields() *ics.VEvent {
	v := ics.NewEvent(clean(e.UID))
	v.SetDtStampTime(e.Modified.UTC())
	v.SetModifiedAt(e.Modified.UTC())
	if !e.Created.IsZero() {
		v.SetCreatedTime(e.Created.UTC())
	}
	v.SetSequence(e.Sequence)
	status := e.Status
	if status == "" {
		status = Confirmed
	}
	v.SetStatus(ics.ObjectStatus(status))
	v.SetSummary(clean(e.Summary))
	if e.Description != "" {
		v.SetDescription(clean(e.Description))
	}
	if e.Location != "" {
		v.SetLocation(clean(e.Location))
	}
	if e.URL != "" {
		v.SetURL(oneLine(e.URL))
	}
	for _, c := range e.Categories {
		v.AddCategory(clean(c))
	}
	if e.Free {
		v.SetProperty(ics.ComponentPropertyTransp, string(ics.TransparencyTransparent))
	}
	return v
}

// duration writes a length of whole seconds (RFC 5545, 3.3.6) without days:
// those would stretch with the clocks.
func duration(d time.Duration) string {
	d = d.Round(time.Second)
	text := "PT"
	if h := d / time.Hour; h > 0 {
		text += fmt.Sprintf("%dH", h)
	}
	if m := d % time.Hour / time.Minute; m > 0 {
		text += fmt.Sprintf("%dM", m)
	}
	if s := d % time.Minute / time.Second; s > 0 || d == 0 {
		text += fmt.Sprintf("%dS", s)
	}
	return text
}

// clean takes out what a text of a calendar must not hold; the library escapes the rest.
func clean(text string) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "�"), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && unicode.IsControl(r) {
			return -1
		}
		return r
	}, text)
}

// oneLine is for values that are not escaped: nothing of them may begin a line.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
}
