package journey_test

import (
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
	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/internal/practice/plan"
	"tranship.dev/tranship/test/house"
)

// repairAll has everything that drifted repaired, and gives what was asked for.
func repairAll(t *testing.T, h *house.House) []deployment.Deployment {
	t.Helper()
	asked, err := h.Control.RepairDrift(t.Context(), practice.DefaultScope, house.Admin, control.DriftChoice{Environment: "test"}, "back to the record", control.AskRequest{})
	if err != nil {
		t.Fatal(err)
	}
	return asked
}

// TestR92RepairGoesByWhatNeedsWhat: several components that drifted are put right by
// one deployment, what is needed before what needs it; on each target exactly the
// components that drifted there are changed, whatever else stands there or drifts
// elsewhere (pain 8), also when it is planned again. What came without a record goes the other way.
func TestR92RepairGoesByWhatNeedsWhat(t *testing.T) {
	t.Parallel()
	h, roots := several(t)
	before := where(t, h)
	h.Ahead(2 * time.Minute) // what stands in the environment is remembered for a minute
	page := func(target, component string) string {
		return filepath.Join(roots[target], component, "current", "page")
	}
	drifted := []string{page("app-2", "web"), page("app-2", "orders"), page("app-1", "mail"), page("data-1", "queue")}
	for _, at := range drifted {
		write(t, at, "by hand")
	}
	looked(t, h)
	spared := []string{page("app-2", "mail"), page("app-1", "orders"), page("data-1", "db"), page("web-1", "web")}
	for _, at := range spared {
		write(t, at, "not seen yet")
	}
	asked := repairAll(t, h)
	if len(asked) != 1 || asked[0].Header.Release != "queue@1.0.0, mail@1.0.0, orders@1.0.0 and 1 more" || asked[0].Header.TargetCount != 3 {
		t.Fatalf("asked for is %+v", asked)
	}
	id := asked[0].ID
	expect(t, h, id, deployment.Succeeded)
	if got := inGroups(steps(t, h, id, deployment.Execute), 1, 2, 1); !slices.Equal(got[0], []string{"data-1"}) || !slices.Equal(got[1], []string{"app-1", "app-2/orders"}) || !slices.Equal(got[2], []string{"app-2/web"}) {
		t.Errorf("the repair went through %v", got)
	}
	for want, files := range map[string][]string{"one": drifted, "not seen yet": spared} {
		for _, at := range files {
			if text, err := os.ReadFile(at); err != nil || string(text) != want {
				t.Errorf("%s is %q, %v; want %q", at, text, err, want)
			}
		}
	}

	for _, at := range spared {
		write(t, at, "one")
	}
	run(t, "cp", "-a", filepath.Join(roots["data-1"], "db"), filepath.Join(roots["web-1"], "db"))
	run(t, "cp", "-a", filepath.Join(roots["app-1"], "orders"), filepath.Join(roots["web-1"], "orders"))
	looked(t, h)
	off := repairAll(t, h)
	if len(off) != 1 || off[0].Header.Direction != plan.Remove || off[0].Header.Release != "orders@1.0.0, db@1.0.0" {
		t.Fatalf("to take off what came, asked for is %+v", off)
	}
	expect(t, h, off[0].ID, deployment.Succeeded)
	if got := steps(t, h, off[0].ID, deployment.Execute); !slices.Equal(got, []string{"web-1/orders", "web-1/db"}) {
		t.Errorf("what came was taken off as %v", got)
	}
	for target, l := range looked(t, h) {
		if l.State != drift.AsRecorded {
			t.Errorf("%s is %s after all was put right: %+v", target, l.State, standing(t, h, drift.Filter{Target: target}))
		}
	}
	if got := where(t, h); !maps.Equal(got, before) {
		t.Errorf("the record says %v, before it said %v", got, before)
	}
	recordHolds(t, h)
}

// A repair that waits is planned again by what it was asked for: exactly the same
// components on the same targets, though the release that brought them says otherwise by now.
func TestPain08RepairNeverWidens(t *testing.T) {
	t.Parallel()
	h, roots := several(t)
	for _, at := range []string{"orders", "web"} {
		write(t, filepath.Join(roots["app-2"], at, "current", "page"), "by hand")
	}
	looked(t, h)
	later := control.AskRequest{StartAfter: h.Control.Clock.Now().Add(time.Hour)}
	asked, err := h.Control.RepairDrift(t.Context(), practice.DefaultScope, house.Admin, control.DriftChoice{Environment: "test"}, "tonight", later)
	if err != nil || len(asked) != 1 {
		t.Fatalf("%+v, %v", asked, err)
	}
	h.Apply(strings.Replace(dependents, "purpose: test, order: 1, owner: team", "purpose: test, order: 1, owner: team, parameters: {colour: red}", 1))
	anew, err := h.Control.Replan(t.Context(), practice.DefaultScope, house.Admin, asked[0].ID, "the environment changed")
	if err != nil || anew.Deployment.Plan == asked[0].Plan {
		t.Fatalf("planned again: %+v, %v", anew, err)
	}
	was, now := asked[0].Header, anew.Deployment.Header
	if len(now.Spots) != 1 || now.Spots[0].Target != "app-2" || !slices.Equal(now.Spots[0].Components, []string{"orders", "web"}) ||
		now.TargetCount != 1 || now.PartCount != was.PartCount || now.Release != was.Release {
		t.Errorf("planned again it is about %+v, %d targets in %d parts", now.Spots, now.TargetCount, now.PartCount)
	}
}

// Where one plan cannot put all right, as its checks speak of the one version of a
// release, there is a deployment for each, and what is needed is asked for first.
func TestR92RepairOfWhatHasNoPlanTogether(t *testing.T) {
	t.Parallel()
	const another = "\n---\napiVersion: tranship.dev/v1\nkind: Component\nmetadata: {name: agent}\nspec: {kind: software, dependsOn: [{component: db}]}\n"
	h, roots := farm(t, strings.NewReplacer("check: [test, -x, /bin/sh]", `check: [test, "${version}", "!=", ""]`, "[db, api]", "[db, api, agent]").Replace(dependent)+another, "host-1")
	h.Add("agent", "1.0.0", map[string]string{"page": "one"}, nil)
	h.Add("db", "2.0.0", map[string]string{"page": "two"}, nil)
	h.Add("api", "1.0.0", map[string]string{"page": "one"}, nil)
	for _, release := range []string{"db@2.0.0", "api@1.0.0", "agent@1.0.0"} {
		expect(t, h, h.Deploy(release, "test").ID, deployment.Succeeded)
	}
	for _, component := range []string{"agent", "api", "db"} {
		write(t, filepath.Join(roots["host-1"], component, "current", "page"), "by hand")
	}
	looked(t, h)
	var releases []string
	for _, d := range repairAll(t, h) {
		releases = append(releases, d.Header.Release)
		expect(t, h, d.ID, deployment.Succeeded)
	}
	if !slices.Equal(releases, []string{"db@2.0.0", "agent@1.0.0", "api@1.0.0"}) {
		t.Errorf("asked for are %q", releases)
	}
	for target, l := range looked(t, h) {
		if l.State != drift.AsRecorded {
			t.Errorf("%s is %s", target, l.State)
		}
	}
}
