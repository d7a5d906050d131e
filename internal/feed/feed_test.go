package feed_test

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-ical"
	"github.com/teambition/rrule-go"

	"tranship.dev/tranship/internal/feed"
	"tranship.dev/tranship/internal/practice/calendar"
)

func moment(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// parse writes a feed and reads it with another library.
func parse(t *testing.T, f feed.Feed) (*ical.Calendar, string) {
	t.Helper()
	var b bytes.Buffer
	if err := f.Write(&b, time.LoadLocation); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\r\n"), "\r\n") {
		if len(line) > 75 || strings.ContainsAny(line, "\r\n") {
			t.Errorf("line of %d bytes: %q", len(line), line)
		}
	}
	cal, err := ical.NewDecoder(strings.NewReader(text)).Decode()
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return cal, text
}

func text(t *testing.T, c *ical.Component, name string) string {
	t.Helper()
	value, err := c.Props.Text(name)
	if err != nil {
		t.Errorf("%s: %v", name, err)
	}
	return value
}

// reader gives moments of a feed by nothing but what stands in it.
type reader struct {
	t     *testing.T
	zones map[string][]change
}

type change struct {
	wall          time.Time
	before, after time.Duration
}

func read(t *testing.T, cal *ical.Calendar) reader {
	r := reader{t, map[string][]change{}}
	offset := func(p *ical.Prop) time.Duration {
		var sign rune
		var h, m, s int
		_, _ = fmt.Sscanf(p.Value, "%c%2d%2d%2d", &sign, &h, &m, &s)
		d := time.Duration(h*3600+m*60+s) * time.Second
		if sign == '-' {
			return -d
		}
		return d
	}
	for _, c := range cal.Children {
		if c.Name != ical.CompTimezone {
			continue
		}
		var list []change
		for _, o := range c.Children {
			wall, err := o.Props.DateTime(ical.PropDateTimeStart, time.UTC)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, change{wall, offset(o.Props.Get(ical.PropTimezoneOffsetFrom)), offset(o.Props.Get(ical.PropTimezoneOffsetTo))})
		}
		slices.SortFunc(list, func(a, b change) int { return a.wall.Add(-a.before).Compare(b.wall.Add(-b.before)) })
		r.zones[text(t, c, ical.PropTimezoneID)] = list
	}
	return r
}

// at gives the moment of a wall time: the first that it may mean, and where it is skipped, by the offset before.
func (r reader) at(wall time.Time, zone string) time.Time {
	list := r.zones[zone]
	if len(list) == 0 {
		r.t.Fatalf("no VTIMEZONE %q", zone)
	}
	offset := list[0].after
	for _, c := range list[1:] {
		onset := c.wall.Add(-c.before)
		if wall.Add(-offset).Before(onset) || wall.Before(c.wall.Add(c.after-c.before)) {
			break
		}
		offset = c.after
	}
	return wall.Add(-offset)
}

// moments reads a date-time property, in UTC or by its zone.
func (r reader) moment(p ical.Prop) (at, wall time.Time, zone string) {
	if strings.HasSuffix(p.Value, "Z") {
		at, err := time.Parse("20060102T150405Z", p.Value)
		if err != nil {
			r.t.Fatal(err)
		}
		return at, at, "UTC"
	}
	zone = p.Params.Get(ical.PropTimezoneID)
	wall, err := time.Parse("20060102T150405", p.Value)
	if err != nil {
		r.t.Fatal(err)
	}
	return r.at(wall, zone), wall, zone
}

