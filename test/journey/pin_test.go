package journey_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/journey"
	"tranship.dev/tranship/test/house"
)

// Pain 12: what a program asked for before its version was pinned is held at its
// start by the pin, says so, and goes on when the pin is lifted; what a person asked
// for with a reason is not held.
func TestPain12PinHoldsWhatAProgramAskedForBefore(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h, _ := farm(t, interruptDocuments, "host-1")
	h.Apply("apiVersion: tranship.dev/v1\nkind: Person\nmetadata: {name: olga}\nspec: {}\n---\n" +
		"apiVersion: tranship.dev/v1\nkind: ServiceAccount\nmetadata: {name: robot}\nspec: {owner: olga}\n")
	h.Add("shop", "1.0.0", map[string]string{"page": "one"}, nil)
	planned, err := h.Control.Plan(ctx, practice.DefaultScope, house.Admin, control.PlanRequest{Release: "shop@1.0.0", Environment: "test"})
	if err != nil {
		t.Fatal(err)
	}
	robot := practice.Actor{Kind: practice.Account, Name: "robot"}
	asked := control.DeploymentRequest{Plan: planned.ID, Reason: "nightly"}
	asked.StartAfter = time.Now().Add(time.Hour)
	d, err := h.Control.Deploy(ctx, practice.DefaultScope, robot, asked)
	if err != nil {
		t.Fatal(err)
	}
	pin := journey.Pin{Component: "shop", Environment: "test", Version: "1.0.0", Why: "its prices are wrong"}
	if _, err := h.Control.SetPin(ctx, practice.DefaultScope, house.Admin, pin); err != nil {
		t.Fatal(err)
	}
	h.Ahead(61 * time.Minute)
	advance := func() {
		if err := h.Control.Advance(ctx, practice.DefaultScope, d.ID); err != nil {
			t.Fatal(err)
		}
	}
	comesTo(t, "it waits at the pin", func() bool {
		advance()
		why, err := h.Control.Why(ctx, practice.DefaultScope, d.ID)
		return err == nil && len(why.Reasons) == 1 && why.Reasons[0].Gate == "pin" && strings.Contains(why.Reasons[0].Message, "its prices are wrong")
	})
	if now, err := h.Control.Deployment(ctx, practice.DefaultScope, d.ID); err != nil || now.Touched != 0 || !now.Started.IsZero() {
		t.Errorf("it started: %+v, %v", now, err)
	}
	if err := h.Control.LiftPin(ctx, practice.DefaultScope, house.Admin, "shop", "test", "1.0.0", "the prices are right"); err != nil {
		t.Fatal(err)
	}
	advance()
	expect(t, h, d.ID, deployment.Succeeded)
	recordHolds(t, h)
}

// Pain 12: a rollback that was cancelled after it had changed something leaves its
// version kept out, and one that had changed nothing lifts only its own pins.
func TestPain12CancelledRollbackKeepsWhatItMustKeep(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h, roots := farm(t, interruptDocuments, "host-1", "host-2")
	for _, version := range []string{"1.0.0", "2.0.0"} {
		h.Add("shop", version, map[string]string{"page": version}, nil)
		expect(t, h, h.Deploy("shop@"+version, "test").ID, deployment.Succeeded)
	}
	byHand := journey.Pin{Component: "shop", Environment: "test", Version: "2.0.0", Why: "said by the desk"}
	if _, err := h.Control.SetPin(ctx, practice.DefaultScope, house.Admin, byHand); err != nil {
		t.Fatal(err)
	}
	idle := rollBack(t, h, "D-2", func(r *control.DeploymentRequest) { r.StartAfter = time.Now().Add(time.Hour) })
	if _, err := h.Control.Cancel(ctx, practice.DefaultScope, house.Admin, idle.ID, "not yet", false); err != nil {
		t.Fatal(err)
	}
	expect(t, h, idle.ID, deployment.Cancelled)
	if pins := keptOut(t, h); len(pins) != 1 || pins[0].Why != "said by the desk" {
		t.Errorf("a rollback that changed nothing leaves %+v", pins)
	}
	if err := h.Control.LiftPin(ctx, practice.DefaultScope, house.Admin, "shop", "test", "2.0.0", "said again"); err != nil {
		t.Fatal(err)
	}

	write(t, filepath.Join(roots["host-2"], "pace"), "600") // it goes on until it is cut off
	d := rollBack(t, h, "D-2")
	comesTo(t, "one host is back", func() bool {
		for _, row := range rowsOf(t, h, d.ID) {
			if row.State == deployment.TargetDone {
				return true
			}
		}
		return false
	})
	if _, err := h.Control.Cancel(ctx, practice.DefaultScope, house.Admin, d.ID, "enough", true); err != nil {
		t.Fatal(err)
	}
	expect(t, h, d.ID, deployment.Cancelled)
	if pins := keptOut(t, h); len(pins) != 1 || pins[0].Version != "2.0.0" || pins[0].Deployment != d.ID {
		t.Errorf("a rollback that was cut off half-way leaves %+v", pins)
	}
	recordHolds(t, h)
}

// Pain 12: what a deployment was put in the place of stays out, until a person brings
// it back with a reason; that lifts the pin, by the record.
func TestPain12MendedStaysOutUntilBroughtBack(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h, _ := farm(t, interruptDocuments, "host-1")
	for _, version := range []string{"1.0.0", "2.0.0"} {
		h.Add("shop", version, map[string]string{"page": version}, nil)
	}
	bring := func(version, why, mends string) string {
		t.Helper()
		planned, err := h.Control.Plan(ctx, practice.DefaultScope, house.Admin, control.PlanRequest{Release: "shop@" + version, Environment: "test"})
		if err != nil {
			t.Fatal(err)
		}
		d, err := h.Control.Deploy(ctx, practice.DefaultScope, house.Admin, control.DeploymentRequest{Plan: planned.ID, Reason: why, Remediates: mends})
		if err != nil {
			t.Fatal(err)
		}
		expect(t, h, d.ID, deployment.Succeeded)
		return d.ID
	}
	bad := bring("1.0.0", "", "")
	mend := bring("2.0.0", "the prices were wrong", bad)
	if pins := keptOut(t, h); len(pins) != 1 || pins[0].Version != "1.0.0" || pins[0].Deployment != bad || !strings.Contains(pins[0].Why, mend) {
		t.Fatalf("after %s was mended by %s: %+v", bad, mend, pins)
	}
	bring("1.0.0", "the prices were right", "")
	if pins := keptOut(t, h); len(pins) != 0 {
		t.Errorf("after it was brought back on purpose: %+v", pins)
	}
	recordHolds(t, h)
}
