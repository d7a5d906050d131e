package journey_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/internal/practice/record"
	"tranship.dev/tranship/test/house"
)

// watchedDocuments has one host that is watched for its packages and users; the
// shop's model installs a package and adds a user by a script.
const watchedDocuments = `
apiVersion: tranship.dev/v1
kind: Environment
metadata: {name: test}
spec: {purpose: test, order: 1, owner: team, inspection: {watch: [packages, users]}}
---
apiVersion: tranship.dev/v1
kind: Target
metadata: {name: host-1}
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
  flow: [{environment: test}]
  procedures:
    - kind: software
      install:
        - {name: place, uses: files, with: {path: shop}}
        - name: what it needs
          uses: script
          with: {argv: [sh, -c, "cat shop/current/needs >> var/lib/dpkg/status; echo shop:x:998:998::/shop:/bin/false >> etc/passwd"], check: [grep, -q, ^shop, etc/passwd], directory: .}
  checks:
    acceptance:
      - {name: its user is there, uses: script, with: {check: [grep, -q, ^shop, etc/passwd], directory: .}}
`

// installed gives a root the packages that dpkg says are there.
func installed(t *testing.T, root string, packages ...string) {
	t.Helper()
	var status strings.Builder
	for _, p := range packages {
		name, version, _ := strings.Cut(p, " ")
		status.WriteString(stanza(name, version))
	}
	if err := os.MkdirAll(filepath.Join(root, "var/lib/dpkg"), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(root, "var/lib/dpkg/status"), status.String())
}

func stanza(name, version string) string {
	return fmt.Sprintf("Package: %s\nStatus: install ok installed\nVersion: %s\nArchitecture: all\nMaintainer: x\nDescription: x\n\n", name, version)
}

