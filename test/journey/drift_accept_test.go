package journey_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/party"
	"tranship.dev/tranship/test/house"
)

// onOne gives the drift that stands on a target.
func onOne(t *testing.T, h *house.House, target string) drift.Drift {
	t.Helper()
	list := standing(t, h, drift.Filter{Target: target})
	if len(list) != 1 {
		t.Fatalf("on %s stand %d drifts, want 1: %+v", target, len(list), list)
	}
	return list[0]
}

func run(t *testing.T, argv ...string) {
	t.Helper()
	if out, err := exec.Command(argv[0], argv[1:]...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %v: %s", argv, err, out)
	}
}

// TestR92UnmanagedChangeIsAccepted: what arrived without a deployment, went
// away, or was switched to another version by hand is found for what it is;
// somebody makes it the record, and the inventory and every later look agree.
func TestR92UnmanagedChangeIsAccepted(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := house.Start(t)
	roots := agents(h, "host-1", "host-2", "host-3")
	h.Apply(documents + "---\n" + host("host-3"))
	h.Add("shop", "1.0.0", map[string]string{"page": "one"}, nil)
	h.Add("shop", "2.0.0", map[string]string{"page": "two"}, nil)
	only := func(release string, targets ...string) {
		t.Helper()
		d, err := h.TryDeploy(control.PlanRequest{Release: release, Environment: "test", Only: targets})
		if err != nil {
			t.Fatal(err)
		}
		expect(t, h, d.ID, deployment.Succeeded)
	}
	only("shop@1.0.0", "host-1", "host-2")
	only("shop@2.0.0", "host-1")
	h.Ahead(2 * time.Minute) // what stands in the environment is remembered for a minute
	for target, l := range looked(t, h) {
		if l.State != drift.AsRecorded {
			t.Fatalf("%s is %s before anything was done", target, l.State)
		}
	}

	run(t, "cp", "-a", filepath.Join(roots["host-2"], "shop"), filepath.Join(roots["host-3"], "shop"))
	run(t, "rm", "-rf", filepath.Join(roots["host-2"], "shop"))
	releases, err := filepath.Glob(filepath.Join(roots["host-1"], "shop", "releases", "1.0.0*"))
	if err != nil || len(releases) == 0 {
		t.Fatalf("the release before is not there: %v", err)
	}
	current := filepath.Join(roots["host-1"], "shop", "current")
	if err := os.Remove(current); err != nil {
		t.Fatal(err)
	}
	before := ""
	for _, r := range releases {
		if info, err := os.Stat(r); err == nil && info.IsDir() {
			before = r
		}
	}
	if err := os.Symlink(filepath.Join("releases", filepath.Base(before)), current); err != nil {
		t.Fatal(err)
	}
	seen := looked(t, h)
	for target, want := range map[string]drift.State{"host-1": drift.Unmanaged, "host-2": drift.Missing, "host-3": drift.Unmanaged} {
		if seen[target].State != want {
			t.Errorf("%s is %s, want %s", target, seen[target].State, want)
		}
	}
	switched, came := onOne(t, h, "host-1"), onOne(t, h, "host-3")
	if switched.Recorded.Version != "2.0.0" || switched.Found.Version != "1.0.0" || came.Recorded.Version != "" || came.Found.Version != "1.0.0" {
		t.Errorf("switched %+v, came %+v", switched, came)
	}

	tasks, _, err := h.Control.Tasks(ctx, practice.DefaultScope, house.Admin, party.Manager, control.TasksMine, practice.Page{})
	if err != nil || len(tasks) == 0 || tasks[0].Kind != control.TaskDrift || tasks[0].Environment != "test" {
		t.Errorf("what is to be decided: %+v, %v", tasks, err)
	}
	if _, err := h.Control.AcceptDrift(ctx, practice.DefaultScope, practice.Actor{Kind: practice.Account, Name: "ci"}, control.DriftChoice{Environment: "test"}, "so be it"); practice.CodeOf(err) != practice.Forbidden {
		t.Errorf("a program accepts: %v", err)
	}
	if _, err := h.Control.AcceptDrift(ctx, practice.DefaultScope, house.Admin, control.DriftChoice{Environment: "test"}, " "); practice.CodeOf(err) != practice.Invalid {
		t.Errorf("somebody accepts without a reason: %v", err)
	}
	accepted, err := h.Control.AcceptDrift(ctx, practice.DefaultScope, house.Admin, control.DriftChoice{Environment: "test"}, "hotfix, change C-7")
	if err != nil || len(accepted) != 3 {
		t.Fatalf("%d were accepted: %v", len(accepted), err)
	}
	list, err := h.Control.Inventory(ctx, practice.DefaultScope, "test", time.Time{}, practice.Page{})
	if err != nil || len(list) != 2 || list[0].Target != "host-1" || list[0].Version != "1.0.0" || list[0].Deployment != switched.ID || list[1].Target != "host-3" || list[1].Version != "1.0.0" {
		t.Errorf("the inventory is %+v, %v", list, err)
	}
	for target, l := range looked(t, h) {
		if l.State != drift.AsRecorded || len(l.Blind) > 0 {
			t.Errorf("%s is %s after it was accepted: %v %+v", target, l.State, l.Blind, standing(t, h, drift.Filter{Target: target}))
		}
	}
	if _, err := h.Control.AcceptDrift(ctx, practice.DefaultScope, house.Admin, control.DriftChoice{Drifts: []string{came.ID}}, "again"); practice.CodeOf(err) != practice.Refused {
		t.Errorf("a drift that has ended is accepted again: %v", err)
	}

	// What was accepted is looked after like anything else.
	write(t, filepath.Join(current, "page"), "three")
	if seen := looked(t, h); seen["host-1"].State != drift.Drifted {
		t.Errorf("host-1 is %s after the accepted version was changed, want drifted", seen["host-1"].State)
	}
	asked, err := h.Control.RepairDrift(ctx, practice.DefaultScope, house.Admin, control.DriftChoice{Environment: "test"}, "back to what was accepted", control.AskRequest{})
	if err != nil || len(asked) != 1 || asked[0].Header.Release != "shop@1.0.0" {
		t.Fatalf("repair: %+v, %v", asked, err)
	}
	expect(t, h, asked[0].ID, deployment.Succeeded)
	if text, err := os.ReadFile(filepath.Join(current, "page")); err != nil || string(text) != "one" {
		t.Errorf("after the repair the page is %q, %v", text, err)
	}
	recordHolds(t, h)
}

