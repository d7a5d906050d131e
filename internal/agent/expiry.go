package agent

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
)

// lapsed says whether the order is over though steps are left, and ends it then:
// what was to be done days ago must not be done by a host that comes back (pain 11).
//
// While the order goes on without a gap, a step begins only before the order's
// Until, or when the server says proceed. After a gap that is longer than a
// running order ever leaves, or a start of the host, the agent waits for the
// server: past Until nothing is done any more, before it what the server says.
// A short absence of the agent changes nothing.
func (r *run) lapsed(ctx context.Context) (bool, error) {
	o := r.h.Order
	if o.Until.IsZero() || r.h.Progress.Next >= len(o.Steps) {
		return false, nil
	}
	gap := r.slept || r.gap()
	if gap {
		r.a.clock.forget()
		if err := r.serverTime(ctx); err != nil {
			return false, err
		}
	}
	now, known := r.a.clock.now(r.a.o.Clock.Now())
	past := known && now.After(o.Until)
	switch {
	case past && (gap || r.resumed):
		return true, r.giveUp(ctx, r.expired)
	case past && !r.told || gap:
		answer, err := r.ask()
		if err != nil {
			return false, err
		}
		select {
		case <-ctx.Done():
			return false, errStopping
		case word := <-answer:
			if !word.Proceed {
				return true, r.giveUp(ctx, func() *practice.Error { return saidStop(word) })
			}
			r.told, r.resumed, r.slept = true, false, false
			return false, r.advance(r.h.Progress) // a sign of life: the gap is over
		}
	}
	return false, nil
}

func (r *run) expired() *practice.Error {
	o := r.h.Order
	return practice.Faultf(practice.Refused, "the order expired at %s, %d of %d steps were done", o.Until.UTC().Format(time.RFC3339), r.h.Progress.Next, len(o.Steps)).
		WithHint("nothing more was done; see whether it is still wanted, then answer with retry")
}

// gap says whether more time has passed since the order's last sign of life than
// a running order lets pass. The host's clock is asked for the time of day, which
// goes on while the host sleeps; after a start of the host it proves nothing.
func (r *run) gap() bool {
	p := r.h.Progress
	if p.Mark != Begun || r.h.Order.Until.IsZero() {
		return false
	}
	away := r.a.o.Clock.Now().Round(0).Sub(p.At.Round(0))
	return p.Boot != r.a.boot || away < 0 || away > r.h.Order.Grace()
}

// serverTime waits until the server has told the time.
func (r *run) serverTime(ctx context.Context) error {
	for {
		if _, known := r.a.clock.now(r.a.o.Clock.Now()); known {
			return nil
		}
		r.a.look()
		if !sleep(ctx, again) {
			return errStopping
		}
	}
}

// giveUp ends the order as stopped because of why, after finding out about a
// step that was interrupted: it may have been done, or nobody can tell.
func (r *run) giveUp(ctx context.Context, why func() *practice.Error) error {
	doing := r.h.Progress.Doing
	if doing == nil || doing == r.fresh {
		return r.end(deployment.OutcomeStop, why())
	}
	s := r.h.Order.Steps[r.h.Progress.Next]
	found := r.fetch(ctx)
	if found != nil {
		found = errDoubt{fmt.Errorf("the agent was stopped in the middle, and what is there cannot be seen: %w", found)}
	} else {
		out := newStream(r.a, r.h.Order, r.h.Progress.Next)
		found = r.settleDoubt(ctx, s, out)
		r.a.running.Go(func() { out.close() })
	}
	if ctx.Err() != nil || errors.Is(found, errStopping) {
		return errStopping
	}
	if errors.Is(found, errUndone) {
		return r.end(deployment.OutcomeStop, why())
	}
	if doubt, is := errors.AsType[errDoubt](found); is {
		found = errDoubt{fmt.Errorf("%s; %w", why().Message, doubt.error)}
	}
	if ended, err := r.tellEnded(ctx, s, found, 0); err != nil || ended {
		return err
	}
	if r.h.Progress.Next >= len(r.h.Order.Steps) {
		return r.end(deployment.Done, nil)
	}
	return r.end(deployment.OutcomeStop, why())
}
