package journey_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/plan"
	"tranship.dev/tranship/internal/practice/record"
	"tranship.dev/tranship/test/house"
)

// dependents are five components on four targets: db and queue on one, orders and
// mail on two, web on one of these and on one of its own.
const dependents = `
apiVersion: tranship.dev/v1
kind: Environment
metadata: {name: test}
spec: {purpose: test, order: 1, owner: team}
---
apiVersion: tranship.dev/v1
kind: Target
metadata: {name: data-1, labels: {role: data}}
spec: {environment: test, kind: host}
---
apiVersion: tranship.dev/v1
kind: Target
metadata: {name: app-1, labels: {role: app}}
spec: {environment: test, kind: host}
---
apiVersion: tranship.dev/v1
kind: Target
metadata: {name: app-2, labels: {role: app, front: "yes"}}
spec: {environment: test, kind: host}
---
apiVersion: tranship.dev/v1
kind: Target
metadata: {name: web-1, labels: {front: "yes"}}
spec: {environment: test, kind: host}
---
apiVersion: tranship.dev/v1
kind: Component
metadata: {name: db}
spec: {kind: software, runsOn: {role: data}}
---
apiVersion: tranship.dev/v1
kind: Component
metadata: {name: queue}
spec: {kind: software, runsOn: {role: data}}
---
apiVersion: tranship.dev/v1
kind: Component
metadata: {name: orders}
spec:
  kind: software
  runsOn: {role: app}
  dependsOn: [{component: db, versions: ">=1"}, {component: queue}]
---
apiVersion: tranship.dev/v1
kind: Component
metadata: {name: mail}
spec:
  kind: software
  runsOn: {role: app}
  dependsOn: [{component: queue}]
---
apiVersion: tranship.dev/v1
kind: Component
metadata: {name: web}
spec:
  kind: software
  runsOn: {front: "yes"}
  dependsOn: [{component: orders}, {component: mail}]
---
apiVersion: tranship.dev/v1
kind: Release
metadata: {name: shop-1}
spec:
  items: [{component: web, version: 1.0.0}, {component: orders, version: 1.0.0}, {component: mail, version: 1.0.0}, {component: db, version: 1.0.0}, {component: queue, version: 1.0.0}]
---
apiVersion: tranship.dev/v1
kind: Release
metadata: {name: shop-2}
spec:
  items: [{component: web, version: 2.0.0}, {component: orders, version: 2.0.0}, {component: mail, version: 2.0.0}, {component: db, version: 2.0.0}, {component: queue, version: 2.0.0}]
---
apiVersion: tranship.dev/v1
kind: Model
metadata: {name: all}
spec:
  appliesTo: {components: [db, queue, orders, mail, web]}
  onFailure: remediate
  flow: [{environment: test}]
  procedures:
    - kind: software
      install:
        - {name: place, uses: files, with: {path: "${component}"}}
        - {name: nothing stands in the way, uses: script, with: {argv: [test, "!", -e, broken], undo: ["true"], directory: "${component}"}}
  checks:
    acceptance: [{name: the host answers, uses: script, with: {check: [test, -x, /bin/sh]}}]
`

// several starts a house with shop-1 on its targets, and gives the targets' roots.
func several(t *testing.T) (*house.House, map[string]string) {
	t.Helper()
	return severalOf(t, dependents)
}

// severalOf is several with documents like these.
func severalOf(t *testing.T, documents string) (*house.House, map[string]string) {
	t.Helper()
	h := house.Start(t)
	roots := agents(h, "data-1", "app-1", "app-2", "web-1")
	h.Apply(documents)
	for _, component := range []string{"db", "queue", "orders", "mail", "web"} {
		h.Add(component, "1.0.0", map[string]string{"page": "one"}, nil)
		h.Add(component, "2.0.0", map[string]string{"page": "two"}, nil)
	}
	expect(t, h, h.Deploy("shop-1", "test").ID, deployment.Succeeded)
	return h, roots
}

