package agent

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/internal/practice/health"
	"tranship.dev/tranship/internal/practice/signature"
)

// When the agent looks at what stands on its targets.
const (
	firstLook   = time.Minute      // at most so long after the start, at random
	afterChange = 5 * time.Second  // after an order has ended on a target: a fleet must not speak at once, see jitter
	blindPause  = time.Minute      // after an instruction that could not be had or trusted
	lookPause   = 10 * time.Second // at least, between two instructions that nobody hurried
	sightings   = 20               // told in one go
)

// inspect asks what to look at, looks, tells what it saw, and waits until the
// next time, until ctx ends. It changes nothing on any target.
func (a *Agent) inspect(ctx context.Context) {
	due := time.NewTimer(rand.N(firstLook)) //nolint:gosec // no secret
	defer due.Stop()
	a.o.Link.OnLook(func() { a.lookNow(true) })
	for {
		asked := false
		select {
		case <-ctx.Done():
			return
		case asked = <-a.looks:
		case <-due.C:
		}
		next, err := a.lookRound(ctx, asked)
		if err != nil {
			a.o.Log.Debug("agent: look at the targets", "error", err)
			next = blindPause
		}
		due.Reset(jitter(max(next, lookPause)))
	}
}

// lookNow makes the agent look as soon as it can; asked: the server wants it.
func (a *Agent) lookNow(asked bool) {
	for {
		select {
		case a.looks <- asked:
			return
		default:
		}
		select {
		case waiting := <-a.looks: // what waits already is the same, but the server's word counts more
			asked = asked || waiting
		default:
		}
	}
}

// lookSoon makes the agent look a little later: a target was changed. What is
// looked at then is the record after the change.
func (a *Agent) lookSoon(ctx context.Context) {
	a.mu.Lock()
	planned := a.soon
	a.soon = true
	a.mu.Unlock()
	if planned {
		return
	}
	time.AfterFunc(jitter(afterChange), func() {
		a.mu.Lock()
		a.soon = false
		a.mu.Unlock()
		if ctx.Err() == nil {
			a.lookNow(false)
		}
	})
}

// lookRound looks at every target once, and says when to look again.
func (a *Agent) lookRound(ctx context.Context, asked bool) (time.Duration, error) {
	var parts []health.Part
	for after := ""; ; {
		asking, cancel := context.WithTimeout(ctx, patience)
		envelope, err := a.o.Link.Inspect(asking, after, asked)
		cancel()
		if err != nil {
			return 0, err
		}
		told, err := a.instruction(envelope)
		if err != nil {
			a.o.Log.Warn("agent: instruction dropped", "error", err)
			return 0, err
		}
		parts = append(parts, told.Health...)
		a.care.take(told.Health)
		if err := a.lookAt(ctx, told); err != nil {
			return 0, err
		}
		if after = told.After; after == "" {
			a.care.only(parts)
			return told.Next.Std(), nil
		}
	}
}

// instruction gives the instruction of an envelope when a trusted key signed it
// for this agent and it has not expired.
func (a *Agent) instruction(e signature.Envelope) (drift.Instruction, error) {
	if err := exact(e); err != nil {
		return drift.Instruction{}, err
	}
	a.mu.Lock()
	standing := a.standing
	a.mu.Unlock()
	told, err := drift.OpenInstruction(e, standing.Keys...)
	if err != nil {
		return told, err
	}
	now, known := a.clock.now(a.o.Clock.Now())
	switch {
	case told.Scope != a.o.Scope || told.Agent != a.o.Name:
		return told, practice.Faultf(practice.Refused, "instruction %s is for %s in scope %s", told.ID, told.Agent, told.Scope).Final()
	case told.Epoch < standing.Epoch:
		return told, practice.Faultf(practice.Refused, "instruction is of epoch %d, and epoch %d has begun", told.Epoch, standing.Epoch).Final()
	case !known:
		return told, practice.Faultf(practice.Unavailable, "instruction %s is not followed: the server has not told the time yet", told.ID)
	case !now.Before(told.Expires):
		return told, practice.Faultf(practice.Refused, "instruction expired at %s", told.Expires.UTC().Format(time.RFC3339)).Final()
	}
	return told, nil
}

// lookAt looks at the targets of an instruction, one after the other: looking
// may take its time, and the host has other work.
func (a *Agent) lookAt(ctx context.Context, told drift.Instruction) error {
	var seen []drift.Sighting
	tell := func() error {
		if len(seen) == 0 {
			return nil
		}
		telling, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		err := a.o.Link.Found(telling, seen)
		seen = nil
		if err != nil && final(err) { // what the server refuses now, it refuses again: the others are told all the same
			a.o.Log.Warn("agent: what was seen is refused", "error", err)
			return nil
		}
		return err
	}
	for _, l := range told.Looks {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		one, looked := a.undisturbed(ctx, l)
		if !looked {
			continue
		}
		one.Told = told.IssuedAt
		if tellsThings(one) { // that may be long: it goes alone
			if err := tell(); err != nil {
				return err
			}
		}
		seen = append(seen, one)
		if len(seen) == sightings || tellsThings(one) {
			if err := tell(); err != nil {
				return err
			}
		}
	}
	return tell()
}

// undisturbed looks at one target while no order runs there. Orders come first:
// one that arrives ends the look, and what was seen until then is dropped.
func (a *Agent) undisturbed(ctx context.Context, l drift.Look) (seen drift.Sighting, is bool) {
	is = a.inQuiet(ctx, l.Target, func(looking context.Context) {
		seen = (&sight{a: a, target: l.Target}).look(looking, l)
	})
	return seen, is
}

// inQuiet does something on a target that changes nothing there, while no order
// runs; false when it was not done, or was ended by an order that came.
func (a *Agent) inQuiet(ctx context.Context, target string, do func(ctx context.Context)) bool {
	if err := practice.CheckName("target", target); err != nil {
		return false
	}
	a.mu.Lock()
	if _, busy := a.queue[target]; busy {
		a.mu.Unlock()
		return false
	}
	looking, cancel := context.WithCancel(ctx)
	under := &look{cancel: cancel, over: make(chan struct{})}
	a.looking[target] = append(a.looking[target], under)
	a.mu.Unlock()
	do(looking)
	disturbed := looking.Err() != nil
	cancel()
	a.mu.Lock()
	a.looking[target] = slices.DeleteFunc(a.looking[target], func(l *look) bool { return l == under })
	if len(a.looking[target]) == 0 {
		delete(a.looking, target)
	}
	a.mu.Unlock()
	close(under.over)
	return !disturbed
}

// look is one that is under way.
type look struct {
	cancel context.CancelFunc
	over   chan struct{}
}

// disturb ends every look at a target and waits until they are over; a.mu is not held.
func (a *Agent) disturb(target string) {
	a.mu.Lock()
	under := slices.Clone(a.looking[target])
	a.mu.Unlock()
	for _, l := range under {
		l.cancel()
	}
	for _, l := range under {
		<-l.over
	}
}
