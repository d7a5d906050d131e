package calendar_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tranship.dev/tranship/internal/practice/calendar"
)

// rule is a recurrence rule in parts, for a dumb reading of it.
type rule struct {
	freq       string
	interval   int
	wkst       time.Weekday
	months     []int
	monthDays  []int
	weekdays   []time.Weekday
	nth        int // before each weekday; 0: every
	position   int
	count      int
	start      time.Time
	hours      []int
	horizonEnd time.Time
}

var dayNames = []string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}

func (r rule) String() string {
	parts := []string{"FREQ=" + r.freq, fmt.Sprintf("INTERVAL=%d", r.interval), "WKST=" + dayNames[r.wkst]}
	add := func(name string, list []string) {
		if len(list) > 0 {
			parts = append(parts, name+"="+strings.Join(list, ","))
		}
	}
	add("BYMONTH", texts(r.months))
	add("BYMONTHDAY", texts(r.monthDays))
	var days []string
	for _, d := range r.weekdays {
		if r.nth != 0 {
			days = append(days, fmt.Sprintf("%d%s", r.nth, dayNames[d]))
		} else {
			days = append(days, dayNames[d])
		}
	}
	add("BYDAY", days)
	add("BYHOUR", texts(r.hours))
	if r.position != 0 {
		parts = append(parts, fmt.Sprintf("BYSETPOS=%d", r.position))
	}
	if r.count > 0 {
		parts = append(parts, fmt.Sprintf("COUNT=%d", r.count))
	}
	return strings.Join(parts, ";")
}

func texts(list []int) []string {
	var all []string
	for _, n := range list {
		all = append(all, fmt.Sprint(n))
	}
	return all
}

// all reads the rule day by day, from the tables of RFC 5545, 3.3.10.
func (r rule) all() []time.Time {
	var list []time.Time
	var set []time.Time // of one period
	period := -1
	flush := func() {
		chosen := set
		if r.position > 0 {
			chosen = nil
			if r.position <= len(set) {
				chosen = set[r.position-1 : r.position]
			}
		} else if r.position < 0 {
			chosen = nil
			if -r.position <= len(set) {
				chosen = set[len(set)+r.position : len(set)+r.position+1]
			}
		}
		for _, t := range chosen {
			if !t.Before(r.start) && !t.After(r.horizonEnd) && (r.count == 0 || len(list) < r.count) {
				list = append(list, t)
			}
		}
		set = nil
	}
	first := time.Date(r.start.Year(), 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, -7)
	for day := first; !day.After(r.horizonEnd.AddDate(1, 0, 0)); day = day.AddDate(0, 0, 1) {
		p, in := r.period(day)
		if p != period {
			flush()
			period = p
		}
		if in && r.fits(day) {
			hours := r.hours
			if hours == nil {
				hours = []int{r.start.Hour()}
			}
			for _, hour := range hours {
				set = append(set, day.Add(time.Duration(hour)*time.Hour+time.Duration(r.start.Minute())*time.Minute))
			}
		}
	}
	flush()
	return list
}

// period numbers the day's period, and says whether the interval takes it.
func (r rule) period(day time.Time) (number int, taken bool) {
	startDay := time.Date(r.start.Year(), r.start.Month(), r.start.Day(), 0, 0, 0, 0, time.UTC)
	switch r.freq {
	case "YEARLY":
		number = day.Year() - r.start.Year()
	case "MONTHLY":
		number = (day.Year()-r.start.Year())*12 + int(day.Month()) - int(r.start.Month())
	case "WEEKLY":
		week := startDay
		for week.Weekday() != r.wkst {
			week = week.AddDate(0, 0, -1)
		}
		days := int(day.Sub(week).Hours() / 24)
		number = days / 7
		if days < 0 {
			number = -1 - (-1-days)/7
		}
	default:
		number = int(day.Sub(startDay).Hours() / 24)
	}
	return number, number >= 0 && number%r.interval == 0
}

func (r rule) fits(day time.Time) bool {
	if len(r.months) > 0 && !slices.Contains(r.months, int(day.Month())) {
		return false
	}
	last := day.AddDate(0, 1, -day.Day()).Day()
	if len(r.monthDays) > 0 && !slices.Contains(r.monthDays, day.Day()) && !slices.Contains(r.monthDays, day.Day()-last-1) {
		return false
	}
	if len(r.weekdays) > 0 && !slices.Contains(r.weekdays, day.Weekday()) {
		return false
	}
	if r.nth != 0 && !r.isNth(day, last) {
		return false
	}
	if len(r.monthDays) == 0 && len(r.weekdays) == 0 { // what is not said comes from start
		switch r.freq {
		case "YEARLY":
			return day.Day() == r.start.Day() && (len(r.months) > 0 || day.Month() == r.start.Month())
		case "MONTHLY":
			return day.Day() == r.start.Day()
		case "WEEKLY":
			return day.Weekday() == r.start.Weekday()
		}
	}
	return true
}

