package agent_test

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"tranship.dev/tranship/internal/agent"
	"tranship.dev/tranship/internal/bus"
	"tranship.dev/tranship/internal/driver"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/internal/practice/health"
	"tranship.dev/tranship/internal/practice/model"
	"tranship.dev/tranship/internal/practice/plan"
	"tranship.dev/tranship/internal/practice/signature"
)

// fakeServer keeps orders and reports as the server does, in memory. It is an
// agent's Link for tests within the process, and bus.Handlers for others.
type fakeServer struct {
	key ed25519.PrivateKey

	mu      sync.Mutex
	counter int64
	epoch   int64
	open    []signature.Envelope
	ids     map[string]int // index in open
	ended   map[string]bool
	reports map[string][]deployment.Report
	output  map[string]string
	heard   map[string]bool // pieces of output, by order and number
	deaf    int             // so many messages with output are stored, and not acknowledged
	trust   *signature.Envelope
	down    bool
	dumb    bool // down for hello alone: nobody learns the time
	hint    func()
	answer  func(r deployment.Report) deployment.Answer // nil: proceed
	asked   int                                         // messages with reports
	changed chan struct{}
	ahead   time.Duration // of the host's clock

	look     func()
	instruct func() signature.Envelope // nil: nothing to look at
	seen     []drift.Sighting
	health   []health.Report
}

func newServer() *fakeServer {
	_, key, _ := ed25519.GenerateKey(nil)
	return &fakeServer{key: key, epoch: 1, ids: map[string]int{}, ended: map[string]bool{}, reports: map[string][]deployment.Report{},
		output: map[string]string{}, heard: map[string]bool{}, changed: make(chan struct{}, 1)}
}

func (s *fakeServer) public() signature.PublicKey {
	return signature.Encode(s.key.Public().(ed25519.PublicKey))
}

func (s *fakeServer) sign(payloadType string, payload []byte) signature.Envelope {
	return signature.Sign(s.key, payloadType, payload)
}

// order makes and signs an order; change may alter it before.
func (s *fakeServer) order(target string, steps []plan.Step, change func(*deployment.Order)) (deployment.Order, signature.Envelope) {
	s.mu.Lock()
	s.counter++
	o := deployment.Order{
		ID: fmt.Sprintf("o%d", s.counter), Scope: practice.DefaultScope, Deployment: "D-1", Agent: "a", Target: target,
		Phase: deployment.Execute, Stage: 1, Attempt: 1, Steps: steps, Epoch: s.epoch, Counter: s.counter,
		IssuedAt: time.Now().UTC(), Expires: time.Now().UTC().Add(time.Hour),
	}
	s.mu.Unlock()
	if change != nil {
		change(&o)
	}
	e, err := o.Seal(s.sign)
	if err != nil {
		panic(err)
	}
	return o, e
}

// issue makes an order and offers it.
func (s *fakeServer) issue(target string, steps ...plan.Step) deployment.Order {
	o, e := s.order(target, steps, nil)
	s.offer(o.ID, e)
	return o
}

func (s *fakeServer) offer(id string, e signature.Envelope) {
	s.mu.Lock()
	s.ids[id] = len(s.open)
	s.open = append(s.open, e)
	hint := s.hint
	s.mu.Unlock()
	if hint != nil {
		hint()
	}
}

func (s *fakeServer) setDown(down bool) {
	s.mu.Lock()
	s.down = down
	hint := s.hint
	s.mu.Unlock()
	if !down && hint != nil {
		hint()
	}
}

var errDown = practice.Faultf(practice.Unavailable, "the server is down")

func (s *fakeServer) Hello(context.Context, deployment.Hello) (deployment.Welcome, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down || s.dumb {
		return deployment.Welcome{}, errDown
	}
	return deployment.Welcome{Time: time.Now().Add(s.ahead), Trust: s.trust}, nil
}

func (s *fakeServer) Sync(context.Context) (bus.Orders, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down {
		return bus.Orders{}, errDown
	}
	var orders bus.Orders
	for id, at := range s.ids {
		if !s.ended[id] {
			orders.Envelopes = append(orders.Envelopes, s.open[at])
		}
	}
	index := func(e signature.Envelope) int {
		return slices.IndexFunc(s.open, func(o signature.Envelope) bool { return o.Payload == e.Payload })
	}
	slices.SortFunc(orders.Envelopes, func(a, b signature.Envelope) int { return index(a) - index(b) })
	return orders, nil
}

