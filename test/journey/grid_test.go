package journey_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/httpapi"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/party"
	"tranship.dev/tranship/test/house"
)

const gridDocuments = `apiVersion: tranship.dev/v1
kind: Component
metadata: {name: shop}
spec: {kind: software}
---
apiVersion: tranship.dev/v1
kind: Model
metadata: {name: shop}
spec:
  appliesTo: {components: [shop]}
  flow: [{environment: test, strategy: {waves: [{count: 8}, {percent: 100}], maxFailures: 2}}]
  onFailure: guidance
  procedures:
    - kind: software
      install:
        - {name: place, uses: files, with: {path: "${target.name}/shop"}}
        - {name: nothing stands in the way, uses: script, with: {argv: [test, "!", -e, refuse], directory: "${target.name}"}}
  checks:
    acceptance:
      - {name: it is there, uses: script, with: {check: [test, -e, page], directory: "${target.name}/shop/current"}}
`

// What a page draws of many targets comes in few bytes: how each stands, in the order
// in which names and failure domains come; and nothing at all when nothing changed.
// What failed alike is one matter, and exactly that is answered for (pain 8).
func TestPain08ManyTargetsAreDrawnAndAnsweredByCause(t *testing.T) {
	t.Parallel()
	h := house.Start(t)
	root := h.Agent("host")
	documents := ground() + gridDocuments
	for i := range 10 {
		documents += fmt.Sprintf("---\napiVersion: tranship.dev/v1\nkind: Target\nmetadata: {name: web-%d, labels: {site: s%d}}\nspec: {environment: test, kind: host, agent: host}\n", i, i%2)
	}
	h.Apply(documents + "---\n" + strings.TrimSpace(people))
	h.Add("shop", "1.0.0", map[string]string{"page": "one"}, nil)
	blocked := []string{"web-1", "web-2", "web-6"}
	for _, name := range blocked {
		if err := os.MkdirAll(filepath.Join(root, name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, name, "refuse"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d := h.Await(h.Deploy("shop@1.0.0", "test").ID)
	if d.State != deployment.AwaitingGuidance || d.Stage.Failed != 3 {
		t.Fatalf("%s is %s (%s): %+v", d.ID, d.State, d.Cause, d.Stage)
	}
	b := invited(t, h, "anna", party.Viewer)
	path := "/deployments/" + d.ID

	g := look[control.TargetGrid](b, path+"/grid")
	if g.Total != 10 || g.Looks != "d2f3dfd2w" || len(g.Waves) != 2 || g.Waves[0].Looks[deployment.LookFailed] != 3 || g.Revision != d.Revision {
		t.Errorf("grid: %+v", g)
	}
	status, text, headers := b.ask(http.MethodGet, "/api/v1"+path+"/grid", "", "If-None-Match", fmt.Sprintf("%q", fmt.Sprint(g.Revision)))
	if status != http.StatusNotModified || text != "" || headers.Get("ETag") != fmt.Sprintf("%q", fmt.Sprint(g.Revision)) {
		t.Errorf("what is known already: %d %q %v", status, text, headers)
	}
	if status, text, _ := b.ask(http.MethodGet, "/api/v1"+path+"/grid", "", "If-None-Match", `"1"`); status != http.StatusOK || text == "" {
		t.Errorf("what was known long ago: %d %q", status, text)
	}
	if n := look[control.GridNames](b, path+"/grid/names?from=7&limit=2"); n.From != 7 || !slices.Equal(n.Names, []string{"web-7", "web-8"}) {
		t.Errorf("names: %+v", n)
	}
	sites := look[control.GridDomains](b, path+"/grid/domains")
	if sites.By != "site" || len(sites.Domains) != 2 || sites.Domains[1].Name != "s1" || !slices.Equal(sites.Domains[1].Spans, []int{1, 1, 3, 1, 5, 1, 7, 1, 9, 1}) {
		t.Errorf("domains: %+v", sites)
	}
	if few := look[control.GridDomains](b, path+"/grid/domains?by=none"); len(few.Domains) != 1 || !slices.Equal(few.Domains[0].Spans, []int{0, 10}) {
		t.Errorf("by a label that no target has: %+v", few)
	}
	failed := look[struct{ Items []deployment.Target }](b, path+"/targets?look=failed&limit=2")
	if len(failed.Items) != 2 || failed.Items[0].Name != "web-1" || failed.Items[1].Name != "web-2" {
		t.Errorf("a page of those that failed: %+v", failed.Items)
	}
	if named := look[struct{ Items []deployment.Target }](b, path+"/targets?name=web-9,web-3,gone"); len(named.Items) != 2 || named.Items[0].Name != "web-3" {
		t.Errorf("by name: %+v", named.Items)
	}

	causes := look[httpapi.Failures](b, path+"/failures?names=true")
	if len(causes.Items) != 1 || causes.Items[0].Count != 3 || !slices.Equal(causes.Items[0].Targets, blocked) || causes.Items[0].Look != deployment.LookFailed || causes.Items[0].Step != "nothing stands in the way" {
		t.Fatalf("causes: %+v", causes.Items)
	}
	if none := look[httpapi.Failures](b, path+"/failures?cause=none"); len(none.Items) != 0 {
		t.Errorf("another cause: %+v", none.Items)
	}
	for _, name := range causes.Items[0].Targets {
		if err := os.Remove(filepath.Join(root, name, "refuse")); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := h.Control.Guide(t.Context(), practice.DefaultScope, house.Admin, d.ID, control.Advice{Advice: deployment.RetryTargets, Targets: causes.Items[0].Targets, Reason: "the way is free"}); err != nil {
		t.Fatal(err)
	}
	expect(t, h, d.ID, deployment.Succeeded)
	if causes := look[httpapi.Failures](b, path+"/failures"); len(causes.Items) != 0 {
		t.Errorf("causes in the end: %+v", causes.Items)
	}
	if g := look[control.TargetGrid](b, path+"/grid"); g.Looks != "10d" {
		t.Errorf("in the end: %+v", g)
	}
	for _, row := range look[struct{ Items []deployment.Target }](b, path+"/targets?wave=1").Items {
		if want := map[bool]int{true: 1, false: 0}[slices.Contains(blocked, row.Name)]; row.Attempt-3 != want {
			t.Errorf("%s was executed %d times; only what failed is tried again", row.Name, row.Attempt-2)
		}
	}
}
