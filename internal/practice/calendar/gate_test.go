package calendar_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/calendar"
)

// A closed gate says since when, until when, who can open it and how.
func TestAClosedGateTellsEverything(t *testing.T) {
	t.Parallel()
	c := compile(t, freeze("year-end", calendar.Hard, calendar.Reach{}, calendar.Times{Start: "2026-12-20T00:00", End: "2027-01-06T00:00", Zone: "Europe/Berlin"}, "board", "operations"))
	at := moment(t, "2026-12-24T20:00:00Z")
	s := slot(t, "D-1", "2026-11-02T22:00:00Z", "2026-11-02T23:00:00Z", work("web-1"))
	verdict, _ := c.Judge(s, at, nil, calendar.Rules{}, nil)
	if verdict.Open || len(verdict.Reasons) != 1 {
		t.Fatalf("%+v", verdict)
	}
	want := practice.Reason{
		Gate: "freeze", Since: moment(t, "2026-12-19T23:00:00Z"), Until: moment(t, "2027-01-05T23:00:00Z"), Who: "board, operations", Targets: []string{"web-1"},
		Message: "hard freeze year-end holds from 2026-12-20 00:00 Europe/Berlin to 2027-01-06 00:00 Europe/Berlin: web-1",
		How:     "wait, move the deployment, or have a member of board, operations waive freeze year-end",
	}
	if got := verdict.Reasons[0]; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// A waiver is for one deployment, one revision of one freeze, by its groups, for its time.
func TestWaivers(t *testing.T) {
	t.Parallel()
	c := compile(t, freeze("year-end", calendar.Hard, calendar.Reach{}, nightly("UTC", ""), "board"))
	s := slot(t, "D-1", ten, eleven, work("web-1"))
	good := calendar.Waiver{Deployment: "D-1", Rule: calendar.InsideFreeze, With: calendar.Ref{Kind: practice.KindFreeze, Name: "year-end", Revision: 1},
		Group: "board", At: moment(t, nine), Until: moment(t, eleven)}
	open := func(w calendar.Waiver, at string) bool {
		verdict, _ := c.Judge(s, moment(t, at), nil, calendar.Rules{}, []calendar.Waiver{w})
		return verdict.Open
	}
	if !open(good, ten) {
		t.Error("the waiver does not open")
	}
	for name, change := range map[string]func(*calendar.Waiver){
		"another deployment": func(w *calendar.Waiver) { w.Deployment = "D-2" },
		"another rule":       func(w *calendar.Waiver) { w.Rule = calendar.OutsideWindow },
		"another freeze":     func(w *calendar.Waiver) { w.With.Name = "other" },
		"another revision":   func(w *calendar.Waiver) { w.With.Revision = 2 },
		"no freeze named":    func(w *calendar.Waiver) { w.With = calendar.Ref{} },
		"another group":      func(w *calendar.Waiver) { w.Group = "operations" },
		"no group":           func(w *calendar.Waiver) { w.Group = "" },
		"not given yet":      func(w *calendar.Waiver) { w.At = moment(t, eleven) },
		"over":               func(w *calendar.Waiver) { w.Until = moment(t, ten) },
	} {
		w := good
		change(&w)
		if open(w, ten) {
			t.Errorf("%s: opens", name)
		}
	}
	none := compile(t, freeze("year-end", calendar.Hard, calendar.Reach{}, nightly("UTC", "")))
	if verdict, _ := none.Judge(s, s.Start, nil, calendar.Rules{}, []calendar.Waiver{good}); verdict.Open {
		t.Error("a hard freeze without waiver groups was waived")
	}
	by := with(map[calendar.Rule]calendar.Severity{calendar.OutsideWindow: calendar.NeedsWaiver})
	w := compile(t, window("w", calendar.Reach{}, nightly("UTC", "")))
	if verdict, _ := w.Judge(s, moment(t, "2026-11-02T12:00:00Z"), nil, by, []calendar.Waiver{{Deployment: "D-1", Rule: calendar.OutsideWindow}}); !verdict.Open {
		t.Error("being outside windows cannot be waived by the rule")
	}
}

func TestUntilWhenItMayRun(t *testing.T) {
	t.Parallel()
	w := window("night", calendar.Reach{Environments: []string{"live"}}, nightly("UTC", "FREQ=DAILY"))
	f := freeze("audit", calendar.Hard, calendar.Reach{}, calendar.Times{Start: "2026-11-03T02:00", End: "2026-11-04T02:00", Zone: "UTC"}, "board")
	soft := freeze("hint", calendar.Soft, calendar.Reach{}, calendar.Times{Start: "2026-11-03T01:00", End: "2026-11-04T02:00", Zone: "UTC"})
	s := slot(t, "D-1", ten, eleven, work("web-1"))
	day := 24 * time.Hour
	waived := []calendar.Waiver{{Deployment: "D-1", Rule: calendar.InsideFreeze, With: calendar.Ref{Kind: practice.KindFreeze, Name: "audit", Revision: 1}, Group: "board"}}
	try := func(entries []calendar.Entry, rules calendar.Rules, waivers []calendar.Waiver, want string, then calendar.Behaviour) {
		t.Helper()
		end, b := compile(t, entries...).Ends(s, s.Start, 30*day, rules, waivers)
		got := ""
		if !end.IsZero() {
			got = end.Format("01-02T15:04")
		}
		if got != want || b != then {
			t.Errorf("got %q %q, want %q %q", got, b, want, then)
		}
	}
	stops := f
	stops.Freeze = &calendar.FreezeSpec{When: f.Freeze.When, Kind: calendar.Hard, Waiver: f.Freeze.Waiver, WhenItBegins: calendar.Stop}
	goes := w
	goes.Window = &calendar.WindowSpec{AppliesTo: w.Window.AppliesTo, When: w.Window.When, WhenItEnds: calendar.GoOn}
	try(nil, calendar.Rules{}, nil, "", "")
	try([]calendar.Entry{w}, calendar.Rules{}, nil, "11-03T06:00", calendar.FinishWave)
	try([]calendar.Entry{w}, calendar.Rules{WhenWindowEnds: calendar.RollBack}, nil, "11-03T06:00", calendar.RollBack)
	try([]calendar.Entry{w, soft}, calendar.Rules{}, nil, "11-03T06:00", calendar.FinishWave)
	try([]calendar.Entry{w, f}, calendar.Rules{}, nil, "11-03T02:00", calendar.FinishWave)
	try([]calendar.Entry{w, stops}, calendar.Rules{}, nil, "11-03T02:00", calendar.Stop)
	try([]calendar.Entry{w, f}, calendar.Rules{}, waived, "11-03T06:00", calendar.FinishWave)
	try([]calendar.Entry{goes, f}, calendar.Rules{}, waived, "", "")
	try([]calendar.Entry{w}, with(map[calendar.Rule]calendar.Severity{calendar.OutsideWindow: calendar.Warn}), nil, "", "")
	all := window("always", calendar.Reach{}, calendar.Times{Start: "2026-11-02T00:00", End: "2026-11-03T00:00", Zone: "UTC", Repeat: "FREQ=DAILY"})
	try([]calendar.Entry{all}, calendar.Rules{}, nil, "", "") // windows that touch are one
}

// What is under way when a freeze begins or a window ends goes on where they let it.
func TestWhatIsUnderWayGoesOnWhereItIsLet(t *testing.T) {
	t.Parallel()
	w := window("night", calendar.Reach{}, nightly("UTC", "FREQ=DAILY"))
	w.Window.WhenItEnds = calendar.GoOn
	f := freeze("day", calendar.Hard, calendar.Reach{}, calendar.Times{Start: "2026-11-03T06:00", End: "2026-11-03T22:00", Zone: "UTC"})
	f.Freeze.WhenItBegins = calendar.GoOn
	c := compile(t, w, f)
	s := slot(t, "D-1", "2026-11-03T05:00:00Z", "2026-11-03T06:00:00Z", work("web-1"))
	at := moment(t, "2026-11-03T07:00:00Z")
	if verdict, _ := c.Judge(s, at, nil, calendar.Rules{}, nil); verdict.Open {
		t.Error("a new one may start")
	}
	s.Begun = s.Start
	if verdict, _ := c.Judge(s, at, nil, calendar.Rules{}, nil); !verdict.Open {
		t.Errorf("what is under way is held: %+v", verdict)
	}
	s.Begun = moment(t, "2026-11-03T06:30:00Z") // it should never have begun
	if verdict, _ := c.Judge(s, at, nil, calendar.Rules{}, nil); verdict.Open {
		t.Error("it began within the freeze and may go on")
	}
}

// Two deployments conflict the one way exactly when they do the other way.
func TestOverlapIsSymmetrical(t *testing.T) {
	t.Parallel()
	c := compile(t)
	start := moment(t, nine)
	met := 0
	rapid.Check(t, func(t *rapid.T) {
		draw := func(id string) calendar.Slot {
			w := work(rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"web-1", "web-2", "web-3", "vm-1", "rack-7", "room-1"}), 0, 3, rapid.ID).Draw(t, "targets")...)
			w.Components[0].Service = rapid.SampledFrom([]string{"db", "shop", "mail"}).Draw(t, "service")
			w.People = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"anna", "ben"}), 0, 2, rapid.ID).Draw(t, "people")
			begin := start.Add(time.Duration(rapid.IntRange(0, 8).Draw(t, "begin")) * 15 * time.Minute)
			return calendar.Slot{ID: id, Start: begin, End: begin.Add(time.Duration(rapid.IntRange(0, 4).Draw(t, "length")) * 15 * time.Minute), Footprint: estate().Footprint(w),
				Before: time.Duration(rapid.IntRange(0, 1).Draw(t, "before")) * 15 * time.Minute, After: time.Duration(rapid.IntRange(0, 1).Draw(t, "after")) * 15 * time.Minute}
		}
		a, b := draw("D-1"), draw("D-2")
		rules := calendar.Rules{Apart: rapid.Bool().Draw(t, "apart"), Settle: time.Duration(rapid.IntRange(0, 2).Draw(t, "settle")) * 15 * time.Minute}
		ab, ba := c.Conflicts(a, []calendar.Slot{b}, rules), c.Conflicts(b, []calendar.Slot{a}, rules)
		if (len(ab) > 0) != (len(ba) > 0) {
			t.Fatalf("%v but %v", rulesOf(ab), rulesOf(ba))
		}
		if len(ab) > 0 {
			met++
		}
		if sa, sb := a.Busy(), b.Busy(); len(ab) > 0 && rules.Settle == 0 && !rules.Apart && (!sa.Start.Before(sb.End) || !sb.Start.Before(sa.End)) {
			t.Fatalf("%v and %v share no moment: %v", sa, sb, rulesOf(ab))
		}
	})
	if met == 0 {
		t.Error("no pair conflicted")
	}
}

