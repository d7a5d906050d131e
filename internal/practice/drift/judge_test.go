package drift_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/internal/practice/environment"
)

var noon = time.Date(2026, 3, 29, 12, 0, 0, 0, time.UTC)

func recorded() environment.Presence {
	const version = "1"
	return environment.Presence{
		Target: "web-1", Environment: "live", Component: "shop", Version: version, Digest: practice.DigestOf([]byte(version)), Deployment: "D-1", Since: noon,
	}
}

func right(step string) drift.StepSeen {
	return drift.StepSeen{Step: step, Present: true, Matches: true, Version: "1"}
}

func wrong(what, found string) drift.StepSeen {
	return drift.StepSeen{Step: "put", Present: true, Version: "1", Differs: []drift.Difference{{What: what, Recorded: "a", Found: found}}}
}

// input is what is known of web-1 with one component, seen by steps.
func input(present environment.Presence, steps ...drift.StepSeen) drift.Input {
	in := drift.Input{Target: "web-1", Environment: "live", Sighting: drift.Sighting{Target: "web-1", At: noon, Complete: true, Parts: []drift.Seen{
		{Component: "shop", Mark: drift.MarkOf(present), Like: "D-1", Steps: steps},
	}}}
	if present.Component != "" {
		in.Present = []environment.Presence{present}
	}
	return in
}

// R92: what the steps of a component see together, against what is recorded.
func TestJudge(t *testing.T) {
	t.Parallel()
	gone := func(step string) drift.StepSeen { return drift.StepSeen{Step: step, Detail: "nothing is there"} }
	blind := drift.StepSeen{Step: "migrate", CannotSay: "the driver is not there"}
	untold := drift.StepSeen{Step: "drain", Untold: true}
	for _, c := range []struct {
		name    string
		present environment.Presence
		steps   []drift.StepSeen
		want    drift.State // "": nothing differs
		version string
		blind   bool
	}{
		{name: "all as recorded", present: recorded(), steps: []drift.StepSeen{right("put"), right("run")}},
		{name: "a file was changed", present: recorded(), steps: []drift.StepSeen{wrong("file a", "b"), right("run")}, want: drift.Drifted, version: "1"},
		{name: "the service stands still", present: recorded(), steps: []drift.StepSeen{right("put"), gone("run")}, want: drift.Drifted, version: "1"},
		{name: "nothing is there", present: recorded(), steps: []drift.StepSeen{gone("put"), gone("run")}, want: drift.Missing},
		{name: "another version is there", present: recorded(), steps: []drift.StepSeen{{Step: "put", Present: true, Version: "2"}}, want: drift.Unmanaged, version: "2"},
		{name: "another component is in its place", present: recorded(), steps: []drift.StepSeen{{Step: "put", Present: true, Version: "7", Of: "other"}}, want: drift.Missing},
		{name: "nobody can tell", present: recorded(), steps: []drift.StepSeen{blind}, blind: true},
		{name: "a step leaves nothing to look at, the others are right", present: recorded(), steps: []drift.StepSeen{untold, right("put")}},
		{name: "no step leaves anything to look at", present: recorded(), steps: []drift.StepSeen{untold}, blind: true},
		{name: "nothing recorded, and no step leaves anything to look at", steps: []drift.StepSeen{untold}},
		{name: "one step cannot tell, the others are right", present: recorded(), steps: []drift.StepSeen{right("put"), blind}, blind: true},
		{name: "one step cannot tell, another differs", present: recorded(), steps: []drift.StepSeen{wrong("file a", "b"), blind}, want: drift.Drifted, version: "1"},
		{name: "nothing recorded, nothing there", steps: []drift.StepSeen{gone("put"), gone("run")}},
		{name: "nothing recorded, a version is there", steps: []drift.StepSeen{{Step: "put", Present: true, Version: "2"}, gone("run")}, want: drift.Unmanaged, version: "2"},
		{name: "nothing recorded, a part of it happens to be there", steps: []drift.StepSeen{{Step: "user", Present: true, Matches: true}, gone("run")}},
		{name: "nothing recorded, all of it is there", steps: []drift.StepSeen{{Step: "user", Present: true, Matches: true}, {Step: "run", Present: true}}, want: drift.Unmanaged},
		{name: "nothing recorded, another's files are in the place", steps: []drift.StepSeen{{Step: "put", Present: true, Version: "7", Of: "other"}}},
	} {
		out, err := drift.Judge(input(c.present, c.steps...), noon)
		if err != nil {
			t.Fatal(err)
		}
		if out.Looked == nil || (len(out.Looked.Blind) > 0) != c.blind {
			t.Errorf("%s: looked %+v, want blind %v", c.name, out.Looked, c.blind)
		}
		if c.want == "" {
			if len(out.New) > 0 || len(out.Entries) > 0 {
				t.Errorf("%s: it is drift: %+v", c.name, out.New)
			}
			continue
		}
		if len(out.New) != 1 || len(out.Entries) != 1 || out.Entries[0].Kind != drift.EntryFound || out.New[0].State != c.want || out.New[0].Found.Version != c.version {
			t.Errorf("%s: %+v, want %s with version %q, found once", c.name, out.New, c.want, c.version)
		}
	}
}

