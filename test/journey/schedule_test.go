package journey_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/party"
	"tranship.dev/tranship/test/house"
)

// wall writes a moment as documents do, in UTC.
func wall(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05") }

// freeze is a hard freeze of everything in live.
func freeze(name string, from, to time.Time, more string) string {
	return fmt.Sprintf(`
apiVersion: tranship.dev/v1
kind: Freeze
metadata: {name: %s}
spec:
  kind: hard
  appliesTo: {environments: [live]}
  when: {start: "%s", end: "%s", zone: UTC}%s
`, name, wall(from), wall(to), more)
}

func window(name string, from, to time.Time, more string) string {
	return fmt.Sprintf(`
apiVersion: tranship.dev/v1
kind: Window
metadata: {name: %s}
spec:
  appliesTo: {environments: [live]}
  when: {start: "%s", end: "%s", zone: UTC}%s
`, name, wall(from), wall(to), more)
}

func remove(t *testing.T, h *house.House, kind practice.Kind, name string) {
	t.Helper()
	if err := h.Control.Remove(t.Context(), practice.DefaultScope, house.Admin, kind, name, 0); err != nil {
		t.Fatal(err)
	}
}

// TestPain04FreezeIsAskedAgainAtTheStart: a deployment is authorised for later;
// a freeze that is applied afterwards holds it, at once and at its start, says
// so, and lets it go when it is taken away.
func TestPain04FreezeIsAskedAgainAtTheStart(t *testing.T) {
	t.Parallel()
	h, root := shop(t, 1, "")
	release(t, root)
	d := ask(t, h, 0, func(r *control.DeploymentRequest) { r.StartAfter = time.Now().Add(ahead) })
	until(t, h, d.ID, "scheduled", waitsFor("schedule"))
	h.Apply(freeze("year-end", time.Now().Add(-time.Hour), time.Now().Add(time.Hour), ""))
	d = until(t, h, d.ID, "held before its start", waitsFor("schedule", "freeze"))
	if r := d.Waiting.Reasons[1]; !strings.Contains(r.Message, "hard freeze year-end holds from") || r.Until.IsZero() || r.How == "" {
		t.Errorf("the freeze is told as %+v", r)
	}
	h.Ahead(ahead)
	until(t, h, d.ID, "held at its start", waitsFor("freeze"))
	remove(t, h, practice.KindFreeze, "year-end")
	expect(t, h, d.ID, deployment.Succeeded)
}

// TestPain04NothingStartsOutsideItsWindow: outside every window nothing starts; a
// window that opens lets it start.
func TestPain04NothingStartsOutsideItsWindow(t *testing.T) {
	t.Parallel()
	h, root := shop(t, 1, "")
	release(t, root)
	h.Apply(window("night", time.Now().Add(time.Hour), time.Now().Add(2*time.Hour), ""))
	d := ask(t, h, 0)
	d = until(t, h, d.ID, "outside its window", waitsFor("maintenance window"))
	if d.Waiting.Reasons[0].Until.IsZero() {
		t.Errorf("it does not say when the window opens: %+v", d.Waiting)
	}
	h.Apply(window("day", time.Now().Add(-time.Hour), time.Now().Add(time.Hour), ""))
	expect(t, h, d.ID, deployment.Succeeded)
}

// TestPain04WindowEndsWhileItRuns: what runs meets the end of its window as the
// window says, and a freeze that is applied while it runs as the freeze says.
func TestPain04WindowEndsWhileItRuns(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		before func(now time.Time) string
		while  func(now time.Time) string
		result deployment.Result
	}{
		{"the window ends", func(now time.Time) string {
			return window("short", now.Add(-time.Hour), now.Add(ahead), "\n  whenItEnds: stop")
		}, nil, deployment.Failed},
		{"a freeze is applied", nil, func(now time.Time) string {
			return freeze("incident", now.Add(-time.Hour), now.Add(time.Hour), "\n  whenItBegins: stop")
		}, deployment.Failed},
		{"a freeze that lets it go on is applied", nil, func(now time.Time) string {
			return freeze("calm", now.Add(-time.Hour), now.Add(time.Hour), "\n  whenItBegins: go-on")
		}, deployment.Succeeded},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h, root := shop(t, 1, "")
			if c.before != nil {
				h.Apply(c.before(time.Now()))
			}
			d := ask(t, h, 0)
			until(t, h, d.ID, "executing", func(d deployment.Deployment) bool { return d.State == deployment.Executing && d.Stage.Running > 0 })
			if c.while != nil {
				h.Apply(c.while(time.Now()))
			} else {
				h.Ahead(ahead)
			}
			if c.result == deployment.Failed {
				until(t, h, d.ID, "halted by its end", func(d deployment.Deployment) bool { return d.Halt != "" || d.State == deployment.Closed })
			}
			release(t, root)
			if ended := h.Await(d.ID); ended.Result != c.result {
				t.Errorf("%s %s: %s; %+v", ended.State, ended.Result, ended.Cause, ended.Waiting)
			}
		})
	}
}

const somebody = `
apiVersion: tranship.dev/v1
kind: Person
metadata: {name: %[1]s}
spec: {fullName: Somebody}
---
`

// crew gives persons and the group that may waive.
func crew(members string, names ...string) string {
	var b strings.Builder
	for _, name := range names {
		fmt.Fprintf(&b, somebody, name)
	}
	fmt.Fprintf(&b, "apiVersion: tranship.dev/v1\nkind: Group\nmetadata: {name: board}\nspec: {members: [%s]}\n", members)
	return b.String()
}

func as(name string) practice.Actor { return practice.Actor{Kind: practice.Person, Name: name} }

