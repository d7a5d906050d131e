package bus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/internal/practice/health"
	"tranship.dev/tranship/internal/practice/signature"
)

// Handlers answer agents. The sender is proven by the connection; nothing in a
// payload may override it. They are called from several goroutines.
type Handlers interface {
	// Hello takes a heartbeat.
	Hello(ctx context.Context, from deployment.Sender, h deployment.Hello) (deployment.Welcome, error)
	// Sync gives at most limit of the agent's open orders, by counter.
	Sync(ctx context.Context, from deployment.Sender, limit int) ([]signature.Envelope, error)
	// Reports stores at most 1,000 reports of many agents in one go and answers
	// each, in their order. It returns after the commit; on an error nothing
	// counts as stored, and the agents send again.
	Reports(ctx context.Context, batch []deployment.Sent) ([]deployment.Answer, error)
	// Output takes pieces of what steps print.
	Output(ctx context.Context, from deployment.Sender, pieces []deployment.Output) error
	// Inspect tells an agent what to look at on its targets after one: a signed
	// drift.Instruction. asked: the agent was told to look now.
	Inspect(ctx context.Context, from deployment.Sender, after string, asked bool) (signature.Envelope, error)
	// Found takes what an agent saw. On an error nothing counts as told.
	Found(ctx context.Context, from deployment.Sender, seen []drift.Sighting) error
	// Health takes what an agent says of health. On an error nothing counts as told.
	Health(ctx context.Context, from deployment.Sender, told []health.Report) error
}

// outputsAtOnce is how many questions with output wait for the handler at the same
// time: it stores those of many agents together.
const outputsAtOnce = 256

// Hub is the server's side of the bus.
type Hub struct {
	conn   *nats.Conn // in the agents' account, with all rights there
	log    *slog.Logger
	cut    func(login string) error // ends the connections of a login
	close  []func()                 // in reverse
	ctx    context.Context
	cancel context.CancelFunc
	url    string
	local  nats.InProcessConnProvider // nil for an outside cluster
	once   sync.Once
}

// URL gives where agents connect: "" when only connections inside the process are possible.
func (h *Hub) URL() string { return h.url }

// Serve begins to answer agents; it is called once.
func (h *Hub) Serve(handlers Handlers) error {
	w := newWriter(h, handlers)
	go w.run(h.ctx)
	asks := map[string]func(from deployment.Sender, m *nats.Msg){
		askHello:  func(from deployment.Sender, m *nats.Msg) { h.hello(handlers, from, m) },
		askSync:   func(from deployment.Sender, m *nats.Msg) { h.sync(handlers, from, m) },
		askReport: func(from deployment.Sender, m *nats.Msg) { h.report(w, from, m) },
		askOutput: func(from deployment.Sender, m *nats.Msg) { h.output(handlers, from, m) },

		askInspect: func(from deployment.Sender, m *nats.Msg) { h.inspect(handlers, from, m) },
		askFound:   func(from deployment.Sender, m *nats.Msg) { h.found(handlers, from, m) },
		askHealth:  func(from deployment.Sender, m *nats.Msg) { h.healthTold(handlers, from, m) },
	}
	for ask, work := range asks {
		wanted := &wanted{} // of output an agent may send several at once; of reports the writer knows
		if ask == askHello || ask == askSync || ask == askInspect {
			wanted = oneEach()
		}
		workers := atOnce
		if ask == askOutput || ask == askFound || ask == askHealth { // many are stored together
			workers = outputsAtOnce
		}
		l := newLane(workers, h.ctx.Done(), wanted, func(m *nats.Msg) {
			if from, ok := senderOf(m.Subject); ok && mayAnswer(from, m) {
				work(from, m)
			}
		})
		_, err := h.conn.QueueSubscribe("tranship.*.agent.*."+ask, group, func(m *nats.Msg) {
			if !l.take(m) {
				if from, ok := senderOf(m.Subject); ok && mayAnswer(from, m) {
					h.answer(m, reply{}, busy())
				}
			}
		})
		if err != nil {
			return fmt.Errorf("bus: listen for %s: %w", ask, err)
		}
	}
	return h.conn.Flush()
}

// mayAnswer refuses a question whose answer would go anywhere but to its
// sender's own inbox: the server's rights are not lent to agents.
func mayAnswer(from deployment.Sender, m *nats.Msg) bool {
	return strings.HasPrefix(m.Reply, inboxPrefix(from)+".")
}

func (h *Hub) hello(handlers Handlers, from deployment.Sender, m *nats.Msg) {
	said, err := decodeHello(m.Data)
	if err != nil {
		h.answer(m, reply{}, err)
		return
	}
	welcome, err := guarded(func() (deployment.Welcome, error) { return handlers.Hello(h.ctx, from, said) })
	h.answer(m, reply{Hello: &welcome}, err)
}