// where gives what is on each target, "web-1 web" and its version.
func where(t *testing.T, h *house.House) map[string]string {
	t.Helper()
	list, err := h.Control.Inventory(context.Background(), practice.DefaultScope, "test", time.Time{}, practice.Page{})
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, p := range list {
		found[p.Target+" "+p.Component] = p.Version
		if p.Uncertain {
			found[p.Target+" "+p.Component] += "?"
		}
	}
	return found
}

// steps gives the steps that the record says were begun in one phase of a
// deployment, in their order: "web-1 web 1".
func steps(t *testing.T, h *house.House, id string, phase deployment.Phase) []string {
	t.Helper()
	entries, err := h.Control.Entries(context.Background(), practice.DefaultScope, record.Filter{Subject: "deployment/" + id}, practice.Page{Limit: practice.MaxLimit})
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, row := range entries {
		var leaf record.Leaf
		if err := json.Unmarshal(row.Bytes, &leaf); err != nil {
			t.Fatal(err)
		}
		if e := leaf.Entry; e.Kind == deployment.EntryReported && e.Data["phase"] == string(phase) && e.Data["report"] == string(deployment.OrderBegun) {
			rows = append(rows, deployment.RowOf(e))
		}
	}
	return rows
}

// groups gives rows as sets of those that may come in any order among each other.
func inGroups(rows []string, sizes ...int) [][]string {
	var groups [][]string
	for _, n := range sizes {
		n = min(n, len(rows))
		groups = append(groups, slices.Sorted(slices.Values(rows[:n])))
		rows = rows[n:]
	}
	if len(rows) > 0 {
		groups = append(groups, rows)
	}
	return groups
}

var (
	upward   = [][]string{{"data-1"}, {"app-1", "app-2/orders+mail"}, {"app-2/web", "web-1"}}
	downward = [][]string{{"app-2/web", "web-1"}, {"app-1", "app-2/orders+mail"}, {"data-1"}}
)

