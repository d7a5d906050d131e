package journey_test

import (
	"path/filepath"
	"strings"
	"testing"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/party"
	"tranship.dev/tranship/internal/practice/plan"
)

// TestR73CriteriaOfARemoval: a removal is held by the criteria that the model
// names for removals, and by no other: a person is asked before it begins, a check of
// removals judges its end, and where it is not met, it waits; what was judged is
// sealed. An installation is not held by them.
func TestR73CriteriaOfARemoval(t *testing.T) {
	t.Parallel()
	at := strings.LastIndex(documents, "apiVersion:")
	h, roots := farm(t, people+"---\napiVersion: tranship.dev/v1\nkind: Component\nmetadata: {name: shop}\nspec: {kind: software}\n---\n"+
		strings.NewReplacer("  onFailure: remediate\n", `  onFailure: guidance
  criteria:
    - {name: agreed-in, kind: entry, stage: verify-components, question: "may it come?", group: operations}
    - {name: unused, for: [remove], kind: entry, stage: verify-components, question: "does nobody use it any more?", group: security}
    - {name: is-gone, for: [remove], kind: acceptance, check: nothing is left}
    - {name: shell, for: [install, remove], kind: exit, stage: verify-targets, check: there is a shell}
    - {name: signed-off, for: [remove], kind: acceptance, question: "is it off the books?"}
`, "    acceptance:\n", `    removal:
      - {name: nothing is left, uses: script, with: {check: [test, "!", -e, shop/current], directory: .}}
    acceptance:
`).Replace(documents[at:]), "host-1", "host-2")
	h.Add("shop", "1.0.0", map[string]string{"page": "one"}, nil)
	came := request(t, h, anna, control.AskRequest{})
	if err := judge(h, person("ben"), came.ID, "agreed-in"); err != nil {
		t.Fatal(err)
	}
	if in := h.Await(came.ID); in.Result != deployment.Succeeded || len(in.Header.Criteria) != 2 {
		t.Fatalf("the installation ended as %s with %d criteria: %s", in.Result, len(in.Header.Criteria), in.Cause)
	}

	d, err := h.TryDeploy(control.PlanRequest{Release: "shop@1.0.0", Environment: "test", Direction: plan.Remove})
	if err != nil {
		t.Fatal(err)
	}
	if d = show(t, h, d.ID); d.State != deployment.Scheduled || !strings.Contains(d.Waiting.Reasons[0].Message, "does nobody use it any more?") || len(d.Header.Criteria) != 4 {
		t.Fatalf("the removal is %s with %d criteria: %+v", d.State, len(d.Header.Criteria), d.Waiting)
	}
	tasks, _, err := h.Control.Tasks(t.Context(), practice.DefaultScope, person("dora"), party.Manager, control.TasksMine, practice.Page{})
	if err != nil || len(tasks) != 1 || tasks[0].ID != d.ID+".unused" {
		t.Errorf("dora is asked %+v, %v", tasks, err)
	}
	if err := judge(h, anna, d.ID, "unused"); practice.CodeOf(err) != practice.Forbidden {
		t.Errorf("anna answers for security: %v", err)
	}
	if !isThere(roots["host-1"], filepath.Join("shop", "current")) {
		t.Fatal("it was taken off before anybody agreed")
	}
	if err := judge(h, person("dora"), d.ID, "unused"); err != nil {
		t.Fatal(err)
	}
	if d = h.Await(d.ID); d.State != deployment.AwaitingGuidance || d.Stage.Held != deployment.AtEnd {
		t.Fatalf("after it was taken off it is %s at %q: %s", d.State, d.Stage.Held, d.Cause)
	}
	if err := judge(h, anna, d.ID, "signed-off"); err != nil {
		t.Fatal(err)
	}
	if d = h.Await(d.ID); d.Result != deployment.Succeeded {
		t.Fatalf("the removal ended as %s: %s", d.Result, d.Cause)
	}
	stands := map[string]deployment.Standing{}
	for _, j := range d.Criteria {
		stands[j.Criterion] = j.Standing
	}
	for _, name := range []string{"unused", "is-gone", "shell", "signed-off"} {
		if stands[name] != deployment.CriterionMet {
			t.Errorf("criterion %s is %q", name, stands[name])
		}
	}
	wholeRecord(t, h, d.ID)
	recordHolds(t, h)
}
