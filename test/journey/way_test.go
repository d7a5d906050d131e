package journey_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/journey"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/test/house"
)

// wayDocuments are three environments with a host each, a model through them
// with a threshold after test, and a trigger.
func wayDocuments(trigger string) string {
	var b strings.Builder
	for i, environment := range []string{"test", "staging", "live"} {
		b.WriteString(strings.NewReplacer("ENV", environment, "N", string(rune('1'+i))).Replace(`
apiVersion: tranship.dev/v1
kind: Environment
metadata: {name: ENV}
spec: {purpose: ENV, order: N, owner: team}
---
apiVersion: tranship.dev/v1
kind: Target
metadata: {name: host-ENV}
spec: {environment: ENV, kind: host}
---`))
	}
	return b.String() + `
apiVersion: tranship.dev/v1
kind: Person
metadata: {name: olga}
spec: {}
---
apiVersion: tranship.dev/v1
kind: ServiceAccount
metadata: {name: robot}
spec: {owner: olga}
---
apiVersion: tranship.dev/v1
kind: Component
metadata: {name: shop}
spec: {kind: software}
---
apiVersion: tranship.dev/v1
kind: Model
metadata: {name: shop}
spec:
  appliesTo: {components: [shop]}
  flow:
    - environment: test
      quality: [{suite: unit, passRate: 0.9}]
    - environment: staging
    - environment: live
  onFailure: remediate
  procedures:
    - kind: software
      install:
        - {name: place, uses: files, with: {path: shop}}
  checks:
    acceptance:
      - {name: it is whole, uses: script, with: {check: [test, "!", -e, broken], directory: shop/current}}
---
apiVersion: tranship.dev/v1
kind: Trigger
metadata: {name: shop}
spec:
` + trigger
}

func wayHouse(t *testing.T, trigger string) *house.House {
	t.Helper()
	h := house.Start(t)
	for _, environment := range []string{"test", "staging", "live"} {
		h.Agent("host-" + environment)
	}
	h.Apply(wayDocuments(trigger))
	return h
}

// await waits until a journey is as wanted.
func await(t *testing.T, h *house.House, id, what string, wanted func(journey.Journey) bool) journey.Journey {
	t.Helper()
	sizes, stop := h.Listen()
	defer stop()
	deadline := time.After(time.Minute)
	for {
		j, err := h.Control.Journey(context.Background(), practice.DefaultScope, id)
		if err == nil && wanted(j) {
			return j
		}
		select {
		case <-sizes:
		case <-time.After(200 * time.Millisecond): // what it waits for is no entry
		case <-deadline:
			t.Fatalf("%s: not %s after a minute: %+v, %v", id, what, j, err)
		}
	}
}

func awaitGate(t *testing.T, h *house.House, id, gate string) journey.Journey {
	t.Helper()
	return await(t, h, id, "waiting for "+gate, func(j journey.Journey) bool {
		return j.State == journey.Waiting && len(j.Waiting.Reasons) > 0 && j.Waiting.Reasons[0].Gate == gate
	})
}

func awaitEnd(t *testing.T, h *house.House, id string, ending journey.Ending) journey.Journey {
	t.Helper()
	j := await(t, h, id, "ended", func(j journey.Journey) bool { return !j.Open() })
	if j.Ending != ending {
		t.Fatalf("%s ended as %s (%s), want %s", id, j.Ending, j.Why, ending)
	}
	return j
}

func evidence(t *testing.T, h *house.House, version string, passed, failed int) {
	t.Helper()
	_, err := h.Control.AddEvidence(context.Background(), practice.DefaultScope, house.Admin,
		library.Evidence{Component: "shop", Version: version, Suite: "unit", Passed: passed, Failed: failed})
	if err != nil {
		t.Fatal(err)
	}
}

func recordHolds(t *testing.T, h *house.House) {
	t.Helper()
	report, err := h.Control.VerifyRecord(context.Background(), practice.DefaultScope, "")
	if err != nil || !report.OK() {
		t.Errorf("the whole record: %v, %v", report, err)
	}
}