// expand gives the spans of an event and its overrides that share a moment with a span.
func (r reader) expand(events []ical.Event, asked calendar.Span) []string {
	spans := map[time.Time]calendar.Span{} // by the wall
	var main ical.Event
	for _, e := range events {
		if e.Props.Get(ical.PropRecurrenceID) == nil {
			main = e
		}
	}
	start, first, zone := r.moment(*main.Props.Get(ical.PropDateTimeStart))
	length := time.Duration(0)
	if p := main.Props.Get(ical.PropDuration); p != nil {
		d, err := p.Duration()
		if err != nil {
			r.t.Fatal(err)
		}
		length = d
	} else {
		end, _, _ := r.moment(*main.Props.Get(ical.PropDateTimeEnd))
		length = end.Sub(start)
	}
	add := func(wall time.Time) {
		at := r.at(wall, zone)
		spans[wall] = calendar.Span{Start: at, End: at.Add(length)}
	}
	if zone == "UTC" {
		spans[first] = calendar.Span{Start: start, End: start.Add(length)}
	} else {
		add(first)
	}
	if option, err := main.Props.RecurrenceRule(); err != nil {
		r.t.Fatal(err)
	} else if option != nil {
		until := option.Until
		option.Until = time.Time{}
		option.Dtstart = first
		rule, err := rrule.NewRRule(*option)
		if err != nil {
			r.t.Fatal(err)
		}
		for next := rule.Iterator(); ; {
			wall, more := next()
			if !more || wall.After(asked.End.AddDate(0, 0, 2)) || !until.IsZero() && r.at(wall, zone).After(until) {
				break
			}
			add(wall)
		}
	}
	for _, p := range main.Props["RDATE"] {
		_, wall, _ := r.moment(p)
		add(wall)
	}
	for _, p := range main.Props["EXDATE"] {
		_, wall, _ := r.moment(p)
		if _, there := spans[wall]; !there {
			r.t.Errorf("EXDATE %s leaves nothing out", p.Value)
		}
		delete(spans, wall)
	}
	for _, e := range events {
		if p := e.Props.Get(ical.PropRecurrenceID); p != nil {
			_, wall, _ := r.moment(*p)
			if _, there := spans[wall]; !there {
				r.t.Errorf("RECURRENCE-ID %s means nothing", p.Value)
			}
			begin, _, _ := r.moment(*e.Props.Get(ical.PropDateTimeStart))
			end, _, _ := r.moment(*e.Props.Get(ical.PropDateTimeEnd))
			spans[wall] = calendar.Span{Start: begin, End: end}
		}
	}
	var list []string
	for _, s := range spans {
		if s.Overlaps(asked) {
			list = append(list, s.Start.UTC().Format(time.RFC3339)+" "+s.End.UTC().Format(time.RFC3339))
		}
	}
	slices.Sort(list)
	return list
}

// cases reads the calendar's own table of occurrences.
func cases(t *testing.T) (titles []string, times []calendar.Times, asked []calendar.Span, want [][]string) {
	t.Helper()
	raw, err := os.ReadFile("../practice/calendar/testdata/occurrence.txt")
	if err != nil {
		t.Fatal(err)
	}
	for block := range strings.SplitSeq(string(raw), "\n\n") {
		var when calendar.Times
		var span calendar.Span
		var list []string
		title := ""
		for line := range strings.Lines(block) {
			word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
			cells := strings.Fields(rest)
			switch word {
			case "#", "":
			case "when":
				when.Zone, when.Start, when.End = cells[0], cells[1], cells[2]
			case "repeat":
				when.Repeat = rest
			case "except":
				when.Except = strings.Split(rest, ",")
			case "also":
				when.Also = strings.Split(rest, ",")
			case "asked":
				span = calendar.Span{Start: moment(t, cells[0]), End: moment(t, cells[1])}
			case "=":
				list = append(list, rest)
			default:
				title = strings.TrimSpace(line)
			}
		}
		if title != "" {
			slices.Sort(list)
			titles, times, asked, want = append(titles, title), append(times, when), append(asked, span), append(want, list)
		}
	}
	return titles, times, asked, want
}

// Another library reads every feed, and what stands in it gives the same
// moments as the calendar: over changed clocks, leap days, exceptions, ends.
func TestTheFeedGivesTheSameMoments(t *testing.T) {
	t.Parallel()
	titles, times, asked, want := cases(t)
	if len(titles) < 20 {
		t.Fatalf("only %d cases", len(titles))
	}
	for i, title := range titles {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			cal, written := parse(t, feed.Feed{Name: "all", Span: asked[i], Events: []feed.Event{{UID: "e", Times: times[i], Summary: title, Modified: moment(t, "2026-01-01T00:00:00Z")}}})
			got := read(t, cal).expand(cal.Events(), asked[i])
			if !slices.Equal(got, want[i]) {
				t.Errorf("got\n%s\nwant\n%s\nin\n%s", strings.Join(got, "\n"), strings.Join(want[i], "\n"), written)
			}
		})
	}
}

