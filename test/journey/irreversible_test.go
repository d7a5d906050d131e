package journey_test

import (
	"context"
	"strings"
	"testing"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/plan"
	"tranship.dev/tranship/test/house"
)

// What a step does that nothing brings back is said before it is done, where a
// person must answer, and before it is rolled back, and is a part of what is approved.
func TestWhatCannotBeUndoneIsSaidBeforehand(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := house.Start(t)
	h.Agent("host-1")
	h.Agent("host-2")
	migrating := strings.Replace(documents, "      install:\n", `      install:
        - {name: migrate, uses: script, irreversible: the old columns are dropped, with: {argv: ["true"], undo: ["true"]}}
`, 1)
	if migrating == documents {
		t.Fatal("the model of the journeys has no install steps any more")
	}
	h.Apply(migrating)
	h.Add("shop", "1.0.0", map[string]string{"page": "one"}, nil)
	h.Add("shop", "2.0.0", map[string]string{"page": "two"}, nil)
	first := h.Deploy("shop@1.0.0", "test").ID
	expect(t, h, first, deployment.Succeeded)

	planned, err := h.Control.Plan(ctx, practice.DefaultScope, house.Admin, control.PlanRequest{Release: "shop@2.0.0", Environment: "test"})
	if err != nil {
		t.Fatal(err)
	}
	want := plan.Irreversible{Component: "shop", Step: "migrate", What: "the old columns are dropped", Targets: planned.Header.TargetCount}
	if list := planned.Header.Irreversible; len(list) != 1 || list[0] != want {
		t.Fatalf("the plan says %+v; want %+v", list, want)
	}
	counted := false
	for _, f := range planned.Risk.Factors {
		counted = counted || f.Name == "irreversible" && f.Value == 1 && strings.Contains(f.Why, "the old columns are dropped")
	}
	if !counted {
		t.Errorf("the risk does not count it: %+v", planned.Risk.Factors)
	}
	silent := planned.Header
	silent.Irreversible = nil
	if digest, err := silent.Digest(); err != nil || digest == planned.Digest {
		t.Errorf("the digest that is approved does not hold it (%v)", err)
	}

	second := h.Deploy("shop@2.0.0", "test").ID
	expect(t, h, second, deployment.Succeeded)
	back, err := h.Control.Plan(ctx, practice.DefaultScope, house.Admin, control.PlanRequest{Direction: plan.Restore, Restores: second})
	if err != nil {
		t.Fatal(err)
	}
	if list := back.Header.Lost; len(list) != 1 || list[0] != want {
		t.Errorf("the rollback says of what does not come back %+v; want %+v", list, want)
	}
	_, err = h.Control.Deploy(ctx, practice.DefaultScope, house.Admin, control.DeploymentRequest{Plan: back.ID, Digest: back.Digest})
	if practice.CodeOf(err) != practice.Invalid || !strings.Contains(err.Error(), "needs a reason") {
		t.Errorf("rolled back without a reason: %v", err)
	}

	h.Apply(strings.Replace(migrating, "onFailure: remediate", "onFailure: guidance", 1))
	h.Add("shop", "3.0.0", map[string]string{"page": "three", "broken": "it is"}, nil)
	third := h.Deploy("shop@3.0.0", "test").ID
	const told = "bringing back does not undo migrate of shop: the old columns are dropped"
	if d := h.Await(third); d.State != deployment.AwaitingGuidance || !strings.Contains(d.Waiting.Reasons[0].Message, told) {
		t.Errorf("whoever must answer for %s reads %+v", d.State, d.Waiting.Reasons)
	}
	if _, err := h.Control.Guide(ctx, practice.DefaultScope, house.Admin, third, control.Advice{Advice: deployment.RemediateNow, Reason: "it is broken"}); err != nil {
		t.Fatal(err)
	}
	if d := h.Await(third); d.Result != deployment.Remediated || !strings.Contains(d.Cause, told) {
		t.Errorf("it ended %s, because %s", d.Result, d.Cause)
	}
}
