package cli

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// moment reads a time as people write it: RFC 3339, "2026-11-17 14:00" or
// "14:00" or a date in local time, "now", or "-2h" and "-3d" before now.
func moment(text string, now time.Time) (time.Time, error) {
	text = strings.TrimSpace(text)
	if text == "" || text == "now" {
		return now, nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	if text[0] == '-' || text[0] == '+' {
		if length, err := length(text[1:]); err == nil {
			if text[0] == '-' {
				length = -length
			}
			return now.Add(length), nil
		}
	}
	local := now.Local()
	for _, layout := range []string{"2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, text, local.Location()); err == nil {
			return t, nil
		}
	}
	for _, layout := range []string{"15:04:05", "15:04"} {
		if t, err := time.Parse(layout, text); err == nil {
			return time.Date(local.Year(), local.Month(), local.Day(), t.Hour(), t.Minute(), t.Second(), 0, local.Location()), nil
		}
	}
	return time.Time{}, misuse("%q is no time", text).
		WithHint(`write "2026-11-17 14:00" (here), 2026-11-17T14:00:00Z, or -2h (two hours ago)`)
}

// ahead reads a time that is to come: a time of day without a date is the next
// one after from, so that 01:00 said in the evening is not this morning.
func ahead(text string, now, from time.Time) (time.Time, error) {
	at, err := moment(text, now)
	if err != nil {
		return at, err
	}
	for _, layout := range []string{"15:04:05", "15:04"} {
		if t, err := time.Parse(layout, strings.TrimSpace(text)); err == nil {
			here := from.Local()
			at = time.Date(here.Year(), here.Month(), here.Day(), t.Hour(), t.Minute(), t.Second(), 0, here.Location())
			if !at.After(from) {
				at = time.Date(here.Year(), here.Month(), here.Day()+1, t.Hour(), t.Minute(), t.Second(), 0, here.Location())
			}
		}
	}
	return at, nil
}

// start reads from when something may begin; nothing begins in the past by mistake.
func start(text string, now time.Time) (time.Time, error) {
	at, err := ahead(text, now, now)
	if err == nil && at.Before(now.Add(-time.Minute)) {
		return at, misuse("%s is past", clock(at)).WithHint("give a time to come, or leave --at out: it begins as soon as it may")
	}
	return at, err
}

// length reads a duration; days are allowed.
func length(text string) (time.Duration, error) {
	if days, found := strings.CutSuffix(text, "d"); found {
		if n, err := strconv.ParseFloat(days, 64); err == nil && n >= 0 && n < 36500 {
			return time.Duration(n * 24 * float64(time.Hour)), nil
		}
	}
	d, err := time.ParseDuration(text)
	if err == nil && d < 0 {
		err = fmt.Errorf("%s is negative", text)
	}
	return d, err
}

// span writes a duration for people: "1.2s", "3m12s", "2h5m", "3d4h".
func span(d time.Duration) string {
	switch {
	case d < 0:
		return "-" + span(-d)
	case d < time.Millisecond:
		return "0s"
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d < 10*time.Second:
		return d.Round(100 * time.Millisecond).String()
	case d < time.Hour:
		return strings.Replace(d.Round(time.Second).String(), "m0s", "m", 1)
	case d < 48*time.Hour:
		d = d.Round(time.Minute)
		return fmt.Sprintf("%dh%dm", int(d.Hours()), int(d.Minutes())%60)
	}
	d = d.Round(time.Hour)
	return fmt.Sprintf("%dd%dh", int(d.Hours())/24, int(d.Hours())%24)
}

// ago writes how long something lies back; "never" for no time.
func ago(t, now time.Time) string {
	switch {
	case t.IsZero():
		return "never"
	case now.Sub(t) < time.Second:
		return "now"
	}
	return span(now.Sub(t).Truncate(time.Second)) + " ago"
}

// took writes a duration that the API gave as text.
func took(text string) string {
	d, err := time.ParseDuration(text)
	if err != nil || d == 0 {
		return ""
	}
	return span(d)
}

// volume writes a size for people.
func volume(n int64) string {
	const units = "kMGTPE"
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	value, unit := float64(n), -1
	for value >= 999.95 && unit < len(units)-1 {
		value /= 1000
		unit++
	}
	return fmt.Sprintf("%.1f %cB", value, units[unit])
}

// count writes "1 target" and "3 targets".
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
