package tour_test

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/wiring"
)

// world is what a script has started: it ends with the script.
type world struct {
	log    *slog.Logger
	dir    string // of the server
	server *wiring.Server
	agents map[string]*wiring.Agent
}

type worldKey struct{}

func worldOf(ts *testscript.TestScript) *world { return ts.Value(worldKey{}).(*world) }

// settle gives a script an empty world, the documents and releases of
// testdata/house, and a home in which login keeps things.
func settle(env *testscript.Env) error {
	if err := os.CopyFS(env.WorkDir, os.DirFS("testdata/house")); err != nil {
		return err
	}
	home := filepath.Join(env.WorkDir, "home")
	if err := os.MkdirAll(home, 0o700); err != nil {
		return err
	}
	env.Setenv("HOME", home)
	env.Setenv("TZ", "UTC")
	env.Setenv("PATH", filepath.Dir(binary)+string(os.PathListSeparator)+env.Getenv("PATH"))
	w := &world{log: slog.New(slog.DiscardHandler), agents: map[string]*wiring.Agent{}}
	if os.Getenv("TRANSHIP_TEST_LOG") != "" {
		w.log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	env.Values[worldKey{}] = w
	env.Defer(w.close)
	return nil
}

func (w *world) close() {
	for name := range w.agents {
		w.stopAgent(name)
	}
	w.stopServer()
}

func (w *world) stopAgent(name string) {
	w.agents[name].Close()
	delete(w.agents, name)
}

func (w *world) stopServer() {
	if w.server != nil {
		w.server.Close()
		w.server = nil
	}
}

// serverVerb starts a server: server [DIRECTORY]. TRANSHIP_URL and, at its first
// start, TRANSHIP_TOKEN lead to it. Started again, it has the addresses it had.
func serverVerb(ts *testscript.TestScript, neg bool, args []string) {
	w := worldOf(ts)
	if neg || len(args) > 1 || w.server != nil {
		ts.Fatalf("usage: server [DIRECTORY], one at a time")
	}
	w.dir = ts.MkAbs(append(args, "data")[0])
	o := wiring.ServerOptions{Dir: w.dir, Listen: "127.0.0.1:0", BusListen: "127.0.0.1:0", Version: "test", Log: w.log}
	if known := ts.Getenv("TRANSHIP_URL"); known != "" {
		o.Listen, o.BusListen = hostOf(ts, known), hostOf(ts, ts.Getenv("BUS_URL"))
	}
	s, err := wiring.StartServer(context.Background(), o)
	ts.Check(err)
	w.server = s
	ts.Setenv("TRANSHIP_URL", s.URL)
	ts.Setenv("BUS_URL", s.BusURL)
	if s.Bootstrap != "" {
		ts.Setenv("TRANSHIP_TOKEN", s.Bootstrap)
		ts.Setenv("ADMIN", s.Bootstrap)
	}
}

func hostOf(ts *testscript.TestScript, text string) string {
	u, err := url.Parse(text)
	ts.Check(err)
	return u.Host
}

// agentVerb starts agents: agent NAME... Each enrols when it has not yet. The
// root of one is the directory roots/NAME.
func agentVerb(ts *testscript.TestScript, neg bool, args []string) {
	w := worldOf(ts)
	if neg || len(args) == 0 || w.server == nil {
		ts.Fatalf("usage: agent NAME..., after server")
	}
	for _, name := range args {
		o := wiring.AgentOptions{
			Name: name, StateDir: ts.MkAbs("agents/" + name), Root: ts.MkAbs("roots/" + name),
			Supervisor: []string{binary, "supervise"}, Version: "test", Log: w.log,
		}
		ts.Check(os.MkdirAll(o.Root, 0o755))
		if _, err := os.Stat(o.StateDir); errors.Is(err, os.ErrNotExist) {
			token, _, err := w.server.Control.NewEnrolment(context.Background(), practice.DefaultScope, admin, name, time.Hour)
			ts.Check(err)
			ts.Check(wiring.EnrolAgent(context.Background(), w.server.URL, token, o))
		}
		a, err := wiring.StartAgent(context.Background(), o)
		ts.Check(err)
		w.agents[name] = a
	}
}

var admin = practice.Actor{Kind: practice.Person, Name: "admin"}

// haltVerb ends what was started: halt server, or halt NAME...
func haltVerb(ts *testscript.TestScript, neg bool, args []string) {
	w := worldOf(ts)
	for _, name := range args {
		switch {
		case neg:
			ts.Fatalf("usage: halt server|NAME...")
		case name == "server":
			w.stopServer()
		case w.agents[name] != nil:
			w.stopAgent(name)
		default:
			ts.Fatalf("nothing of the name %s runs", name)
		}
	}
}
