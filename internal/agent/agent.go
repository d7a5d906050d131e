// Package agent carries out signed orders on one host: it judges each order,
// keeps a journal so that a crash leaves nothing unknown that can be known,
// runs drivers, and reports.
package agent

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"tranship.dev/tranship/internal/bus"
	"tranship.dev/tranship/internal/driver"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/internal/practice/health"
	"tranship.dev/tranship/internal/practice/plan"
	"tranship.dev/tranship/internal/practice/signature"
)

// Link is the agent's way to the server. bus.Link is one.
type Link interface {
	Hello(ctx context.Context, h deployment.Hello) (deployment.Welcome, error)
	Sync(ctx context.Context) (bus.Orders, error)
	Report(ctx context.Context, reports []deployment.Report) ([]deployment.Answer, error)
	Output(ctx context.Context, pieces []deployment.Output) error
	// OnHint sets what is called when there may be orders, and on every connection.
	OnHint(f func())
	Connected() bool
	// Inspect asks what to look at on the targets after one ("": from the first);
	// asked: the server wants them looked at now.
	Inspect(ctx context.Context, after string, asked bool) (signature.Envelope, error)
	// Found tells what was seen.
	Found(ctx context.Context, seen []drift.Sighting) error
	// Health tells how components on targets are.
	Health(ctx context.Context, told []health.Report) error
	// OnLook sets what is called when the server wants the targets looked at now.
	OnLook(f func())
}

// Clock gives the time of this host.
type Clock interface{ Now() time.Time }

// Drivers finds drivers by name. driver.Registry is one.
type Drivers interface {
	Lookup(name string) (driver.Driver, error)
	Names() []string
}

// Options is everything that an agent needs.
type Options struct {
	Name     string
	Scope    practice.Scope
	StateDir string // private to the agent, mode 0700: what drivers remember, secrets
	Root     string // the targets' root directory: "/" on a host
	Link     Link
	Journal  Journal // Run does not close it
	Drivers  Drivers
	// Fetch gives a directory with the verified files of an artifact.
	Fetch    func(ctx context.Context, a plan.Artifact) (string, error)
	Clock    Clock
	Log      *slog.Logger
	Version  string
	Parallel int           // targets worked on at the same time; 0 is 8
	Grace    time.Duration // how long a running step may go on when the agent stops; 0 stops it at once
}

// Agent carries out the orders of one name in one scope.
type Agent struct {
	o       Options
	facts   map[string]string
	boot    string
	clock   serverClock
	outbox  *outbox
	wake    chan struct{}
	broken  chan error // the journal failed: nothing may happen any more
	working chan struct{}
	news    chan struct{} // closed when the server has told what is open
	heard   sync.Once
	stopped <-chan struct{} // closed when Run's context ends
	late    atomic.Int32    // steps that have ended and whose output is still to be sent
	running sync.WaitGroup  // targets being worked on, and last pieces of output

	mu       sync.Mutex
	standing Standing
	told     signature.Envelope // the trust document that standing follows
	held     map[string]*Held
	queue    map[string][]*Held // by target; the key is there while somebody works on it
	more     bool               // the server has more orders than it could say
	strange  bool               // an order came that no trusted key had signed
	looking  map[string][]*look // by target that is looked at now
	soon     bool               // a look is planned because a target was changed

	care  *care
	looks chan bool // the targets are to be looked at now; true: the server asked for it
}

// New reads the journal. It refuses a journal without trusted keys: the agent
// was not enrolled.
func New(o Options) (*Agent, error) {
	standing, err := o.Journal.Standing()
	if err != nil {
		return nil, err
	}
	if len(standing.Keys) == 0 {
		return nil, practice.Faultf(practice.Refused, "agent %s trusts no key yet", o.Name).WithHint("enrol it: tranship agent enrol").Final()
	}
	orders, err := o.Journal.Orders()
	if err != nil {
		return nil, err
	}
	unsent, err := o.Journal.Unsent()
	if err != nil {
		return nil, err
	}
	if o.Parallel == 0 {
		o.Parallel = 8
	}
	a := &Agent{
		o: o, facts: Facts(o.Drivers.Names()), wake: make(chan struct{}, 1), broken: make(chan error, 1),
		working: make(chan struct{}, o.Parallel), news: make(chan struct{}), standing: standing, held: map[string]*Held{}, queue: map[string][]*Held{},
		looking: map[string][]*look{}, looks: make(chan bool, 1),
	}
	a.care = newCare(a)
	a.boot = a.facts["boot"]
	a.outbox = newOutbox(o.Link, o.Journal, o.Log, a.fail)
	a.outbox.add(unsent...)
	for _, h := range orders {
		a.held[h.Order.ID] = &h
	}
	return a, nil
}

// Run works until ctx ends, or the journal fails: then the error says how, and
// only a new start may go on.
func (a *Agent) Run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer a.running.Wait()
	defer stop()
	a.stopped = ctx.Done()
	a.resume(ctx) // before anything new can come: what comes later waits in the queue already
	a.o.Link.OnHint(a.look)
	go a.outbox.run(ctx)
	go a.converse(ctx)
	a.running.Go(func() { a.revive(ctx) })
	a.running.Go(func() { a.inspect(ctx) })
	a.running.Go(func() { a.care.run(ctx) })
	select {
	case <-ctx.Done():
		return nil
	case err := <-a.broken:
		return fmt.Errorf("journal failed, nothing more is done: %w", err)
	}
}

// stopping says whether Run's context has ended.
func (a *Agent) stopping() bool {
	select {
	case <-a.stopped:
		return true
	default:
		return false
	}
}

// fail ends Run: without its journal the agent must not act.
func (a *Agent) fail(err error) {
	select {
	case a.broken <- err:
	default:
	}
}

// look makes the agent ask for orders soon.
func (a *Agent) look() {
	select {
	case a.wake <- struct{}{}:
	default:
	}
	a.outbox.hurry()
}

// resume goes on with what was accepted before the last stop, in the order of issue.
func (a *Agent) resume(ctx context.Context) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, h := range sorted(a.held) {
		if h.Progress.Mark != Ended {
			a.enqueue(ctx, h)
		}
	}
}

// enqueue lets an order wait for its target; a.mu is held.
func (a *Agent) enqueue(ctx context.Context, h *Held) {
	target := h.Order.Target
	_, busy := a.queue[target]
	a.queue[target] = append(a.queue[target], h)
	if !busy {
		a.running.Go(func() { a.workOn(ctx, target) })
	}
}

// workOn carries out the orders of one target, one after the other.
func (a *Agent) workOn(ctx context.Context, target string) {
	a.disturb(target)
	defer a.lookSoon(ctx)
	for {
		a.mu.Lock()
		waiting := a.queue[target]
		if len(waiting) == 0 || ctx.Err() != nil {
			delete(a.queue, target)
			a.mu.Unlock()
			return
		}
		a.queue[target] = waiting[1:]
		more := a.more
		a.mu.Unlock()
		select {
		case a.working <- struct{}{}:
		case <-ctx.Done():
			continue
		}
		err := (&run{a: a, h: waiting[0]}).carryOut(ctx)
		<-a.working
		if err != nil && ctx.Err() == nil {
			a.fail(err)
			return
		}
		if more {
			a.look()
		}
	}
}

func (a *Agent) secrets() string { return filepath.Join(a.o.StateDir, "secrets") }

// memory is the directory of what one driver remembers on one target. Both are
// checked names, so that they cannot lead elsewhere.
func (a *Agent) memory(target, uses string) string {
	return filepath.Join(a.o.StateDir, "targets", target, uses)
}
