package calendar_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/calendar"
)

func moment(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at.UTC()
}

func window(name string, reach calendar.Reach, when calendar.Times) calendar.Entry {
	return calendar.Entry{Kind: practice.KindWindow, Name: name, Revision: 1, Window: &calendar.WindowSpec{AppliesTo: reach, When: when}}
}

func freeze(name string, kind calendar.FreezeKind, reach calendar.Reach, when calendar.Times, groups ...string) calendar.Entry {
	return calendar.Entry{Kind: practice.KindFreeze, Name: name, Revision: 1,
		Freeze: &calendar.FreezeSpec{Kind: kind, AppliesTo: reach, When: when, Waiver: calendar.WaiverRule{Groups: groups}}}
}

func booking(name string, use calendar.Use, when calendar.Times) calendar.Entry {
	return calendar.Entry{Kind: practice.KindBooking, Name: name, Revision: 1,
		Booking: &calendar.BookingSpec{Environment: "live", By: "testers", Use: use, State: calendar.Approved, When: when}}
}

func compile(t testing.TB, entries ...calendar.Entry) *calendar.Calendar {
	t.Helper()
	c, problems := calendar.Compile(entries, time.LoadLocation)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return c
}

// estate: web-1 and web-2 stand in rack-7, which stands in room-1; web-1 runs
// vm-1; web-1 and web-3 stand in for each other. shop needs db and cache.
func estate() *calendar.Estate {
	return calendar.NewEstate([]calendar.Target{
		{Name: "room-1", Environment: "site"},
		{Name: "rack-7", Environment: "site", Parent: "room-1", Labels: map[string]string{"power": "a"}},
		{Name: "web-1", Environment: "live", Parent: "rack-7", Labels: map[string]string{"customer": "north"}, RedundantWith: []string{"web-3"}},
		{Name: "web-2", Environment: "live", Parent: "rack-7", Labels: map[string]string{"customer": "south"}},
		{Name: "web-3", Environment: "live"},
		{Name: "vm-1", Environment: "live", Parent: "web-1"},
	}, []calendar.Service{{Name: "db"}, {Name: "cache"}, {Name: "shop", DependsOn: []string{"db", "cache"}}, {Name: "mail"}})
}

func work(targets ...string) calendar.Work {
	return calendar.Work{Environment: "live", Targets: targets, Model: "rolling",
		Components: []calendar.Component{{Name: "postgres", Kind: "software", Service: "db"}}}
}

func slot(t testing.TB, id, start, end string, w calendar.Work) calendar.Slot {
	return calendar.Slot{ID: id, Start: moment(t, start), End: moment(t, end), Footprint: estate().Footprint(w)}
}

func nightly(zone, repeat string) calendar.Times {
	return calendar.Times{Start: "2026-11-02T22:00", End: "2026-11-03T06:00", Zone: zone, Repeat: repeat}
}

// rulesOf gives "rule severity with" of each conflict.
func rulesOf(conflicts []calendar.Conflict) string {
	var texts []string
	for _, c := range conflicts {
		texts = append(texts, string(c.Rule)+" "+string(c.Severity)+" "+c.With.Name)
	}
	return strings.Join(texts, "; ")
}

func expect(t *testing.T, got []calendar.Conflict, want string) {
	t.Helper()
	if rulesOf(got) != want {
		t.Errorf("got  %s\nwant %s", rulesOf(got), want)
		for _, c := range got {
			t.Logf("%+v", c)
		}
	}
}

