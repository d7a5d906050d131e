package crash

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"tranship.dev/tranship/internal/wiring"
	"tranship.dev/tranship/test/house"
)

// The names of the trial.
const (
	agents     = 4
	components = 4
	site       = "site"
	broken     = "3.0.0" // the version that is not accepted
)

// once says of the steps that write to the ledger which may not happen twice.
var once = map[string]bool{"mark": true, "note": false}

// world is one trial: a server, its agents, and the ledger.
type world struct {
	t      *testing.T
	house  *house.House
	ledger string
	server *process
	agents []*process
	state  map[string]string // state directory of each agent
	roots  map[string]string
}

// newWorld sets an installation up in this process and hands it over to
// processes of its own, which are not started yet.
func newWorld(t *testing.T) *world {
	t.Helper()
	listen, bus := freeAddress(t), freeAddress(t)
	h := house.StartOn(t, listen, bus)
	w := &world{t: t, house: h, ledger: filepath.Join(h.Dir, "ledger"), state: map[string]string{}, roots: map[string]string{}}
	w.server = newProcess(h.Dir, "server", child{Server: &wiring.ServerOptions{
		Dir: filepath.Join(h.Dir, "server"), Listen: listen, BusListen: bus, Version: "crash",
	}})
	for i := range agents {
		o := h.Enrol(fmt.Sprintf("host-%d", i))
		o.Log = nil
		w.state[o.Name], w.roots[o.Name] = o.StateDir, o.Root
		w.agents = append(w.agents, newProcess(h.Dir, o.Name, child{Agent: &o}))
	}
	h.Apply(w.documents())
	for i := range components {
		for _, version := range []string{"1.0.0", "2.0.0", broken} {
			files := map[string]string{"page": version}
			if version == broken {
				files["broken"] = ""
			}
			h.Add(component(i), version, files, nil)
		}
	}
	h.Shut()
	return w
}

func component(i int) string { return fmt.Sprintf("shop-%d", i) }

// documents are the environment, its targets, and for each component its model.
// Every second model remediates by itself.
func (w *world) documents() string {
	docs := []string{"kind: Environment\nmetadata: {name: " + site + "}\nspec: {purpose: test, order: 1, owner: team, calendar: {rules: {same-target: 'off'}}}"}
	for _, p := range w.agents {
		docs = append(docs, fmt.Sprintf("kind: Target\nmetadata: {name: %s}\nspec: {environment: %s, kind: host}", p.name, site))
	}
	for i := range components {
		onFailure := "guidance"
		if i%2 == 1 {
			onFailure = "remediate"
		}
		docs = append(docs, fmt.Sprintf("kind: Component\nmetadata: {name: %s}\nspec: {kind: software}", component(i)),
			fmt.Sprintf(modelText, component(i), site, onFailure, command(w.ledger, "mark", "0.01"), command(w.ledger, "note", "0.01")))
	}
	return "apiVersion: tranship.dev/v1\n" + strings.Join(docs, "\n---\napiVersion: tranship.dev/v1\n")
}

const modelText = `kind: Model
metadata: {name: %[1]s}
spec:
  appliesTo: {components: [%[1]s]}
  flow: [{environment: %[2]s, strategy: {waves: [{count: 1}, {percent: 100}]}}]
  onFailure: %[3]s
  timeouts: {step: 15s, silent: 15s}
  procedures:
    - kind: software
      install:
        - {name: mark, uses: script, with: {argv: %[4]s}, onDoubt: ask}
        - {name: place, uses: files, with: {path: %[1]s}}
        - {name: note, uses: script, with: {argv: %[5]s}, onDoubt: repeat}
  checks:
    target:
      - {name: there is a shell, uses: script, with: {check: [test, -x, /bin/sh]}}
    acceptance:
      - {name: it is whole, uses: script, with: {check: [test, "!", -e, broken], directory: %[1]s/current}}`

// freeAddress gives an address that nobody listens on, outside the range from
// which the kernel takes the ports of outgoing connections: one of them must
// not sit there while the server is down.
func freeAddress(t *testing.T) string {
	t.Helper()
	for range 100 {
		address := fmt.Sprintf("127.0.0.1:%d", 12000+rand.IntN(18000))
		if l, err := net.Listen("tcp", address); err == nil {
			l.Close()
			return address
		}
	}
	t.Fatal("no free port was found")
	return ""
}

// all lists the processes, the server first.
func (w *world) all() []*process { return append([]*process{w.server}, w.agents...) }

// start starts every process; they end with the test.
func (w *world) start() {
	w.t.Helper()
	for _, p := range w.all() {
		if err := p.start(); err != nil {
			w.t.Fatal(err)
		}
		w.t.Cleanup(func() {
			if err := p.end(syscall.SIGKILL); err != nil {
				w.t.Error(err)
			}
		})
	}
}

// disk looks which versions are really there.
func (w *world) disk() (map[Place]string, error) {
	found := map[Place]string{}
	for target, root := range w.roots {
		for i := range components {
			page, err := os.ReadFile(filepath.Join(root, component(i), "current", "page"))
			if err != nil && !os.IsNotExist(err) {
				return nil, err
			}
			if err == nil {
				found[Place{target, component(i)}] = string(page)
			}
		}
	}
	return found, nil
}