// TestR92WhatCameIsTakenOff: repairing what came where nothing is recorded takes
// it off again; a change that no version says is right once it was accepted, and
// only exactly so; an agent that is away leaves its target unknown.
func TestR92WhatCameIsTakenOff(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := house.Start(t)
	root, other := h.Agent("host-1"), h.Agent("host-2")
	h.Apply(documents)
	h.Apply(host("host-3")) // no agent acts for it
	h.Add("shop", "1.0.0", map[string]string{"page": "one"}, nil)
	d, err := h.TryDeploy(control.PlanRequest{Release: "shop@1.0.0", Environment: "test", Only: []string{"host-1"}})
	if err != nil {
		t.Fatal(err)
	}
	expect(t, h, d.ID, deployment.Succeeded)
	h.Ahead(2 * time.Minute)
	run(t, "cp", "-a", filepath.Join(root, "shop"), filepath.Join(other, "shop"))
	page := filepath.Join(root, "shop", "current", "page")
	write(t, page, "by hand")

	check := func(what string, one, two drift.State) {
		t.Helper()
		seen := lookedAtLeast(t, h, 2)
		if seen["host-1"].State != one || seen["host-2"].State != two || seen["host-3"].State != drift.Unknown || !seen["host-3"].LookedAt.IsZero() {
			t.Errorf("%s: host-1 is %s, want %s; host-2 is %s, want %s; host-3 is %s, want unknown, for nobody looked", what, seen["host-1"].State, one, seen["host-2"].State, two, seen["host-3"].State)
		}
	}
	check("after both", drift.Drifted, drift.Unmanaged)
	counts, err := h.Control.DriftSummaries(ctx, practice.DefaultScope, "test", practice.Page{})
	if err == nil && counts[0].Empty {
		t.Error("something stands there, and the summary says that nothing does")
	}
	if err != nil || len(counts) != 1 || counts[0].Drifted != 1 || counts[0].Unmanaged != 1 || counts[0].NotLooked != 1 || counts[0].Targets != 3 {
		t.Errorf("counted %+v, %v", counts, err)
	}

	changed, came := onOne(t, h, "host-1"), onOne(t, h, "host-2")
	if _, err := h.Control.AcceptDrift(ctx, practice.DefaultScope, house.Admin, control.DriftChoice{Drifts: []string{changed.ID}}, "it reads better"); err != nil {
		t.Fatal(err)
	}
	asked, err := h.Control.RepairDrift(ctx, practice.DefaultScope, house.Admin, control.DriftChoice{Drifts: []string{came.ID}}, "nobody asked for it", control.AskRequest{})
	if err != nil || len(asked) != 1 || asked[0].Header.Direction != "remove" || asked[0].Header.TargetCount != 1 {
		t.Fatalf("repair: %+v, %v", asked, err)
	}
	expect(t, h, asked[0].ID, deployment.Succeeded)
	if left, err := os.ReadDir(filepath.Join(other, "shop")); err != nil || len(left) > 0 { // the directory itself Tranship did not make
		t.Errorf("of what came there is still %v, %v", left, err)
	}
	check("after one was accepted and the other taken off", drift.AsRecorded, drift.AsRecorded)
	write(t, page, "by another hand")
	check("after what was accepted changed again", drift.Drifted, drift.AsRecorded)

	// With its target goes what stands there.
	run(t, "cp", "-a", filepath.Join(root, "shop"), filepath.Join(other, "shop", "again"))
	run(t, "sh", "-c", "mv "+filepath.Join(other, "shop", "again")+"/* "+filepath.Join(other, "shop"))
	check("after it came once more", drift.Drifted, drift.Unmanaged)
	again := onOne(t, h, "host-2")
	if err := h.Control.Remove(ctx, practice.DefaultScope, house.Admin, practice.KindTarget, "host-2", 0); err != nil {
		t.Fatal(err)
	}
	if ended, err := h.Control.Drift(ctx, practice.DefaultScope, again.ID); err != nil || ended.End != drift.Gone {
		t.Errorf("after its target was taken away the drift is %+v, %v", ended, err)
	}
	recordHolds(t, h)

	// R10: the same values, side by side.
	h.Apply(`
apiVersion: tranship.dev/v1
kind: Environment
metadata: {name: empty}
spec: {purpose: test, order: 2, owner: team, parameters: {size: small}}
`)
	compared, err := h.Control.CompareEnvironments(ctx, practice.DefaultScope, "test", "empty", environment.Choice{}, false, practice.Page{})
	if err != nil || len(compared.Components) != 1 || compared.Components[0].Same || compared.Components[0].One[0].Targets != 1 || len(compared.Components[0].Other) != 0 {
		t.Errorf("compared: %+v, %v", compared, err)
	}
	facts := map[string]environment.FactComparison{}
	for _, f := range compared.Facts {
		facts[f.Parameter] = f
	}
	if cpus := facts["cpu.count"]; cpus.Same || len(cpus.One) != 1 || cpus.One[0].Targets != 1 {
		t.Errorf("the processors of both hosts are %+v", cpus)
	}
	if _, err := h.Control.CompareEnvironments(ctx, practice.DefaultScope, "test", "", environment.Choice{}, false, practice.Page{}); practice.CodeOf(err) != practice.NotFound {
		t.Errorf("a baseline that is not there was compared: %v", err)
	}
}
