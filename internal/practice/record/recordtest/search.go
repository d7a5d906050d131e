package recordtest

import (
	"reflect"
	"strconv"
	"testing"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/record"
)

// told is what a small house recorded.
func told(at func(minute int) time.Time) []practice.Entry {
	anna, petra := practice.Actor{Kind: practice.Person, Name: "anna"}, practice.Actor{Kind: practice.Person, Name: "petra.novak"}
	machine := practice.Actor{Kind: practice.Machine, Name: "here"}
	return []practice.Entry{
		0: {Kind: record.Requested, Subject: "deployment/D-12", Who: anna, When: at(0), Why: "CHG-9999: new gates",
			Data: map[string]any{"environment": "terminals", "release": "gate-controller@4.8.0"}},
		1: {Kind: record.StateChanged, Subject: "deployment/D-12", Who: practice.Tranship, When: at(1), Data: map[string]any{"from": "planned", "to": "executing"}},
		2: {Kind: record.ReportReceived, Subject: "deployment/D-12", Target: "gate-hel-014", Who: machine, When: at(2), Data: map[string]any{"message": "port 7443 is held by pid 812", "step": "start the service"}},
		3: {Kind: "version.admitted", Subject: "version/booking-api@2.14.0", Who: petra, When: at(3), Data: map[string]any{"digest": "sha256:5c0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6e19d"}},
		4: {Kind: "document.applied", Subject: "document/Environment/live", Who: petra, When: at(4), Why: "Ä größer, “quoted” ✓"},
		5: {Kind: record.Requested, Subject: "deployment/D-13", Who: petra, When: at(-60), Data: map[string]any{"environment": "live", "release": "booking", "artifacts": []any{map[string]any{"name": "booking-api", "version": "2.14.0"}}}},
		6: {Kind: "pin.set", Subject: "pin/gate-controller/live/4.8.0", Who: anna, When: at(6), Why: "see D-12"},
		7: {Kind: record.Ended, Subject: "deployment/D-12", Who: practice.Tranship, When: at(7), Data: map[string]any{"result": "succeeded"}},
	}
}

// testSearch: entries are found by what they say, by what they are about and by
// when they were; the times do not rise from entry to entry.
func testSearch(t *testing.T, store record.Store) {
	at := func(minute int) time.Time { return time.Date(2025, 3, 1, 8, minute, 0, 0, time.UTC) }
	entries := told(at)
	for _, part := range [][]practice.Entry{entries[:1], entries[1:3], entries[3:]} {
		if _, err := record.Enter(store, practice.DefaultScope, part, Key()); err != nil {
			t.Fatal(err)
		}
	}
	expect := func(f record.Filter, want ...int64) {
		t.Helper()
		if got := list(t, store, f, practice.Page{}); !reflect.DeepEqual(got, append([]int64{}, want...)) {
			t.Errorf("rows of %+v: %v, want %v", f, got, want)
		}
	}
	for text, want := range map[string][]int64{
		"CHG-9999":             {0},
		"chg 9999":             {0},
		"d-12":                 {0, 1, 2, 6, 7},
		"deployment/D-12":      {0, 1, 2, 7},
		"gate-hel":             {2},
		"hel-014":              {2},
		"4.8":                  {0, 6},
		"2.14.0":               {3, 5},
		"petra":                {3, 4, 5},
		"petr":                 {3, 4, 5}, // nobody is called so: the beginning of words
		"petr live":            {4, 5},
		"anna gates":           {0},
		"held by pid":          {2},
		"5c0a1b":               {3},
		"GRÖẞER":               {4},
		"größer":               {4},
		"“quoted”":             {4},
		"state-changed":        {1},
		"deployment requested": {0, 5},
		"CHG-9998":             {},
		"' OR \"x":             {},
		"env=live":             {4, 5, 6}, // no way round: words of a text, "env" begins "environment"
	} {
		if text == "env=live" {
			want = list(t, store, record.Filter{Text: "env live"}, practice.Page{})
		}
		expect(record.Filter{Text: text}, want...)
	}
	expect(record.Filter{Environments: []string{"terminals"}}, 0, 1, 2, 7)
	expect(record.Filter{Environments: []string{"terminals"}, Newest: true}, 7, 2, 1, 0)
	expect(record.Filter{Environments: []string{"live"}}, 4, 5, 6)
	expect(record.Filter{Environments: []string{"live", "terminals"}, Who: []string{"anna"}}, 0, 6)
	expect(record.Filter{Components: []string{"gate-controller"}, Kinds: []string{"pin.set", record.Ended}}, 6, 7)
	expect(record.Filter{Components: []string{"booking-api"}}, 3, 5)
	expect(record.Filter{Who: []string{"petra"}})
	expect(record.Filter{Text: "pid", Subject: "deployment/D-12", Target: "gate-hel-014"}, 2)
	expect(record.Filter{Text: "pid", Subject: "deployment/D-13"})
	expect(record.Filter{Since: at(3)}, 3, 4, 6, 7)
	expect(record.Filter{Until: at(2)}, 0, 1, 5)
	expect(record.Filter{Since: at(-90), Until: at(-30)}, 5)
	expect(record.Filter{Since: at(2), Until: at(7), Text: "d-12"}, 2, 6)
	expect(record.Filter{Since: at(2), Until: at(7), Newest: true}, 6, 4, 3, 2)
	expect(record.Filter{Since: at(90)})
	expect(record.Filter{About: []string{"pin", "version"}}, 3, 6)
	expect(record.Filter{About: []string{"vers"}})
	expect(record.Filter{Aside: []string{"deployment"}}, 3, 4, 6)
	expect(record.Filter{Aside: []string{"deployment", "document"}, Newest: true}, 6, 3)
	expect(record.Filter{About: []string{"deployment", "pin"}, Aside: []string{"pin"}, Who: []string{"anna"}}, 0)
	if _, err := store.RecordRows(record.Filter{Text: "–"}, practice.Page{}); practice.CodeOf(err) != practice.Invalid {
		t.Errorf("a text without a letter: %v, want invalid", err)
	}
}

// testSearchPages: pages of what was found follow each other, whole, across the blocks of times.
func testSearchPages(t *testing.T, store record.Store) {
	for i := 0; i < 2100; i += 700 {
		enter(t, store, i, 700)
	}
	for _, f := range []record.Filter{{Text: "unpack"}, {Text: "unpa", Newest: true}, {Who: []string{"agent-3"}}, {Who: []string{"agent-3"}, Newest: true}} {
		f.Since = time.Date(2025, 3, 1, 8, 10, 0, 0, time.UTC)
		whole := list(t, store, f, practice.Page{Limit: practice.MaxLimit})
		var paged []int64
		for after := ""; ; after = strconv.FormatInt(paged[len(paged)-1], 10) {
			page := list(t, store, f, practice.Page{Limit: 97, After: after})
			if paged = append(paged, page...); len(page) < 97 || len(paged) >= len(whole) {
				break
			}
		}
		if len(whole) < 200 || !reflect.DeepEqual(paged[:len(whole)], whole) {
			t.Errorf("%+v: %d rows at once, by pages %d that differ", f, len(whole), len(paged))
		}
	}
}
