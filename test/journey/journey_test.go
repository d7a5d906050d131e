// Package journey_test takes releases through their life against the whole
// product in one process.
package journey_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/record"
	"tranship.dev/tranship/test/house"
)

const documents = `
apiVersion: tranship.dev/v1
kind: Environment
metadata: {name: test}
spec: {purpose: test, order: 1, owner: team}
---
apiVersion: tranship.dev/v1
kind: Target
metadata: {name: host-1}
spec: {environment: test, kind: host}
---
apiVersion: tranship.dev/v1
kind: Target
metadata: {name: host-2}
spec: {environment: test, kind: host}
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
  flow: [{environment: test, strategy: {waves: [{count: 1}, {percent: 100}]}}]
  onFailure: remediate
  procedures:
    - kind: software
      install:
        - {name: place, uses: files, with: {path: shop}}
  checks:
    target:
      - {name: there is a shell, uses: script, with: {check: [test, -x, /bin/sh]}}
    acceptance:
      - {name: it is whole, uses: script, with: {check: [test, "!", -e, broken], directory: shop/current}}
`

func TestInstallUpgradeRemediate(t *testing.T) {
	t.Parallel()
	h := house.Start(t)
	root := h.Agent("host-1")
	h.Agent("host-2")
	h.Apply(documents)
	h.Add("shop", "1.0.0", map[string]string{"page": "one"}, nil)
	h.Add("shop", "2.0.0", map[string]string{"page": "two"}, nil)
	h.Add("shop", "3.0.0", map[string]string{"page": "three", "broken": ""}, nil)

	expect(t, h, h.Deploy("shop@1.0.0", "test").ID, deployment.Succeeded)
	expect(t, h, h.Deploy("shop@2.0.0", "test").ID, deployment.Succeeded)
	broken := h.Deploy("shop@3.0.0", "test").ID
	expect(t, h, broken, deployment.Remediated)

	page, err := os.ReadFile(filepath.Join(root, "shop", "current", "page"))
	if err != nil || string(page) != "two" {
		t.Errorf("after the remediation the page is %q, %v; want two", page, err)
	}
	bundle, err := h.Control.Export(context.Background(), practice.DefaultScope, broken)
	if err != nil {
		t.Fatal(err)
	}
	if report := record.VerifyBundle(bundle, h.Keys.RecordKeys()...); !report.OK() {
		t.Errorf("the record of %s: %v", broken, report)
	}
	report, err := h.Control.VerifyRecord(context.Background(), practice.DefaultScope, "")
	if err != nil || !report.OK() {
		t.Errorf("the whole record: %v, %v", report, err)
	}
}

func expect(t *testing.T, h *house.House, id string, want deployment.Result) {
	t.Helper()
	if d := h.Await(id); d.Result != want {
		t.Fatalf("%s is %s %s (%s), want %s; %+v", id, d.State, d.Result, d.Cause, want, d.Waiting)
	}
}