func (h *Hub) sync(handlers Handlers, from deployment.Sender, m *nats.Msg) {
	// One more than fits, to know whether there is more.
	envelopes, err := guarded(func() ([]signature.Envelope, error) { return handlers.Sync(h.ctx, from, orderPage+1) })
	orders := fit(envelopes, orderPage)
	h.answer(m, reply{Sync: &orders}, err)
}

func (h *Hub) report(w *writer, from deployment.Sender, m *nats.Msg) {
	reports, err := decodeReports(m.Data)
	if err == nil && !w.submit(submission{from: from, reports: reports, ask: question{m, time.Now()}}) {
		err = busy()
	}
	if err != nil {
		h.answer(m, reply{}, err)
	}
}

func (h *Hub) output(handlers Handlers, from deployment.Sender, m *nats.Msg) {
	pieces, err := decodeOutputs(m.Data)
	if err == nil {
		_, err = guarded(func() (struct{}, error) { return struct{}{}, handlers.Output(h.ctx, from, pieces) })
	}
	h.answer(m, reply{}, err)
}

func (h *Hub) inspect(handlers Handlers, from deployment.Sender, m *nats.Msg) {
	asked, err := decodeInspect(m.Data)
	var envelope signature.Envelope
	if err == nil {
		envelope, err = guarded(func() (signature.Envelope, error) { return handlers.Inspect(h.ctx, from, asked.After, asked.Asked) })
	}
	h.answer(m, reply{Inspection: &envelope}, err)
}

func (h *Hub) found(handlers Handlers, from deployment.Sender, m *nats.Msg) {
	seen, err := decodeSightings(m.Data)
	if err == nil {
		_, err = guarded(func() (struct{}, error) { return struct{}{}, handlers.Found(h.ctx, from, seen) })
	}
	h.answer(m, reply{}, err)
}

func (h *Hub) healthTold(handlers Handlers, from deployment.Sender, m *nats.Msg) {
	told, err := decodeHealth(m.Data)
	if err == nil {
		_, err = guarded(func() (struct{}, error) { return struct{}{}, handlers.Health(h.ctx, from, told) })
	}
	h.answer(m, reply{}, err)
}

// answer sends what a question asked for, or its fault. Only errors that a user
// can act on cross the bus; others are logged here.
func (h *Hub) answer(ask *nats.Msg, r reply, err error) {
	if err != nil {
		r = reply{Fault: h.fault(ask.Subject, err)}
	}
	raw, err := encode(r)
	if err != nil {
		raw, _ = encode(reply{Fault: h.fault(ask.Subject, err)})
	}
	// An answer that is lost is asked for again.
	if err := ask.Respond(raw); err != nil {
		h.log.Debug("bus: answer is lost", "subject", ask.Subject, "error", err)
	}
}

func (h *Hub) fault(subject string, err error) *fault {
	if e, ok := errors.AsType[*practice.Error](err); ok {
		return &fault{Code: e.Code, Message: e.Message, Hint: e.Hint, Terminal: e.Terminal}
	}
	h.log.Error("bus: answer an agent", "subject", subject, "error", err)
	return &fault{Code: practice.Unavailable, Message: "the server could not answer"}
}

// guarded turns a panic of a handler into an error: one message must not end the server.
func guarded[T any](f func() (T, error)) (answer T, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return f()
}

// Hint tells agents that they have open orders. It may be lost.
func (h *Hub) Hint(scope practice.Scope, agents []string) {
	for _, agent := range agents {
		if err := h.conn.Publish(hintSubject(deployment.Sender{Scope: scope, Agent: agent}), nil); err != nil {
			h.log.Debug("bus: hint is lost", "agent", agent, "error", err)
		}
	}
}

// Look tells agents to look at their targets now. It may be lost.
func (h *Hub) Look(scope practice.Scope, agents []string) {
	for _, agent := range agents {
		if err := h.conn.Publish(hintSubject(deployment.Sender{Scope: scope, Agent: agent}), []byte(lookHint)); err != nil {
			h.log.Debug("bus: hint is lost", "agent", agent, "error", err)
		}
	}
}

// Revoke ends the connections of an agent whose key is trusted no longer. Call
// it after the revocation is committed: the agent tries to come back at once.
func (h *Hub) Revoke(agent deployment.Sender) error { return h.cut(login(agent)) }

// Close ends everything. The second call does nothing.
func (h *Hub) Close() {
	h.once.Do(func() {
		h.cancel()
		for _, closing := range slices.Backward(h.close) {
			closing()
		}
	})
}
