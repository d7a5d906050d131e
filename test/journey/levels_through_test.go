package journey_test

import (
	"slices"
	"strings"
	"testing"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/test/house"
)

// ends is a release of what is at both ends of a chain; what is between them stands there already.
const ends = `
---
apiVersion: tranship.dev/v1
kind: Release
metadata: {name: ends}
spec:
  items: [{component: web, version: 2.0.0}, {component: db, version: 2.0.0}]
`

// web needs orders, orders needs db, and orders stands there: db comes before web,
// and goes back after it. A plan from before it was so is not carried out (pain 16).
func TestPain16OrderGoesThroughWhatStandsThere(t *testing.T) {
	t.Parallel()
	needed := "dependsOn: [{component: db, versions: \">=1\"}, {component: queue}]"
	loose := strings.Replace(dependents, needed, "dependsOn: [{component: queue}]", 1)
	if loose == dependents {
		t.Fatal("the documents do not say what orders needs")
	}
	h, _ := severalOf(t, loose+ends)
	early, err := h.Control.Plan(t.Context(), practice.DefaultScope, house.Admin, control.PlanRequest{Release: "ends", Environment: "test"})
	if err != nil {
		t.Fatal(err)
	}
	h.Apply(dependents)
	_, err = h.Control.Deploy(t.Context(), practice.DefaultScope, house.Admin, control.DeploymentRequest{Plan: early.ID, Digest: early.Digest})
	if err == nil || !strings.Contains(err.Error(), "is out of date") {
		t.Errorf("a plan in the wrong order is taken: %v", err)
	}

	came := h.Deploy("ends", "test").ID
	expect(t, h, came, deployment.Succeeded)
	if got := steps(t, h, came, deployment.Execute); len(got) != 3 || got[0] != "data-1" {
		t.Errorf("they came as %v, and db on data-1 is to come first", got)
	}
	planned, err := h.Control.Plan(t.Context(), practice.DefaultScope, house.Admin, control.PlanRequest{Direction: "restore", Restores: came})
	if err != nil {
		t.Fatal(err)
	}
	back, err := h.Control.Deploy(t.Context(), practice.DefaultScope, house.Admin, control.DeploymentRequest{Plan: planned.ID, Digest: planned.Digest, Reason: "the other order"})
	if err != nil {
		t.Fatal(err)
	}
	expect(t, h, back.ID, deployment.Succeeded)
	if got := steps(t, h, back.ID, deployment.Execute); len(got) != 3 || slices.Index(got, "data-1") != 2 {
		t.Errorf("they went back as %v, and db on data-1 is to go last", got)
	}
}