func (r rule) isNth(day time.Time, last int) bool {
	fromFront, fromBack := (day.Day()-1)/7+1, (last-day.Day())/7+1
	if r.freq == "YEARLY" && len(r.months) == 0 {
		days := 365
		if time.Date(day.Year(), 12, 31, 0, 0, 0, 0, time.UTC).YearDay() == 366 {
			days = 366
		}
		fromFront, fromBack = (day.YearDay()-1)/7+1, (days-day.YearDay())/7+1
	}
	return r.nth == fromFront || r.nth == -fromBack
}

func drawRule(t *rapid.T) rule {
	r := rule{
		freq:     rapid.SampledFrom([]string{"YEARLY", "MONTHLY", "WEEKLY", "DAILY"}).Draw(t, "freq"),
		interval: rapid.SampledFrom([]int{1, 1, 1, 2, 3, 5}).Draw(t, "interval"),
		wkst:     time.Weekday(rapid.IntRange(0, 6).Draw(t, "wkst")),
		start:    time.Date(2023, 1, 1, 0, 30, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 24*1400).Draw(t, "start")) * time.Hour),
	}
	maybe := func(name string) bool { return rapid.Bool().Draw(t, name) }
	if maybe("months") {
		r.months = rapid.SliceOfNDistinct(rapid.IntRange(1, 12), 1, 6, rapid.ID).Draw(t, "months")
	}
	if r.freq != "WEEKLY" && maybe("month days") {
		r.monthDays = rapid.SliceOfNDistinct(rapid.OneOf(rapid.IntRange(1, 31), rapid.IntRange(-31, -1)), 1, 8, rapid.ID).Draw(t, "month days")
	}
	if maybe("weekdays") {
		r.weekdays = rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) time.Weekday { return time.Weekday(rapid.IntRange(0, 6).Draw(t, "day")) }), 1, 5, rapid.ID).Draw(t, "weekdays")
		if (r.freq == "YEARLY" || r.freq == "MONTHLY") && maybe("numbered") {
			r.nth = rapid.SampledFrom([]int{1, 2, 3, 4, 5, -1, -2, -5}).Draw(t, "nth")
			if r.freq == "YEARLY" && len(r.months) == 0 {
				r.nth = rapid.SampledFrom([]int{1, 20, 52, 53, -1, -30, -53}).Draw(t, "nth of the year")
			}
		}
	}
	if maybe("hours") {
		r.hours = rapid.SliceOfNDistinct(rapid.IntRange(0, 23), 1, 3, rapid.ID).Draw(t, "hours")
		slices.Sort(r.hours)
	}
	if len(r.months)+len(r.monthDays)+len(r.weekdays)+len(r.hours) > 0 && maybe("position") {
		r.position = rapid.SampledFrom([]int{1, 2, -1, -2}).Draw(t, "position")
	}
	if maybe("counted") {
		r.count = rapid.IntRange(1, 30).Draw(t, "count")
	}
	return r
}

// The rules, entered anywhere, against a reading of them day by day.
func TestRulesAgainstADumbReading(t *testing.T) {
	t.Parallel()
	come := 0
	rapid.Check(t, func(t *rapid.T) {
		r := drawRule(t)
		r.horizonEnd = r.start.AddDate(6, 0, 0)
		counted := r.count
		r.count = 0
		list := r.all()
		if len(list) == 0 {
			t.Skip("does not come in years")
		}
		r.start, r.count = list[0], counted // hours and days that are not said are those of start: read again
		if list = r.all(); len(list) == 0 || !list[0].Equal(r.start) {
			t.Skip("does not begin at its start")
		}
		come++
		s, problems := calendar.NewSchedule(calendar.Times{Start: r.start.Format("2006-01-02T15:04"), End: r.start.Add(30 * time.Minute).Format("2006-01-02T15:04"), Zone: "UTC", Repeat: r.String()}, time.LoadLocation, "when")
		if problems != nil {
			t.Fatalf("%s %s: %v", r.start, r, problems)
		}
		from := r.start.Add(time.Duration(rapid.IntRange(-1000, 24*365*5).Draw(t, "from")) * time.Hour)
		to := from.Add(time.Duration(rapid.IntRange(1, 24*500).Draw(t, "length")) * time.Hour)
		if to.After(r.horizonEnd) {
			to = r.horizonEnd
		}
		var want, got []string
		for _, b := range list {
			if b.Before(to) && b.Add(30*time.Minute).After(from) {
				want = append(want, b.Format(time.RFC3339))
			}
		}
		for _, o := range s.Between(from, to, 0) {
			got = append(got, o.Start.Format(time.RFC3339))
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%s %s from %s to %s\ngot  %s\nwant %s", r.start, r, from, to, got, want)
		}
	})
	if come < 50 {
		t.Errorf("only %d rules came at all", come)
	}
}
