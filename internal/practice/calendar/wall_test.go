package calendar_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/practice/calendar"
)

// lines gives the lines of a table, comments apart.
func lines(t *testing.T, file string) []string {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for line := range strings.Lines(string(raw)) {
		if line = strings.TrimRight(line, "\n"); !strings.HasPrefix(line, "#") {
			list = append(list, line)
		}
	}
	return list
}

func TestWallClockTruth(t *testing.T) {
	t.Parallel()
	seen := 0
	for _, line := range lines(t, "testdata/wall.txt") {
		cells := strings.Fields(line)
		zone, err := time.LoadLocation(cells[0])
		if err != nil {
			t.Fatal(err)
		}
		wall, err := calendar.ParseWall(cells[1])
		if err != nil {
			t.Fatal(err)
		}
		if got := calendar.Instant(wall, zone); !got.Equal(moment(t, cells[2])) {
			t.Errorf("%s: got %s", line, got.Format(time.RFC3339))
		}
		seen++
	}
	if seen < 50 {
		t.Errorf("only %d lines", seen)
	}
}

// The examples of RFC 5545 as it lists them, asked for from the begin and, to
// try that a rule can be entered anywhere, from each of its later days.
func TestRecurrenceExamplesOfRFC5545(t *testing.T) {
	t.Parallel()
	var start, rule string
	var days []string
	check := func() {
		if rule == "" {
			return
		}
		t.Run(start+" "+rule, func(t *testing.T) { checkExample(t, start, rule, days) })
		start, rule, days = "", "", nil
	}
	for _, line := range lines(t, "testdata/rfc5545.txt") {
		cells := strings.Fields(line)
		switch {
		case len(cells) == 0:
			check()
		case strings.HasPrefix(cells[1], "FREQ="):
			start, rule = cells[0], cells[1]
		default:
			for _, day := range cells[1:] {
				if n, err := strconv.Atoi(day); err == nil {
					day = fmt.Sprintf("%s-%02dT09:00", cells[0], n)
				}
				days = append(days, day)
			}
		}
	}
	check()
}

func checkExample(t *testing.T, start, rule string, days []string) {
	s, problems := calendar.NewSchedule(calendar.Times{Start: start, End: strings.Replace(start, "T09:00", "T10:00", 1), Zone: "America/New_York", Repeat: rule}, time.LoadLocation, "when")
	if problems != nil {
		t.Fatal(problems)
	}
	goesOn := days[len(days)-1] == "..."
	if goesOn {
		days = days[:len(days)-1]
	}
	for skip := range days {
		from, err := calendar.ParseWall(days[skip])
		if err != nil {
			t.Fatal(err)
		}
		limit := len(days) - skip
		if !goesOn {
			limit++ // none may follow
		}
		var got []string
		for _, o := range s.Between(calendar.Instant(from, s.Zone), moment(t, "2030-01-01T00:00:00Z"), limit) {
			got = append(got, o.Start.In(s.Zone).Format("2006-01-02T15:04"))
		}
		if strings.Join(got, " ") != strings.Join(days[skip:], " ") {
			t.Fatalf("from %s\ngot  %s\nwant %s", days[skip], got, days[skip:])
		}
	}
}

