package calendar_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/calendar"
)

const (
	nine   = "2026-11-02T21:00:00Z"
	ten    = "2026-11-02T22:00:00Z"
	eleven = "2026-11-02T23:00:00Z"
)

func with(severities map[calendar.Rule]calendar.Severity) calendar.Rules {
	return calendar.Rules{Severities: severities}
}

// Each rule between two deployments, with the way that it came about.
func TestRulesBetweenDeployments(t *testing.T) {
	t.Parallel()
	other := func(service string, targets ...string) calendar.Work {
		w := work(targets...)
		w.Components = []calendar.Component{{Name: service + "-app", Service: service}}
		return w
	}
	people, tools := other("mail", "web-2"), other("mail", "web-2")
	people.People, tools.Tools = []string{"anna"}, []string{"crane"}
	elsewhere := other("db")
	elsewhere.Environment = "test"
	mine := work("web-1")
	mine.People, mine.Tools = []string{"anna"}, []string{"crane"}
	for name, c := range map[string]struct {
		work       calendar.Work
		want, path string
	}{
		"same target":        {other("mail", "web-1"), "same-target block D-2", "web-1 -> deployment D-2"},
		"parent":             {other("mail", "rack-7"), "parent warn D-2", "web-1 -> parent rack-7 -> deployment D-2"},
		"grandparent":        {other("mail", "room-1"), "parent warn D-2", "web-1 -> parent rack-7 -> parent room-1 -> deployment D-2"},
		"child":              {other("mail", "vm-1"), "child warn D-2", "web-1 -> child vm-1 -> deployment D-2"},
		"same service":       {other("db", "web-2"), "shared-service warn D-2", "service db -> deployment D-2"},
		"service needs mine": {other("shop", "web-2"), "shared-service warn D-2", "service db -> needed by service shop -> deployment D-2"},
		"both only needed":   {other("cache", "web-2"), "", ""}, // shop needs both, neither changes it
		"service elsewhere":  {elsewhere, "", ""},
		"person":             {people, "same-person warn D-2", "person anna -> deployment D-2"},
		"tool":               {tools, "same-tool block D-2", "tool crane -> deployment D-2"},
		"redundant":          {other("mail", "web-3"), "redundancy block D-2", "web-1 and web-3 are redundant -> deployment D-2"},
		"nothing shared":     {other("mail", "web-2"), "", ""},
	} {
		got := compile(t).Conflicts(slot(t, "D-1", nine, ten, mine), []calendar.Slot{slot(t, "D-2", nine, ten, c.work)}, calendar.Rules{})
		expect(t, got, c.want)
		if len(got) == 1 && got[0].Path != c.path {
			t.Errorf("%s: path %s", name, got[0].Path)
		}
		after := compile(t).Conflicts(slot(t, "D-1", nine, ten, mine), []calendar.Slot{slot(t, "D-2", ten, eleven, c.work)}, calendar.Rules{})
		expect(t, after, "") // half-open: one begins when the other ends
		off := map[calendar.Rule]calendar.Severity{}
		for _, r := range calendar.AllRules() {
			off[r] = calendar.Off
		}
		expect(t, compile(t).Conflicts(slot(t, "D-1", nine, ten, mine), []calendar.Slot{slot(t, "D-2", nine, ten, c.work)}, with(off)), "")
	}
}

// Redundancy holds both ways, whichever document says it.
func TestRedundancyHoldsBothWays(t *testing.T) {
	t.Parallel()
	one, other := work("web-1"), work("web-3")
	one.Components, other.Components = nil, nil
	expect(t, compile(t).Conflicts(slot(t, "D-1", nine, ten, one), []calendar.Slot{slot(t, "D-2", nine, ten, other)}, calendar.Rules{}), "redundancy block D-2")
	expect(t, compile(t).Conflicts(slot(t, "D-2", nine, ten, other), []calendar.Slot{slot(t, "D-1", nine, ten, one)}, calendar.Rules{}), "redundancy block D-1")
}

