package agent

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"tranship.dev/tranship/internal/practice/health"
)

const (
	checksAtOnce = 8
	idleCare     = time.Minute            // without anything to check
	leastWait    = 20 * time.Millisecond  // between two rounds
	healthGather = 200 * time.Millisecond // what changes within it is told together
	healthRetry  = 10 * time.Second       // after the server could not be told
)

// care makes the health checks of what stands on the agent's targets, each on
// its own time, and tells the server when an answer changes, and now and then
// otherwise. It changes nothing on any target.
type care struct {
	a    *Agent
	wake chan struct{} // there is more to check
	news chan struct{} // there is something to tell
	slot chan struct{}

	mu    sync.Mutex
	under map[careKey]*patient
}

type careKey struct{ target, component string }

// patient is one component on one target.
type patient struct {
	part   health.Part
	pulses []health.Pulse
	due    []time.Time // of each check; zero: it is being made
	untold bool
	toldAt time.Time
	beat   time.Duration // until it is told again without a change
}

func newCare(a *Agent) *care {
	return &care{a: a, wake: make(chan struct{}, 1), news: make(chan struct{}, 1), slot: make(chan struct{}, checksAtOnce), under: map[careKey]*patient{}}
}

func knock(on chan struct{}) {
	select {
	case on <- struct{}{}:
	default:
	}
}

// take begins to check parts, and goes on with those that are the same as before.
// The first checks are spread over a tenth of their interval, so that a fleet does
// not ask at once, and people need not wait for the first answer.
func (c *care) take(parts []health.Part) {
	now := c.a.o.Clock.Now()
	c.mu.Lock()
	for _, part := range parts {
		key := careKey{part.Target, part.Component}
		if known := c.under[key]; known != nil && known.part.Mark == part.Mark && len(known.part.Checks) == len(part.Checks) {
			known.part = part
			continue
		}
		p := &patient{part: part, pulses: make([]health.Pulse, len(part.Checks)), toldAt: now, beat: jitter(health.Heartbeat)}
		for _, check := range part.Checks {
			p.due = append(p.due, now.Add(rand.N(max(check.Every.Std()/10, 1)))) //nolint:gosec // no secret
		}
		c.under[key] = p
	}
	c.mu.Unlock()
	knock(c.wake)
}

// only forgets everything but these parts.
func (c *care) only(parts []health.Part) {
	keep := map[careKey]bool{}
	for _, part := range parts {
		keep[careKey{part.Target, part.Component}] = true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for key := range c.under {
		if !keep[key] {
			delete(c.under, key)
		}
	}
}

// run works until ctx ends, and returns when nothing is under way any more.
func (c *care) run(ctx context.Context) {
	var working sync.WaitGroup
	defer working.Wait()
	working.Go(func() { c.tell(ctx) })
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.wake:
		case <-timer.C:
		}
		now := c.a.o.Clock.Now()
		due, next := c.dueNow(now)
		for _, one := range due {
			select {
			case c.slot <- struct{}{}:
			case <-ctx.Done():
				return
			}
			working.Go(func() {
				defer func() { <-c.slot }()
				c.make(ctx, one)
			})
		}
		timer.Reset(max(next.Sub(now), leastWait))
	}
}

// errand is one check to be made now.
type errand struct {
	key     careKey
	patient *patient
	check   int
	part    health.Part
}

// dueNow gives the checks to be made, and when the next ones are.
func (c *care) dueNow(now time.Time) (due []errand, next time.Time) {
	next = now.Add(idleCare)
	c.mu.Lock()
	defer c.mu.Unlock()
	for key, p := range c.under {
		for i, at := range p.due {
			switch {
			case at.IsZero():
			case !at.After(now):
				p.due[i] = time.Time{}
				due = append(due, errand{key, p, i, p.part})
			case at.Before(next):
				next = at
			}
		}
		if at := p.toldAt.Add(p.beat); !p.untold && p.answered() && !at.After(now) {
			p.untold = true
			knock(c.news)
		}
	}
	return due, next
}

// answered says whether any check has an answer.
func (p *patient) answered() bool {
	for _, pulse := range p.pulses {
		if pulse.State != "" {
			return true
		}
	}
	return false
}

// make makes one check and takes its answer in. One that an order ended is made
// again after its usual time: the component may be another by then.
func (c *care) make(ctx context.Context, e errand) {
	check := e.part.Checks[e.check]
	var seen health.Look
	looked := c.a.inQuiet(ctx, e.part.Target, func(looking context.Context) {
		seen = (&sight{a: c.a, target: e.part.Target}).health(looking, check)
	})
	now := c.a.o.Clock.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.under[e.key] != e.patient {
		return // it is another by now, or not here any more
	}
	e.patient.due[e.check] = now.Add(jittered(check.Every.Std()))
	knock(c.wake)
	if !looked {
		return
	}
	before := e.patient.pulses[e.check]
	after := before.Take(check, seen, now)
	e.patient.pulses[e.check] = after
	if after.State != before.State {
		e.patient.untold = true
		knock(c.news)
	}
}

// jittered spreads checks a little: those of many targets must not meet again and again.
func jittered(every time.Duration) time.Duration {
	return every - every/20 + rand.N(every/10+1) //nolint:gosec // no secret
}