func TestOccurrencesInMoments(t *testing.T) {
	t.Parallel()
	var title string
	var when calendar.Times
	var from, to time.Time
	var want []string
	check := func() {
		if title == "" {
			return
		}
		s, problems := calendar.NewSchedule(when, time.LoadLocation, "when")
		if problems != nil {
			t.Fatalf("%s: %v", title, problems)
		}
		var got []string
		for _, o := range s.Between(from, to, 0) {
			got = append(got, o.Start.Format(time.RFC3339)+" "+o.End.Format(time.RFC3339))
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%s\ngot\n%s\nwant\n%s", title, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		title, when, want = "", calendar.Times{}, nil
	}
	for _, line := range lines(t, "testdata/occurrence.txt") {
		word, rest, _ := strings.Cut(line, " ")
		cells := strings.Fields(rest)
		switch word {
		case "when":
			when.Zone, when.Start, when.End = cells[0], cells[1], cells[2]
		case "repeat":
			when.Repeat = rest
		case "except":
			when.Except = strings.Split(rest, ",")
		case "also":
			when.Also = strings.Split(rest, ",")
		case "asked":
			from, to = moment(t, cells[0]), moment(t, cells[1])
		case "=":
			want = append(want, rest)
		case "":
			check()
		default:
			title = line
		}
	}
	check()
}

// zoneOf makes a zone of a POSIX rule, as a release of the zone database would bring it.
func zoneOf(t *testing.T, rule string) *time.Location {
	t.Helper()
	var b bytes.Buffer
	for range 2 { // the block of version 1, then that of version 2
		b.WriteString("TZif2" + strings.Repeat("\x00", 15))
		for _, n := range []uint32{0, 0, 0, 0, 1, 4} { // one type of time, four letters of names
			_ = binary.Write(&b, binary.BigEndian, n)
		}
		b.Write([]byte{0, 0, 0x1c, 0x20, 0, 0}) // UTC+2
		b.WriteString("EET\x00")
	}
	b.WriteString("\n" + rule + "\n")
	zone, err := time.LoadLocationFromTZData("Test/Moving", b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// A country gives up daylight saving: the documents stay as they are, the wall
// shows the same times, the moments move.
func TestAZoneRuleThatChangesMovesTheMomentNotTheWall(t *testing.T) {
	t.Parallel()
	when := calendar.Times{Start: "2026-07-01T22:00", End: "2026-07-02T02:00", Zone: "Test/Moving", Repeat: "FREQ=DAILY;COUNT=200"}
	var before, after []calendar.Occurrence
	for rule, list := range map[string]*[]calendar.Occurrence{"EET-2EEST,M3.5.0/3,M10.5.0/4": &before, "EET-2": &after} {
		zone := zoneOf(t, rule)
		s, problems := calendar.NewSchedule(when, func(string) (*time.Location, error) { return zone, nil }, "when")
		if problems != nil {
			t.Fatal(problems)
		}
		*list = s.Between(moment(t, "2026-01-01T00:00:00Z"), moment(t, "2028-01-01T00:00:00Z"), 0)
		for _, o := range *list {
			if o.Start.In(zone).Hour() != 22 || o.End.In(zone).Hour() != 2 {
				t.Fatalf("%s: from %s to %s", rule, o.Start.In(zone), o.End.In(zone))
			}
		}
	}
	if len(before) != 200 || len(after) != 200 {
		t.Fatalf("%d and %d", len(before), len(after))
	}
	moved := 0
	for i := range before {
		if !before[i].Wall.Equal(after[i].Wall) {
			t.Fatalf("the wall moved from %s to %s", before[i].Wall, after[i].Wall)
		}
		if after[i].Start.Sub(before[i].Start) == time.Hour {
			moved++
		}
	}
	if moved != 116 { // 1 July to 24 October
		t.Errorf("%d moved by an hour", moved)
	}
}

func TestWhatARuleMayNotSay(t *testing.T) {
	t.Parallel()
	for rule, want := range map[string]string{
		"FREQ=HOURLY":                         "FREQ=HOURLY is not kept",
		"BYDAY=MO":                            "FREQ= is not kept",
		"FREQ=DAILY;FREQ=DAILY":               "FREQ stands twice",
		"FREQ=DAILY;BYEASTER=1":               "BYEASTER is not a part that is kept",
		"FREQ=DAILY;BYSECOND=1":               "BYSECOND is not a part that is kept",
		"FREQ=DAILY;":                         `"" in "FREQ=DAILY;" is not like NAME=VALUE`,
		"FREQ=DAILY;COUNT=0":                  "COUNT=0 is not from 1 to 10000",
		"FREQ=DAILY;COUNT=10001":              "COUNT=10001 is not from 1 to 10000",
		"FREQ=DAILY;COUNT=2;UNTIL=20270101":   "exclude each other",
		"FREQ=DAILY;UNTIL=tomorrow":           "UNTIL=TOMORROW is not like",
		"FREQ=DAILY;UNTIL=20260101":           "never comes",
		"FREQ=DAILY;INTERVAL=0":               "INTERVAL=0 is not from 1 to 1000",
		"FREQ=WEEKLY;BYDAY=1MO":               "a number before the day needs FREQ=MONTHLY or YEARLY",
		"FREQ=MONTHLY;BYDAY=-53MO":            "a month has no more than five",
		"FREQ=YEARLY;BYMONTH=12;BYDAY=53MO":   "a month has no more than five",
		"FREQ=YEARLY;BYWEEKNO=20;BYDAY=1MO":   "does not go with BYWEEKNO",
		"FREQ=YEARLY;BYWEEKNO=20":             "BYWEEKNO needs BYDAY",
		"FREQ=MONTHLY;BYWEEKNO=20;BYDAY=MO":   "BYWEEKNO needs FREQ=YEARLY",
		"FREQ=MONTHLY;BYYEARDAY=20":           "BYYEARDAY needs FREQ=YEARLY",
		"FREQ=WEEKLY;BYMONTHDAY=2":            "BYMONTHDAY does not go with FREQ=WEEKLY",
		"FREQ=MONTHLY;BYSETPOS=1":             "BYSETPOS chooses",
		"FREQ=MONTHLY;BYMONTHDAY=0":           "0 is no day",
		"FREQ=MONTHLY;BYMONTHDAY=32":          "bymonthday must be between",
		"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30": "never comes",
		"FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30":  "never comes",
		"FREQ=WEEKLY;BYDAY=TU":                "does not come at start; it comes first at 2026-11-03T22:00",
		"FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11;BYMINUTE=0,1,2,3,4,5,6,7,8,9,10,11,12": "it comes 156 times a day",
	} {
		_, problems := calendar.NewSchedule(calendar.Times{Start: "2026-11-02T22:00", End: "2026-11-02T23:00", Zone: "UTC", Repeat: rule}, time.LoadLocation, "when")
		switch {
		case want == "" && problems == nil:
		case len(problems) == 1 && want != "" && problems[0].Path == "when.repeat" && strings.Contains(problems[0].Message, want):
		default:
			t.Errorf("%s: got %v, want %q", rule, problems, want)
		}
	}
}
