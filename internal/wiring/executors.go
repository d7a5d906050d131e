package wiring

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/health"
	"tranship.dev/tranship/internal/practice/signature"
)

// seenEvery is how often heartbeats are written; they are gathered in between.
const seenEvery = time.Second

// executors answers agents with the use cases.
type executors struct {
	server  *Server
	control *control.Control
	log     *slog.Logger

	mu   sync.Mutex
	seen map[deployment.Sender]environment.Agent
	busy bool

	printing gathering[deployment.Printed]
	seeing   gathering[[]drift.Sent]
	feeling  gathering[[]health.Sent]
}

func newExecutors(s *Server) *executors {
	return &executors{server: s, control: s.Control, log: s.options.Log, seen: map[deployment.Sender]environment.Agent{},
		printing: gathering[deployment.Printed]{store: s.Control.Outputs},
		seeing: gathering[[]drift.Sent]{store: func(ctx context.Context, scope practice.Scope, batch [][]drift.Sent) error {
			return s.Control.Sightings(ctx, scope, slices.Concat(batch...))
		}},
		feeling: gathering[[]health.Sent]{store: func(ctx context.Context, scope practice.Scope, batch [][]health.Sent) error {
			return s.Control.HealthReports(ctx, scope, slices.Concat(batch...))
		}},
	}
}

// Hello takes a heartbeat; many are written in one go.
func (e *executors) Hello(_ context.Context, from deployment.Sender, h deployment.Hello) (deployment.Welcome, error) {
	now := clock{e.server.options.Now}.Now().UTC()
	skew := h.Clock.Sub(now)
	e.mu.Lock()
	e.seen[from] = environment.Agent{
		Name: from.Agent, Version: h.Version, Facts: h.Facts, SeenAt: now.Truncate(time.Microsecond),
		ClockSkew: practice.Duration(skew.Abs()), ClockAhead: skew > 0,
	}
	if !e.busy {
		e.busy = true
		time.AfterFunc(seenEvery, e.write)
	}
	e.mu.Unlock()
	trust, err := e.control.Keys.Trust()
	welcome := deployment.Welcome{Time: now, Trust: &trust}
	if h.Serial > 0 {
		welcome.Earlier = e.control.Keys.TrustSince(h.Serial)
	}
	return welcome, err
}

// write stores the gathered heartbeats. Losing some loses nothing: the next follow soon.
func (e *executors) write() {
	e.mu.Lock()
	gathered := e.seen
	e.seen, e.busy = map[deployment.Sender]environment.Agent{}, false
	e.mu.Unlock()
	scopes := map[practice.Scope][]environment.Agent{}
	for from, a := range gathered {
		scopes[from.Scope] = append(scopes[from.Scope], a)
	}
	for scope, agents := range scopes {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		if err := e.control.SawAgents(ctx, scope, agents); err != nil {
			e.log.Warn("heartbeats were not stored", "count", len(agents), "error", err)
		}
		cancel()
	}
}

// Sync gives an agent its open orders.
func (e *executors) Sync(ctx context.Context, from deployment.Sender, limit int) ([]signature.Envelope, error) {
	return e.control.OpenOrders(ctx, from.Scope, from.Agent, limit)
}

// Reports stores reports and answers them.
func (e *executors) Reports(ctx context.Context, batch []deployment.Sent) ([]deployment.Answer, error) {
	begun := time.Now()
	answers, err := e.control.Reports(ctx, batch)
	if err == nil {
		e.server.reports.Add(float64(len(batch)))
		e.server.batches.Observe(time.Since(begun).Seconds())
	}
	return answers, err
}

// Output stores what steps print.
func (e *executors) Output(ctx context.Context, from deployment.Sender, pieces []deployment.Output) error {
	return e.printing.take(ctx, from.Scope, deployment.Printed{From: from, Pieces: pieces})
}

// Inspect tells an agent what to look at.
func (e *executors) Inspect(ctx context.Context, from deployment.Sender, after string, asked bool) (signature.Envelope, error) {
	return e.control.Instruct(ctx, from.Scope, from.Agent, after, asked)
}

// Found stores what agents saw.
func (e *executors) Found(ctx context.Context, from deployment.Sender, seen []drift.Sighting) error {
	sent := make([]drift.Sent, len(seen))
	for i, s := range seen {
		sent[i] = drift.Sent{Agent: from.Agent, Sighting: s}
	}
	return e.seeing.take(ctx, from.Scope, sent)
}

// Health stores what agents say of health.
func (e *executors) Health(ctx context.Context, from deployment.Sender, told []health.Report) error {
	sent := make([]health.Sent, len(told))
	for i, r := range told {
		sent[i] = health.Sent{Agent: from.Agent, Report: r}
	}
	return e.feeling.take(ctx, from.Scope, sent)
}
