package journey_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/wiring"
	"tranship.dev/tranship/test/house"
)

// parts gives documents of n components with one host; each deployment lasts
// until a file named go lies in the host's root.
func parts(n int, environment string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `
apiVersion: tranship.dev/v1
kind: Environment
metadata: {name: live}
spec: {purpose: live, order: 1, owner: team%s}
---
apiVersion: tranship.dev/v1
kind: Target
metadata: {name: host-1}
spec: {environment: live, kind: host}
`, environment)
	for i := range n {
		fmt.Fprintf(&b, `---
apiVersion: tranship.dev/v1
kind: Component
metadata: {name: part-%[1]d}
spec: {kind: software}
---
apiVersion: tranship.dev/v1
kind: Model
metadata: {name: part-%[1]d}
spec:
  appliesTo: {components: [part-%[1]d]}
  flow: [{environment: live}]
  procedures:
    - kind: software
      install:
        - {name: place, uses: files, with: {path: part-%[1]d}}
        - {name: hold on, uses: script, timeout: 1m, onDoubt: repeat, with: {argv: [sh, -c, "until test -e $TRANSHIP_ROOT/go; do sleep 0.02; done"], directory: part-%[1]d/current}}
        - {name: come to an end, uses: script, onDoubt: repeat, with: {argv: ["true"], directory: part-%[1]d/current}}
  checks:
    acceptance:
      - {name: it is there, uses: script, with: {check: [test, -e, page], directory: part-%[1]d/current}}
`, i)
	}
	return b.String()
}

// shop starts a house with n parts, and their versions 1.0.0.
func shop(t *testing.T, n int, environment string, change ...func(*wiring.ServerOptions)) (h *house.House, root string) {
	t.Helper()
	h = house.Start(t, change...)
	root = h.Agent("host-1")
	h.Apply(parts(n, environment))
	for i := range n {
		h.Add(fmt.Sprintf("part-%d", i), "1.0.0", map[string]string{"page": "one"}, nil)
	}
	return h, root
}

// release lets the deployments end.
func release(t *testing.T, root string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(root, "go"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
}

// ahead is in what time begins what a test schedules: far enough for all that it does
// before, however slow the machine; then it moves the clock on by as much.
const ahead = 30 * time.Second

// ask requests a deployment of a part's version 1.0.0 into live.
func ask(t *testing.T, h *house.House, part int, change ...func(*control.DeploymentRequest)) deployment.Deployment {
	t.Helper()
	planned, err := h.Control.Plan(t.Context(), practice.DefaultScope, house.Admin, control.PlanRequest{Release: fmt.Sprintf("part-%d@1.0.0", part), Environment: "live"})
	if err != nil {
		t.Fatal(err)
	}
	r := control.DeploymentRequest{Plan: planned.ID, Digest: planned.Digest}
	for _, c := range change {
		c(&r)
	}
	d, err := h.Control.Deploy(t.Context(), practice.DefaultScope, house.Admin, r)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// until waits until a deployment is as wanted, and gives it.
func until(t *testing.T, h *house.House, id string, what string, wanted func(deployment.Deployment) bool) deployment.Deployment {
	t.Helper()
	sizes, stop := h.Listen()
	defer stop()
	deadline := time.After(100 * time.Second)
	for {
		d, err := h.Control.Deployment(context.Background(), practice.DefaultScope, id)
		if err != nil {
			t.Fatal(err)
		}
		if wanted(d) {
			return d
		}
		select {
		case <-sizes:
		case <-deadline:
			t.Fatalf("%s is not %s, but %s since %s: %+v", id, what, d.State, d.Since, d.Waiting)
		}
	}
}

// waitsFor says that a deployment waits at exactly these gates.
func waitsFor(gates ...string) func(deployment.Deployment) bool {
	return func(d deployment.Deployment) bool {
		if d.State != deployment.Scheduled || len(d.Waiting.Reasons) != len(gates) {
			return false
		}
		for i, r := range d.Waiting.Reasons {
			if r.Gate != gates[i] {
				return false
			}
		}
		return true
	}
}

func begun(d deployment.Deployment) bool { return d.Begun() || d.State == deployment.Closed }

// TestPain23HotfixOvertakesTheQueue: one may run in live; of those that wait,
// the emergency that came last starts first, then the one of higher priority,
// then the oldest.
func TestPain23HotfixOvertakesTheQueue(t *testing.T) {
	t.Parallel()
	h, root := shop(t, 5, ", limit: {deployments: 1}, calendar: {rules: {same-target: 'off'}}")
	first := ask(t, h, 0)
	until(t, h, first.ID, "begun", begun)
	old := ask(t, h, 1)
	newer := ask(t, h, 2)
	eager := ask(t, h, 3, func(r *control.DeploymentRequest) { r.Priority = 80 })
	hotfix := ask(t, h, 4, func(r *control.DeploymentRequest) { r.Urgency, r.Change = practice.Emergency, "INC-7" })
	for _, id := range []string{old.ID, newer.ID, eager.ID, hotfix.ID} {
		d := until(t, h, id, "queued", waitsFor(deployment.GateQueue))
		if r := d.Waiting.Reasons[0]; !strings.Contains(r.Message, "1 of 1 that may run in live at the same time are running: "+first.ID) || r.Since.IsZero() || r.Who == "" || r.How == "" {
			t.Errorf("%s waits without a full reason: %+v", id, r)
		}
	}
	release(t, root)
	var started []time.Time
	order := []string{first.ID, hotfix.ID, eager.ID, old.ID, newer.ID}
	for _, id := range order {
		expect(t, h, id, deployment.Succeeded)
		d, err := h.Control.Deployment(t.Context(), practice.DefaultScope, id)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(started); n > 0 && !d.Started.After(started[n-1]) {
			t.Errorf("%s started at %s, not after the one before it in %v", id, d.Started, order)
		}
		started = append(started, d.Started)
	}
}

// TestPain23NothingWaitsBehindALockThatNobodyHolds: the one that runs is
// cancelled, the server dies in the middle, and who waits goes on all the same.
func TestPain23NothingWaitsBehindALockThatNobodyHolds(t *testing.T) {
	t.Parallel()
	h, root := shop(t, 3, ", calendar: {rules: {same-target: 'off'}}", func(o *wiring.ServerOptions) { o.Limits.Tools = map[string]int{"script": 1} })
	first := ask(t, h, 0)
	until(t, h, first.ID, "begun", begun)
	second, third := ask(t, h, 1), ask(t, h, 2)
	until(t, h, third.ID, "queued", waitsFor(deployment.GateQueue))
	if _, err := h.Control.Cancel(t.Context(), practice.DefaultScope, house.Admin, second.ID, "not needed", false); err != nil {
		t.Fatal(err)
	}
	h.Close()
	h.Open()
	if d := until(t, h, third.ID, "queued after the restart", waitsFor(deployment.GateQueue)); !strings.Contains(d.Waiting.Reasons[0].Message, "with script") {
		t.Errorf("it does not say which limit: %+v", d.Waiting)
	}
	if _, err := h.Control.Cancel(t.Context(), practice.DefaultScope, house.Admin, first.ID, "stuck", false); err != nil {
		t.Fatal(err)
	}
	release(t, root)
	until(t, h, first.ID, "over", func(d deployment.Deployment) bool { return d.State == deployment.Closed })
	expect(t, h, third.ID, deployment.Succeeded)
}