func present(t *testing.T, h *house.House, environment string) string {
	t.Helper()
	list, err := h.Control.Inventory(context.Background(), practice.DefaultScope, environment, time.Time{}, practice.Page{})
	if err != nil {
		t.Fatal(err)
	}
	if len(list) == 0 {
		return ""
	}
	return list[0].Version
}

// R83, R88 to R90, R103: an admitted version goes its way by itself, is held by a
// failing threshold until evidence arrives, and the way is one page.
func TestContinuousDeploymentWithAThreshold(t *testing.T) {
	t.Parallel()
	h := wayHouse(t, "  {on: push, component: shop, as: robot, mode: deployment}")
	h.Add("shop", "1.0.0", map[string]string{"page": "one"}, nil)
	j := awaitGate(t, h, "J-1", "quality")
	if j.At != 1 || present(t, h, "test") != "1.0.0" || present(t, h, "staging") != "" {
		t.Fatalf("it waits at %d: test has %q, staging %q", j.At, present(t, h, "test"), present(t, h, "staging"))
	}
	evidence(t, h, "1.0.0", 8, 2)
	await(t, h, "J-1", "told of the failing tests", func(j journey.Journey) bool {
		return len(j.Waiting.Reasons) == 1 && strings.Contains(j.Waiting.Reasons[0].Message, "8 of 10")
	})
	evidence(t, h, "1.0.0", 10, 0)
	awaitEnd(t, h, "J-1", journey.Arrived)
	for _, environment := range []string{"test", "staging", "live"} {
		if got := present(t, h, environment); got != "1.0.0" {
			t.Errorf("%s has %q", environment, got)
		}
	}
	v, err := h.Control.ReleaseJourney(context.Background(), practice.DefaultScope, "shop@1.0.0")
	if err != nil || len(v.Stages) != 3 {
		t.Fatalf("the view: %+v, %v", v, err)
	}
	waited := false
	for _, w := range v.Stages[1].Waits {
		waited = waited || w.Gate == "quality" && !w.To.IsZero()
	}
	for _, s := range v.Stages {
		if s.Entered.IsZero() || s.Arrived.IsZero() || len(s.Passages) != 1 || s.Passages[0].Journey != "J-1" || s.Passages[0].By.Kind != practice.Account {
			t.Errorf("stage %s: %+v", s.Environment, s)
		}
	}
	if !waited || v.Took <= 0 || v.Worked <= 0 {
		t.Errorf("waits of staging: %+v; took %s, worked %s", v.Stages[1].Waits, v.Took, v.Worked)
	}
	recordHolds(t, h)
}

// R25: continuous delivery waits for a decision at each transition; a newer
// version takes the place of one that waits.
func TestContinuousDeliveryAndSuperseding(t *testing.T) {
	t.Parallel()
	h := wayHouse(t, "  {on: push, component: shop, as: robot, until: staging}")
	h.Add("shop", "1.0.0", map[string]string{"page": "one"}, nil)
	evidence(t, h, "1.0.0", 1, 0)
	j := awaitGate(t, h, "J-1", "decision")
	if j.At != 1 {
		t.Fatalf("it waits at %d", j.At)
	}
	h.Add("shop", "2.0.0", map[string]string{"page": "two"}, nil)
	evidence(t, h, "2.0.0", 1, 0)
	awaitGate(t, h, "J-2", "decision")
	awaitEnd(t, h, "J-1", journey.Superseded)
	if _, err := h.Control.PromoteJourney(context.Background(), practice.DefaultScope, house.Admin, "J-1", "late"); practice.CodeOf(err) != practice.Refused {
		t.Errorf("promoting what has ended: %v", err)
	}
	if _, err := h.Control.PromoteJourney(context.Background(), practice.DefaultScope, house.Admin, "J-2", "the testers agree"); err != nil {
		t.Fatal(err)
	}
	awaitEnd(t, h, "J-2", journey.Arrived)
	if got := present(t, h, "staging"); got != "2.0.0" {
		t.Errorf("staging has %q", got)
	}
	recordHolds(t, h)
}

