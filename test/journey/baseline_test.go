package journey_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
)

// demanding is the environment of these tests with a baseline that no host
// fulfils, and one that only targets with a label are held against.
const demanding = `
apiVersion: tranship.dev/v1
kind: Environment
metadata: {name: test}
spec:
  purpose: test
  order: 1
  owner: security
  baselineWaivers: [operations]
  baseline:
    - {parameter: memory.total, operator: ">=", value: 4000TiB, why: "all of it is kept in memory"}
    - {parameter: cpu.count, operator: ">=", value: "1"}
    - {parameter: os.id, operator: "=", value: none-such, on: {role: special}}
`

// TestR97MismatchBlocksUnlessWaived: a target that is not as its environment
// requires stops the deployment before anything is touched; who asked for it
// cannot go on over that, nor who planned it or may not waive; somebody
// entitled can, and the record says who waived what where.
func TestR97MismatchBlocksUnlessWaived(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := ready(t, demanding)
	planned, err := h.Control.Plan(ctx, practice.DefaultScope, person("carla"), control.PlanRequest{Release: "shop@1.0.0", Environment: "test"})
	if err != nil {
		t.Fatal(err)
	}
	d, err := h.Control.Deploy(ctx, practice.DefaultScope, anna, control.DeploymentRequest{Plan: planned.ID, Digest: planned.Digest})
	if err != nil {
		t.Fatal(err)
	}
	d = h.Await(d.ID)
	if d.Stage.Phase != deployment.Verify || d.Touched != 0 || d.Stage.Failed != 2 {
		t.Fatalf("it stands at %s with %d touched and %d failed, want verify, 0 and 2", d.Stage.Phase, d.Touched, d.Stage.Failed)
	}
	for _, trouble := range d.Stage.Trouble {
		if !strings.Contains(trouble.Message, "1 of 2 requirements do not hold: memory.total is ") {
			t.Errorf("%s: %s", trouble.Target, trouble.Message)
		}
	}
	goOn := control.Advice{Advice: deployment.GoOn, Reason: "the cache is small there"}
	for name, says := range map[string]string{
		"anna":   "anna asked for " + d.ID,
		"anna-2": "asked for " + d.ID, // the same human
		"carla":  "carla made the plan of " + d.ID,
		"dora":   "dora may not waive what test requires of its targets",
	} {
		_, err := h.Control.Guide(ctx, practice.DefaultScope, person(name), d.ID, goOn)
		if practice.CodeOf(err) != practice.Forbidden || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "that is for operations") {
			t.Errorf("%s goes on: %v, want: %s", name, err, says)
		}
	}
	if _, err := h.Control.Guide(ctx, practice.DefaultScope, practice.Actor{Kind: practice.Account, Name: "ci"}, d.ID, goOn); practice.CodeOf(err) != practice.Forbidden {
		t.Errorf("an account goes on: %v", err)
	}
	if got := show(t, h, d.ID); got.State != deployment.AwaitingGuidance || got.Touched != 0 {
		t.Fatalf("after the refusals it is %s, %d touched", got.State, got.Touched)
	}

	if _, err := h.Control.Guide(ctx, practice.DefaultScope, person("ben"), d.ID, goOn); err != nil {
		t.Fatal(err)
	}
	if d = h.Await(d.ID); d.Result != deployment.Succeeded {
		t.Fatalf("it ended as %s: %s", d.Result, d.Cause)
	}
	rows := entries(t, h, d.ID, "baseline.waived")
	if len(rows) != 1 {
		t.Fatalf("the record tells of %d waivers, want 1", len(rows))
	}
	for _, says := range []string{
		`"name":"ben"`, goOn.Reason, `"count":2`, `"group":"operations"`, `"target":"host-1"`, `"target":"host-2"`, "memory.total is ", "all of it is kept in memory",
	} {
		if !strings.Contains(string(rows[0].Bytes), says) {
			t.Errorf("the record does not say %s: %s", says, rows[0].Bytes)
		}
	}
	recordHolds(t, h)
}

// TestVerificationPassesOnceTheBaselineHolds: retry after the target was mended
// needs nobody's waiver.
func TestVerificationPassesOnceTheBaselineHolds(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	mark := filepath.Join(t.TempDir(), "mended")
	h := ready(t, strings.NewReplacer(`- {parameter: memory.total, operator: ">=", value: 4000TiB, why: "all of it is kept in memory"}`,
		`- {parameter: script.mended, operator: "=", value: "yes", run: [cat, "`+mark+`"]}`).Replace(demanding))
	d := request(t, h, anna, control.AskRequest{})
	if d = h.Await(d.ID); d.State != deployment.AwaitingGuidance {
		t.Fatalf("it is %s, %s: it passed although the target was not mended", d.State, d.Result)
	}
	if err := os.WriteFile(mark, []byte("yes\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Control.Guide(ctx, practice.DefaultScope, anna, d.ID, control.Advice{Advice: deployment.RetryTargets, Reason: "mended"}); err != nil {
		t.Fatal(err)
	}
	if d = h.Await(d.ID); d.Result != deployment.Succeeded {
		t.Fatalf("it ended as %s: %s", d.Result, d.Cause)
	}
	if rows := entries(t, h, d.ID, "baseline.waived"); len(rows) != 0 {
		t.Errorf("something was waived: %+v", rows)
	}
}

// TestTheDocumentsOfTheVerificationPage: what the page shows can be applied.
func TestTheDocumentsOfTheVerificationPage(t *testing.T) {
	t.Parallel()
	h := ready(t)
	page, err := os.ReadFile("../../docs/verification.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := 0
	for i, block := range strings.Split(string(page), "```yaml\n") {
		text, _, _ := strings.Cut(block, "```")
		switch {
		case i == 0:
		case strings.HasPrefix(text, "checks:"):
			text = "  " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n  ") + "\n"
			at := strings.LastIndex(documents, "apiVersion:")
			h.Apply(strings.Replace(documents[at:], "  checks:\n    target:\n", text, 1))
			blocks++
		default:
			h.Apply(text)
			blocks++
		}
	}
	if blocks != 3 {
		t.Errorf("the page shows %d blocks, want 3", blocks)
	}
}
