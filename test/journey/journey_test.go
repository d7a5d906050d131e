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
	recordHolds(t, h)
}

// host gives the document of a host in the environment test.
func host(name string) string {
	return "apiVersion: tranship.dev/v1\nkind: Target\nmetadata: {name: " + name + "}\nspec: {environment: test, kind: host}\n---\n"
}

// ground gives the documents of the environment test and its hosts; more may follow.
func ground(hosts ...string) string {
	text := "apiVersion: tranship.dev/v1\nkind: Environment\nmetadata: {name: test}\nspec: {purpose: test, order: 1, owner: team}\n---\n"
	for _, name := range hosts {
		text += host(name)
	}
	return text
}

// farm starts a house with hosts in the environment test, and gives their roots.
func farm(t *testing.T, documents string, hosts ...string) (*house.House, map[string]string) {
	t.Helper()
	h := house.Start(t)
	h.Apply(ground(hosts...) + documents)
	return h, agents(h, hosts...)
}

// agents starts the agents of hosts, and gives their roots.
func agents(h *house.House, hosts ...string) map[string]string {
	roots := map[string]string{}
	for _, name := range hosts {
		roots[name] = h.Agent(name)
	}
	return roots
}

func expect(t *testing.T, h *house.House, id string, want deployment.Result) {
	t.Helper()
	if d := h.Await(id); d.Result != want {
		t.Fatalf("%s is %s %s (%s), want %s; %+v", id, d.State, d.Result, d.Cause, want, d.Waiting)
	}
}
