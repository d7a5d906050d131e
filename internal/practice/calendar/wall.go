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
	const near = 26 * 3600 // no zone is that far from UTC, no clock is put twice in that time
	digits := wall.Unix()
	low, high := digits-near, digits+near
	before, after := offsetAt(low, zone), offsetAt(high, zone)
	moment := digits - before
	if before == after {
		return time.Unix(moment, 0).UTC()
	}
	for high-low > 1 { // Time.ZoneBounds is not to be trusted at the end of far leap years
		if middle := low + (high-low)/2; offsetAt(middle, zone) == before {
			low = middle
		} else {
			high = middle
		}
	}
	if moment < high || digits < high+after { // before the change, or skipped by it
		return time.Unix(moment, 0).UTC()
	}
	return time.Unix(digits-after, 0).UTC()
}

// offsetAt gives a zone's offset in seconds at a Unix time.
func offsetAt(unix int64, zone *time.Location) int64 {
	_, offset := time.Unix(unix, 0).In(zone).Zone()
	return int64(offset)
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
