package journey_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/test/house"
)

const answerDocuments = `
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
  flow: [{environment: test, strategy: {maxFailures: 1}}]
  onFailure: guidance
  procedures:
    - kind: software
      install:
        - {name: place, uses: files, with: {path: shop}}
        - {name: nothing stands in the way, uses: script, with: {argv: [test, "!", -e, blocked], directory: shop}}
  checks:
    acceptance:
      - {name: it is there, uses: script, with: {check: [test, -e, page], directory: shop/current}}
`

// Each of three targets gets its own answer (pains 7, 8 and 9): one goes on after the
// step that failed, one is brought back, one is given up, which failed as well or was
// stopped before it began. The record tells of all of it.
func TestPain08EachTargetItsOwnAnswer(t *testing.T) {
	t.Parallel()
	h, roots := farm(t, answerDocuments, "host-1", "host-2", "host-3")
	h.Add("shop", "1.0.0", map[string]string{"page": "one"}, nil)
	h.Add("shop", "2.0.0", map[string]string{"page": "two"}, nil)
	expect(t, h, h.Deploy("shop@1.0.0", "test").ID, deployment.Succeeded)
	for _, root := range roots {
		if err := os.WriteFile(filepath.Join(root, "shop", "blocked"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	id := h.Deploy("shop@2.0.0", "test").ID
	d := h.Await(id)
	if d.State != deployment.AwaitingGuidance || d.Stage.Failed < 2 || d.Stage.Failed+d.Stage.Stopped != 3 {
		t.Fatalf("%s is %s (%s): %+v", id, d.State, d.Cause, d.Stage)
	}
	slices.SortFunc(d.Stage.Trouble, func(a, b deployment.Trouble) int { return strings.Compare(string(a.State), string(b.State)) })
	skipped, back, given := d.Stage.Trouble[0].Target, d.Stage.Trouble[1].Target, d.Stage.Trouble[2].Target
	answer := func(advice deployment.Advice, names ...string) deployment.Deployment {
		t.Helper()
		if _, err := h.Control.Guide(context.Background(), practice.DefaultScope, house.Admin, id, control.Advice{Advice: advice, Targets: names, Reason: "it was looked at"}); err != nil {
			t.Fatal(err)
		}
		return h.Await(id)
	}
	if d := answer(deployment.SkipStep, skipped); d.State != deployment.AwaitingGuidance || d.Stage.Done != 1 {
		t.Fatalf("after the skip it is %s (%s): %+v", d.State, d.Cause, d.Stage)
	}
	// Bringing back meets the same obstacle: a person is asked about that alone.
	if d := answer(deployment.RemediateNow, back); d.State != deployment.AwaitingGuidance || d.Stage.Phase != deployment.Remediate || d.Stage.Total != 1 {
		t.Fatalf("while it is brought back it is %s (%s): %+v", d.State, d.Cause, d.Stage)
	}
	if err := os.Remove(filepath.Join(roots[back], "shop", "blocked")); err != nil {
		t.Fatal(err)
	}
	if d := answer(deployment.RetryTargets); d.State != deployment.AwaitingGuidance || d.Stage.Phase != deployment.Execute || d.Stage.Given != 1 {
		t.Fatalf("after the bringing back it is %s (%s): %+v", d.State, d.Cause, d.Stage)
	}
	d = answer(deployment.CloseAsFailed, given)
	if d.Result != deployment.Succeeded || !strings.Contains(d.Cause, "2 targets were given up: "+back+", "+given+"; what was before is back on 1 of them") {
		t.Errorf("it ended as %s: %s", d.Result, d.Cause)
	}
	for name, want := range map[string]string{skipped: "two", back: "one"} {
		page, err := os.ReadFile(filepath.Join(roots[name], "shop", "current", "page"))
		if err != nil || string(page) != want {
			t.Errorf("on %s the page is %q, %v; want %s", name, page, err, want)
		}
	}
	recordHolds(t, h)
}
