package journey_test

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-ical"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/test/house"
)

// fetch gets an address as a calendar program does.
func fetch(t *testing.T, url string, tag string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if tag != "" {
		r.Header.Set("If-None-Match", tag)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(body)
}

// events reads a feed with a library that Tranship does not write it with.
func events(t *testing.T, body string) map[string]ical.Event {
	t.Helper()
	cal, err := ical.NewDecoder(strings.NewReader(body)).Decode()
	if err != nil {
		t.Fatalf("%v in\n%s", err, body)
	}
	found := map[string]ical.Event{}
	for _, e := range cal.Events() {
		id, _, _ := strings.Cut(e.Props.Get(ical.PropUID).Value, "@")
		found[id] = e
	}
	return found
}

func text(e ical.Event, name string) string {
	if p := e.Props.Get(name); p != nil {
		return p.Value
	}
	return ""
}

func sequence(t *testing.T, e ical.Event) int {
	t.Helper()
	n, err := strconv.Atoi(text(e, ical.PropSequence))
	if err != nil {
		t.Error(err)
	}
	return n
}

// TestFeedFollowsTheCalendar: a feed holds windows, freezes and deployments
// with their status, a higher sequence after each change, and is gone at once
// when it is revoked or its person has left.
func TestFeedFollowsTheCalendar(t *testing.T) {
	t.Parallel()
	h, root := shop(t, 1, "")
	release(t, root)
	h.Apply(crew("admin", "admin", "anna"))
	h.Apply(freeze("year-end", time.Now().Add(time.Hour), time.Now().Add(2*time.Hour), ""))
	feed := func(kind control.FeedKind, of string) (string, control.Feed) {
		token, f, err := h.Control.CreateFeed(t.Context(), practice.DefaultScope, house.Admin, kind, of)
		if err != nil {
			t.Fatal(err)
		}
		return h.URL + "/feeds/" + token + ".ics", f
	}
	live, f := feed(control.FeedOfEnvironment, "live")
	d := ask(t, h, 0, func(r *control.DeploymentRequest) { r.StartAfter = time.Now().Add(ahead) })
	until(t, h, d.ID, "scheduled", waitsFor("schedule"))

	answer, body := fetch(t, live, "")
	if answer.StatusCode != http.StatusOK || !strings.HasPrefix(answer.Header.Get("Content-Type"), "text/calendar") || answer.Header.Get("Last-Modified") == "" {
		t.Fatalf("%d %v\n%s", answer.StatusCode, answer.Header, body)
	}
	before := events(t, body)
	if e, found := before["freeze-year-end"]; !found || text(e, ical.PropStatus) != "CONFIRMED" {
		t.Errorf("the freeze is %v", e)
	}
	planned := before[d.ID]
	if start, err := planned.DateTimeStart(time.UTC); err != nil || !start.Equal(d.StartAfter.Truncate(time.Second)) || text(planned, ical.PropStatus) != "CONFIRMED" {
		t.Errorf("the deployment begins %s, %v, want %s: %v", start, err, d.StartAfter, planned)
	}
	if again, _ := fetch(t, live, answer.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
		t.Errorf("the same again: %d", again.StatusCode)
	}
	h.Ahead(ahead)
	expect(t, h, d.ID, deployment.Succeeded)
	_, body = fetch(t, live, answer.Header.Get("ETag"))
	if after := events(t, body)[d.ID]; sequence(t, after) <= sequence(t, planned) || !strings.Contains(text(after, ical.PropDescription), "succeeded") {
		t.Errorf("after the end: %v", after)
	}

	if err := h.Control.RevokeFeed(t.Context(), practice.DefaultScope, house.Admin, f.ID); err != nil {
		t.Fatal(err)
	}
	annas, _ := feed(control.FeedOfPerson, "anna")
	if answer, _ := fetch(t, annas, ""); answer.StatusCode != http.StatusOK {
		t.Errorf("anna's feed: %d", answer.StatusCode)
	}
	h.Apply("apiVersion: tranship.dev/v1\nkind: Person\nmetadata: {name: anna}\nspec: {left: true}\n")
	other := strings.Replace(annas, ".ics", "0.ics", 1)
	for what, url := range map[string]string{"revoked": live, "of one who left": annas, "unknown": other, "no token": h.URL + "/feeds/x.ics", "no ics": strings.TrimSuffix(live, ".ics")} {
		if answer, body := fetch(t, url, ""); answer.StatusCode != http.StatusNotFound || body != "there is no such feed\n" {
			t.Errorf("%s: %d %s", what, answer.StatusCode, body)
		}
	}
	recordHolds(t, h)
}

// TestC2WallClock: a window at 22:00 in Berlin is at 21:00 UTC in winter and at
// 20:00 UTC in summer, and is judged so.
func TestC2WallClock(t *testing.T) {
	t.Parallel()
	h, _ := shop(t, 1, "")
	h.Apply(`
apiVersion: tranship.dev/v1
kind: Window
metadata: {name: night}
spec:
  appliesTo: {environments: [live]}
  when: {start: "2026-01-01T22:00", end: "2026-01-01T23:00", zone: Europe/Berlin, repeat: FREQ=DAILY}
`)
	planned, err := h.Control.Plan(t.Context(), practice.DefaultScope, house.Admin, control.PlanRequest{Release: "part-0@1.0.0", Environment: "live"})
	if err != nil {
		t.Fatal(err)
	}
	for at, open := range map[string]bool{
		"2027-01-15T21:30:00Z": true, "2027-01-15T20:30:00Z": false,
		"2027-07-15T20:30:00Z": true, "2027-07-15T21:30:00Z": false,
		"2027-03-27T21:30:00Z": true, "2027-03-28T21:30:00Z": false, "2027-03-28T20:30:00Z": true,
	} {
		moment, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		o, err := h.Control.Outlook(t.Context(), practice.DefaultScope, planned.ID, moment)
		if err != nil || o.Open != open {
			t.Errorf("at %s: open %t, %v; want %t: %+v", at, o.Open, err, open, o.Conflicts)
		}
	}
}