// Preparation, the way back, settling and deployments that only touch.
func TestTimesAroundADeployment(t *testing.T) {
	t.Parallel()
	c := compile(t)
	a, b := slot(t, "D-1", nine, ten, work("web-1")), slot(t, "D-2", ten, eleven, work("web-1"))
	const clash = "same-target block D-2; shared-service warn D-2"
	expect(t, c.Conflicts(a, []calendar.Slot{b}, calendar.Rules{}), "")
	expect(t, c.Conflicts(a, []calendar.Slot{b}, calendar.Rules{Apart: true}), clash)
	expect(t, c.Conflicts(a, []calendar.Slot{b}, calendar.Rules{Settle: time.Second}), clash)
	late := b.At(b.Start.Add(time.Minute))
	expect(t, c.Conflicts(a, []calendar.Slot{late}, calendar.Rules{Apart: true}), "")
	expect(t, c.Conflicts(a, []calendar.Slot{late}, calendar.Rules{Settle: time.Minute}), "")
	expect(t, c.Conflicts(a, []calendar.Slot{late}, calendar.Rules{Settle: time.Minute + 1}), clash)
	reserve, prepared := a, b
	reserve.After = time.Minute
	expect(t, c.Conflicts(reserve, []calendar.Slot{b}, calendar.Rules{}), clash)
	prepared.Before = time.Minute
	expect(t, c.Conflicts(a, []calendar.Slot{prepared}, calendar.Rules{}), clash)
	expect(t, c.Conflicts(a, []calendar.Slot{a}, calendar.Rules{Apart: true}), "") // itself
}

func TestStaleBaseline(t *testing.T) {
	t.Parallel()
	mine, first := slot(t, "D-2", ten, eleven, work("web-1", "web-2")), slot(t, "D-1", nine, ten, work("web-2", "web-3"))
	c := compile(t)
	expect(t, c.Conflicts(mine, []calendar.Slot{first}, calendar.Rules{}), "") // no plan yet
	mine.Baseline = moment(t, "2026-11-02T12:00:00Z")
	got := c.Conflicts(mine, []calendar.Slot{first}, calendar.Rules{})
	expect(t, got, "stale-baseline warn D-1")
	if len(got) == 1 && !slices.Equal(got[0].Targets, []string{"web-2"}) {
		t.Error(got[0].Targets)
	}
	expect(t, c.Conflicts(first, []calendar.Slot{mine}, calendar.Rules{}), "")
	mine.Baseline = moment(t, ten) // planned when the other had landed
	expect(t, c.Conflicts(mine, []calendar.Slot{first}, calendar.Rules{}), "")
}

// Where a window reaches, deployments run only within one; windows that touch are one.
func TestOutsideWindows(t *testing.T) {
	t.Parallel()
	at := func(start, end string) calendar.Times {
		return calendar.Times{Start: start, End: end, Zone: "UTC", Repeat: "FREQ=DAILY"}
	}
	live := calendar.Reach{Environments: []string{"live"}}
	c := compile(t,
		window("evening", live, at("2026-11-01T20:00", "2026-11-01T22:00")),
		window("night", live, at("2026-11-01T22:00", "2026-11-02T00:00")),
		window("web-1-only", calendar.Reach{Targets: []string{"web-1"}}, at("2026-11-01T06:00", "2026-11-01T07:00")),
		window("rack", calendar.Reach{Labels: []string{"power=a"}}, at("2026-11-01T20:00", "2026-11-01T23:00")),
		window("other-service", calendar.Reach{Services: []string{"shop"}}, at("2026-11-01T01:00", "2026-11-01T02:00")),
	)
	try := func(start, end, want string, targets ...string) []calendar.Conflict {
		t.Helper()
		got := c.Conflicts(slot(t, "D-1", start, end, work(targets...)), nil, calendar.Rules{})
		expect(t, got, want)
		return got
	}
	try(nine, eleven, "", "web-3")
	try(nine, "2026-11-02T23:30:00Z", "", "web-3")
	try(nine, "2026-11-03T00:00:01Z", "outside-window block evening", "web-3")
	try(nine, "2026-11-02T23:30:00Z", "outside-window block rack", "web-2") // its rack closes at 23:00
	try("2026-11-02T06:00:00Z", "2026-11-02T07:00:00Z", "outside-window block evening; outside-window block rack", "web-1", "web-3")
	got := try("2026-11-02T12:00:00Z", "2026-11-02T15:00:00Z", "outside-window block evening", "web-3")
	if !got[0].Until.Equal(moment(t, "2026-11-02T20:00:00Z")) {
		t.Errorf("next window at %s", got[0].Until)
	}
	if !slices.Equal(got[0].Targets, []string{"web-3"}) || got[0].Path != "environment live -> window evening" {
		t.Errorf("%+v", got[0])
	}
	none := work()
	expect(t, c.Conflicts(slot(t, "D-1", nine, ten, none), nil, calendar.Rules{}), "")
	expect(t, c.Conflicts(slot(t, "D-1", "2026-11-02T12:00:00Z", "2026-11-02T13:00:00Z", none), nil, calendar.Rules{}), "outside-window block evening")
}

