package deployment_test

import (
	"testing"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
)

// What a deployment did on a target follows from its entries, at any moment of it.
func TestDeedOf(t *testing.T) {
	t.Parallel()
	begun := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	type data = map[string]any
	report := func(order, phase, kind, state, message string) practice.Entry {
		return practice.Entry{Kind: deployment.EntryReported, Target: "web-1", Data: data{"order": order, "phase": phase, "report": kind, "state": state, "message": message}}
	}
	part := func(e practice.Entry, name string) practice.Entry { e.Data["part"] = name; return e }
	story := []practice.Entry{
		report("o-1", "verify", "begun", "running", ""),
		report("o-1", "verify", "ended", "done", ""),
		report("o-2", "execute", "begun", "running", ""),
		report("o-2", "execute", "step-end", "running", "the port is held"),
		report("o-2", "execute", "ended", "failed", ""),
		{Kind: deployment.EntrySilent, Target: "web-1", Why: "nothing was heard of it", Data: data{"order": "o-2"}},
		report("o-2", "execute", "ended", "failed", "the port is held"),
		{Kind: deployment.EntryGivenUp, Target: "web-1", Data: data{}},
		report("o-3", "remediate", "begun", "running", ""),
		report("o-3", "remediate", "ended", "done", ""),
	}
	for i, want := range []deployment.Deed{
		{Look: deployment.LookRunning, Phase: deployment.Verify, Attempts: 1},
		{Look: deployment.LookToDo, Phase: deployment.Verify, Attempts: 1},
		{Look: deployment.LookRunning, Phase: deployment.Execute, Attempts: 2, Touched: true},
		{Look: deployment.LookRunning, Phase: deployment.Execute, Attempts: 2, Touched: true},
		{Look: deployment.LookFailed, Phase: deployment.Execute, Attempts: 2, Touched: true, Message: "the port is held"},
		{Look: deployment.LookUnknown, Phase: deployment.Execute, Attempts: 2, Touched: true, Message: "nothing was heard of it"},
		{Look: deployment.LookFailed, Phase: deployment.Execute, Attempts: 2, Touched: true, Message: "the port is held"},
		{Look: deployment.LookSkipped, Phase: deployment.Execute, Attempts: 2, Touched: true, Message: "the port is held"},
		{Look: deployment.LookRunning, Phase: deployment.Remediate, Attempts: 3, Touched: true},
		{Look: deployment.LookDone, Phase: deployment.Remediate, Attempts: 3, Touched: true, BroughtBack: true},
	} {
		told := make([]practice.Entry, i+1)
		for j := range told {
			told[j] = story[j]
			told[j].When = begun.Add(time.Duration(j) * time.Minute)
		}
		want.First, want.Last, want.Rows = begun, told[i].When, []string{"web-1"}
		same(t, told, want)
	}

	refused := report("o-1", "execute", "refused", "failed", "it has expired")
	same(t, []practice.Entry{refused}, deployment.Deed{Look: deployment.LookFailed, Phase: deployment.Execute, Attempts: 1, Message: "it has expired", Rows: []string{"web-1"}})
	withheld := report("o-1", "execute", "begun", "stopped", "")
	same(t, []practice.Entry{withheld}, deployment.Deed{Look: deployment.LookHeld, Phase: deployment.Execute, Attempts: 1, Rows: []string{"web-1"}})
	one, other := part(report("o-1", "execute", "ended", "done", ""), "web-1/db"), part(report("o-2", "execute", "ended", "unknown", "it may run"), "web-1/api")
	same(t, []practice.Entry{one, other}, deployment.Deed{
		Look: deployment.LookUnknown, Phase: deployment.Execute, Attempts: 2, Touched: true, Message: "it may run", Rows: []string{"web-1/api", "web-1/db"},
	})
	same(t, nil, deployment.Deed{})
}

func same(t *testing.T, entries []practice.Entry, want deployment.Deed) {
	t.Helper()
	got, err := deployment.DeedOf(entries)
	if err != nil {
		t.Fatal(err)
	}
	got.Rows = append([]string(nil), got.Rows...)
	if len(entries) > 0 && entries[0].When.IsZero() {
		got.First, got.Last = want.First, want.Last
	}
	if got.Look != want.Look || got.Phase != want.Phase || got.Touched != want.Touched || got.BroughtBack != want.BroughtBack || got.Attempts != want.Attempts ||
		got.Message != want.Message || !got.First.Equal(want.First) || !got.Last.Equal(want.Last) || len(got.Rows) != len(want.Rows) {
		t.Errorf("after %d entries:\n got %+v\nwant %+v", len(entries), got, want)
	}
}
