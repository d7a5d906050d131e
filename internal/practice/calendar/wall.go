package calendar

import (
	"fmt"
	"time"
)

// Zones gives a time zone by its IANA name.
type Zones func(name string) (*time.Location, error)

// A wall time is a time.Time that carries the digits of the clock on the wall,
// labelled UTC; it becomes a moment only together with a zone.

const (
	wallMinutes = "2006-01-02T15:04"
	wallSeconds = "2006-01-02T15:04:05"
	wallDate    = "2006-01-02"
)

// ParseWall reads "2026-11-24T22:00" or "2026-11-24T22:00:30" as a wall time.
func ParseWall(text string) (time.Time, error) {
	for _, layout := range []string{wallMinutes, wallSeconds} {
		if t, err := time.Parse(layout, text); err == nil && t.Format(layout) == text && t.Year() >= 1970 && t.Year() < 9000 {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no date and time of day like 2026-11-24T22:00", text)
}

func parseDate(text string) (time.Time, bool) {
	t, err := time.Parse(wallDate, text)
	return t, err == nil && t.Format(wallDate) == text
}

// Instant gives the moment, in UTC, at which the wall of a zone shows a wall
// time. As RFC 5545 (3.3.5) has it: a time that the clocks skip is read with
// the offset before the gap, a time that comes twice means the first.
func Instant(wall time.Time, zone *time.Location) time.Time {
	digits := wall.Unix()
	const farthest = 26 * 3600 // no zone is that far from UTC, no clock was put that far
	at := time.Unix(digits-farthest, 0).In(zone)
	_, offset := at.Zone()
	for {
		_, end := at.ZoneBounds()
		moment := digits - int64(offset)
		if end.IsZero() || moment < end.Unix() {
			return time.Unix(moment, 0).UTC()
		}
		_, next := end.In(zone).Zone()
		if digits < end.Unix()+int64(next) { // the clocks skip it
			return time.Unix(moment, 0).UTC()
		}
		at, offset = end.In(zone), next
	}
}

// Wall gives what the wall of a zone shows at a moment.
func Wall(moment time.Time, zone *time.Location) time.Time {
	_, offset := moment.In(zone).Zone()
	return moment.UTC().Add(time.Duration(offset) * time.Second)
}

// told writes a moment as people of a zone say it.
func told(moment time.Time, zone *time.Location) string {
	if zone == nil {
		zone = time.UTC
	}
	return moment.In(zone).Format("2006-01-02 15:04") + " " + zone.String()
}