// world is a random calendar with other deployments and something to place.
type world struct {
	calendar *calendar.Calendar
	others   []calendar.Slot
	slot     calendar.Slot
	rules    calendar.Rules
}

func drawWorld(t *rapid.T) world {
	start := time.Date(2026, 10, 20, 0, 0, 0, 0, time.UTC) // clocks change in Berlin on the 25th
	when := func() calendar.Times {
		begin := start.Add(time.Duration(rapid.IntRange(-100, 300).Draw(t, "begin")) * time.Hour)
		times := calendar.Times{Start: begin.Format("2006-01-02T15:04"), Zone: rapid.SampledFrom([]string{"Europe/Berlin", "America/New_York", "UTC"}).Draw(t, "zone"),
			End: begin.Add(time.Duration(rapid.IntRange(1, 40).Draw(t, "long")) * time.Hour).Format("2006-01-02T15:04")}
		times.Repeat = rapid.SampledFrom([]string{"", "FREQ=DAILY;INTERVAL=2", "FREQ=WEEKLY", "FREQ=DAILY;COUNT=5"}).Draw(t, "repeat")
		return times
	}
	reach := func() calendar.Reach {
		return rapid.SampledFrom([]calendar.Reach{{}, {Targets: []string{"web-1"}}, {Targets: []string{"rack-7"}}, {Environments: []string{"live"}}, {Services: []string{"shop"}}}).Draw(t, "reach")
	}
	var entries []calendar.Entry
	for i := range rapid.IntRange(0, 5).Draw(t, "entries") {
		name := fmt.Sprintf("e%d", i)
		switch rapid.IntRange(0, 3).Draw(t, "kind") {
		case 0:
			entries = append(entries, window(name, reach(), when()))
		case 1:
			entries = append(entries, freeze(name, calendar.Hard, reach(), when(), rapid.SampledFrom([][]string{nil, {"board"}}).Draw(t, "groups")...))
		case 2:
			entries = append(entries, freeze(name, calendar.Soft, reach(), when()))
		default:
			entries = append(entries, booking(name, calendar.Regression, when()))
		}
	}
	c, problems := calendar.Compile(entries, time.LoadLocation)
	if problems != nil {
		t.Fatal(problems)
	}
	draw := func(id string) calendar.Slot {
		w := work(rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"web-1", "web-2", "web-3", "rack-7"}), 0, 3, rapid.ID).Draw(t, "targets")...)
		begin := start.Add(time.Duration(rapid.IntRange(0, 200).Draw(t, "at")) * time.Hour)
		return calendar.Slot{ID: id, Start: begin, End: begin.Add(time.Duration(rapid.IntRange(1, 8).Draw(t, "hours")) * time.Hour), Footprint: estate().Footprint(w),
			Before: time.Duration(rapid.IntRange(0, 2).Draw(t, "before")) * 20 * time.Minute, After: time.Duration(rapid.IntRange(0, 2).Draw(t, "after")) * 20 * time.Minute}
	}
	all := world{calendar: c, slot: draw("D-1"), rules: calendar.Rules{Severities: map[calendar.Rule]calendar.Severity{}, Apart: rapid.Bool().Draw(t, "apart"),
		Settle: time.Duration(rapid.IntRange(0, 1).Draw(t, "settle")) * 20 * time.Minute}}
	for i := range rapid.IntRange(0, 4).Draw(t, "others") {
		all.others = append(all.others, draw(fmt.Sprintf("D-%d", i+2)))
	}
	if rapid.Bool().Draw(t, "planned") {
		all.slot.Baseline = start
	}
	for _, r := range []calendar.Rule{calendar.SameTarget, calendar.OutsideWindow, calendar.InsideFreeze, calendar.Booked, calendar.SharedService, calendar.StaleBaseline} {
		if s := rapid.SampledFrom([]calendar.Severity{"", "", calendar.Off, calendar.Warn, calendar.NeedsWaiver}).Draw(t, "severity"); s != "" {
			all.rules.Severities[r] = s
		}
	}
	return all
}