// TestPain06FreezeIsWaivedByItsGroupAlone: nobody but the freeze's group waives
// it, never the requester, and a waiver holds for the freeze as it was.
func TestPain06FreezeIsWaivedByItsGroupAlone(t *testing.T) {
	t.Parallel()
	h, root := shop(t, 1, "")
	release(t, root)
	h.Apply(crew("admin, anna, ben", "admin", "anna", "ben", "carl"))
	year := func(hours int) string {
		return freeze("year-end", time.Now().Add(-time.Hour), time.Now().Add(time.Duration(hours)*time.Hour), "\n  waiver: {groups: [board]}")
	}
	h.Apply(year(1))
	d := ask(t, h, 0, func(r *control.DeploymentRequest) { r.StartAfter = time.Now().Add(ahead) })
	until(t, h, d.ID, "held", waitsFor("schedule", "freeze"))
	asked := func(who string) []control.Task {
		tasks, _, err := h.Control.Tasks(t.Context(), practice.DefaultScope, as(who), party.Approver, control.TasksMine, practice.Page{})
		if err != nil {
			t.Fatal(err)
		}
		return tasks
	}
	if mine := asked("anna"); len(mine) != 1 || mine[0].Kind != control.TaskWaiver || mine[0].Entry != "freeze/year-end" || mine[0].Group != "board" {
		t.Errorf("anna, who may waive: %+v", mine)
	}
	if mine := asked("carl"); len(mine) != 0 {
		t.Errorf("carl, who may not: %+v", mine)
	}
	waive := func(by, entry, reason string) (control.Waiver, error) {
		return h.Control.Waive(t.Context(), practice.DefaultScope, as(by), d.ID, entry, reason)
	}
	for _, c := range []struct {
		by, entry, reason string
		want              practice.Code
	}{
		{"carl", "freeze/year-end", "why not", practice.Forbidden},
		{"admin", "freeze/year-end", "it is mine", practice.Forbidden},
		{"anna", "freeze/year-end", " ", practice.Invalid},
		{"anna", "freeze/other", "why not", practice.Refused},
	} {
		if _, err := waive(c.by, c.entry, c.reason); practice.CodeOf(err) != c.want {
			t.Errorf("%s waives %s because %q: %v, want %s", c.by, c.entry, c.reason, err, c.want)
		}
	}
	first, err := waive("anna", "freeze/year-end", "INC-7")
	if err != nil {
		t.Fatal(err)
	}
	until(t, h, d.ID, "passing the freeze", waitsFor("schedule"))
	if _, err := h.Control.RevokeWaiver(t.Context(), practice.DefaultScope, as("ben"), d.ID, first.ID, "another way"); err != nil {
		t.Fatal(err)
	}
	until(t, h, d.ID, "held again", waitsFor("schedule", "freeze"))
	if _, err := waive("ben", "freeze/year-end", "INC-7 after all"); err != nil {
		t.Fatal(err)
	}
	until(t, h, d.ID, "passing again", waitsFor("schedule"))
	h.Apply(year(2))
	until(t, h, d.ID, "held by the changed freeze", waitsFor("schedule", "freeze"))
	if _, err := waive("ben", "freeze/year-end", "also so"); err != nil {
		t.Fatal(err)
	}
	h.Ahead(ahead)
	expect(t, h, d.ID, deployment.Succeeded)
	recordHolds(t, h)
}

// TestC5EveryConflictingTargetIsListed: what speaks against a plan names every
// target that it concerns and the way to it, and the free times avoid it all.
func TestC5EveryConflictingTargetIsListed(t *testing.T) {
	t.Parallel()
	h, _ := shop(t, 2, "")
	var more strings.Builder
	for i := range 3 {
		fmt.Fprintf(&more, "---\napiVersion: tranship.dev/v1\nkind: Target\nmetadata: {name: web-%d}\nspec: {environment: live, kind: host, parent: rack-7}\n", i)
		h.Enrol(fmt.Sprintf("web-%d", i))
	}
	h.Enrol("rack-7")
	h.Apply("apiVersion: tranship.dev/v1\nkind: Target\nmetadata: {name: rack-7}\nspec: {environment: live, kind: rack}\n" + more.String())
	now := time.Now().UTC().Truncate(time.Second)
	h.Apply(fmt.Sprintf("apiVersion: tranship.dev/v1\nkind: Freeze\nmetadata: {name: power}\nspec:\n  kind: hard\n  appliesTo: {targets: [rack-7]}\n  when: {start: %q, end: %q, zone: UTC}\n",
		wall(now.Add(-time.Minute)), wall(now.Add(3*time.Hour))))
	planned, err := h.Control.Plan(t.Context(), practice.DefaultScope, house.Admin, control.PlanRequest{Release: "part-0@1.0.0", Environment: "live", Only: []string{"host-1", "web-0", "web-1", "web-2"}})
	if err != nil {
		t.Fatal(err)
	}
	o, err := h.Control.Outlook(t.Context(), practice.DefaultScope, planned.ID, time.Time{})
	if err != nil || len(o.Conflicts) != 1 || o.Open {
		t.Fatalf("%+v, %v", o, err)
	}
	c := o.Conflicts[0]
	if got := strings.Join(c.Targets, " "); got != "web-0 web-1 web-2" || !strings.Contains(c.Path, "web-0 -> parent rack-7") || c.Ref != "freeze/power" {
		t.Errorf("targets %s by %s with %s", got, c.Path, c.Ref)
	}
	free, err := h.Control.FreeSlots(t.Context(), practice.DefaultScope, planned.ID, control.SlotRequest{Duration: practice.Duration(time.Hour)})
	if err != nil || len(free.Slots) == 0 || free.Slots[0].Start.Before(now.Add(3*time.Hour)) {
		t.Errorf("free: %+v, %v", free, err)
	}
}