// A freeze reaches by parent, child, service, what needs the service, environment; lists are AND between.
func TestWhatAFreezeReaches(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		reach calendar.Reach
		path  string // empty: does not reach
	}{
		"everything":        {calendar.Reach{}, "freeze f"},
		"target":            {calendar.Reach{Targets: []string{"web-9", "web-1"}}, "web-1 -> freeze f"},
		"parent":            {calendar.Reach{Targets: []string{"room-1"}}, "web-1 -> parent rack-7 -> parent room-1 -> freeze f"},
		"child":             {calendar.Reach{Targets: []string{"vm-1"}}, "web-1 -> child vm-1 -> freeze f"},
		"label":             {calendar.Reach{Labels: []string{"power=b", "power=a"}}, "web-1 -> parent rack-7 -> freeze f"},
		"another label":     {calendar.Reach{Labels: []string{"power=b"}}, ""},
		"label and target":  {calendar.Reach{Labels: []string{"power=a"}, Targets: []string{"web-1"}}, ""},
		"environment":       {calendar.Reach{Environments: []string{"live"}}, "environment live -> freeze f"},
		"site's":            {calendar.Reach{Environments: []string{"site"}}, "web-1 -> parent rack-7 in environment site -> freeze f"},
		"other environment": {calendar.Reach{Environments: []string{"test"}}, ""},
		"service":           {calendar.Reach{Services: []string{"db"}}, "service db -> freeze f"},
		"what needs it":     {calendar.Reach{Services: []string{"shop"}}, "service db -> needed by service shop -> freeze f"},
		"other service":     {calendar.Reach{Services: []string{"mail"}}, ""},
		"component":         {calendar.Reach{Components: []string{"postgres"}}, "component postgres -> freeze f"},
		"kind":              {calendar.Reach{Kinds: []string{"software"}, Components: []string{"postgres"}}, "component postgres -> freeze f"},
		"other kind":        {calendar.Reach{Kinds: []string{"hardware"}}, ""},
		"service and kind":  {calendar.Reach{Services: []string{"shop"}, Kinds: []string{"hardware"}}, ""},
		"target elsewhere":  {calendar.Reach{Targets: []string{"web-1"}, Environments: []string{"test"}}, ""},
		"model":             {calendar.Reach{Models: []string{"rolling"}}, "freeze f"},
		"other model":       {calendar.Reach{Models: []string{"big-bang"}}, ""},
		"supplier":          {calendar.Reach{Suppliers: []string{"acme"}}, ""},
	} {
		got := compile(t, freeze("f", calendar.Soft, c.reach, nightly("UTC", ""))).Conflicts(slot(t, "D-1", ten, eleven, work("web-1")), nil, calendar.Rules{})
		switch {
		case c.path == "" && len(got) == 0:
		case c.path != "" && len(got) == 1 && got[0].Path == c.path:
		default:
			t.Errorf("%s: %+v, want %q", name, got, c.path)
		}
	}
}

func TestWhatAFreezeLetsThrough(t *testing.T) {
	t.Parallel()
	f := freeze("f", calendar.Hard, calendar.Reach{}, nightly("UTC", ""))
	f.Freeze.Allows = calendar.Allowance{Models: []string{"hotfix"}, Urgencies: []string{"emergency"}, Classes: []string{"security"}}
	c := compile(t, f)
	for name, change := range map[string]func(*calendar.Work){
		"freeze block f": func(*calendar.Work) {},
		"":               func(w *calendar.Work) { w.Model = "hotfix" },
		" ":              func(w *calendar.Work) { w.Urgency = "emergency" },
		"  ":             func(w *calendar.Work) { w.Class = "security" },
	} {
		w := work("web-1")
		change(&w)
		expect(t, c.Conflicts(slot(t, "D-1", ten, eleven, w), nil, calendar.Rules{}), strings.TrimSpace(name))
	}
}

// A hard freeze holds whatever the environment's rules say; a soft one follows them.
func TestEnvironmentsRulesAndFreezes(t *testing.T) {
	t.Parallel()
	c := compile(t, freeze("hard", calendar.Hard, calendar.Reach{}, nightly("UTC", ""), "board"), freeze("soft", calendar.Soft, calendar.Reach{}, nightly("UTC", "")))
	for severity, want := range map[calendar.Severity]string{
		calendar.Off:         "freeze needs-waiver hard",
		calendar.Warn:        "freeze needs-waiver hard; freeze warn soft",
		calendar.Block:       "freeze needs-waiver hard; freeze block soft",
		calendar.NeedsWaiver: "freeze needs-waiver hard; freeze needs-waiver soft",
	} {
		expect(t, c.Conflicts(slot(t, "D-1", ten, eleven, work("web-1")), nil, with(map[calendar.Rule]calendar.Severity{calendar.InsideFreeze: severity})), want)
	}
}