func severitiesOf(list []calendar.Conflict) string {
	var names []string
	for _, c := range list {
		names = append(names, string(c.Rule)+" "+c.With.Name)
	}
	slices.Sort(names)
	return fmt.Sprint(slices.Compact(names))
}

// What is proposed has no blocking conflict, exactly the waivers and warnings
// that it says, and nothing earlier was passed over. The gate agrees.
func TestProposalsNeverConflictAndTheGateAgrees(t *testing.T) {
	t.Parallel()
	proposed := 0
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		earliest := w.slot.Start
		list := w.calendar.Free(calendar.Request{Slot: w.slot, Earliest: earliest, Horizon: 240 * time.Hour}, w.others, w.rules)
		fits := func(at time.Time) (waivers, warnings []calendar.Conflict, blocked bool) {
			verdict, conflicts := w.calendar.Judge(w.slot, at, w.others, w.rules, nil)
			for _, c := range conflicts {
				switch c.Severity {
				case calendar.Block:
					blocked = true
				case calendar.NeedsWaiver:
					waivers = append(waivers, c)
				case calendar.Warn:
					warnings = append(warnings, c)
				case calendar.Off:
					t.Fatalf("%v is off", c)
				}
			}
			if verdict.Open != (!blocked && len(waivers) == 0) {
				t.Fatalf("the gate says %v of %s", verdict, rulesOf(conflicts))
			}
			return waivers, warnings, blocked
		}
		for _, p := range list {
			proposed++
			waivers, warnings, blocked := fits(p.Start)
			if blocked {
				t.Fatalf("%s is blocked", p.Start)
			}
			if severitiesOf(waivers) != severitiesOf(p.Waivers) || severitiesOf(warnings) != severitiesOf(p.Warnings) {
				t.Fatalf("at %s\nproposal %s %s\nconflicts %s %s", p.Start, severitiesOf(p.Waivers), severitiesOf(p.Warnings), severitiesOf(waivers), severitiesOf(warnings))
			}
		}
		for at := earliest; at.Before(earliest.Add(48 * time.Hour)); at = at.Add(20 * time.Minute) {
			if waivers, _, blocked := fits(at); !blocked && len(waivers) == 0 {
				if !slices.ContainsFunc(list, func(p calendar.Proposal) bool { return len(p.Waivers) == 0 && !p.Start.After(at) }) {
					t.Fatalf("%s is free and nothing that early was proposed: %v", at, list)
				}
				break
			}
		}
	})
	if proposed == 0 {
		t.Error("nothing was proposed at all")
	}
}

func TestProposalsAreRanked(t *testing.T) {
	t.Parallel()
	c := compile(t,
		window("night", calendar.Reach{}, nightly("UTC", "FREQ=DAILY")),
		freeze("week", calendar.Hard, calendar.Reach{}, calendar.Times{Start: "2026-11-02T00:00", End: "2026-11-05T12:00", Zone: "UTC"}, "board"))
	s := slot(t, "D-1", ten, eleven, work("web-1"))
	list := c.Free(calendar.Request{Slot: s, Earliest: moment(t, "2026-11-02T12:00:00Z"), NeedBy: moment(t, "2026-11-03T12:00:00Z"), Limit: 6, Horizon: 6 * 24 * time.Hour}, nil, calendar.Rules{})
	var got []string
	for _, p := range list {
		got = append(got, fmt.Sprintf("%s %d %s", p.Start.Format("02T15:04"), len(p.Waivers), p.Late))
	}
	want := []string{"05T22:00 0 59h0m0s", "06T22:00 0 83h0m0s", "07T22:00 0 107h0m0s", "02T22:00 1 0s", "03T22:00 1 11h0m0s", "04T22:00 1 35h0m0s"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