// What says nothing about the record as it is now has no consequence at all.
func TestJudgeLeavesAloneWhatIsBeingChanged(t *testing.T) {
	t.Parallel()
	busy := input(recorded(), wrong("file a", "b"))
	busy.Busy = true
	stale := input(recorded(), wrong("file a", "b"))
	stale.Present[0].Deployment = "D-2"
	for name, in := range map[string]drift.Input{"an order is open": busy, "another deployment has landed": stale} {
		if out, err := drift.Judge(in, noon); err != nil || out.Looked != nil || len(out.New)+len(out.Entries) > 0 {
			t.Errorf("%s: %+v, %v; want nothing", name, out, err)
		}
	}
	doubt := input(recorded(), wrong("file a", "b"))
	doubt.Present[0].Uncertain = true
	if out, err := drift.Judge(doubt, noon); err != nil || len(out.New) > 0 || out.Looked == nil || len(out.Looked.Blind) != 1 {
		t.Errorf("after a change that ended in doubt: %+v, %v; want that it is not known", out, err)
	}
}

// Ends say what ended it.
func TestHowDriftEnds(t *testing.T) {
	t.Parallel()
	found, err := drift.Judge(input(recorded(), wrong("file a", "b")), noon)
	if err != nil {
		t.Fatal(err)
	}
	stands := found.New[0]
	stands.ID = "DR-1"
	repaired := stands
	repaired.Repair = "D-2"
	again := recorded()
	again.Deployment, again.Since = "D-2", noon.Add(time.Hour)
	for _, c := range []struct {
		name    string
		drift   drift.Drift
		present environment.Presence
		want    drift.End
	}{
		{"somebody has put it right by hand", stands, recorded(), drift.Righted},
		{"the repair has", repaired, again, drift.Repaired},
		{"another deployment has", stands, again, drift.Replaced},
	} {
		in := input(c.present, right("put"))
		in.Standing = []drift.Drift{c.drift}
		out, err := drift.Judge(in, noon.Add(2*time.Hour))
		if err != nil || len(out.Kept) != 1 || out.Kept[0].End != c.want || len(out.Entries) != 1 || out.Entries[0].Kind != drift.EntryEnded {
			t.Errorf("%s: %+v, %v; want it to end as %s", c.name, out.Kept, err, c.want)
		}
	}
	// A repair that did not help leaves the same drift standing.
	in := input(again, wrong("file a", "b"))
	in.Standing = []drift.Drift{repaired}
	if out, err := drift.Judge(in, noon); err != nil || len(out.Entries) > 0 || len(out.Kept) != 1 || !out.Kept[0].Stands() || out.Kept[0].Recorded.Deployment != "D-2" {
		t.Errorf("after a repair in vain: %+v, %v; want that it goes on standing", out, err)
	}
	// What was removed by a deployment is drift no more.
	in = input(environment.Presence{}, drift.StepSeen{Step: "put"})
	in.Standing = []drift.Drift{stands}
	if out, err := drift.Judge(in, noon); err != nil || len(out.Kept) != 1 || out.Kept[0].End != drift.Replaced {
		t.Errorf("after its removal: %+v, %v", out, err)
	}
}

