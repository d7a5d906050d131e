package journey_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/document"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/test/house"
)

// astray reaches what nobody described.
const astray = `
apiVersion: tranship.dev/v1
kind: Freeze
metadata: {name: f}
spec:
  kind: hard
  appliesTo: {environments: [nowhere], services: [no-service], components: [nothing], targets: [no-target], models: [no-model]}
  allows: {models: [no-other-model]}
  waiver: {groups: [no-group]}
  when: {start: 2026-12-20T00:00, end: 2027-01-06T00:00, zone: Europe/Berlin}
---
apiVersion: tranship.dev/v1
kind: Booking
metadata: {name: b}
spec: {environment: no-place, by: anna, use: regression, when: {start: 2026-12-20T08:00, end: 2026-12-20T18:00, zone: UTC}}
`

// rooms stand in each other.
const rooms = `
apiVersion: tranship.dev/v1
kind: Environment
metadata: {name: site}
spec: {purpose: live, order: 1, owner: facilities}
---
apiVersion: tranship.dev/v1
kind: Target
metadata: {name: room}
spec: {environment: site, kind: room, parent: rack}
---
apiVersion: tranship.dev/v1
kind: Target
metadata: {name: rack}
spec: {environment: site, kind: rack, parent: room}
`

func refused(t *testing.T, h *house.House, text string) []string {
	t.Helper()
	reader, err := document.New(document.Options{})
	if err != nil {
		t.Fatal(err)
	}
	docs, err := reader.Read([]control.File{{Name: "calendar.yaml", Text: text}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.Control.Apply(context.Background(), practice.DefaultScope, house.Admin, docs, false)
	var fault *practice.Error
	if !errors.As(err, &fault) || fault.Code != practice.Invalid {
		t.Fatalf("applied: %v", err)
	}
	var told []string
	for _, p := range fault.Problems {
		told = append(told, p.Path+": "+p.Message)
	}
	slices.Sort(told)
	return told
}

// A freeze that reaches what does not exist would hold nothing, and nobody
// would see it; targets cannot stand in themselves.
func TestTheCalendarReachesWhatExists(t *testing.T) {
	t.Parallel()
	h := house.Start(t)
	want := []string{
		`spec.allows.models[0]: there is no Model "no-other-model"`,
		`spec.appliesTo.components[0]: there is no Component "nothing"`,
		`spec.appliesTo.environments[0]: there is no Environment "nowhere"`,
		`spec.appliesTo.models[0]: there is no Model "no-model"`,
		`spec.appliesTo.services[0]: there is no Service "no-service"`,
		`spec.appliesTo.targets[0]: there is no Target "no-target"`,
		`spec.environment: there is no Environment "no-place"`,
		`spec.waiver.groups[0]: there is no Group "no-group"`,
	}
	if got := refused(t, h, astray); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	circle := []string{"spec.parent: the target would stand in itself: rack -> room -> rack", "spec.parent: the target would stand in itself: room -> rack -> room"}
	if got := refused(t, h, rooms); !slices.Equal(got, circle) {
		t.Errorf("got  %q\nwant %q", got, circle)
	}
}

// TestAgendaJudges: the calendar says of a deployment that has not begun what
// speaks against it and by which way, of which teams it is and whether it may be
// moved; and it keeps to the environments and the team that are asked for.
func TestAgendaJudges(t *testing.T) {
	t.Parallel()
	h, root := shop(t, 1, "")
	release(t, root)
	h.Apply(crew("admin", "admin", "anna"))
	h.Apply(freeze("year-end", time.Now().Add(time.Hour), time.Now().Add(2*time.Hour), ""))
	d := ask(t, h, 0, func(r *control.DeploymentRequest) { r.StartAfter = time.Now().Add(90 * time.Minute) })
	agenda := func(change func(*control.AgendaRequest)) map[string]control.AgendaItem {
		t.Helper()
		r := control.AgendaRequest{From: time.Now(), To: time.Now().Add(24 * time.Hour), Environments: []string{"live"}, Judge: true}
		change(&r)
		items, err := h.Control.Agenda(t.Context(), practice.DefaultScope, r)
		if err != nil {
			t.Fatal(err)
		}
		found := map[string]control.AgendaItem{}
		for _, item := range items {
			found[item.Name] = item
		}
		return found
	}
	all := agenda(func(*control.AgendaRequest) {})
	mine := all[d.ID]
	if !mine.Movable || !slices.Equal(mine.Teams, []string{"board"}) || mine.Release != d.Header.Release {
		t.Errorf("%s is %+v", d.ID, mine)
	}
	if len(mine.Conflicts) != 1 || !mine.Conflicts[0].Holds || mine.Conflicts[0].Ref != "freeze/year-end" || mine.Conflicts[0].Path != "environment live -> freeze year-end" {
		t.Errorf("against %s speaks %+v", d.ID, mine.Conflicts)
	}
	if f := all["year-end"]; f.Reach == nil || !slices.Equal(f.Reach.Environments, []string{"live"}) {
		t.Errorf("the freeze reaches %+v", f.Reach)
	}
	if quick := agenda(func(r *control.AgendaRequest) { r.Judge = false }); len(quick[d.ID].Conflicts) != 0 {
		t.Error("it was judged unasked")
	}
	if _, shown := agenda(func(r *control.AgendaRequest) { r.Team = "board" })[d.ID]; !shown {
		t.Error("its team does not see it")
	}
	h.Apply("apiVersion: tranship.dev/v1\nkind: Group\nmetadata: {name: others}\nspec: {members: [anna]}\n")
	if _, shown := agenda(func(r *control.AgendaRequest) { r.Team = "others" })[d.ID]; shown {
		t.Error("another team sees it as its own")
	}
	_, err := h.Control.Agenda(t.Context(), practice.DefaultScope, control.AgendaRequest{From: time.Now(), To: time.Now().Add(time.Hour), Environments: []string{"nowhere"}})
	if practice.CodeOf(err) != practice.NotFound {
		t.Errorf("the calendar of nowhere: %v", err)
	}
}
