package calendar

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/teambition/rrule-go"
)

// The bounds of a recurrence rule: no document may keep the server counting.
const (
	maxCount      = 10000
	maxInterval   = 1000
	maxPerDay     = 144
	farthestFirst = 100 * 366 * 24 * time.Hour // 29 February on a Monday comes after 40 years at the latest
)

// repeat is a recurrence rule with every part written out, so that it can be
// begun in any of its periods.
type repeat struct {
	text      string        // as it was written, without count and end
	option    rrule.ROption // without start, count and end
	start     time.Time     // wall
	count     int           // 0: no such end
	untilWall time.Time     // last beginning, wall; zero: no such end
	untilAt   time.Time     // last beginning as a moment; zero: no such end
	weekdays  uint8         // on which it can come, bit 0 is Sunday
	months    uint16        // in which it can come, bit 1 is January
}

// parseRepeat reads a recurrence rule (RFC 5545, 3.3.10) for what begins first
// at a wall time. Errors speak to the writer of the document.
func parseRepeat(text string, start time.Time) (*repeat, error) {
	parts, err := ruleParts(text)
	if err != nil {
		return nil, err
	}
	r := &repeat{start: start}
	if err := r.readEnd(parts); err != nil {
		return nil, err
	}
	option, text, err := readOption(parts)
	if err != nil {
		return nil, err
	}
	if err := checkOption(option, parts); err != nil {
		return nil, err
	}
	r.text = text
	r.writeOut(*option)
	first, found := r.first(start)
	switch {
	case !found || first.Sub(start) > farthestFirst:
		return nil, fmt.Errorf("%q never comes", text)
	case !first.Equal(start):
		return nil, fmt.Errorf("%q does not come at start; it comes first at %s: begin there", text, first.Format(wallMinutes))
	}
	r.countOut()
	return r, nil
}

var ruleOrder = []string{"FREQ", "INTERVAL", "WKST", "COUNT", "UNTIL", "BYSETPOS", "BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYDAY", "BYHOUR", "BYMINUTE"}

func ruleParts(text string) (map[string]string, error) {
	parts := map[string]string{}
	for part := range strings.SplitSeq(strings.ToUpper(strings.TrimSpace(text)), ";") {
		name, value, found := strings.Cut(part, "=")
		switch {
		case !found || value == "":
			return nil, fmt.Errorf("%q in %q is not like NAME=VALUE", part, text)
		case !slices.Contains(ruleOrder, name):
			return nil, fmt.Errorf("%s is not a part that is kept: use %s", name, strings.Join(ruleOrder, ", "))
		case parts[name] != "":
			return nil, fmt.Errorf("%s stands twice in %q", name, text)
		}
		parts[name] = value
	}
	if freq := parts["FREQ"]; !slices.Contains([]string{"YEARLY", "MONTHLY", "WEEKLY", "DAILY"}, freq) {
		return nil, fmt.Errorf("FREQ=%s is not kept: use YEARLY, MONTHLY, WEEKLY or DAILY; for more often, DAILY with BYHOUR and BYMINUTE", freq)
	}
	return parts, nil
}

// readEnd takes COUNT and UNTIL, which are applied here and not by the library.
func (r *repeat) readEnd(parts map[string]string) error {
	if count := parts["COUNT"]; count != "" {
		n, err := strconv.Atoi(count)
		if err != nil || n < 1 || n > maxCount {
			return fmt.Errorf("COUNT=%s is not from 1 to %d", count, maxCount)
		}
		r.count = n
	}
	until := parts["UNTIL"]
	if until == "" {
		return nil
	}
	if r.count > 0 {
		return fmt.Errorf("COUNT and UNTIL exclude each other")
	}
	if at, err := time.Parse("20060102T150405Z", until); err == nil {
		r.untilAt = at
	} else if wall, err := time.Parse("20060102T150405", until); err == nil {
		r.untilWall = wall
	} else if day, err := time.Parse("20060102", until); err == nil {
		r.untilWall = day.Add(24*time.Hour - time.Second)
	} else {
		return fmt.Errorf("UNTIL=%s is not like 20261231, 20261231T220000 or 20261231T210000Z", until)
	}
	return nil
}

func readOption(parts map[string]string) (option *rrule.ROption, text string, err error) {
	var texts []string
	for _, name := range ruleOrder {
		if value := parts[name]; value != "" && name != "COUNT" && name != "UNTIL" {
			texts = append(texts, name+"="+value)
		}
	}
	text = strings.Join(texts, ";")
	if option, err = rrule.StrToROption(text); err != nil {
		return nil, "", err
	}
	if interval := parts["INTERVAL"]; interval != "" && (option.Interval < 1 || option.Interval > maxInterval) {
		return nil, "", fmt.Errorf("INTERVAL=%s is not from 1 to %d", interval, maxInterval)
	}
	if n := max(1, len(option.Byhour)) * max(1, len(option.Byminute)); n > maxPerDay {
		return nil, "", fmt.Errorf("it comes %d times a day; at most %d are kept", n, maxPerDay)
	}
	return option, text, nil
}

