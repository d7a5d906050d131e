package agent_test

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/agent"
	"tranship.dev/tranship/internal/bus"
	"tranship.dev/tranship/internal/bus/bustest"
	"tranship.dev/tranship/internal/driver"
	"tranship.dev/tranship/internal/driver/link"
	"tranship.dev/tranship/internal/driver/script"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/model"
	"tranship.dev/tranship/internal/practice/plan"
	"tranship.dev/tranship/internal/practice/signature"
)

// childEnv makes the test binary an agent: "state directory|bus URL|key in hex".
const childEnv = "TRANSHIP_TEST_AGENT"

func TestMain(m *testing.M) {
	if told := os.Getenv(childEnv); told != "" {
		if err := beAgent(strings.Split(told, "|")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func beAgent(told []string) error {
	state := told[0]
	seed, err := hex.DecodeString(told[2])
	if err != nil {
		return err
	}
	journal, err := agent.OpenJournal(agent.JournalPath(state))
	if err != nil {
		return err
	}
	line, err := bus.Connect(bus.LinkOptions{URL: told[1], Key: ed25519.NewKeyFromSeed(seed), Name: "a", Scope: practice.DefaultScope,
		Wait: 10 * time.Millisecond, Log: quiet()})
	if err != nil {
		return err
	}
	registry, err := driver.NewRegistry(ledger{filepath.Join(state, "ledger")}, script.New(), link.New())
	if err != nil {
		return err
	}
	a, err := agent.New(agent.Options{Name: "a", Scope: practice.DefaultScope, StateDir: state, Root: state, Link: line, Journal: journal,
		Drivers: registry, Clock: hostClock{}, Log: quiet()})
	if err != nil {
		return err
	}
	return a.Run(context.Background())
}

// ledger is a driver whose effect is a line in a file that the agent does not
// know: "effect NAME". One write makes the line, so that it is there or not.
type ledger struct{ file string }

func (l ledger) Declare() driver.Declaration {
	return driver.Declaration{Name: "ledger", OnDoubt: model.Ask}
}

func (l ledger) Inspect(_ context.Context, s driver.Step) (driver.Finding, error) {
	raw, err := os.ReadFile(l.file)
	if err != nil && !os.IsNotExist(err) {
		return driver.Finding{}, err
	}
	there := strings.Contains(string(raw), "effect "+s.With["id"].(string)+"\n")
	return driver.Finding{Present: there, Matches: there}, nil
}

func (l ledger) Apply(_ context.Context, s driver.Step, p driver.Progress) error {
	f, err := os.OpenFile(l.file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	time.Sleep(rand.N(6 * time.Millisecond))
	if _, err := fmt.Fprintf(f, "effect %s\n", s.With["id"]); err != nil {
		return err
	}
	fmt.Fprintln(p, "did", s.Name)
	time.Sleep(rand.N(6 * time.Millisecond))
	return nil
}

func (l ledger) Remove(ctx context.Context, s driver.Step, p driver.Progress) error {
	return l.Apply(ctx, s, p)
}

// TestKilled kills an agent at random moments, again and again, while orders
// are out, and judges by the ledger.
func TestKilled(t *testing.T) {
	t.Parallel()
	const orders, kills = 60, 40
	s := newYard(t)

	doubts := []model.OnDoubt{model.Probe, model.Ask, model.Probe, model.Repeat}
	var issued []deployment.Order
	for i := range orders {
		var steps []plan.Step
		for n, onDoubt := range doubts {
			st := step(fmt.Sprintf("s%d", n))
			st.Uses, st.OnDoubt, st.With = "ledger", onDoubt, map[string]any{"id": fmt.Sprintf("%d/%d", i, n)}
			steps = append(steps, st)
		}
		issued = append(issued, s.issue(fmt.Sprintf("t%d", i%4), steps...))
	}
	s.torment(t, kills, 25*time.Millisecond)
	defer s.child(t)()
	s.settle(orders)
	judge(t, s.fakeServer, issued, doubts, filepath.Join(s.state, "ledger"))
}

// yard is where agents are killed: a server on a real bus, and the host of one agent.
type yard struct {
	*fakeServer
	hub   *bus.Hub
	state string // the agent's directory
	key   ed25519.PrivateKey
}

func newYard(t *testing.T) yard {
	t.Helper()
	s, fleet := newServer(), &bustest.Fleet{}
	y := yard{fakeServer: s, state: t.TempDir(), key: fleet.Enrol("a")}
	var err error
	if y.hub, err = bus.StartServer(bus.ServerOptions{Listen: "127.0.0.1:0", Authenticate: fleet.Authenticate, Log: quiet()}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(y.hub.Close)
	if err := y.hub.Serve(s.handlers()); err != nil {
		t.Fatal(err)
	}
	putStanding(t, y.state, trusting(s))
	return y
}

// child starts the agent in a process of its own, which kill ends as loss of power does.
func (y yard) child(t *testing.T) (kill func()) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+strings.Join([]string{y.state, y.hub.URL(), hex.EncodeToString(y.key.Seed())}, "|"))
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return func() {
		_ = cmd.Process.Kill() // it may have ended by itself
		_ = cmd.Wait()         // being killed is its error
	}
}

// torment starts the agent and kills it, again and again, each time less than most
// after it has reported something.
func (y yard) torment(t *testing.T, kills int, most time.Duration) {
	t.Helper()
	for range kills {
		for len(y.changed) > 0 {
			<-y.changed
		}
		kill := y.child(t)
		if y.waitChange(10 * time.Second) { // it lives
			time.Sleep(rand.N(most))
		}
		kill()
	}
}

// settle waits until so many orders have ended, but not for ever.
func (y yard) settle(orders int) {
	for deadline := time.Now().Add(60 * time.Second); !y.allEnded(orders) && time.Now().Before(deadline); {
		y.waitChange(time.Second)
	}
}

// judge compares what was reported with what the ledger says.
func judge(t *testing.T, s *fakeServer, issued []deployment.Order, doubts []model.OnDoubt, file string) {
	t.Helper()
	effects := map[string]int{}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		effects[strings.TrimPrefix(lines.Text(), "effect ")]++
	}
	doubtful := 0
	for i, o := range issued {
		s.mu.Lock()
		reports := slices.Clone(s.reports[o.ID])
		s.mu.Unlock()
		if len(reports) == 0 || reports[len(reports)-1].Kind != deployment.OrderEnded {
			t.Errorf("order %s did not end: %s", o.ID, s.told(o.ID))
			continue
		}
		outcome := map[int]deployment.Outcome{}
		for _, r := range reports {
			if r.Kind == deployment.StepEnded {
				outcome[r.Step] = r.Outcome
			}
		}
		for n, onDoubt := range doubts {
			id := fmt.Sprintf("%d/%d", i, n)
			switch {
			case effects[id] > 1 && onDoubt != model.Repeat:
				t.Errorf("step %s (%s) had its effect %d times", id, onDoubt, effects[id])
			case outcome[n] == deployment.Done && effects[id] == 0:
				t.Errorf("step %s is reported done and had no effect", id)
			case outcome[n] == "" && effects[id] > 0:
				t.Errorf("step %s had an effect and no end is reported", id)
			case outcome[n] == deployment.OutcomeFail:
				t.Errorf("step %s failed", id)
			case outcome[n] == deployment.OutcomeDoubt && onDoubt != model.Ask:
				t.Errorf("step %s (%s) is reported unknown", id, onDoubt)
			}
			if outcome[n] == deployment.OutcomeDoubt {
				doubtful++
			}
		}
	}
	t.Logf("%d orders, %d effects, %d steps unknown", len(issued), len(effects), doubtful)
}

func putStanding(t *testing.T, state string, standing agent.Standing) {
	t.Helper()
	j, err := agent.OpenJournal(agent.JournalPath(state))
	if err != nil {
		t.Fatal(err)
	}
	if err := j.PutStanding(standing); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
}

// handlers gives the server's side of a real bus.
func (s *fakeServer) handlers() bustest.Handlers {
	return bustest.Handlers{
		OnHello: func(deployment.Sender, deployment.Hello) (deployment.Welcome, error) {
			return s.Hello(context.Background(), deployment.Hello{})
		},
		OnSync: func(deployment.Sender, int) ([]signature.Envelope, error) {
			orders, err := s.Sync(context.Background())
			return orders.Envelopes, err
		},
		OnReports: func(batch []deployment.Sent) ([]deployment.Answer, error) {
			var reports []deployment.Report
			for _, r := range batch {
				reports = append(reports, r.Report)
			}
			return s.Report(context.Background(), reports)
		},
	}
}

func (s *fakeServer) waitChange(most time.Duration) bool {
	select {
	case <-s.changed:
		return true
	case <-time.After(most):
		return false
	}
}

func (s *fakeServer) allEnded(count int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.ended) == count
}