// Pain 16: a release of five components that need each other goes in level by level,
// each component only where it belongs. Where web fails on its last target, what was
// before comes back from the top down on every one, and a rollback of what had
// succeeded and a removal go the same way. The record tells of all of it.
func TestPain16SeveralComponentsComeBackInReverse(t *testing.T) {
	t.Parallel()
	h, roots := several(t)
	before := where(t, h)
	if len(before) != 8 || before["data-1 db"] != "1.0.0" || before["web-1 web"] != "1.0.0" {
		t.Fatalf("at first there is %v", before)
	}
	block := filepath.Join(roots["web-1"], "web", "broken")
	if err := os.WriteFile(block, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	failed := h.Deploy("shop-2", "test")
	d := h.Await(failed.ID)
	if d.State != deployment.AwaitingGuidance || d.Stage.Phase != deployment.Remediate || d.Stage.Level != 3 {
		t.Fatalf("while web cannot be brought back on web-1: %s %+v", d.State, d.Stage)
	}
	if got := where(t, h); got["data-1 db"] != "2.0.0" || got["app-1 orders"] != "2.0.0" || got["app-2 web"] != "1.0.0" || got["web-1 web"] != "1.0.0?" {
		t.Errorf("what web needs is not to be brought back before it; there is %v", got)
	}
	if err := os.Remove(block); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Control.Guide(t.Context(), practice.DefaultScope, house.Admin, failed.ID, control.Advice{Advice: deployment.RetryTargets, Reason: "it is out of the way"}); err != nil {
		t.Fatal(err)
	}
	expect(t, h, failed.ID, deployment.Remediated)
	if got := where(t, h); !maps.Equal(got, before) {
		t.Errorf("after it was brought back there is %v, before there was %v", got, before)
	}
	ordered(t, h, failed.ID, deployment.Execute, upward)
	back := steps(t, h, failed.ID, deployment.Remediate)
	if at := slices.Index(back, "web-1"); at >= 0 { // it was tried twice
		back = slices.Delete(back, at, at+1)
	}
	if got := inGroups(back, 2, 2, 1); fmt.Sprint(got) != fmt.Sprint(downward) {
		t.Errorf("what was before came back as %v, want %v", got, downward)
	}
	recordHolds(t, h)

	good := anyhow(t, h, "shop-2")
	expect(t, h, good, deployment.Succeeded)
	if page, err := os.ReadFile(filepath.Join(roots["app-2"], "orders", "current", "page")); err != nil || string(page) != "two" {
		t.Errorf("app-2 shows orders %q, %v", page, err)
	}
	rolled := rollBack(t, h, good)
	expect(t, h, rolled.ID, deployment.Succeeded)
	ordered(t, h, rolled.ID, deployment.Execute, downward)
	if got := where(t, h); !maps.Equal(got, before) {
		t.Errorf("after the rollback there is %v, before there was %v", got, before)
	}
	gone, err := h.TryDeploy(control.PlanRequest{Release: "shop-1", Environment: "test", Direction: plan.Remove})
	if err != nil {
		t.Fatal(err)
	}
	expect(t, h, gone.ID, deployment.Succeeded)
	ordered(t, h, gone.ID, deployment.Execute, downward)
	if got := where(t, h); len(got) > 0 {
		t.Errorf("after the removal there is %v", got)
	}
	wholeRecord(t, h, failed.ID)
	wholeRecord(t, h, rolled.ID)
	recordHolds(t, h)
}

// anyhow deploys what is kept out, with a reason.
func anyhow(t *testing.T, h *house.House, release string) string {
	t.Helper()
	planned, err := h.Control.Plan(t.Context(), practice.DefaultScope, house.Admin, control.PlanRequest{Release: release, Environment: "test"})
	if err != nil {
		t.Fatal(err)
	}
	d, err := h.Control.Deploy(t.Context(), practice.DefaultScope, house.Admin, control.DeploymentRequest{Plan: planned.ID, Digest: planned.Digest, Reason: "it is mended"})
	if err != nil {
		t.Fatal(err)
	}
	return d.ID
}

func ordered(t *testing.T, h *house.House, id string, phase deployment.Phase, want [][]string) {
	t.Helper()
	got := inGroups(steps(t, h, id, phase), len(want[0]), len(want[1]), len(want[2]))
	for i := range want {
		slices.Sort(want[i])
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s of %s began on %v, want %v", phase, id, got, want)
	}
}

// A new version of what others need changes that alone, and a plan of several levels
// says on the command line what comes upon what.
func TestLevelsOnTheCommandLine(t *testing.T) {
	t.Parallel()
	h, _ := several(t)
	expect(t, h, h.Deploy("orders@2.0.0", "test").ID, deployment.Succeeded)
	code, out, errs := typed(t, h, h.Token, "plan", "shop-2", "--to", "test")
	for _, want := range []string{
		"4 targets of test change in 5 parts", "app-2/mail ", "app-2/web ", "level 2: orders, mail", "stops when 1 target fails",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the plan does not say %q: code %d, %s%s", want, code, out, errs)
		}
	}
	expect(t, h, h.Deploy("shop-2", "test").ID, deployment.Succeeded)
	for command, wants := range map[string][]string{
		"deployment show D-3":                        {"4 in 5 parts, in 3 waves; 5 done", "level 3: web"},
		"deployment targets D-3":                     {"app-2/mail", "2, level 2"},
		"deployment timeline D-3 --all":              {"app-2/web", "execute, wave 3, level 3 begins"},
		"deployment log D-3 --target app-2/web":      {},
		"plan --rollback D-3":                        {"app-2/web", "web 2.0.0 -> 1.0.0", "bring back"},
		"inventory --environment test --output json": {`"app-2"`},
	} {
		code, out, errs := typed(t, h, h.Token, strings.Fields(command)...)
		for _, want := range wants {
			if !strings.Contains(out, want) {
				t.Errorf("%s does not say %q: code %d, %s%s", command, want, code, out, errs)
			}
		}
		if code != 0 || command[0] == 'i' && strings.Contains(out, "app-2/") {
			t.Errorf("%s: code %d, %s%s", command, code, out, errs)
		}
	}
	recordHolds(t, h)
}
