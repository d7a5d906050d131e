package journey_test

import (
	"context"
	"errors"
	"slices"
	"testing"

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
	d := ask(t, h, 0, func(r *control.DeploymentRequest) { r.StartAfter = time.Now().Add(4 * time.Second) })
	until(t, h, d.ID, "held", waitsFor("schedule", "freeze"))
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
	until(t, h, d.ID, "held by the changed freeze", func(d deployment.Deployment) bool {
		return waitsFor("schedule", "freeze")(d) || waitsFor("freeze")(d)
	})
	if _, err := waive("ben", "freeze/year-end", "also so"); err != nil {
		t.Fatal(err)
	}
	expect(t, h, d.ID, deployment.Succeeded)
	report, err := h.Control.VerifyRecord(t.Context(), practice.DefaultScope, "")
	if err != nil || !report.OK() {
		t.Errorf("the record: %v, %v", report, err)
	}
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