func TestBookings(t *testing.T) {
	t.Parallel()
	c := compile(t, booking("tests", calendar.Regression, nightly("UTC", "")))
	s := slot(t, "D-1", ten, eleven, work("web-1"))
	expect(t, c.Conflicts(s, nil, calendar.Rules{}), "booking block tests")
	own := work("web-1")
	own.Groups = []string{"testers"}
	expect(t, c.Conflicts(slot(t, "D-1", ten, eleven, own), nil, calendar.Rules{}), "")
	s.Use = calendar.Regression
	expect(t, c.Conflicts(s, nil, calendar.Rules{}), "")
	for _, row := range []struct {
		own   calendar.BookingState
		use   calendar.Use
		other calendar.BookingState
		its   calendar.Use
		want  bool
	}{
		{calendar.Pending, calendar.ConfigChange, calendar.Pending, calendar.ConfigChange, true},
		{calendar.Pending, calendar.ConfigChange, calendar.Approved, calendar.ConfigChange, true},
		{calendar.Approved, calendar.ConfigChange, calendar.Pending, calendar.ConfigChange, false},
		{calendar.Approved, calendar.ConfigChange, calendar.Approved, calendar.Regression, false},
		{calendar.Pending, calendar.Regression, calendar.Pending, calendar.Regression, false},
		{calendar.Approved, calendar.CodeChange, calendar.Approved, calendar.Regression, true},
		{calendar.Approved, calendar.Regression, calendar.Approved, calendar.Exclusive, true},
		{calendar.Approved, calendar.CodeChange, calendar.Pending, calendar.Exclusive, false},
	} {
		if got := calendar.Clash(row.own, row.use, row.other, row.its); got != row.want {
			t.Errorf("%+v: %v", row, got)
		}
	}
}

// What cannot be evaluated holds, and says so: an unknown zone, a rule that cannot be read, an empty entry.
func TestWhatCannotBeEvaluatedHolds(t *testing.T) {
	t.Parallel()
	lost := func(string) (*time.Location, error) { return nil, errors.New("no such zone") }
	for want, e := range map[string]calendar.Entry{
		"freeze block f":         freeze("f", calendar.Hard, calendar.Reach{}, nightly("Mars/Olympus", "")),
		"outside-window block w": window("w", calendar.Reach{}, nightly("Mars/Olympus", "")),
		"booking block b":        booking("b", calendar.Exclusive, nightly("Mars/Olympus", "")),
		"freeze block empty":     {Kind: practice.KindFreeze, Name: "empty"},
		"freeze block unread":    {Kind: practice.KindFreeze, Name: "unread", Defect: "not JSON"},
	} {
		c, problems := calendar.Compile([]calendar.Entry{e}, lost)
		if len(problems) != 1 {
			t.Errorf("%s: problems %v", want, problems)
		}
		s := slot(t, "D-1", "2020-01-01T00:00:00Z", "2020-01-01T01:00:00Z", work("web-1"))
		verdict, conflicts := c.Judge(s, s.Start, nil, calendar.Rules{}, nil)
		expect(t, conflicts, want)
		if verdict.Open || !strings.Contains(verdict.Reasons[0].Message, "cannot be evaluated") {
			t.Errorf("%s: %+v", want, verdict)
		}
		if free := c.Free(calendar.Request{Slot: s, Earliest: s.Start}, nil, calendar.Rules{}); len(free) > 0 {
			t.Errorf("%s: free at %v", want, free)
		}
	}
	far := freeze("elsewhere", calendar.Hard, calendar.Reach{Environments: []string{"test"}}, nightly("Mars/Olympus", ""))
	c, _ := calendar.Compile([]calendar.Entry{far}, lost)
	expect(t, c.Conflicts(slot(t, "D-1", nine, ten, work("web-1")), nil, calendar.Rules{}), "")
}

// Rules for things that do not exist yet are refused when somebody switches them on.
func TestReadRules(t *testing.T) {
	t.Parallel()
	for _, r := range []string{"capacity", "supplier-maintenance", "site-access", "version-incompatibility", "sla-hours"} {
		if _, problems := calendar.ReadRules(map[string]string{r: "warn"}, "", 0, "", "spec.calendar"); len(problems) != 1 || !strings.Contains(problems[0].Message, "cannot be switched on") {
			t.Errorf("%s: %v", r, problems)
		}
		if _, problems := calendar.ReadRules(map[string]string{r: "off"}, "", 0, "", "spec.calendar"); problems != nil {
			t.Errorf("%s: %v", r, problems)
		}
	}
	rules, problems := calendar.ReadRules(map[string]string{"same-target": "warn"}, "forbidden", practice.Duration(time.Minute), "stop", "spec.calendar")
	if problems != nil || rules.Severity(calendar.SameTarget) != calendar.Warn || rules.Severity(calendar.SameTool) != calendar.Block || !rules.Apart || rules.Settle != time.Minute || rules.WhenWindowEnds != calendar.Stop {
		t.Errorf("%+v %v", rules, problems)
	}
}
