package bustest

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"tranship.dev/tranship/internal/bus"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/internal/practice/health"
	"tranship.dev/tranship/internal/practice/signature"
)

func serve(t *testing.T, start Start, fleet *Fleet, h Handlers) *bus.Hub {
	t.Helper()
	hub := start(t, fleet.Authenticate)
	if err := hub.Serve(h); err != nil {
		t.Fatal(err)
	}
	return hub
}

// link connects an agent and waits until the bus has let it in.
func link(t *testing.T, hub *bus.Hub, key ed25519.PrivateKey, name string) *bus.Link {
	t.Helper()
	l := dial(t, hub, key, name)
	connected := make(chan struct{}, 1)
	l.OnHint(func() { signal(connected) })
	await(t, connected, name+" is let in")
	return l
}

func dial(t *testing.T, hub *bus.Hub, key ed25519.PrivateKey, name string) *bus.Link {
	t.Helper()
	l, err := bus.Connect(bus.LinkOptions{URL: hub.URL(), Key: key, Name: name, Scope: practice.DefaultScope,
		Wait: 20 * time.Millisecond, Log: Quiet()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

func await[T any](t *testing.T, c <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(20 * time.Second):
		t.Fatalf("waited 20 s in vain until %s", what)
		panic("unreachable")
	}
}

func report(order string, seq int) deployment.Report {
	return deployment.Report{Order: order, Seq: seq, Kind: deployment.StepBegun, At: time.Now().UTC()}
}

func asksReachHandlers(t *testing.T, start Start) {
	var fleet Fleet
	key := fleet.Enrol("a1")
	want := deployment.Sender{Scope: practice.DefaultScope, Agent: "a1"}
	var heard atomic.Bool
	check := func(from deployment.Sender) {
		if from != want {
			t.Errorf("sender is %v, want %v", from, want)
		}
	}
	hub := serve(t, start, &fleet, Handlers{
		OnHello: func(from deployment.Sender, h deployment.Hello) (deployment.Welcome, error) {
			check(from)
			if h.Version != "v1" || h.Facts["os"] != "linux" {
				t.Errorf("hello came as %+v", h)
			}
			return deployment.Welcome{Time: time.Unix(5, 0)}, nil
		},
		OnSync: func(from deployment.Sender, limit int) ([]signature.Envelope, error) {
			check(from)
			return make([]signature.Envelope, limit), nil
		},
		OnReports: func(batch []deployment.Sent) ([]deployment.Answer, error) {
			answers := make([]deployment.Answer, len(batch))
			for i, s := range batch {
				check(s.From)
				answers[i] = deployment.Answer{Stored: true, Message: s.Report.Order}
			}
			return answers, nil
		},
		OnOutput: func(from deployment.Sender, pieces []deployment.Output) error {
			check(from)
			return practice.Faultf(practice.NotFound, "no order %s", pieces[0].Order).WithHint("mend it").Final()
		},
		OnInspect: func(from deployment.Sender, after string, asked bool) (signature.Envelope, error) {
			check(from)
			return signature.Envelope{Payload: fmt.Sprint(after, asked)}, nil
		},
		OnHealth: func(from deployment.Sender, reports []health.Report) error {
			check(from)
			heard.Store(len(reports) == 1 && reports[0].Component == "web" && reports[0].Answers[0].Says == "503")
			return nil
		},
		OnFound: func(from deployment.Sender, seen []drift.Sighting) error {
			check(from)
			if len(seen) != 1 || seen[0].Parts[0].Steps[0].Differs[0].Found != "other" {
				t.Errorf("a sighting came as %+v", seen)
			}
			return nil
		},
	})
	l := link(t, hub, key, "a1")
	ctx := t.Context()
	welcome, err := l.Hello(ctx, deployment.Hello{Version: "v1", Facts: map[string]string{"os": "linux"}})
	if err != nil || welcome.Time.Unix() != 5 {
		t.Errorf("hello answered %v, %v", welcome, err)
	}
	orders, err := l.Sync(ctx)
	if err != nil || !orders.More || len(orders.Envelopes) == 0 {
		t.Errorf("sync answered %d orders, more %v, %v; want a full page and more", len(orders.Envelopes), orders.More, err)
	}
	answers, err := l.Report(ctx, []deployment.Report{report("o1", 1), report("o2", 1)})
	if err != nil || len(answers) != 2 || answers[0].Message != "o1" || answers[1].Message != "o2" {
		t.Errorf("reports answered %v, %v", answers, err)
	}
	err = l.Output(ctx, []deployment.Output{{Order: "o1", Seq: 1, At: time.Now(), Text: "x"}})
	if practice.CodeOf(err) != practice.NotFound || !strings.Contains(err.Error(), "no order o1; mend it") {
		t.Errorf("a fault came as %v", err)
	}
	told, err := l.Inspect(ctx, "web-1", true)
	if err != nil || told.Payload != "web-1true" {
		t.Errorf("what to look at came as %v, %v", told, err)
	}
	if err := l.Found(ctx, []drift.Sighting{{Target: "t", At: time.Now(), Parts: []drift.Seen{{Component: "web", Steps: []drift.StepSeen{{Step: "put", Differs: []drift.Difference{{What: "file", Found: "other"}}}}}}}}); err != nil {
		t.Errorf("found: %v", err)
	}
	tell := []health.Report{{Target: "t", Component: "web", Checks: 1, At: time.Now(), Answers: []health.Answer{{Check: "answers", State: health.Failing, Since: time.Now(), Says: "503"}}}}
	if err := l.Health(ctx, tell); err != nil || !heard.Load() {
		t.Errorf("health: %v, arrived %v", err, heard.Load())
	}
	tell[0].Answers[0].State = "splendid"
	if err := l.Health(ctx, tell); practice.CodeOf(err) != practice.Invalid {
		t.Errorf("health in a state that there is not: %v", err)
	}
	looked := make(chan struct{}, 8)
	l.OnLook(func() { looked <- struct{}{} })
	hub.Look(practice.DefaultScope, []string{"a1"})
	await(t, looked, "the wish to look arrives")
	hinted := make(chan struct{}, 8)
	l.OnHint(func() { hinted <- struct{}{} })
	await(t, hinted, "a connected link calls OnHint")
	hub.Hint(practice.DefaultScope, []string{"a1"})
	await(t, hinted, "the hint arrives")
}

// raw connects with an agent's key, without our client.
func raw(t *testing.T, hub *bus.Hub, key ed25519.PrivateKey, more ...nats.Option) (*nats.Conn, chan error) {
	t.Helper()
	public, err := nkeys.Encode(nkeys.PrefixByteUser, key.Public().(ed25519.PublicKey))
	if err != nil {
		t.Fatal(err)
	}
	faults := make(chan error, 64)
	options := append(slices.Clone(more),
		nats.Nkey(string(public), func(nonce []byte) ([]byte, error) { return ed25519.Sign(key, nonce), nil }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { faults <- err }))
	conn, err := nats.Connect(hub.URL(), options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	return conn, faults
}

func subjectMatrix(t *testing.T, start Start) {
	var fleet Fleet
	a, _ := fleet.Enrol("a"), fleet.Enrol("b")
	hub := serve(t, start, &fleet, Handlers{OnReports: func(batch []deployment.Sent) ([]deployment.Answer, error) {
		t.Errorf("reports of %v reached the handler", batch[0].From)
		return nil, nil
	}})
	conn, faults := raw(t, hub, a)
	for _, subject := range []string{
		"tranship.default.agent.b.hello", "tranship.default.agent.b.sync", "tranship.default.agent.b.report",
		"tranship.default.agent.b.output", "tranship.other.agent.a.report", "tranship.default.agent.a.more",
		"tranship.default.hint.a", "tranship.default.hint.b", "tranship.default.inbox.b.x", "tranship.default.inbox.a.x",
		"tranship.default.recorded", "$SYS.REQ.USER.AUTH", "$SYS.REQ.SERVER.PING", "anything",
	} {
		if err := conn.Publish(subject, []byte("[]")); err != nil {
			t.Fatal(err)
		}
		if err := await(t, faults, "publishing on "+subject+" is refused"); !strings.Contains(err.Error(), "ermissions") {
			t.Errorf("publishing on %s: %v", subject, err)
		}
	}
	for _, subject := range []string{
		"tranship.default.hint.b", "tranship.default.hint.*", "tranship.default.inbox.b.>", "tranship.default.inbox.>",
		"tranship.default.agent.a.report", "tranship.default.agent.>", "tranship.>", ">", "_INBOX.>", "$SYS.>", "tranship.default.recorded",
	} {
		if _, err := conn.SubscribeSync(subject); err != nil {
			t.Fatal(err)
		}
		if err := await(t, faults, "listening on "+subject+" is refused"); !strings.Contains(err.Error(), "ermissions") {
			t.Errorf("listening on %s: %v", subject, err)
		}
	}
}

// noConfusedDeputy lets an agent name another's inbox and hint as the place for
// its answer: the server must not lend its rights.
func noConfusedDeputy(t *testing.T, start Start) {
	var fleet Fleet
	keyA, keyB := fleet.Enrol("a"), fleet.Enrol("b")
	said := make(chan deployment.Hello, 8)
	hub := serve(t, start, &fleet, Handlers{OnHello: func(_ deployment.Sender, h deployment.Hello) (deployment.Welcome, error) {
		said <- h
		return deployment.Welcome{}, nil
	}})
	b, _ := raw(t, hub, keyB)
	got := make(chan *nats.Msg, 8)
	for _, subject := range []string{"tranship.default.inbox.b.>", "tranship.default.hint.b"} {
		if _, err := b.ChanSubscribe(subject, got); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Flush(); err != nil {
		t.Fatal(err)
	}
	a, _ := raw(t, hub, keyA)
	for _, inbox := range []string{"tranship.default.inbox.b.x", "tranship.default.hint.b", "tranship.default.inbox.ab.x"} {
		if err := a.PublishRequest("tranship.default.agent.a.hello", inbox, []byte("{}")); err != nil {
			t.Fatal(err)
		}
	}
	// One that is in order shows that the others were looked at; each lane may
	// work in any order, so the hint comes through the same connection after it.
	l := link(t, hub, keyA, "a")
	if _, err := l.Hello(t.Context(), deployment.Hello{Version: "honest"}); err != nil {
		t.Fatal(err)
	}
	if h := await(t, said, "the honest hello"); h.Version != "honest" {
		t.Errorf("a question with a foreign inbox reached the handler")
	}
	hub.Hint(practice.DefaultScope, []string{"b"})
	if m := await(t, got, "b hears its hint"); len(m.Data) != 0 {
		t.Errorf("b heard %q on %s, which a asked for", m.Data, m.Subject)
	}
}

func revoked(t *testing.T, start Start) {
	var fleet Fleet
	key := fleet.Enrol("a")
	hub := serve(t, start, &fleet, Handlers{})
	closed := make(chan struct{}, 1)
	conn, _ := raw(t, hub, key, nats.NoReconnect(), nats.ClosedHandler(func(*nats.Conn) { signal(closed) }))
	l := link(t, hub, key, "a")
	fleet.Revoke("a")
	if err := hub.Revoke(deployment.Sender{Scope: practice.DefaultScope, Agent: "a"}); err != nil {
		t.Fatal(err)
	}
	await(t, closed, "the connection is cut")
	if conn.IsConnected() {
		t.Error("the connection is still there")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := l.Hello(ctx, deployment.Hello{}); err == nil {
		t.Error("a revoked agent was answered")
	}
	// A new key under the old name is welcome.
	again := link(t, hub, fleet.Enrol("a"), "a")
	if _, err := again.Hello(t.Context(), deployment.Hello{}); err != nil {
		t.Errorf("the new key is refused: %v", err)
	}
}

func wrongKey(t *testing.T, start Start) {
	var fleet Fleet
	fleet.Enrol("a")
	hub := serve(t, start, &fleet, Handlers{})
	_, stranger, _ := ed25519.GenerateKey(nil)
	known := fleet.Enrol("b")
	public, _ := nkeys.Encode(nkeys.PrefixByteUser, known.Public().(ed25519.PublicKey))
	for name, option := range map[string]nats.Option{
		"unknown key":            nkey(stranger),
		"known key, other signs": nats.Nkey(string(public), func(nonce []byte) ([]byte, error) { return ed25519.Sign(stranger, nonce), nil }),
		"other challenge signed": nats.Nkey(string(public), func([]byte) ([]byte, error) { return ed25519.Sign(known, []byte("old")), nil }),
		"password of the hub":    nats.UserInfo("hub", ""),
		"password, no user":      nats.UserInfo("letin", "letin"),
		"nothing":                nats.Name("a"),
	} {
		if conn, err := nats.Connect(hub.URL(), option); err == nil {
			conn.Close()
			t.Errorf("%s: let in", name)
		}
	}
	// The right key under another name gets that other name's subjects nowhere.
	l := dial(t, hub, known, "a")
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := l.Hello(ctx, deployment.Hello{}); err == nil {
		t.Error("b was answered as a")
	}
}

func nkey(key ed25519.PrivateKey) nats.Option {
	public, _ := nkeys.Encode(nkeys.PrefixByteUser, key.Public().(ed25519.PublicKey))
	return nats.Nkey(string(public), func(nonce []byte) ([]byte, error) { return ed25519.Sign(key, nonce), nil })
}

func batched(t *testing.T, start Start) {
	const agents = 40
	var fleet Fleet
	var mu sync.Mutex
	committed := map[string]bool{}
	calls, open := 0, make(chan struct{})
	hub := serve(t, start, &fleet, Handlers{OnReports: func(batch []deployment.Sent) ([]deployment.Answer, error) {
		<-open // the first commits are slow: the others gather behind them
		mu.Lock()
		defer mu.Unlock()
		calls++
		answers := make([]deployment.Answer, len(batch))
		for i, s := range batch {
			if s.Report.Order != s.From.Agent {
				t.Errorf("report %s came from %s", s.Report.Order, s.From.Agent)
			}
			committed[s.Report.Order] = true
			answers[i] = deployment.Answer{Stored: true, Message: s.Report.Order}
		}
		return answers, nil
	}})
	var all sync.WaitGroup
	for i := range agents {
		name := fmt.Sprintf("a%d", i)
		l := link(t, hub, fleet.Enrol(name), name)
		all.Go(func() {
			answers, err := l.Report(t.Context(), []deployment.Report{report(name, 1), report(name, 2)})
			mu.Lock()
			defer mu.Unlock()
			if err != nil || !committed[name] || answers[1].Message != name {
				t.Errorf("%s was answered %v, %v; committed %v", name, answers, err, committed[name])
			}
		})
	}
	close(open)
	all.Wait()
	if calls > agents {
		t.Errorf("%d calls for %d agents", calls, agents)
	}
}

func failedCommit(t *testing.T, start Start) {
	var fleet Fleet
	key := fleet.Enrol("a")
	hub := serve(t, start, &fleet, Handlers{OnReports: func([]deployment.Sent) ([]deployment.Answer, error) {
		return nil, fmt.Errorf("disk on fire at /secret/path")
	}})
	_, err := link(t, hub, key, "a").Report(t.Context(), []deployment.Report{report("o", 1)})
	if practice.CodeOf(err) != practice.Unavailable || strings.Contains(err.Error(), "secret") {
		t.Errorf("a failed commit came as %v", err)
	}
}

func malformed(t *testing.T, start Start) {
	var fleet Fleet
	key := fleet.Enrol("a")
	hub := serve(t, start, &fleet, Handlers{OnReports: func(batch []deployment.Sent) ([]deployment.Answer, error) {
		t.Errorf("malformed reports reached the handler: %+v", batch)
		return nil, nil
	}})
	conn, _ := raw(t, hub, key, nats.CustomInboxPrefix("tranship.default.inbox.a"))
	for _, body := range []string{
		"", "{", "null", "[]", "[{}]", `[{"order":"o","seq":0,"kind":"step"}]`, `[{"order":"o","seq":1,"kind":"nonsense","at":"2026-01-01T00:00:00Z"}]`,
		`[{"order":"o\u0000","seq":1,"kind":"step","at":"2026-01-01T00:00:00Z"}]`, `[{"order":"o","seq":1e99,"kind":"step"}]`,
		`[{"order":"o","seq":1,"kind":"step"}]`, strings.Repeat("[", 10_000), `[{"order":"` + strings.Repeat("x", 600) + `","seq":1,"kind":"step","at":"2026-01-01T00:00:00Z"}]`,
	} {
		m, err := conn.Request("tranship.default.agent.a.report", []byte(body), 10*time.Second)
		if err != nil {
			t.Fatalf("%.60q: %v", body, err)
		}
		if !strings.Contains(string(m.Data), `"fault":{"code":"invalid"`) {
			t.Errorf("%.60q was answered %s", body, m.Data)
		}
	}
	for _, ask := range []string{"hello", "output", "inspect", "found", "health"} {
		m, err := conn.Request("tranship.default.agent.a."+ask, []byte(`{"facts":7`), 10*time.Second)
		if err != nil || !strings.Contains(string(m.Data), `"code":"invalid"`) {
			t.Errorf("%s: %v", ask, err)
		}
	}
}

func panicking(t *testing.T, start Start) {
	var fleet Fleet
	key := fleet.Enrol("a")
	hub := serve(t, start, &fleet, Handlers{
		OnHello:   func(deployment.Sender, deployment.Hello) (deployment.Welcome, error) { panic("hello") },
		OnReports: func([]deployment.Sent) ([]deployment.Answer, error) { panic("reports") },
	})
	l := link(t, hub, key, "a")
	for range 2 * 16 { // more than there are workers
		if _, err := l.Hello(t.Context(), deployment.Hello{}); practice.CodeOf(err) != practice.Unavailable {
			t.Fatalf("a panic came as %v", err)
		}
		if _, err := l.Report(t.Context(), []deployment.Report{report("o", 1)}); practice.CodeOf(err) != practice.Unavailable {
			t.Fatalf("a panic came as %v", err)
		}
	}
}

func dotted(t *testing.T, start Start) {
	var fleet Fleet
	name := "web1.example.com"
	key := fleet.Enrol(name)
	hub := serve(t, start, &fleet, Handlers{OnReports: func(batch []deployment.Sent) ([]deployment.Answer, error) {
		return []deployment.Answer{{Message: batch[0].From.Agent}}, nil
	}})
	answers, err := link(t, hub, key, name).Report(t.Context(), []deployment.Report{report("o", 1)})
	if err != nil || answers[0].Message != name {
		t.Errorf("answered %v, %v", answers, err)
	}
}