// checkOption refuses what RFC 5545 does not allow, and what the library would
// read in its own way.
func checkOption(o *rrule.ROption, parts map[string]string) error {
	freq := parts["FREQ"]
	yearly, monthly := freq == "YEARLY", freq == "MONTHLY"
	for _, day := range o.Byweekday {
		n := max(day.N(), -day.N())
		switch {
		case n == 0:
		case !yearly && !monthly:
			return fmt.Errorf("BYDAY=%s: a number before the day needs FREQ=MONTHLY or YEARLY", parts["BYDAY"])
		case len(o.Byweekno) > 0:
			return fmt.Errorf("BYDAY=%s: a number before the day does not go with BYWEEKNO", parts["BYDAY"])
		case (monthly || len(o.Bymonth) > 0) && n > 5:
			return fmt.Errorf("BYDAY=%s: a month has no more than five of a day", parts["BYDAY"])
		}
	}
	switch {
	case len(o.Byweekno) > 0 && !yearly:
		return fmt.Errorf("BYWEEKNO needs FREQ=YEARLY")
	case len(o.Byweekno) > 0 && len(o.Byweekday) == 0:
		return fmt.Errorf("BYWEEKNO needs BYDAY: which day of the week")
	case len(o.Byyearday) > 0 && !yearly:
		return fmt.Errorf("BYYEARDAY needs FREQ=YEARLY")
	case len(o.Bymonthday) > 0 && freq == "WEEKLY":
		return fmt.Errorf("BYMONTHDAY does not go with FREQ=WEEKLY")
	case len(o.Bysetpos) > 0 && !slices.ContainsFunc(ruleOrder[6:], func(name string) bool { return parts[name] != "" }):
		return fmt.Errorf("BYSETPOS chooses from what another BY part gives, and there is none")
	case slices.Contains(o.Bymonthday, 0) || slices.Contains(o.Byyearday, 0) || slices.Contains(o.Byweekno, 0) || slices.Contains(o.Bysetpos, 0):
		return fmt.Errorf("0 is no day, week or position")
	}
	probe := *o
	probe.Dtstart = time.Unix(0, 0).UTC()
	_, err := rrule.NewRRule(probe)
	return err
}

// writeOut takes from start what the rule leaves open, so that it does not depend on start any more.
func (r *repeat) writeOut(o rrule.ROption) {
	o.Dtstart = r.start
	made, err := rrule.NewRRule(o)
	if err != nil {
		return // checked before
	}
	o.Bymonth, o.Bymonthday, o.Byweekday = made.Options.Bymonth, made.Options.Bymonthday, made.Options.Byweekday
	o.Interval = max(1, o.Interval)
	if len(o.Byhour) == 0 {
		o.Byhour = []int{r.start.Hour()}
	}
	if len(o.Byminute) == 0 {
		o.Byminute = []int{r.start.Minute()}
	}
	o.Bysecond = []int{r.start.Second()}
	o.Dtstart = time.Time{}
	r.option = o
	for _, day := range o.Byweekday {
		r.weekdays |= 1 << ((day.Day() + 1) % 7)
	}
	for _, month := range o.Bymonth {
		r.months |= 1 << month
	}
	if r.weekdays == 0 {
		r.weekdays = 0x7f
	}
	if r.months == 0 {
		r.months = 0x1ffe
	}
}

// countOut turns COUNT into the last beginning.
func (r *repeat) countOut() {
	if r.count == 0 {
		return
	}
	left, last := r.count, r.start
	r.each(r.start, func(wall time.Time) bool {
		last = wall
		left--
		return left > 0
	})
	r.untilWall = last
}

func (r *repeat) first(from time.Time) (first time.Time, found bool) {
	r.each(from, func(wall time.Time) bool {
		first, found = wall, true
		return false
	})
	return first, found
}

// each gives the beginnings from a wall time on, in order, until yield says
// false or the rule ends (UNTIL as a moment is the caller's).
func (r *repeat) each(from time.Time, yield func(wall time.Time) bool) {
	if from.Before(r.start) {
		from = r.start
	}
	if !r.untilWall.IsZero() && from.After(r.untilWall) {
		return
	}
	o := r.option
	o.Dtstart = r.anchor(from)
	rule, err := rrule.NewRRule(o)
	if err != nil {
		return // checked before
	}
	for next := rule.Iterator(); ; {
		wall, more := next()
		if !more || !r.untilWall.IsZero() && wall.After(r.untilWall) {
			return
		}
		if !wall.Before(from) && !yield(wall) {
			return
		}
	}
}

// anchor gives the begin of the rule's period that holds from, or of the one before it.
func (r *repeat) anchor(from time.Time) time.Time {
	y, m, d := r.start.Date()
	n := r.option.Interval
	if r.option.Freq == rrule.YEARLY {
		return time.Date(y+(from.Year()-y)/n*n, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	if r.option.Freq == rrule.MONTHLY {
		months := (from.Year()-y)*12 + int(from.Month()-m)
		return time.Date(y, m+time.Month(months/n*n), 1, 0, 0, 0, 0, time.UTC)
	}
	base := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	if r.option.Freq == rrule.WEEKLY {
		weekday := (int(base.Weekday()) + 6) % 7 // from Monday
		base = base.AddDate(0, 0, -((weekday - r.option.Wkst.Day() + 7) % 7))
		n *= 7
	}
	days := int(from.Sub(base) / (24 * time.Hour))
	return base.AddDate(0, 0, days/n*n)
}

// canBegin says whether it can come at all on a day from low to high, cheaply; true when in doubt.
func (r *repeat) canBegin(low, high time.Time) bool {
	if high.Before(r.start) || !r.untilWall.IsZero() && low.After(r.untilWall) {
		return false
	}
	first, last := low.Unix()/86400, high.Unix()/86400
	if last-first >= 6 {
		return true
	}
	for day := first; day <= last; day++ {
		if r.weekdays&(1<<((day+4)%7)) != 0 && (r.months == 0x1ffe || r.months&(1<<time.Unix(day*86400, 0).UTC().Month()) != 0) {
			return true
		}
	}
	return false
}
