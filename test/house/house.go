// Package house starts a whole Tranship for tests: a server and agents in this
// process, as the command line starts them.
package house

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"tranship.dev/tranship/internal/artifact"
	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/document"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/wiring"
)

// Admin is who acts in tests.
var Admin = practice.Actor{Kind: practice.Person, Name: "admin"}

// House is a server with its agents.
type House struct {
	*wiring.Server
	Dir   string
	Token string // the administrator's

	listen, busListen string

	ahead  atomic.Int64 // how far the server's clock is ahead of the host's
	change []func(*wiring.ServerOptions)

	t      testing.TB
	now    func() time.Time // nil: the host's clock
	log    *slog.Logger
	agents map[string]*wiring.Agent
}

// Start starts a server in a directory of the test; it ends with the test.
// Change may alter how it runs.
func Start(t testing.TB, change ...func(*wiring.ServerOptions)) *House {
	t.Helper()
	return StartOn(t, "127.0.0.1:0", "127.0.0.1:0", change...)
}

// StartOn is Start with the addresses of the API and of the bus.
func StartOn(t testing.TB, listen, busListen string, change ...func(*wiring.ServerOptions)) *House {
	t.Helper()
	h := &House{t: t, Dir: t.TempDir(), listen: listen, busListen: busListen, change: change, agents: map[string]*wiring.Agent{}}
	var out io.Writer = io.Discard
	if os.Getenv("TRANSHIP_TEST_LOG") != "" {
		out = os.Stderr
	}
	h.log = slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	h.Open()
	h.Token = h.Bootstrap
	t.Cleanup(h.Shut)
	return h
}

// Open starts the server again on what an earlier one left.
func (h *House) Open() {
	h.t.Helper()
	listen, busListen := h.listen, h.busListen
	if h.Server != nil { // agents remember where it was
		listen, busListen = h.URL[len("http://"):], h.BusURL[len("nats://"):]
	}
	o := wiring.ServerOptions{
		Dir: filepath.Join(h.Dir, "server"), Listen: listen, BusListen: busListen, Version: "test", Log: h.log,
		Now: func() time.Time { return time.Now().Add(time.Duration(h.ahead.Load())) },
	}
	for _, change := range h.change {
		change(&o)
	}
	h.now = o.Now
	s, err := wiring.StartServer(context.Background(), o)
	if err != nil {
		h.t.Fatal(err)
	}
	h.Server = s
}

// Ahead moves the server's clock forward; what falls due by it is done when
// somebody asks for it.
func (h *House) Ahead(by time.Duration) { h.ahead.Add(int64(by)) }

// Time is the server's.
func (h *House) Time() time.Time { return h.now() }

// Shut ends agents and server.
func (h *House) Shut() {
	for _, a := range h.agents {
		a.Close()
	}
	h.Close()
}

// Agent enrols and starts an agent; its root is the directory that it gives.
func (h *House) Agent(name string, supervisor ...string) string {
	h.t.Helper()
	o := h.Enrol(name, supervisor...)
	a, err := wiring.StartAgent(context.Background(), o)
	if err != nil {
		h.t.Fatal(err)
	}
	h.agents[name] = a
	return o.Root
}

// Halt ends an agent, as its host's service manager would.
func (h *House) Halt(name string) {
	h.agents[name].Close()
	delete(h.agents, name)
}

// Again starts an agent that was enrolled before.
func (h *House) Again(name string) {
	h.t.Helper()
	o := wiring.AgentOptions{
		Name: name, StateDir: filepath.Join(h.Dir, "agents", name), Root: filepath.Join(h.Dir, "roots", name),
		Supervisor: []string{"/bin/false"}, Version: "test", Log: h.log, Now: h.now,
	}
	a, err := wiring.StartAgent(context.Background(), o)
	if err != nil {
		h.t.Fatal(err)
	}
	h.agents[name] = a
}

