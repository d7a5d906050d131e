package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"tranship.dev/tranship/internal/artifact"
	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/document"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/wiring"
	"tranship.dev/tranship/test/bench/peers"
	"tranship.dev/tranship/test/lab"
)

var admin = practice.Actor{Kind: practice.Person, Name: "bench"}

const shared = `
apiVersion: tranship.dev/v1
kind: Environment
metadata: {name: live}
spec: {purpose: live, order: 1, owner: bench}
---
apiVersion: tranship.dev/v1
kind: Component
metadata: {name: bench}
spec: {kind: software}
---
apiVersion: tranship.dev/v1
kind: Model
metadata: {name: bench}
spec:
  appliesTo: {components: [bench]}
  flow: [{environment: live}]
  procedures:
    - kind: software
      install:
        - {name: place, uses: files, with: {path: opt/bench}}
        - {name: run, uses: systemd, with: {unit: bench.service, file: bench.service, settle: 20ms}}
  checks:
    acceptance:
      - {name: answers, uses: http, with: {url: "http://127.0.0.1:%s/version", bodyContains: "${version}", within: 30s, interval: 100ms}}
`

// transhipPeer is a server here and an agent, the real binary under systemd, on each host.
type transhipPeer struct {
	server *wiring.Server
	dir    string
}

func startTranship(ctx context.Context, l *lab.Lab, binary string) (peer, error) {
	dir, err := os.MkdirTemp("", "tranship-side-server-")
	if err != nil {
		return nil, err
	}
	gateway := l.Gateway.String()
	p := &transhipPeer{dir: dir}
	p.server, err = wiring.StartServer(ctx, wiring.ServerOptions{
		Dir: filepath.Join(dir, "server"), Listen: net.JoinHostPort(gateway, "0"), BusListen: net.JoinHostPort(gateway, "0"), Version: "bench",
		Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	if err != nil {
		return nil, err
	}
	if err := p.furnish(ctx, l); err != nil {
		return nil, err
	}
	var all errgroup.Group
	for _, h := range l.Hosts {
		all.Go(func() error { return p.enrol(ctx, h, binary) })
	}
	return p, all.Wait()
}

func (p *transhipPeer) furnish(ctx context.Context, l *lab.Lab) error {
	var text strings.Builder
	fmt.Fprintf(&text, shared, peers.Port)
	for _, h := range l.Hosts {
		fmt.Fprintf(&text, "---\napiVersion: tranship.dev/v1\nkind: Target\nmetadata: {name: %s}\nspec: {environment: live, kind: host}\n", h.Name)
	}
	reader, err := document.New(document.Options{})
	if err != nil {
		return err
	}
	docs, err := reader.Read([]control.File{{Name: "bench.yaml", Text: text.String()}})
	if err != nil {
		return err
	}
	_, err = p.server.Control.Apply(ctx, practice.DefaultScope, admin, docs, false)
	return err
}

const agentUnit = `[Unit]
Description=Tranship agent
[Service]
ExecStart=/usr/local/bin/tranship agent
KillMode=process
`

// enrol installs and starts the agent of one host.
func (p *transhipPeer) enrol(ctx context.Context, h *lab.Host, binary string) error {
	e, err := p.server.Enrolment(ctx, h.Name)
	if err != nil {
		return err
	}
	unit := filepath.Join(p.dir, h.Name+".service")
	if err := os.WriteFile(unit, []byte(agentUnit), 0o600); err != nil {
		return err
	}
	if err := h.CopyIn(ctx, binary, "/usr/local/bin/tranship", 0o755); err != nil {
		return err
	}
	if err := h.CopyIn(ctx, unit, "/etc/systemd/system/tranship-agent.service", 0o644); err != nil {
		return err
	}
	for _, line := range [][]string{
		{"/usr/local/bin/tranship", "agent", "enrol", "--server", p.server.URL, "--token", e, "--name", h.Name},
		{"systemctl", "daemon-reload"},
		{"systemctl", "start", "tranship-agent.service"},
	} {
		if out, errs, err := h.Exec(ctx, line...); err != nil {
			return fmt.Errorf("%s on %s: %w: %s%s", line[0], h.Name, err, out, errs)
		}
	}
	return nil
}

// Run adds the artifact to the library, which is not measured, and deploys it.
func (p *transhipPeer) Run(ctx context.Context, a peers.Artifact) (time.Duration, error) {
	packed, err := artifact.Pack(a.Folder)
	if err != nil {
		return 0, err
	}
	registry := artifact.Registry{Endpoint: p.server.URL, Token: p.server.Bootstrap, CA: p.server.Pool()}
	if err := artifact.Push(ctx, registry, "bench", artifact.Tag(a.Version), packed); err != nil {
		return 0, err
	}
	v := library.Version{Component: "bench", Version: a.Version, Digest: packed.Digest, Reference: "bench"}
	if _, err := p.server.Control.AddVersion(ctx, practice.DefaultScope, admin, v, true); err != nil {
		return 0, err
	}
	begun := time.Now()
	planned, err := p.server.Control.Plan(ctx, practice.DefaultScope, admin, control.PlanRequest{Release: "bench@" + a.Version, Environment: "live"})
	if err != nil {
		return 0, err
	}
	sizes, stop := p.server.Listen()
	defer stop()
	d, err := p.server.Control.Deploy(ctx, practice.DefaultScope, admin, control.DeploymentRequest{Plan: planned.ID})
	for err == nil && d.State != deployment.Closed && d.State != deployment.AwaitingGuidance {
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-sizes:
		}
		d, err = p.server.Control.Deployment(ctx, practice.DefaultScope, d.ID)
	}
	if err != nil {
		return 0, err
	}
	if d.Result != deployment.Succeeded {
		return 0, fmt.Errorf("%s is %s %s: %s %+v", d.ID, d.State, d.Result, d.Cause, d.Waiting)
	}
	took := time.Since(begun)
	return took, p.tell(ctx, d)
}

// tell prints what took how long on the first target, for those who look for time.
func (p *transhipPeer) tell(ctx context.Context, d deployment.Deployment) error {
	if os.Getenv("TRANSHIP_BENCH_TELL") == "" {
		return nil
	}
	rows, err := p.server.Control.DeploymentTargets(ctx, practice.DefaultScope, d.ID, deployment.TargetFilter{}, practice.Page{Limit: 1})
	if err != nil {
		return err
	}
	reports, err := p.server.Control.ReportsOf(ctx, practice.DefaultScope, d.ID, rows[0].Name, practice.Page{})
	for _, r := range reports {
		fmt.Fprintf(os.Stderr, "  %s %-9s %-10s %s\n", r.At.Format("05.000"), r.Kind, r.StepName, r.Took)
	}
	return err
}

// Close ends the server.
func (p *transhipPeer) Close() error {
	p.server.Close()
	return os.RemoveAll(p.dir)
}