func (s *fakeServer) Report(_ context.Context, reports []deployment.Report) ([]deployment.Answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down {
		return nil, errDown
	}
	s.asked++
	var answers []deployment.Answer
	for _, r := range reports {
		answer := deployment.Answer{Stored: true, Proceed: true}
		if s.answer != nil {
			answer = s.answer(r)
		}
		answers = append(answers, answer)
		known := slices.ContainsFunc(s.reports[r.Order], func(k deployment.Report) bool { return k.Seq == r.Seq })
		if answer.Stored && !known {
			s.reports[r.Order] = append(s.reports[r.Order], r)
		}
		if answer.Stored && (r.Kind == deployment.OrderEnded || r.Kind == deployment.OrderRefused || r.Kind == deployment.OrderBegun && !answer.Proceed) {
			s.ended[r.Order] = true
		}
	}
	select {
	case s.changed <- struct{}{}:
	default:
	}
	return answers, nil
}

func (s *fakeServer) Output(_ context.Context, pieces []deployment.Output) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down {
		return errDown
	}
	for _, p := range pieces {
		if id := fmt.Sprint(p.Order, p.Seq); !s.heard[id] { // as the store does
			s.heard[id] = true
			s.output[p.Order] += p.Text
		}
	}
	if s.deaf > 0 {
		s.deaf--
		return errDown
	}
	return nil
}

func (s *fakeServer) OnHint(f func()) {
	s.mu.Lock()
	s.hint = f
	s.mu.Unlock()
	f()
}

func (s *fakeServer) Connected() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.down
}

// told lists an order's reports as "begun step:0 step-end:0=done ended=done".
func (s *fakeServer) told(id string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := ""
	for i, r := range s.reports[id] {
		if i > 0 {
			text += " "
		}
		text += string(r.Kind)
		if r.Kind == deployment.StepBegun || r.Kind == deployment.StepEnded {
			text += fmt.Sprintf(":%d", r.Step)
		}
		if r.Outcome != "" {
			text += "=" + string(r.Outcome)
		}
	}
	return text
}

func (s *fakeServer) last(id string) deployment.Report {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.reports[id]) == 0 {
		return deployment.Report{}
	}
	return s.reports[id][len(s.reports[id])-1]
}

// fakeDriver does what a test says.
type fakeDriver struct {
	mu      sync.Mutex
	applied []string // names of steps, each time
	apply   func(ctx context.Context, s driver.Step, p driver.Progress) error
	inspect func(s driver.Step) (driver.Finding, error)
	onDoubt model.OnDoubt
}

func (d *fakeDriver) Declare() driver.Declaration {
	return driver.Declaration{Name: "fake", OnDoubt: d.onDoubt}
}

func (d *fakeDriver) Inspect(_ context.Context, s driver.Step) (driver.Finding, error) {
	if d.inspect == nil {
		return driver.Finding{}, nil
	}
	return d.inspect(s)
}

func (d *fakeDriver) Apply(ctx context.Context, s driver.Step, p driver.Progress) error {
	d.mu.Lock()
	d.applied = append(d.applied, s.Name)
	d.mu.Unlock()
	if d.apply == nil {
		return nil
	}
	return d.apply(ctx, s, p)
}

func (d *fakeDriver) Remove(ctx context.Context, s driver.Step, p driver.Progress) error {
	return d.Apply(ctx, s, p)
}

func (d *fakeDriver) count() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.applied)
}

type hostClock struct{}

func (hostClock) Now() time.Time { return time.Now() }

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func step(name string) plan.Step {
	return plan.Step{Name: name, Uses: "fake", Action: model.Apply, Artifact: -1, Timeout: practice.Duration(time.Minute), Attempts: 1}
}

func trusting(s *fakeServer) agent.Standing {
	return agent.Standing{Epoch: 1, Serial: 1, Keys: []signature.PublicKey{s.public()}}
}

// start runs an agent until stop is called, which waits for its end.
func start(t *testing.T, s *fakeServer, d *fakeDriver, j agent.Journal, change func(*agent.Options)) (stop func()) {
	t.Helper()
	registry, err := driver.NewRegistry(d)
	if err != nil {
		t.Fatal(err)
	}
	o := agent.Options{
		Name: "a", Scope: practice.DefaultScope, StateDir: t.TempDir(), Root: t.TempDir(), Link: s, Journal: j, Drivers: registry,
		Fetch: func(_ context.Context, a plan.Artifact) (string, error) { return "/artifact/" + a.Version, nil },
		Clock: hostClock{}, Log: quiet(), Version: "test",
	}
	if change != nil {
		change(&o)
	}
	a, err := agent.New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	return func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	}
}

func (s *fakeServer) OnLook(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.look = f
}

func (s *fakeServer) Inspect(context.Context, string, bool) (signature.Envelope, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down || s.instruct == nil {
		return signature.Envelope{}, errDown
	}
	return s.instruct(), nil
}

func (s *fakeServer) Found(_ context.Context, seen []drift.Sighting) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, seen...)
	return nil
}

func (s *fakeServer) Health(_ context.Context, told []health.Report) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down {
		return errDown
	}
	s.health = append(s.health, told...)
	return nil
}
