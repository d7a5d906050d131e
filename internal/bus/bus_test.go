package bus_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"

	"tranship.dev/tranship/internal/bus"
	"tranship.dev/tranship/internal/bus/bustest"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
)

func startEmbedded(t *testing.T, listen string, ask bus.Authenticate) *bus.Hub {
	t.Helper()
	hub, err := bus.StartServer(bus.ServerOptions{Listen: listen, Authenticate: ask, Log: bustest.Quiet()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(hub.Close)
	return hub
}

func TestEmbedded(t *testing.T) {
	t.Parallel()
	bustest.Run(t, func(t *testing.T, ask bus.Authenticate) *bus.Hub { return startEmbedded(t, "127.0.0.1:0", ask) })
}

// TestQuietStart demands that a sound bus starts without a warning: whoever
// reads one looks for a mistake of their own.
func TestQuietStart(t *testing.T) {
	t.Parallel()
	var said bytes.Buffer
	hub, err := bus.StartServer(bus.ServerOptions{Listen: "127.0.0.1:0", Log: slog.New(slog.NewTextHandler(&said, &slog.HandlerOptions{Level: slog.LevelWarn}))})
	if err != nil {
		t.Fatal(err)
	}
	hub.Close()
	if said.Len() > 0 {
		t.Errorf("the bus says at its start:\n%s", said.String())
	}
}

// TestCluster runs the suite on two servers of a cluster that is configured by
// file, as its owner would do; agents are on one, the hub on the other.
func TestCluster(t *testing.T) {
	t.Parallel()
	bustest.Run(t, startCluster)
}

func startCluster(t *testing.T, ask bus.Authenticate) *bus.Hub {
	t.Helper()
	issuer, err := nkeys.CreateAccount()
	if err != nil {
		t.Fatal(err)
	}
	public, _ := issuer.PublicKey()
	spare, _ := nkeys.CreateUser()
	sparePublic, _ := spare.PublicKey()
	text := fmt.Sprintf(`
listen: 127.0.0.1:-1
server_name: s%%d
cluster { name: c, listen: 127.0.0.1:-1, routes: [%%s] }
max_payload: 4MB
system_account: SYS
accounts {
  AGENTS { users: [ {user: hub, password: p}, {nkey: %s} ] }
  LETIN  { users: [ {user: letin, password: p} ] }
  SYS    { users: [ {user: sys, password: p} ] }
}
authorization {
  timeout: 10
  auth_callout { issuer: %s, account: LETIN, auth_users: [ hub, letin, sys ] }
}`, sparePublic, public)
	first := startNode(t, fmt.Sprintf(text, 1, ""))
	second := startNode(t, fmt.Sprintf(text, 2, `"nats://`+first.ClusterAddr().String()+`"`))
	for first.NumRoutes() == 0 || second.NumRoutes() == 0 {
		time.Sleep(time.Millisecond)
	}
	hub, err := bus.JoinCluster(bus.ClusterOptions{
		URL: second.ClientURL(), Account: "AGENTS", Issuer: issuer, Authenticate: ask, Log: bustest.Quiet(),
		Hub: bus.Login{User: "hub", Password: "p"}, LetIn: bus.Login{User: "letin", Password: "p"}, System: bus.Login{User: "sys", Password: "p"},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(hub.Close)
	return hub
}

func startNode(t *testing.T, text string) *server.Server {
	t.Helper()
	file := filepath.Join(t.TempDir(), "nats.conf")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	options, err := server.ProcessConfigFile(file)
	if err != nil {
		t.Fatal(err)
	}
	options.NoLog, options.NoSigs = true, true
	s, err := server.NewServer(options)
	if err != nil {
		t.Fatal(err)
	}
	go s.Start()
	if !s.ReadyForConnections(10 * time.Second) {
		t.Fatal("node does not start")
	}
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	return s
}

// TestRestart stops the server under a connected agent and starts another on
// the same port: the link is back without being told.
func TestRestart(t *testing.T) {
	t.Parallel()
	var fleet bustest.Fleet
	key := fleet.Enrol("a")
	first := startEmbedded(t, "127.0.0.1:0", fleet.Authenticate)
	if err := first.Serve(bustest.Handlers{}); err != nil {
		t.Fatal(err)
	}
	l := connect(t, bus.LinkOptions{URL: first.URL(), Key: key})
	up := make(chan struct{}, 100)
	l.OnHint(func() { up <- struct{}{} })
	<-up
	address := first.URL()[len("nats://"):]
	first.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := l.Hello(ctx, deployment.Hello{}); practice.CodeOf(err) != practice.Unavailable {
		t.Errorf("without a server: %v", err)
	}
	for len(up) > 0 {
		<-up
	}
	second := startEmbedded(t, address, fleet.Authenticate)
	if err := second.Serve(bustest.Handlers{}); err != nil {
		t.Fatal(err)
	}
	<-up
	if _, err := l.Hello(t.Context(), deployment.Hello{}); err != nil {
		t.Errorf("after the restart: %v", err)
	}
}

// TestBrokenWhileAsking stops the server while it still thinks about an answer:
// whoever waits is told at once, and need not wait for an answer that never comes.
func TestBrokenWhileAsking(t *testing.T) {
	t.Parallel()
	var fleet bustest.Fleet
	hub := startEmbedded(t, "127.0.0.1:0", fleet.Authenticate)
	asked, thinking := make(chan struct{}), make(chan struct{})
	t.Cleanup(func() { close(thinking) })
	if err := hub.Serve(bustest.Handlers{OnHello: func(deployment.Sender, deployment.Hello) (deployment.Welcome, error) {
		close(asked)
		<-thinking
		return deployment.Welcome{}, nil
	}}); err != nil {
		t.Fatal(err)
	}
	l := connect(t, bus.LinkOptions{URL: hub.URL(), Key: fleet.Enrol("a")})
	up := make(chan struct{}, 100)
	l.OnHint(func() { up <- struct{}{} })
	<-up
	said := make(chan error, 1)
	go func() {
		_, err := l.Hello(t.Context(), deployment.Hello{})
		said <- err
	}()
	<-asked
	go hub.Close()
	select {
	case err := <-said:
		if practice.CodeOf(err) != practice.Unavailable {
			t.Errorf("got %v", err)
		}
	case <-time.After(5 * time.Second):
		t.Error("it still waits 5 s after the connection broke")
	}
}

// TestEnrolledLate connects an agent whose key becomes known after it tried.
func TestEnrolledLate(t *testing.T) {
	t.Parallel()
	var fleet bustest.Fleet
	hub := startEmbedded(t, "127.0.0.1:0", fleet.Authenticate)
	if err := hub.Serve(bustest.Handlers{}); err != nil {
		t.Fatal(err)
	}
	key := fleet.Enrol("a")
	fleet.Revoke("a")
	l := connect(t, bus.LinkOptions{URL: hub.URL(), Key: key})
	up := make(chan struct{}, 100)
	l.OnHint(func() { up <- struct{}{} })
	time.Sleep(100 * time.Millisecond) // several refusals: nats.go gives up after two unless told otherwise
	fleet.Return(key, "a")
	<-up
}

func connect(t *testing.T, o bus.LinkOptions) *bus.Link {
	t.Helper()
	o.Name, o.Scope, o.Wait, o.Log = "a", practice.DefaultScope, 10*time.Millisecond, bustest.Quiet()
	l, err := bus.Connect(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l
}

func TestInProcess(t *testing.T) {
	t.Parallel()
	var fleet bustest.Fleet
	hub := startEmbedded(t, "", fleet.Authenticate)
	if err := hub.Serve(bustest.Handlers{}); err != nil {
		t.Fatal(err)
	}
	if hub.URL() != "" {
		t.Errorf("a server that listens nowhere has the URL %s", hub.URL())
	}
	l := connect(t, bus.LinkOptions{Hub: hub, Key: fleet.Enrol("a")})
	up := make(chan struct{}, 10)
	l.OnHint(func() { up <- struct{}{} })
	<-up
	if _, err := l.Hello(t.Context(), deployment.Hello{}); err != nil {
		t.Error(err)
	}
}

func TestListen(t *testing.T) {
	t.Parallel()
	for listen, want := range map[string]practice.Code{
		"0.0.0.0:0": practice.Refused, ":0": practice.Refused, "192.0.2.1:4222": practice.Refused,
		"nonsense": practice.Invalid, "127.0.0.1:x": practice.Invalid,
	} {
		_, err := bus.StartServer(bus.ServerOptions{Listen: listen, Log: bustest.Quiet()})
		if practice.CodeOf(err) != want {
			t.Errorf("listen on %s: %v, want %s", listen, err, want)
		}
	}
}

func TestRecorded(t *testing.T) {
	t.Parallel()
	var fleet bustest.Fleet
	hub := startEmbedded(t, "", fleet.Authenticate)
	type notice struct {
		scope practice.Scope
		size  int64
	}
	got := make(chan notice, 1)
	if err := hub.OnRecorded(func(scope practice.Scope, size int64) { got <- notice{scope, size} }); err != nil {
		t.Fatal(err)
	}
	hub.Recorded("acme.org", 41)
	if n := <-got; n != (notice{"acme.org", 41}) {
		t.Errorf("heard %v", n)
	}
}
