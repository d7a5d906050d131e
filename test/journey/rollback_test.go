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
	"tranship.dev/tranship/internal/practice/journey"
	"tranship.dev/tranship/internal/practice/plan"
	"tranship.dev/tranship/test/house"
)

// everywhere gives what is on each target of an environment, with doubts.
func everywhere(t *testing.T, h *house.House, environment string) map[string]string {
	t.Helper()
	list, err := h.Control.Inventory(context.Background(), practice.DefaultScope, environment, time.Time{}, practice.Page{})
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, p := range list {
		found[p.Target] = p.Version
		if p.Uncertain {
			found[p.Target] += "?"
		}
	}
	return found
}

func rollBack(t *testing.T, h *house.House, id string, change ...func(*control.DeploymentRequest)) deployment.Deployment {
	t.Helper()
	ctx := context.Background()
	planned, err := h.Control.Plan(ctx, practice.DefaultScope, house.Admin, control.PlanRequest{Direction: plan.Restore, Restores: id})
	if err != nil {
		t.Fatal(err)
	}
	r := control.DeploymentRequest{Plan: planned.ID, Digest: planned.Digest, Reason: "orders are lost"}
	for _, f := range change {
		f(&r)
	}
	d, err := h.Control.Deploy(ctx, practice.DefaultScope, house.Admin, r)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func keptOut(t *testing.T, h *house.House) []journey.Pin {
	t.Helper()
	pins, err := h.Control.Pins(context.Background(), practice.DefaultScope, "", "", practice.Page{})
	if err != nil {
		t.Fatal(err)
	}
	return pins
}

// Pain 13: after a rollback everything is as it was before, by the record: one
// target has its old version again, the other one, which had nothing, has nothing.
func TestPain13RollbackBringsBackWhatTheRecordSays(t *testing.T) {
	t.Parallel()
	h := house.Start(t)
	roots := []string{h.Agent("host-1"), h.Agent("host-2")}
	h.Apply(documents)
	h.Add("shop", "1.0.0", map[string]string{"page": "one"}, nil)
	h.Add("shop", "2.0.0", map[string]string{"page": "two"}, nil)
	first, err := h.TryDeploy(control.PlanRequest{Release: "shop@1.0.0", Environment: "test", Only: []string{"host-1"}})
	if err != nil {
		t.Fatal(err)
	}
	expect(t, h, first.ID, deployment.Succeeded)
	before := everywhere(t, h, "test")
	bad := h.Deploy("shop@2.0.0", "test").ID
	expect(t, h, bad, deployment.Succeeded)

	_, err = h.TryDeploy(control.PlanRequest{Direction: plan.Restore, Restores: bad})
	if practice.CodeOf(err) != practice.Invalid || !strings.Contains(err.Error(), "needs a reason") {
		t.Errorf("without a reason: %v", err)
	}
	d := rollBack(t, h, bad)
	expect(t, h, d.ID, deployment.Succeeded)
	if after := everywhere(t, h, "test"); !maps.Equal(before, after) {
		t.Errorf("there is %v, before %s there was %v", after, bad, before)
	}
	if page, err := os.ReadFile(filepath.Join(roots[0], "shop", "current", "page")); err != nil || string(page) != "one" {
		t.Errorf("host-1 shows %q, %v", page, err)
	}
	if _, err := os.Stat(filepath.Join(roots[1], "shop", "current")); !os.IsNotExist(err) {
		t.Errorf("host-2 still has it: %v", err)
	}
	if d.Remediates != bad {
		t.Errorf("%s says that it mends %q", d.ID, d.Remediates)
	}
	if _, err := h.Control.Plan(context.Background(), practice.DefaultScope, house.Admin, control.PlanRequest{Direction: plan.Restore, Restores: bad}); practice.CodeOf(err) != practice.Refused {
		t.Errorf("rolled back twice: %v", err)
	}
	wholeRecord(t, h, d.ID)
	recordHolds(t, h)
}

// Pain 12: from the moment that a rollback is asked for, nothing automatic brings
// the version again: not while it waits, and not afterwards.
func TestPain12RollbackStaysRolledBack(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := wayHouse(t, "  {on: push, component: shop, as: robot, until: test}")
	h.Add("shop", "1.0.0", map[string]string{"page": "one"}, nil)
	awaitEnd(t, h, "J-1", journey.Arrived)
	h.Add("shop", "2.0.0", map[string]string{"page": "two"}, nil)
	bad := awaitEnd(t, h, "J-2", journey.Arrived).Here().Deployments[0]

	later := func(r *control.DeploymentRequest) { r.StartAfter = time.Now().Add(time.Hour) }
	waiting := rollBack(t, h, bad, later)
	if pins := keptOut(t, h); len(pins) != 1 || pins[0].Version != "2.0.0" || pins[0].Deployment != waiting.ID {
		t.Fatalf("while %s waits: %+v", waiting.ID, pins)
	}
	if _, err := h.Control.Cancel(ctx, practice.DefaultScope, house.Admin, waiting.ID, "it was the network", false); err != nil {
		t.Fatal(err)
	}
	expect(t, h, waiting.ID, deployment.Cancelled)
	if pins := keptOut(t, h); len(pins) != 0 {
		t.Errorf("after it was cancelled: %+v", pins)
	}

	d := rollBack(t, h, bad)
	expect(t, h, d.ID, deployment.Succeeded)
	j, err := h.Control.FireTrigger(ctx, practice.DefaultScope, house.Admin, "shop", control.Fire{Version: "2.0.0"})
	if err != nil {
		t.Fatal(err)
	}
	awaitGate(t, h, j.ID, "pin")
	if got := present(t, h, "test"); got != "1.0.0" {
		t.Errorf("after the rollback test has %q", got)
	}
	if err := h.Control.LiftPin(ctx, practice.DefaultScope, house.Admin, "shop", "test", "2.0.0", "it is mended outside"); err != nil {
		t.Fatal(err)
	}
	awaitEnd(t, h, j.ID, journey.Arrived)
	if got := present(t, h, "test"); got != "2.0.0" {
		t.Errorf("after the pin was lifted test has %q", got)
	}
	recordHolds(t, h)
}

// What somebody else put there since is named, not swept away; and it goes by the
// command line, with what would change shown first.
func TestRollbackOnTheCommandLine(t *testing.T) {
	t.Parallel()
	h := house.Start(t)
	h.Agent("host-1")
	h.Agent("host-2")
	h.Apply(documents)
	for _, version := range []string{"1.0.0", "2.0.0", "3.0.0"} {
		h.Add("shop", version, map[string]string{"page": version}, nil)
		if version != "3.0.0" {
			expect(t, h, h.Deploy("shop@"+version, "test").ID, deployment.Succeeded)
		}
	}
	newer, err := h.TryDeploy(control.PlanRequest{Release: "shop@3.0.0", Environment: "test", Only: []string{"host-2"}})
	if err != nil {
		t.Fatal(err)
	}
	expect(t, h, newer.ID, deployment.Succeeded)
	code, out, errs := typed(t, h, h.Token, "plan", "--rollback", "D-2")
	if code == 0 || !strings.Contains(errs, "D-3 has changed host-2 since: roll that back first, or leave it out with --only") {
		t.Errorf("plan: code %d, %s%s", code, out, errs)
	}
	code, out, errs = typed(t, h, h.Token, "rollback", "D-2", "--only", "host-1", "--yes", "--wait", "--reason", "orders are lost")
	if code != 0 || !strings.Contains(out+errs, "2.0.0 -> 1.0.0") || !strings.Contains(out+errs, "rollback of shop@2.0.0 in test succeeded") {
		t.Errorf("rollback: code %d, %s%s", code, out, errs)
	}
	if got := everywhere(t, h, "test"); got["host-1"] != "1.0.0" || got["host-2"] != "3.0.0" {
		t.Errorf("there is %v", got)
	}
}
