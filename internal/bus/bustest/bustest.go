// Package bustest holds what every bus must hold to, embedded or clustered.
package bustest

import (
	"context"
	"crypto/ed25519"
	"log/slog"
	"sync"
	"testing"
	"time"

	"tranship.dev/tranship/internal/bus"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/internal/practice/health"
	"tranship.dev/tranship/internal/practice/signature"
)

// Start starts a bus that admits by ask. It ends with the test.
type Start func(t *testing.T, ask bus.Authenticate) *bus.Hub

// Run runs the suite.
func Run(t *testing.T, start Start) {
	for name, test := range map[string]func(*testing.T, Start){
		"every question reaches its handler with the proven sender": asksReachHandlers,
		"an agent can use no subject but its own":                   subjectMatrix,
		"answers go to nobody but their sender":                     noConfusedDeputy,
		"a revoked key is cut and refused":                          revoked,
		"a wrong key is refused":                                    wrongKey,
		"an answer comes after the commit, in one batch":            batched,
		"a failed commit is answered with a fault":                  failedCommit,
		"malformed questions are refused and harm nobody":           malformed,
		"a panic of a handler is a fault of one question":           panicking,
		"names with dots are kept apart":                            dotted,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, start)
		})
	}
}

// Quiet is a log that says nothing.
func Quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// Fleet knows agents by their keys.
type Fleet struct {
	mu    sync.Mutex
	known map[signature.PublicKey]deployment.Sender
}

// Enrol makes a key for an agent of the default scope.
func (f *Fleet) Enrol(name string) ed25519.PrivateKey {
	_, private, _ := ed25519.GenerateKey(nil)
	f.Return(private, name)
	return private
}

// Return makes a key known under a name.
func (f *Fleet) Return(key ed25519.PrivateKey, name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.known == nil {
		f.known = map[signature.PublicKey]deployment.Sender{}
	}
	public := signature.Encode(key.Public().(ed25519.PublicKey))
	f.known[public] = deployment.Sender{Scope: practice.DefaultScope, Agent: name}
}

// Revoke forgets all keys of a name.
func (f *Fleet) Revoke(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for key, who := range f.known {
		if who.Agent == name {
			delete(f.known, key)
		}
	}
}

// Authenticate is a bus.Authenticate.
func (f *Fleet) Authenticate(_ context.Context, key signature.PublicKey) (deployment.Sender, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if who, ok := f.known[key]; ok {
		return who, nil
	}
	return deployment.Sender{}, practice.Faultf(practice.Unauthorised, "no agent has this key")
}

// Handlers is bus.Handlers made of functions; nil ones answer well.
type Handlers struct {
	OnHello   func(from deployment.Sender, h deployment.Hello) (deployment.Welcome, error)
	OnSync    func(from deployment.Sender, limit int) ([]signature.Envelope, error)
	OnReports func(batch []deployment.Sent) ([]deployment.Answer, error)
	OnOutput  func(from deployment.Sender, pieces []deployment.Output) error
	OnInspect func(from deployment.Sender, after string, asked bool) (signature.Envelope, error)
	OnFound   func(from deployment.Sender, seen []drift.Sighting) error
	OnHealth  func(from deployment.Sender, told []health.Report) error
}

// Hello implements bus.Handlers.
func (h Handlers) Hello(_ context.Context, from deployment.Sender, said deployment.Hello) (deployment.Welcome, error) {
	if h.OnHello == nil {
		return deployment.Welcome{Time: time.Now()}, nil
	}
	return h.OnHello(from, said)
}

// Sync implements bus.Handlers.
func (h Handlers) Sync(_ context.Context, from deployment.Sender, limit int) ([]signature.Envelope, error) {
	if h.OnSync == nil {
		return nil, nil
	}
	return h.OnSync(from, limit)
}

// Reports implements bus.Handlers.
func (h Handlers) Reports(_ context.Context, batch []deployment.Sent) ([]deployment.Answer, error) {
	if h.OnReports == nil {
		answers := make([]deployment.Answer, len(batch))
		for i := range answers {
			answers[i] = deployment.Answer{Stored: true, Proceed: true}
		}
		return answers, nil
	}
	return h.OnReports(batch)
}

// Output implements bus.Handlers.
func (h Handlers) Output(_ context.Context, from deployment.Sender, pieces []deployment.Output) error {
	if h.OnOutput == nil {
		return nil
	}
	return h.OnOutput(from, pieces)
}

// Inspect implements bus.Handlers.
func (h Handlers) Inspect(_ context.Context, from deployment.Sender, after string, asked bool) (signature.Envelope, error) {
	if h.OnInspect == nil {
		return signature.Envelope{}, nil
	}
	return h.OnInspect(from, after, asked)
}

// Found implements bus.Handlers.
func (h Handlers) Found(_ context.Context, from deployment.Sender, seen []drift.Sighting) error {
	if h.OnFound == nil {
		return nil
	}
	return h.OnFound(from, seen)
}

// Health implements bus.Handlers.
func (h Handlers) Health(_ context.Context, from deployment.Sender, told []health.Report) error {
	if h.OnHealth == nil {
		return nil
	}
	return h.OnHealth(from, told)
}