// Pain 12: what was rolled back stays rolled back: nothing automatic brings the
// version again, a person may with a reason, and a newer version goes on.
func TestPain12PinnedVersionStaysOut(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := wayHouse(t, "  {on: push, component: shop, as: robot, until: test}")
	h.Add("shop", "1.0.0", map[string]string{"page": "one"}, nil)
	awaitEnd(t, h, "J-1", journey.Arrived)
	h.Add("shop", "2.0.0", map[string]string{"page": "two", "broken": ""}, nil)
	awaitEnd(t, h, "J-2", journey.Failed)
	if got := present(t, h, "test"); got != "1.0.0" {
		t.Fatalf("after the remediation test has %q", got)
	}
	j, err := h.Control.FireTrigger(ctx, practice.DefaultScope, house.Admin, "shop", control.Fire{Version: "2.0.0"})
	if err != nil {
		t.Fatal(err)
	}
	awaitGate(t, h, j.ID, "pin")
	planned, err := h.Control.Plan(ctx, practice.DefaultScope, house.Admin, control.PlanRequest{Release: "shop@2.0.0", Environment: "test"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Control.Deploy(ctx, practice.DefaultScope, house.Admin, control.DeploymentRequest{Plan: planned.ID}); practice.CodeOf(err) != practice.Refused {
		t.Errorf("a person without a reason: %v", err)
	}
	robot := practice.Actor{Kind: practice.Account, Name: "robot"}
	if _, err := h.Control.Deploy(ctx, practice.DefaultScope, robot, control.DeploymentRequest{Plan: planned.ID, Reason: "again"}); practice.CodeOf(err) != practice.Refused {
		t.Errorf("a program with a reason: %v", err)
	}
	h.Add("shop", "3.0.0", map[string]string{"page": "three"}, nil)
	awaitEnd(t, h, "J-4", journey.Arrived)
	awaitEnd(t, h, j.ID, journey.Superseded)
	if got := present(t, h, "test"); got != "3.0.0" {
		t.Errorf("test has %q", got)
	}
	if err := h.Control.LiftPin(ctx, practice.DefaultScope, house.Admin, "shop", "test", "2.0.0", "mended outside"); err != nil {
		t.Error(err)
	}
	recordHolds(t, h)
}

// A server that is stopped in the middle goes on where it was.
func TestJourneysGoOnAfterARestart(t *testing.T) {
	t.Parallel()
	h := wayHouse(t, "  {on: push, component: shop, as: robot, mode: deployment}")
	h.Add("shop", "1.0.0", map[string]string{"page": "one"}, nil)
	evidence(t, h, "1.0.0", 1, 0)
	h.Close()
	h.Open()
	awaitEnd(t, h, "J-1", journey.Arrived)
	if got := present(t, h, "live"); got != "1.0.0" {
		t.Errorf("live has %q", got)
	}
	recordHolds(t, h)
}

// What somebody let begin does not go on without them: a journey enters nothing
// more when the owner of its service account has left, says so, and goes on under
// another owner.
func TestJourneyStaysWhenNobodyAnswersForIt(t *testing.T) {
	t.Parallel()
	h := wayHouse(t, "  {on: push, component: shop, as: robot, mode: deployment}")
	h.Add("shop", "1.0.0", map[string]string{"page": "one"}, nil)
	awaitGate(t, h, "J-1", "quality")
	h.Apply("apiVersion: tranship.dev/v1\nkind: Person\nmetadata: {name: olga}\nspec: {left: true}\n")
	evidence(t, h, "1.0.0", 1, 0)
	j := awaitGate(t, h, "J-1", "service account")
	if why := j.Waiting.Reasons[0]; !strings.Contains(why.Message, "olga, who answers for service account robot, has left") {
		t.Errorf("why: %+v", why)
	}
	if got := present(t, h, "staging"); got != "" {
		t.Errorf("staging has %q, which nobody answers for", got)
	}
	h.Apply("apiVersion: tranship.dev/v1\nkind: Person\nmetadata: {name: otto}\nspec: {}\n---\n" +
		"apiVersion: tranship.dev/v1\nkind: ServiceAccount\nmetadata: {name: robot}\nspec: {owner: otto}\n")
	awaitEnd(t, h, "J-1", journey.Arrived)
	recordHolds(t, h)
}