func TestWhatAFeedSays(t *testing.T) {
	t.Parallel()
	hostile := "Größe; a,b\\c \"q\"\r\nBEGIN:VEVENT\nsecond line \x00\x07" + strings.Repeat(" läuft weiter", 20)
	span := calendar.Span{Start: moment(t, "2026-01-01T00:00:00Z"), End: moment(t, "2027-01-01T00:00:00Z")}
	cal, written := parse(t, feed.Feed{
		Name: "Live, and more", Description: "All of live", Color: "darkorange", Refresh: 30 * time.Minute, Span: span, URL: "https://t.example.com/feed",
		Events: []feed.Event{
			{UID: "D-12@t.example.com", Span: calendar.Span{Start: moment(t, "2026-11-24T21:00:00Z"), End: moment(t, "2026-11-24T23:30:00Z")}, Summary: hostile, Description: hostile,
				Status: feed.Tentative, Sequence: 3, Categories: []string{"deployment", "a,b"}, URL: "https://t.example.com/d/D-12\r\nX-EVIL:1",
				Created: moment(t, "2026-10-01T08:00:00Z"), Modified: moment(t, "2026-11-01T08:00:00Z")},
			{UID: "gone", Span: calendar.Span{Start: moment(t, "2026-11-24T21:00:00Z"), End: moment(t, "2026-11-24T23:30:00Z")}, Status: feed.Cancelled, Free: true},
		},
	})
	for name, want := range map[string]string{"VERSION": "2.0", "METHOD": "PUBLISH", "NAME": "Live, and more", "X-WR-CALNAME": "Live, and more", "COLOR": "darkorange", "DESCRIPTION": "All of live",
		"REFRESH-INTERVAL": "PT30M", "URL": "https://t.example.com/feed", "CALSCALE": "GREGORIAN"} {
		if p := cal.Props.Get(name); p == nil {
			t.Errorf("no %s in\n%s", name, written)
		} else if value, err := p.Text(); err == nil && value != want || err != nil && p.Value != want {
			t.Errorf("%s is %q", name, p.Value)
		}
	}
	if values := cal.Props.Get("REFRESH-INTERVAL").Params.Values("VALUE"); !slices.Equal(values, []string{"DURATION"}) {
		t.Errorf("REFRESH-INTERVAL has the values %q, want DURATION once", values)
	}
	events := cal.Events()
	if len(events) != 2 {
		t.Fatalf("%d events in\n%s", len(events), written)
	}
	e := events[0].Component
	clean := "Größe; a,b\\c \"q\"\nBEGIN:VEVENT\nsecond line " + strings.Repeat(" läuft weiter", 20)
	for name, want := range map[string]string{"UID": "D-12@t.example.com", "SUMMARY": clean, "DESCRIPTION": clean, "STATUS": "TENTATIVE", "SEQUENCE": "3", "URL": "https://t.example.com/d/D-12X-EVIL:1",
		"DTSTAMP": "20261101T080000Z", "LAST-MODIFIED": "20261101T080000Z", "CREATED": "20261001T080000Z", "DTSTART": "20261124T210000Z", "DTEND": "20261124T233000Z"} {
		p := e.Props.Get(name)
		if p == nil {
			t.Errorf("no %s", name)
			continue
		}
		if value, err := p.Text(); err == nil && value != want || err != nil && p.Value != want {
			t.Errorf("%s is %q, want %q", name, value, want)
		}
	}
	var categories []string
	for _, p := range e.Props["CATEGORIES"] {
		list, err := p.TextList()
		if err != nil {
			t.Error(err)
		}
		categories = append(categories, list...)
	}
	if !slices.Equal(categories, []string{"deployment", "a,b"}) {
		t.Errorf("categories %q", categories)
	}
	if text(t, events[1].Component, "STATUS") != "CANCELLED" || text(t, events[1].Component, "TRANSP") != "TRANSPARENT" {
		t.Errorf("second event %v", events[1].Props)
	}
}

// What repeats without end is written by its rule; only nights with changed clocks are written out.
func TestOnlyChangedNightsAreWrittenOut(t *testing.T) {
	t.Parallel()
	span := calendar.Span{Start: moment(t, "2026-01-01T00:00:00Z"), End: moment(t, "2028-01-01T00:00:00Z")}
	cal, written := parse(t, feed.Feed{Name: "w", Span: span, Events: []feed.Event{{UID: "w", Times: calendar.Times{Start: "2020-01-01T22:00", End: "2020-01-02T06:00", Zone: "Europe/Berlin", Repeat: "FREQ=DAILY"}}}})
	var ids []string
	for _, e := range cal.Events() {
		if p := e.Props.Get(ical.PropRecurrenceID); p != nil {
			ids = append(ids, p.Value)
		}
	}
	if want := []string{"20260328T220000", "20261024T220000", "20270327T220000", "20271030T220000"}; !slices.Equal(ids, want) {
		t.Errorf("got %q, want %q", ids, want)
	}
	if !strings.Contains(written, "RRULE:FREQ=DAILY\r\n") || !strings.Contains(written, "DTSTART;TZID=Europe/Berlin:20200101T220000\r\n") {
		t.Error(written)
	}
}

func TestWhatCannotBeWrittenIsNamed(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	err := feed.Feed{Name: "live", Events: []feed.Event{{UID: "w-1", Times: calendar.Times{Start: "2020-01-01T22:00", End: "2020-01-02T06:00", Zone: "Mars/Olympus"}}}}.Write(&b, time.LoadLocation)
	if err == nil || !strings.Contains(err.Error(), "feed live: event w-1: when.zone") || b.Len() > 0 {
		t.Errorf("%v, %d bytes written", err, b.Len())
	}
}