// An acceptance is about exactly what was found, under that record.
func TestAcceptanceIsExact(t *testing.T) {
	t.Parallel()
	found, err := drift.Judge(input(recorded(), wrong("file a", "b")), noon)
	if err != nil {
		t.Fatal(err)
	}
	sum, err := found.New[0].Found.Sum()
	if err != nil {
		t.Fatal(err)
	}
	accepted := []drift.Acceptance{{Target: "web-1", Component: "shop", Mark: drift.MarkOf(recorded()), Sum: sum}}
	for found, want := range map[string]int{"b": 0, "c": 1} {
		in := input(recorded(), wrong("file a", found))
		in.Accepted = accepted
		if out, err := drift.Judge(in, noon); err != nil || len(out.New) != want {
			t.Errorf("found %q after b was accepted: %d drifts, %v; want %d", found, len(out.New), err, want)
		}
	}
	later := recorded()
	later.Since = noon.Add(time.Hour)
	in := input(later, wrong("file a", "b"))
	in.Accepted = accepted
	if out, err := drift.Judge(in, noon); err != nil || len(out.New) != 1 {
		t.Errorf("after a deployment the acceptance still holds: %+v, %v", out, err)
	}
}

// TestDriftProperty: whatever is seen in whatever order, a drift stands exactly
// while what was last seen differs; one entry begins it, one ends it, those
// between tell only of a change; and seeing the same again changes nothing.
func TestDriftProperty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var standing *drift.Drift
		begun, ended, changed := 0, 0, 0
		last, story := "", ""
		for i := range rapid.IntRange(1, 30).Draw(t, "looks") {
			see := rapid.SampledFrom([]string{"right", "a", "b", "gone", "other", "blind"}).Draw(t, fmt.Sprint("see ", i))
			in := input(recorded(), map[string]drift.StepSeen{
				"right": right("put"), "a": wrong("file a", "x"), "b": wrong("file b", "x"),
				"gone": {Step: "put"}, "other": {Step: "put", Present: true, Version: "2"}, "blind": {Step: "put", CannotSay: "no driver"},
			}[see])
			if standing != nil {
				in.Standing = []drift.Drift{*standing}
			}
			in.Busy = rapid.IntRange(0, 9).Draw(t, "busy") == 0
			out, err := drift.Judge(in, noon.Add(time.Duration(i)*time.Minute))
			if err != nil {
				t.Fatal(err)
			}
			if in.Busy || see == "blind" {
				if len(out.New)+len(out.Kept)+len(out.Entries) > 0 {
					t.Fatalf("%s, busy %v: something follows: %+v", see, in.Busy, out)
				}
				continue
			}
			for _, e := range out.Entries {
				switch e.Kind {
				case drift.EntryFound:
					begun++
				case drift.EntryEnded:
					ended++
				case drift.EntryChanged:
					changed++
				}
			}
			if see == last && len(out.Entries)+len(out.New)+len(out.Kept) > 0 {
				t.Fatalf("%s seen again: %+v", see, out)
			}
			if standing != nil && see != "right" && see != story && len(out.Entries) != 1 {
				t.Fatalf("from %s to %s: %d entries, want 1", story, see, len(out.Entries))
			}
			for _, d := range append(out.New, out.Kept...) {
				standing = &d
				if !d.Stands() {
					standing = nil
				}
			}
			last, story = see, see
			if (standing != nil) != (see != "right") {
				t.Fatalf("after %s a drift stands: %v", see, standing != nil)
			}
		}
		open := 0
		if standing != nil {
			open = 1
		}
		if begun-ended != open || begun == 0 && changed > 0 {
			t.Fatalf("%d began, %d ended, %d changed, %d stand", begun, ended, changed, open)
		}
	})
}

// A target that nobody has looked at lately is never fine.
func TestOverall(t *testing.T) {
	t.Parallel()
	stands := []drift.Drift{{State: drift.Drifted}, {State: drift.Missing}}
	for _, c := range []struct {
		name     string
		standing []drift.Drift
		looked   drift.Looked
		want     drift.State
	}{
		{"looked at, nothing stands", nil, drift.Looked{At: noon}, drift.AsRecorded},
		{"the worst counts", stands, drift.Looked{At: noon}, drift.Missing},
		{"never looked at", nil, drift.Looked{}, drift.Unknown},
		{"looked at long ago", stands, drift.Looked{At: noon.Add(-time.Hour)}, drift.Unknown},
		{"something could not be looked at", nil, drift.Looked{At: noon, Blind: []string{"x"}}, drift.Unknown},
		{"something could not, and another differs", stands[:1], drift.Looked{At: noon, Blind: []string{"x"}}, drift.Drifted},
	} {
		if got := drift.Overall(c.standing, c.looked, noon.Add(-time.Minute)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
