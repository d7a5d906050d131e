package journey_test

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/test/house"
)

// TestR92DriftOnPartsOfTargets: five components stand by levels on four targets, two
// of them on one target in parts of their own. What is changed there behind the
// record's back is found at its component alone, repaired by a planned deployment
// of exactly that onto exactly that target, or accepted; the other components of
// the same target are not touched. What came onto a target where it does not
// belong is taken off, although others depend on it elsewhere.
func TestR92DriftOnPartsOfTargets(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h, roots := several(t)
	before := where(t, h)
	h.Ahead(2 * time.Minute) // what stands in the environment is remembered for a minute
	for target, l := range looked(t, h) {
		if l.State != drift.AsRecorded || len(l.Blind) > 0 {
			t.Fatalf("%s is %s before anything was done: %v", target, l.State, l.Blind)
		}
	}

	page := func(target, component string) string {
		return filepath.Join(roots[target], component, "current", "page")
	}
	write(t, page("app-2", "web"), "by hand")    // the part of the highest level
	write(t, page("app-2", "orders"), "by hand") // the other part of the same target
	write(t, page("data-1", "queue"), "by hand") // the lowest level
	run(t, "rm", "-rf", filepath.Join(roots["app-1"], "mail"))
	run(t, "cp", "-a", filepath.Join(roots["data-1"], "db"), filepath.Join(roots["web-1"], "db")) // where it does not belong
	looked(t, h)
	found := map[string]drift.Drift{}
	for _, d := range standing(t, h, drift.Filter{Environment: "test"}) {
		found[d.Target+" "+d.Component] = d
	}
	wanted := map[string]drift.State{
		"app-2 web": drift.Drifted, "app-2 orders": drift.Drifted, "data-1 queue": drift.Drifted, "app-1 mail": drift.Missing, "web-1 db": drift.Unmanaged,
	}
	if len(found) != len(wanted) {
		t.Fatalf("found is %+v", found)
	}
	for at, state := range wanted {
		if found[at].State != state {
			t.Fatalf("%s is %s, want %s", at, found[at].State, state)
		}
	}

	if _, err := h.Control.AcceptDrift(ctx, practice.DefaultScope, house.Admin, control.DriftChoice{Drifts: []string{found["app-2 orders"].ID}}, "it reads better"); err != nil {
		t.Fatal(err)
	}
	repair := func(at, target, release string) {
		t.Helper()
		asked, err := h.Control.RepairDrift(ctx, practice.DefaultScope, house.Admin, control.DriftChoice{Drifts: []string{found[at].ID}}, "back to the record", control.AskRequest{})
		if err != nil || len(asked) != 1 || asked[0].Header.Release != release || asked[0].Header.TargetCount != 1 {
			t.Fatalf("repair of %s: %v, %+v", at, err, asked)
		}
		expect(t, h, asked[0].ID, deployment.Succeeded)
		rows := rowsOf(t, h, asked[0].ID)
		if len(rows) != 1 || rows[0].Name != target {
			t.Errorf("%s, which repairs %s, is about %+v", asked[0].ID, at, rows)
		}
	}
	repair("app-2 web", "app-2", "web@1.0.0")
	if text, err := os.ReadFile(page("app-2", "orders")); err != nil || string(text) != "by hand" {
		t.Errorf("the repair of web changed orders of the same target: %q, %v", text, err)
	}
	repair("data-1 queue", "data-1", "queue@1.0.0")
	repair("app-1 mail", "app-1", "mail@1.0.0")
	repair("web-1 db", "web-1", "db@1.0.0")
	for at, want := range map[string]string{page("app-2", "web"): "one", page("data-1", "queue"): "one", page("app-1", "mail"): "one", page("data-1", "db"): "one", page("web-1", "web"): "one"} {
		if text, err := os.ReadFile(at); err != nil || string(text) != want {
			t.Errorf("%s is %q, %v; want %s", at, text, err, want)
		}
	}
	if isThere(filepath.Join(roots["web-1"], "db"), "current") {
		t.Error("db is still on web-1, where it does not belong")
	}
	for target, l := range looked(t, h) {
		if l.State != drift.AsRecorded || len(l.Blind) > 0 {
			t.Errorf("%s is %s after all was answered: %v, %+v", target, l.State, l.Blind, standing(t, h, drift.Filter{Target: target}))
		}
	}
	if got := where(t, h); !maps.Equal(got, before) {
		t.Errorf("the record says %v, before it said %v", got, before)
	}
	recordHolds(t, h)
}

// What a plan says of a part counts when it is looked at, not what the target's
// document has become since: no new value of a parameter makes drift.
func TestDriftOfPartsGoesByTheirPlan(t *testing.T) {
	t.Parallel()
	documents := strings.NewReplacer("kind: host}", "kind: host, parameters: {dir: here}}", `with: {path: "${component}"}`, `with: {path: "${component}/${target.parameters.dir}"}`).Replace(dependents)
	h, _ := severalOf(t, documents)
	h.Apply(strings.ReplaceAll(documents, "dir: here", "dir: there"))
	for target, l := range looked(t, h) {
		if l.State != drift.AsRecorded || len(l.Blind) > 0 {
			t.Errorf("%s is %s after its document was changed: %v, %+v", target, l.State, l.Blind, standing(t, h, drift.Filter{Target: target}))
		}
	}
}