// Pain 4: a freeze holds at its hours and at no others, for every environment
// that it names, with its repetitions and exceptions.
func TestPain04FreezesHoldAtTheirHoursAndOnlyThen(t *testing.T) {
	t.Parallel()
	when := nightly("Europe/Berlin", "FREQ=WEEKLY;BYDAY=MO,WE")
	when.Except = []string{"2026-11-09"}
	when.Also = []string{"2026-11-12T22:00"}
	c := compile(t, freeze("backups", calendar.Hard, calendar.Reach{Environments: []string{"test", "live"}}, when, "operations"))
	for _, at := range []struct{ start, end, want string }{
		{"2026-11-02T20:00:00Z", "2026-11-02T20:59:59Z", ""},
		{"2026-11-02T20:00:00Z", "2026-11-02T21:00:00Z", ""}, // ends when it begins
		{"2026-11-02T20:00:00Z", "2026-11-02T21:00:01Z", "freeze needs-waiver backups"},
		{"2026-11-03T04:59:59Z", "2026-11-03T05:30:00Z", "freeze needs-waiver backups"},
		{"2026-11-03T05:00:00Z", "2026-11-03T05:30:00Z", ""}, // begins when it ends
		{"2026-11-03T22:00:00Z", "2026-11-03T23:00:00Z", ""}, // a Tuesday
		{"2026-11-09T22:00:00Z", "2026-11-09T23:00:00Z", ""}, // the exception
		{"2026-11-12T22:00:00Z", "2026-11-12T23:00:00Z", "freeze needs-waiver backups"},
	} {
		expect(t, c.Conflicts(slot(t, "D-1", at.start, at.end, work("web-1")), nil, calendar.Rules{}), at.want)
	}
	elsewhere := work("web-1")
	elsewhere.Environment = "staging"
	free := calendar.NewEstate(nil, nil).Footprint(elsewhere)
	expect(t, c.Conflicts(calendar.Slot{Start: moment(t, "2026-11-02T22:00:00Z"), End: moment(t, "2026-11-02T23:00:00Z"), Footprint: free}, nil, calendar.Rules{}), "")
}

// Pain C2: Monday 01:00 in Auckland is Sunday in UTC; the freeze comes on Mondays all the same, the whole year.
func TestPainC2WeekdaysAreThoseOfTheZone(t *testing.T) {
	t.Parallel()
	s, problems := calendar.NewSchedule(calendar.Times{Start: "2026-11-02T01:00", End: "2026-11-02T03:00", Zone: "Pacific/Auckland", Repeat: "FREQ=WEEKLY;BYDAY=MO"}, time.LoadLocation, "when")
	if problems != nil {
		t.Fatal(problems)
	}
	zone, _ := time.LoadLocation("Pacific/Auckland")
	list := s.Between(moment(t, "2026-11-01T00:00:00Z"), moment(t, "2027-11-01T00:00:00Z"), 0)
	if len(list) != 53 { // both ends are Mondays
		t.Errorf("%d Mondays in a year", len(list))
	}
	for _, o := range list {
		if local := o.Start.In(zone); local.Weekday() != time.Monday || local.Hour() != 1 || o.End.In(zone).Hour() != 3 {
			t.Errorf("%s to %s", local, o.End.In(zone))
		}
	}
}

// Pain C4: a freeze for one customer's site in its business hours; the third Saturday of each month.
func TestPainC4FreezePerSiteAndThirdSaturday(t *testing.T) {
	t.Parallel()
	hours := calendar.Times{Start: "2026-11-02T08:00", End: "2026-11-02T18:00", Zone: "Europe/Berlin", Repeat: "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"}
	third := calendar.Times{Start: "2026-11-21T00:00", End: "2026-11-22T00:00", Zone: "Europe/Berlin", Repeat: "FREQ=MONTHLY;BYDAY=3SA"}
	c := compile(t,
		freeze("north-hours", calendar.Hard, calendar.Reach{Labels: []string{"customer=north"}}, hours, "north"),
		freeze("inventory", calendar.Soft, calendar.Reach{Environments: []string{"live"}}, third))
	got := c.Conflicts(slot(t, "D-1", "2026-11-04T10:00:00Z", "2026-11-04T11:00:00Z", work("web-1", "web-2")), nil, calendar.Rules{})
	expect(t, got, "freeze needs-waiver north-hours")
	if len(got) == 1 && !slices.Equal(got[0].Targets, []string{"web-1"}) {
		t.Errorf("targets %q", got[0].Targets)
	}
	expect(t, c.Conflicts(slot(t, "D-1", "2026-11-04T10:00:00Z", "2026-11-04T11:00:00Z", work("web-2")), nil, calendar.Rules{}), "")
	expect(t, c.Conflicts(slot(t, "D-1", "2026-12-19T10:00:00Z", "2026-12-19T11:00:00Z", work("web-2")), nil, calendar.Rules{}), "freeze warn inventory")
	expect(t, c.Conflicts(slot(t, "D-1", "2026-12-12T10:00:00Z", "2026-12-12T11:00:00Z", work("web-2")), nil, calendar.Rules{}), "")
	events := c.Events(moment(t, "2026-11-01T00:00:00Z"), moment(t, "2027-02-01T00:00:00Z"), 0)
	var saturdays []string
	for _, e := range events {
		if e.Entry.Name == "inventory" {
			saturdays = append(saturdays, e.Wall.Format("01-02"))
		}
	}
	if !slices.Equal(saturdays, []string{"11-21", "12-19", "01-16"}) {
		t.Errorf("third Saturdays: %q", saturdays)
	}
}