// TestR92WhatArrivesOnAHostIsFound: a package, another version of one, and a user
// that came to a watched host without a deployment are drift; what a deployment
// brings is not. It is accepted with a reason, or ends when it is gone; no
// deployment is asked for to repair it. The record tells and proves it all.
func TestR92WhatArrivesOnAHostIsFound(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("dpkg-query"); err != nil {
		t.Skip("needs dpkg-query")
	}
	ctx := context.Background()
	h := house.Start(t)
	root := h.Agent("host-1")
	const users = "root:x:0:0::/root:/bin/sh\n"
	installed(t, root, "libc6 2.36", "openssl 3.0.1")
	if err := os.MkdirAll(filepath.Join(root, "etc"), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(root, "etc/passwd"), users)
	write(t, filepath.Join(root, "etc/group"), "root:x:0:\n")
	h.Apply(watchedDocuments)
	right := func(when string) {
		t.Helper()
		seenOnHost(t, h, when+", host-1 is as recorded", func(l control.LookedAt) bool { return l.State == drift.AsRecorded })
	}
	right("looked at for the first time")
	right("looked at again")

	installed(t, root, "libc6 2.36", "openssl 3.0.2", "htop 3.2.1")
	write(t, filepath.Join(root, "etc/passwd"), users+"mallory:x:1000:1000::/home/mallory:/bin/bash\n")
	seenOnHost(t, h, "two drifts came without a deployment", func(l control.LookedAt) bool { return l.State == drift.Unmanaged && len(l.Drifts) == 2 })
	packages, people := hostDrift(t, h, "host:packages"), hostDrift(t, h, "host:users")
	if got := fmt.Sprint(packages.Found.Differences); got != "[{ package htop  3.2.1} { package openssl 3.0.1 3.0.2}]" {
		t.Errorf("of the packages differs %s", got)
	}
	if got := people.Found.Words(); got != "unmanaged: user mallory (uid 1000, gid 1000, home /home/mallory, shell /bin/bash) came without a deployment" {
		t.Errorf("of the users it says %q", got)
	}
	if _, err := h.Control.RepairDrift(ctx, practice.DefaultScope, house.Admin, control.DriftChoice{Drifts: []string{packages.ID}}, "away with it", control.AskRequest{}); practice.CodeOf(err) != practice.Refused {
		t.Errorf("a deployment is to take off what none put there: %v", err)
	}

	// It goes by itself: the drift ends. The other is accepted.
	write(t, filepath.Join(root, "etc/passwd"), users)
	seenOnHost(t, h, "the packages are drift alone", func(l control.LookedAt) bool { return len(l.Drifts) == 1 })
	if d, err := h.Control.Drift(ctx, practice.DefaultScope, people.ID); err != nil || d.End != drift.Righted {
		t.Errorf("after the user was taken away its drift ended as %q: %v", d.End, err)
	}
	if _, err := h.Control.AcceptDrift(ctx, practice.DefaultScope, house.Admin, control.DriftChoice{Drifts: []string{packages.ID}}, "security update, C-7"); err != nil {
		t.Fatal(err)
	}
	right("accepted")

	// What a deployment brings is the reference afterwards; what came before it stays drift.
	installed(t, root, "libc6 2.36", "openssl 3.0.2", "htop 3.2.1", "netcat 1.2")
	seenOnHost(t, h, "netcat came", func(l control.LookedAt) bool { return len(l.Drifts) == 1 })
	nc := hostDrift(t, h, "host:packages")
	h.Add("shop", "1.0.0", map[string]string{"page": "one", "needs": stanza("libshop", "1.0")}, nil)
	expect(t, h, h.Deploy("shop@1.0.0", "test").ID, deployment.Succeeded)
	seenOnHost(t, h, "the deployment is in the reference", func(control.LookedAt) bool { return saidAbout(t, h, "reference/host-1/packages") == 3 })
	if after := hostDrift(t, h, "host:packages"); after.ID != nc.ID || fmt.Sprint(after.Found.Differences) != "[{ package netcat  1.2}]" {
		t.Errorf("after the deployment stands %s with %v, want %s with what came before it alone", after.ID, after.Found.Differences, nc.ID)
	}
	if list := standing(t, h, drift.Filter{Component: "host:users"}); len(list) > 0 {
		t.Errorf("the user that the deployment added is drift: %+v", list)
	}
	installed(t, root, "libc6 2.36", "openssl 3.0.2", "htop 3.2.1", "libshop 1.0")
	right("rid of what came before")
	recordHolds(t, h)

	// What is not watched any more is forgotten.
	installed(t, root, "libc6 2.36")
	seenOnHost(t, h, "packages went", func(l control.LookedAt) bool { return len(l.Drifts) == 1 })
	gone := hostDrift(t, h, "host:packages")
	h.Apply(strings.Replace(watchedDocuments, "[packages, users]", "[users]", 1))
	right("not watched any more")
	if d, err := h.Control.Drift(ctx, practice.DefaultScope, gone.ID); err != nil || d.End != drift.Unwatched {
		t.Errorf("the drift of what is not watched any more ended as %q: %v", d.End, err)
	}
	if n := saidAbout(t, h, "reference/host-1/packages"); n != 4 {
		t.Errorf("the record tells %d times of the packages' reference, want its begin, its acceptance, the deployment, and its end", n)
	}
	recordHolds(t, h)
}

// seenOnHost has host-1 looked at until it is found so: a look that began before
// something was done may tell of it as it was.
func seenOnHost(t *testing.T, h *house.House, what string, is func(control.LookedAt) bool) {
	t.Helper()
	for range 20 {
		if is(looked(t, h)["host-1"]) {
			return
		}
	}
	t.Fatalf("it is not found that %s: %+v %+v", what, looked(t, h)["host-1"], standing(t, h, drift.Filter{}))
}

// hostDrift gives the drift of what a host is watched for.
func hostDrift(t *testing.T, h *house.House, component string) drift.Drift {
	t.Helper()
	list := standing(t, h, drift.Filter{Component: component})
	if len(list) != 1 || list[0].State != drift.Unmanaged || list[0].Watch == "" {
		t.Fatalf("of %s stand %+v, want one that came without a deployment", component, list)
	}
	return list[0]
}

// saidAbout counts the entries about a subject.
func saidAbout(t *testing.T, h *house.House, subject string) int {
	t.Helper()
	rows, err := h.Control.Entries(context.Background(), practice.DefaultScope, record.Filter{Subject: subject}, practice.Page{Limit: practice.MaxLimit})
	if err != nil {
		t.Fatal(err)
	}
	return len(rows)
}
