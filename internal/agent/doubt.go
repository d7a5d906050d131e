package agent

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/model"
	"tranship.dev/tranship/internal/practice/plan"
)

// errUndone says that the step is to be done: it was not begun, or may be done again.
var errUndone = errors.New("not done")

// probeTries is how often a look that fails is tried again.
const probeTries = 3

// settleDoubt finds out about a step whose attempt was in the middle when the
// agent was stopped: nil when its effect is there, errUndone when it is to be
// done, errDoubt when nobody can tell. Unknown is never guessed away.
func (r *run) settleDoubt(ctx context.Context, s plan.Step, out *stream) error {
	doing := r.h.Progress.Doing
	if doing == nil || doing == r.fresh {
		return errUndone
	}
	how := r.onDoubt(s)
	since := doing.At.Format(time.RFC3339)
	if doing.Boot != r.a.boot {
		since += ", before the host was started anew"
	}
	fmt.Fprintf(out, "the agent was stopped in the middle of this step, begun at %s: %s\n", since, how)
	switch how {
	case model.Repeat:
		return errUndone
	case model.Probe:
		return r.probe(ctx, s)
	case model.Ask:
		if err := r.a.hear(ctx); err != nil { // somebody may have interrupted it meanwhile
			return err
		}
	}
	return errDoubt{practice.Faultf(practice.Unavailable, "the agent was stopped in the middle of the attempt begun at %s, and nobody can tell how it ended", since).
		WithHint("look on target %s what step %s has done, then answer with retry or continue", r.h.Order.Target, s.Name)}
}

// onDoubt is the step's word, or the driver's, or ask: the one that cannot do harm.
func (r *run) onDoubt(s plan.Step) model.OnDoubt {
	if s.OnDoubt != "" {
		return s.OnDoubt
	}
	if d, err := r.a.o.Drivers.Lookup(s.Uses); err == nil {
		return d.Declare().OnDoubt
	}
	return model.Ask
}

// probe looks what is there.
func (r *run) probe(ctx context.Context, s plan.Step) error {
	var why error
	for try := range probeTries {
		if try > 0 && !sleep(ctx, jitter(again)) {
			return errStopping
		}
		d, ds, err := r.prepare(s)
		if err != nil {
			why = err
			break
		}
		looking, cancel := context.WithTimeout(ctx, s.Timeout.Std())
		found, err := d.Inspect(looking, ds)
		cancel()
		if ctx.Err() != nil {
			return errStopping
		}
		if err == nil {
			if s.Action == model.Remove && !found.Present || s.Action == model.Apply && found.Matches {
				p := r.h.Progress
				p.Tries++
				r.remember(p)
				return nil
			}
			return errUndone
		}
		why = err
	}
	return errDoubt{fmt.Errorf("the agent was stopped in the middle, and what is there cannot be seen: %w", why)}
}
