package journey_test

import (
	"strings"
	"testing"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/plan"
	"tranship.dev/tranship/test/house"
)

const dependent = `
apiVersion: tranship.dev/v1
kind: Component
metadata: {name: db}
spec: {kind: software}
---
apiVersion: tranship.dev/v1
kind: Component
metadata: {name: api}
spec:
  kind: software
  dependsOn: [{component: db, versions: ">=2"}]
---
apiVersion: tranship.dev/v1
kind: Model
metadata: {name: all}
spec:
  appliesTo: {components: [db, api]}
  flow: [{environment: test}]
  procedures:
    - kind: software
      install: [{name: place, uses: files, with: {path: "${component}"}}]
  checks:
    acceptance: [{name: the host answers, uses: script, with: {check: [test, -x, /bin/sh]}}]
`

// What is missing, and what is still needed, is told when a plan is made, and
// again when a deployment is asked for by it (pain 5, pain 16).
func TestPain16NobodyLosesWhatTheyDependOn(t *testing.T) {
	t.Parallel()
	h, _ := farm(t, dependent, "host-1")
	for _, version := range []string{"1.0.0", "2.0.0"} {
		h.Add("db", version, map[string]string{"page": version}, nil)
	}
	h.Add("api", "1.0.0", map[string]string{"page": "one"}, nil)
	refused := func(r control.PlanRequest, want string) {
		t.Helper()
		r.Environment = "test"
		_, err := h.Control.Plan(t.Context(), practice.DefaultScope, house.Admin, r)
		if practice.CodeOf(err) != practice.Refused || !strings.Contains(err.Error(), want) {
			t.Fatalf("%s %s gives %v, want %q", r.Direction, r.Release, err, want)
		}
	}
	refused(control.PlanRequest{Release: "api@1.0.0"}, "neither in the release nor in the environment")
	expect(t, h, h.Deploy("db@1.0.0", "test").ID, deployment.Succeeded)
	refused(control.PlanRequest{Release: "api@1.0.0"}, "the environment has 1.0.0")
	expect(t, h, h.Deploy("db@2.0.0", "test").ID, deployment.Succeeded)
	expect(t, h, h.Deploy("api@1.0.0", "test").ID, deployment.Succeeded)
	refused(control.PlanRequest{Release: "db@2.0.0", Direction: plan.Remove}, "api@1.0.0 is there and still depends on db >=2")
	refused(control.PlanRequest{Release: "db@1.0.0"}, "api@1.0.0 is there and needs db >=2; the release has 1.0.0")
	takeOff(t, h, "api@1.0.0")

	early, err := h.Control.Plan(t.Context(), practice.DefaultScope, house.Admin, control.PlanRequest{Release: "api@1.0.0", Environment: "test"})
	if err != nil {
		t.Fatal(err)
	}
	takeOff(t, h, "db@2.0.0")
	_, err = h.Control.Deploy(t.Context(), practice.DefaultScope, house.Admin, control.DeploymentRequest{Plan: early.ID, Digest: early.Digest})
	if err == nil || !strings.Contains(err.Error(), "api@1.0.0 needs db >=2") {
		t.Errorf("what was removed since the plan was made is not missed: %v", err)
	}
}

func takeOff(t *testing.T, h *house.House, release string) {
	t.Helper()
	d, err := h.TryDeploy(control.PlanRequest{Release: release, Environment: "test", Direction: plan.Remove})
	if err != nil {
		t.Fatal(err)
	}
	expect(t, h, d.ID, deployment.Succeeded)
}