// Pain C5: all of 80 frozen servers stand in the one conflict, and its message stays readable.
func TestPainC5EveryFrozenTargetIsListed(t *testing.T) {
	t.Parallel()
	var targets []calendar.Target
	w := work()
	for i := range 120 {
		name := "srv-" + string(rune('a'+i/26)) + string(rune('a'+i%26))
		parent := "rack-1"
		if i >= 85 {
			parent = "rack-2"
		}
		targets = append(targets, calendar.Target{Name: name, Environment: "live", Parent: parent})
		w.Targets = append(w.Targets, name)
	}
	targets = append(targets, calendar.Target{Name: "rack-1", Environment: "site"}, calendar.Target{Name: "rack-2", Environment: "site"})
	c := compile(t, freeze("power-works", calendar.Hard, calendar.Reach{Targets: []string{"rack-1"}}, nightly("UTC", "")))
	s := calendar.Slot{ID: "D-1", Start: moment(t, "2026-11-02T23:00:00Z"), End: moment(t, "2026-11-03T00:00:00Z"), Footprint: calendar.NewEstate(targets, nil).Footprint(w)}
	got := c.Conflicts(s, nil, calendar.Rules{})
	expect(t, got, "freeze block power-works")
	if len(got) != 1 || !slices.Equal(got[0].Targets, w.Targets[:85]) {
		t.Fatalf("%v", got)
	}
	if got[0].Path != "srv-aa -> parent rack-1 -> freeze power-works" {
		t.Error(got[0].Path)
	}
	if want := "hard freeze power-works holds from 2026-11-02 22:00 UTC to 2026-11-03 06:00 UTC: srv-aa, srv-ab, srv-ac, srv-ad and 81 more"; got[0].Message != want {
		t.Error(got[0].Message)
	}
}

// Pain C7: whether a busy person blocks or warns is the environment's choice; blocked is held, warned is not.
func TestPainC7SeverityOfABusyPersonIsTheEnvironments(t *testing.T) {
	t.Parallel()
	mine, theirs := work("web-1"), work("web-2")
	mine.Components, theirs.Components = nil, nil
	mine.People, theirs.People = []string{"anna", "ben"}, []string{"ben"}
	a := slot(t, "D-1", "2026-11-02T20:00:00Z", "2026-11-02T21:00:00Z", mine)
	b := slot(t, "D-2", "2026-11-02T20:30:00Z", "2026-11-02T22:00:00Z", theirs)
	c := compile(t)
	for _, severity := range []calendar.Severity{calendar.Off, calendar.Warn, calendar.Block, calendar.NeedsWaiver} {
		rules := calendar.Rules{Severities: map[calendar.Rule]calendar.Severity{calendar.SamePerson: severity}}
		conflicts := c.Conflicts(a, []calendar.Slot{b}, rules)
		open := calendar.Gate(a, a.Start, conflicts, nil).Open
		if want := severity == calendar.Off || severity == calendar.Warn; open != want {
			t.Errorf("%s: open %v", severity, open)
		}
		if len(conflicts) != 1 && severity != calendar.Off || severity == calendar.Off && len(conflicts) != 0 {
			t.Errorf("%s: %v", severity, conflicts)
		}
	}
}
