package calendar_test

import (
	"fmt"
	"testing"
	"time"

	"tranship.dev/tranship/internal/practice/calendar"
)

const (
	manyEntries = 100_000
	manyTargets = 10_000
)

var benchZones = []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"}

// benchTimes gives times over ten years: every other one once, the rest by rules of several kinds.
func benchTimes(i int) calendar.Times {
	day := time.Date(2020, 1, 1, i%24, i%60, 0, 0, time.UTC).AddDate(0, 0, i%3650)
	t := calendar.Times{Start: day.Format("2006-01-02T15:04"), End: day.Add(time.Duration(1+i%10) * time.Hour).Format("2006-01-02T15:04"), Zone: benchZones[i%len(benchZones)]}
	switch i % 8 {
	case 1:
		t.Repeat = "FREQ=WEEKLY"
	case 3:
		t.Repeat = "FREQ=MONTHLY;BYDAY=" + fmt.Sprintf("%d%s", (day.Day()-1)/7+1, dayNames[day.Weekday()])
	case 5:
		t.Repeat = "FREQ=DAILY;INTERVAL=3;COUNT=100"
	case 7:
		t.Repeat = "FREQ=YEARLY"
	}
	return t
}

// sparse reaches like a large organisation: most entries are for somebody else.
func sparse(i int) calendar.Reach {
	switch i % 5 {
	case 0:
		return calendar.Reach{Environments: []string{fmt.Sprintf("env-%d", i%200)}}
	case 1:
		return calendar.Reach{Targets: []string{fmt.Sprintf("t-%d", i), fmt.Sprintf("t-%d", i+1)}}
	case 2:
		return calendar.Reach{Labels: []string{fmt.Sprintf("customer=%d", i%1000)}, Environments: []string{"env-0"}}
	case 3:
		return calendar.Reach{Services: []string{fmt.Sprintf("service-%d", i%500)}}
	}
	return calendar.Reach{Targets: []string{fmt.Sprintf("rack-%d", i%2000)}}
}

// dense reaches so that every entry is for the deployment.
func dense(i int) calendar.Reach {
	if i%2 == 0 {
		return calendar.Reach{Environments: []string{"env-0"}}
	}
	return calendar.Reach{Targets: []string{fmt.Sprintf("t-%d", i%manyTargets)}}
}

func benchEntries(reach func(int) calendar.Reach) []calendar.Entry {
	entries := make([]calendar.Entry, manyEntries)
	for i := range entries {
		name := fmt.Sprintf("e-%d", i)
		switch {
		case i%10 < 3:
			entries[i] = window(name, reach(i), benchTimes(i))
		case i%10 < 8:
			entries[i] = freeze(name, calendar.Soft, reach(i), benchTimes(i))
		default:
			entries[i] = booking(name, calendar.Regression, benchTimes(i))
			entries[i].Booking.Environment = fmt.Sprintf("env-%d", i%200)
		}
	}
	return entries
}

func benchEstate() *calendar.Estate {
	var targets []calendar.Target
	for i := range manyTargets {
		targets = append(targets, calendar.Target{Name: fmt.Sprintf("t-%d", i), Environment: "env-0", Parent: fmt.Sprintf("rack-%d", i/40),
			Labels: map[string]string{"customer": fmt.Sprint(i % 1000), "site": fmt.Sprint(i % 7)}})
	}
	for i := range manyTargets / 40 {
		targets = append(targets, calendar.Target{Name: fmt.Sprintf("rack-%d", i), Environment: "site", Parent: "room"})
	}
	return calendar.NewEstate(targets, []calendar.Service{{Name: "service-1"}, {Name: "service-2", DependsOn: []string{"service-1"}}})
}

func benchSlot(b *testing.B) (calendar.Slot, []calendar.Slot) {
	w := calendar.Work{Environment: "env-0", Components: []calendar.Component{{Name: "web", Kind: "software", Service: "service-1"}}}
	for i := range manyTargets {
		w.Targets = append(w.Targets, fmt.Sprintf("t-%d", i))
	}
	e := benchEstate()
	start := moment(b, "2026-11-24T21:00:00Z")
	s := calendar.Slot{ID: "D-0", Start: start, End: start.Add(4 * time.Hour), After: time.Hour, Footprint: e.Footprint(w)}
	var others []calendar.Slot
	for i := range 200 {
		small := w
		small.Targets = w.Targets[i*50 : i*50+50]
		begin := start.Add(time.Duration(i-100) * 7 * time.Hour)
		others = append(others, calendar.Slot{ID: fmt.Sprintf("D-%d", i+1), Start: begin, End: begin.Add(2 * time.Hour), Footprint: e.Footprint(small)})
	}
	return s, others
}

func BenchmarkCompile(b *testing.B) {
	entries := benchEntries(sparse)
	for b.Loop() {
		if _, problems := calendar.Compile(entries, time.LoadLocation); problems != nil {
			b.Fatal(problems[0])
		}
	}
}

func BenchmarkFootprint(b *testing.B) {
	e, w := benchEstate(), calendar.Work{Environment: "env-0"}
	for i := range manyTargets {
		w.Targets = append(w.Targets, fmt.Sprintf("t-%d", i))
	}
	for b.Loop() {
		e.Footprint(w)
	}
}

// Whether 10,000 targets conflict with 100,000 entries over ten years and 200 other deployments.
func BenchmarkConflicts(b *testing.B) {
	for name, reach := range map[string]func(int) calendar.Reach{"sparse": sparse, "dense": dense} {
		b.Run(name, func(b *testing.B) {
			c, _ := calendar.Compile(benchEntries(reach), time.LoadLocation)
			s, others := benchSlot(b)
			found := 0
			for b.Loop() {
				found = len(c.Conflicts(s, others, calendar.Rules{}))
			}
			b.ReportMetric(float64(found), "conflicts")
		})
	}
}

func BenchmarkFree(b *testing.B) {
	for name, reach := range map[string]func(int) calendar.Reach{"sparse": sparse, "dense": dense} {
		b.Run(name, func(b *testing.B) {
			c, _ := calendar.Compile(benchEntries(reach), time.LoadLocation)
			s, others := benchSlot(b)
			rules := with(map[calendar.Rule]calendar.Severity{calendar.OutsideWindow: calendar.Warn, calendar.Booked: calendar.NeedsWaiver})
			for _, limit := range []int{10, calendar.DefaultChoice} {
				b.Run(fmt.Sprint(limit), func(b *testing.B) {
					warnings := 0
					for b.Loop() {
						warnings = len(c.Free(calendar.Request{Slot: s, Earliest: s.Start, Limit: limit}, others, rules)[0].Warnings)
					}
					b.ReportMetric(float64(warnings), "warnings-each")
				})
			}
		})
	}
}
