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
