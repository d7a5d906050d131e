package deployment

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// Fifteen targets that failed for one reason are one matter, whatever names, times
// and sizes stand in their messages; another step, or another state, is another.
func TestFailuresAreGroupedByCause(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	row := func(name string, state TargetState, step, message string, after time.Duration) Target {
		return Target{Name: name, Agent: "agent-of-" + name, State: state, StepName: step, Message: message, EndedAt: at.Add(after)}
	}
	given := row("web-9", TargetFailed, "start", "web-9: port 7443 is held by pid 9", 0)
	given.GivenUp = true
	found := Alike([]Target{
		row("web-2", TargetFailed, "start", "web-2: port 7443 is held by pid 812 after 1m30s", 2*time.Second),
		row("web-1", TargetFailed, "start", "web-1: port 7443 is held by pid 9 after 812ms", time.Second),
		row("web-3", TargetFailed, "place", "no space left on /var: 1.2 GB free at 12:04", 0),
		row("web-4", TargetFailed, "place", "no space left on /var: 900 MB free at 12:07", 0),
		row("web-5", TargetUnknown, "place", "no space left on /var: 900 MB free at 12:07", 0),
		row("web-6", TargetFailed, "start", "web-6: port 8443 is held by pid 1 after 2s", 0),
		row("web-7", TargetDone, "start", "", 0), given,
	}, 1000)
	var told []string
	for _, f := range found {
		told = append(told, string(f.Look)+" "+f.Step+" "+strings.Join(f.Targets, ","))
	}
	slices.Sort(told)
	want := []string{"failed place web-3,web-4", "failed start web-2,web-1", "failed start web-6", "unknown place web-5"}
	if !slices.Equal(told, want) {
		t.Errorf("groups %q; want %q", told, want)
	}
	if len(found) > 0 && found[0].Count != 2 {
		t.Errorf("the first group has %d targets; want those that befell most first", found[0].Count)
	}
	for _, f := range found {
		if f.Targets[0] == "web-2" && !f.Since.Equal(at.Add(time.Second)) {
			t.Errorf("since %s; want when the first of them ended so", f.Since)
		}
	}
	if few := Alike([]Target{row("a", TargetFailed, "", "x", 0), row("b", TargetFailed, "", "x", 0)}, 1); few[0].Count != 2 || len(few[0].Targets) != 1 {
		t.Errorf("%+v; want a count of all and one name", few[0])
	}
}

// What a command printed last tells why it failed; numbers, ports and addresses in
// it differ from host to host, and another exit code is another cause.
func TestWhatACommandPrintedLastIsOneCauseInSpiteOfNumbers(t *testing.T) {
	t.Parallel()
	said := func(host, message string) string { return Likeness("step migrate: sh ended with "+message, host) }
	one := said("db-1", "exit code 3: psql: could not connect to db-1 (10.0.3.17:5432), try 4 of 5")
	if two := said("db-22", "exit code 3: psql: could not connect to db-22 (10.0.3.9:5433), try 5 of 5"); one != two {
		t.Errorf("%q and %q are two causes", one, two)
	}
	for _, other := range []string{"exit code 4: psql: could not connect to db-1 (10.0.3.17:5432), try 4 of 5", "exit code 3: psql: role shop does not exist"} {
		if found := said("db-1", other); found == one {
			t.Errorf("%q counts as the cause %q", other, one)
		}
	}
}

// What a target looks like follows from its row as a whole, not from its state alone.
func TestLooks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		state                       TargetState
		executed, remediated, given bool
		want                        Look
	}{
		{TargetDone, false, false, false, LookToDo}, // only verified
		{TargetDone, true, false, false, LookDone},
		{TargetDone, false, true, true, LookDone}, // brought back by itself
		{Ordered, true, false, false, LookDone},   // waits to be accepted
		{Waiting, false, false, true, LookSkipped},
		{TargetFailed, false, false, true, LookSkipped},
		{TargetFailed, true, false, false, LookFailed},
		{Running, true, false, true, LookRunning},
		{TargetStopped, false, false, false, LookHeld},
		{TargetUnknown, false, false, false, LookUnknown},
	} {
		if got := LookOf(c.state, c.executed, c.remediated, c.given); got != c.want {
			t.Errorf("%s, executed %t, remediated %t, given up %t looks %s; want %s", c.state, c.executed, c.remediated, c.given, got, c.want)
		}
	}
}
