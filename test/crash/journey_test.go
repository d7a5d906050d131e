package crash

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/journey"
	"tranship.dev/tranship/internal/wiring"
	"tranship.dev/tranship/test/house"
)

const wayText = `kind: Person
metadata: {name: olga}
spec: {}
---
kind: ServiceAccount
metadata: {name: robot}
spec: {owner: olga}
---
kind: Component
metadata: {name: shop}
spec: {kind: software}
---
kind: Model
metadata: {name: shop}
spec:
  appliesTo: {components: [shop]}
  flow: [{environment: env-0}, {environment: env-1}, {environment: env-2}]
  procedures:
    - kind: software
      install:
        - {name: place, uses: files, with: {path: shop}}
  checks:
    acceptance:
      - {name: it is there, uses: script, with: {check: [test, -e, shop/current/page]}}
---
kind: Trigger
metadata: {name: shop}
spec: {on: push, component: shop, as: robot, mode: deployment}`

// TestAKilledServerGoesOnWithItsJourneys kills the server with SIGKILL again and
// again while a release goes its way by itself: it arrives, each environment was
// entered by one deployment, and the record tells it all.
func TestAKilledServerGoesOnWithItsJourneys(t *testing.T) {
	t.Parallel()
	listen, bus := freeAddress(t), freeAddress(t)
	h := house.StartOn(t, listen, bus)
	processes := []*process{newProcess(h.Dir, "server", child{Server: &wiring.ServerOptions{
		Dir: filepath.Join(h.Dir, "server"), Listen: listen, BusListen: bus, Version: "crash",
	}})}
	var roots []string
	text := wayText
	for i := range 3 {
		o := h.Enrol(fmt.Sprintf("host-%d", i))
		o.Log = nil
		roots = append(roots, o.Root)
		processes = append(processes, newProcess(h.Dir, o.Name, child{Agent: &o}))
		text += fmt.Sprintf("\n---\nkind: Environment\nmetadata: {name: env-%[1]d}\nspec: {purpose: test, order: %[1]d, owner: team}\n---\nkind: Target\nmetadata: {name: host-%[1]d}\nspec: {environment: env-%[1]d, kind: host}", i)
	}
	h.Apply("apiVersion: tranship.dev/v1\n" + strings.ReplaceAll(text, "\n---\n", "\n---\napiVersion: tranship.dev/v1\n"))
	h.Add("shop", "1.0.0", map[string]string{"page": "one"}, nil)
	h.Shut()
	for _, p := range processes {
		if err := p.start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := p.end(syscall.SIGKILL); err != nil {
				t.Error(err)
			}
		})
	}
	arrived := func() bool {
		for _, root := range roots {
			if page, err := os.ReadFile(filepath.Join(root, "shop", "current", "page")); err != nil || string(page) != "one" {
				return false
			}
		}
		return true
	}
	server := processes[0]
	for range 12 {
		time.Sleep(time.Duration(100+rand.IntN(200)) * time.Millisecond)
		if err := server.end(syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		if err := server.start(); err != nil {
			t.Fatal(err)
		}
	}
	for deadline := time.Now().Add(time.Minute); !arrived(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the release did not arrive within a minute after the last kill")
		}
	}
	if err := server.end(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	h.Open()
	judgeWay(t, h)
}

// judgeWay demands that the journey arrived by exactly one deployment into each
// environment, and that the record agrees with what is stored.
func judgeWay(t *testing.T, h *house.House) {
	t.Helper()
	ctx := context.Background()
	var j journey.Journey
	for deadline := time.Now().Add(time.Minute); j.Open(); time.Sleep(50 * time.Millisecond) {
		var err error
		if j, err = h.Control.Journey(ctx, practice.DefaultScope, "J-1"); err != nil {
			t.Fatal(err)
		}
		if time.Now().After(deadline) {
			t.Fatalf("it does not end: %+v", j)
		}
	}
	if j.Ending != journey.Arrived {
		t.Errorf("it %s: %s", j.Ending, j.Why)
	}
	made, err := h.Control.Deployments(ctx, practice.DefaultScope, deployment.Filter{}, practice.Page{})
	if err != nil || len(made) != 3 {
		t.Errorf("%d deployments, want 3; %v", len(made), err)
	}
	for _, d := range made {
		if d.Result != deployment.Succeeded || d.Journey != "J-1" {
			t.Errorf("%s into %s: %s %s", d.ID, d.Header.Environment, d.Result, d.Cause)
		}
	}
	report, err := h.Control.VerifyRecord(ctx, practice.DefaultScope, "")
	if err != nil || !report.OK() {
		t.Errorf("the record: %v, %v", report, err)
	}
}