// Enrol enrols an agent and says how it is started.
func (h *House) Enrol(name string, supervisor ...string) wiring.AgentOptions {
	h.t.Helper()
	ctx := context.Background()
	token, _, err := h.Control.NewEnrolment(ctx, practice.DefaultScope, Admin, name, time.Hour)
	if err != nil {
		h.t.Fatal(err)
	}
	root := filepath.Join(h.Dir, "roots", name)
	if err := os.MkdirAll(root, 0o755); err != nil {
		h.t.Fatal(err)
	}
	o := wiring.AgentOptions{Name: name, StateDir: filepath.Join(h.Dir, "agents", name), Root: root, Supervisor: supervisor, Version: "test", Log: h.log, Now: h.now}
	if len(o.Supervisor) == 0 {
		o.Supervisor = []string{"/bin/false"}
	}
	if err := wiring.EnrolAgent(ctx, h.URL, token, o); err != nil {
		h.t.Fatal(err)
	}
	return o
}

// Apply applies YAML documents as the administrator.
func (h *House) Apply(text string) {
	h.t.Helper()
	h.ApplyAs(Admin, text)
}

// ApplyAs applies YAML documents as somebody.
func (h *House) ApplyAs(by practice.Actor, text string) {
	h.t.Helper()
	reader, err := document.New(document.Options{})
	if err != nil {
		h.t.Fatal(err)
	}
	docs, err := reader.Read([]control.File{{Name: "test.yaml", Text: text}})
	if err != nil {
		h.t.Fatal(err)
	}
	if _, err := h.Control.Apply(context.Background(), practice.DefaultScope, by, docs, false); err != nil {
		h.t.Fatal(err)
	}
}

// Add packs files into a version of a component, pushes and admits it.
// A key signs it.
func (h *House) Add(component, version string, files map[string]string, key ed25519.PrivateKey) library.Version {
	h.t.Helper()
	return h.AddMade(component, version, library.Origin{}, files, key)
}

// AddMade is Add with where the version comes from.
func (h *House) AddMade(component, version string, from library.Origin, files map[string]string, key ed25519.PrivateKey) library.Version {
	h.t.Helper()
	dir := h.t.TempDir()
	for name, content := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			h.t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o755); err != nil {
			h.t.Fatal(err)
		}
	}
	v, err := h.add(component, version, from, dir, key)
	if err != nil {
		h.t.Fatal(err)
	}
	return v
}

func (h *House) add(component, version string, from library.Origin, dir string, key ed25519.PrivateKey) (library.Version, error) {
	ctx := context.Background()
	packed, err := artifact.Pack(dir)
	if err != nil {
		return library.Version{}, err
	}
	if err := artifact.Push(ctx, artifact.Registry{Endpoint: h.URL, Token: h.Token}, component, artifact.Tag(version), packed); err != nil {
		return library.Version{}, fmt.Errorf("push: %w", err)
	}
	v := library.Version{Component: component, Version: version, Digest: packed.Digest, Reference: component, Origin: from}
	if key != nil {
		envelope, err := library.NewStatement(component, version, packed.Digest, from).Sign(key)
		if err != nil {
			return v, err
		}
		v.Signature = &envelope
	}
	return h.Control.AddVersion(ctx, practice.DefaultScope, Admin, v, true)
}

// Deploy plans and deploys a release into an environment.
func (h *House) Deploy(release, environment string) deployment.Deployment {
	h.t.Helper()
	d, err := h.TryDeploy(control.PlanRequest{Release: release, Environment: environment})
	if err != nil {
		h.t.Fatal(err)
	}
	return d
}

// TryDeploy plans and deploys, and gives what stands against it.
func (h *House) TryDeploy(r control.PlanRequest) (deployment.Deployment, error) {
	ctx := context.Background()
	planned, err := h.Control.Plan(ctx, practice.DefaultScope, Admin, r)
	if err != nil {
		return deployment.Deployment{}, err
	}
	return h.Control.Deploy(ctx, practice.DefaultScope, Admin, control.DeploymentRequest{Plan: planned.ID, Digest: planned.Digest})
}

// Await waits until a deployment is closed or awaits guidance, and gives it.
func (h *House) Await(id string) deployment.Deployment {
	h.t.Helper()
	sizes, stop := h.Listen()
	defer stop()
	deadline := time.After(time.Minute)
	for {
		d, err := h.Control.Deployment(context.Background(), practice.DefaultScope, id)
		if err != nil {
			h.t.Fatal(err)
		}
		if d.State == deployment.Closed || d.State == deployment.AwaitingGuidance {
			return d
		}
		select {
		case <-sizes:
		case <-deadline:
			h.t.Fatalf("%s is still %s after a minute: %+v", id, d.State, deployment.Why(d, time.Now()))
		}
	}
}
