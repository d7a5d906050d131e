package agent

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tranship.dev/tranship/internal/driver"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/model"
	"tranship.dev/tranship/internal/practice/plan"
	"tranship.dev/tranship/internal/practice/signature"
)

// errInterrupted is why the context of an order ended that somebody had interrupted.
var errInterrupted = errors.New("interrupted")

// lookFor bounds the look at what an interrupted step left: somebody waits for it.
const lookFor = 30 * time.Second

// interrupted says whether ctx ended by an interruption.
func interrupted(ctx context.Context) bool { return errors.Is(context.Cause(ctx), errInterrupted) }

// interrupt takes an interruption in: written down first, so that a restarted agent
// does not go on either. a.mu is held; errors are the journal's. Only what a trusted
// key signed for an order that is held counts: of one that never came, the server
// refuses the begin.
func (a *Agent) interrupt(e signature.Envelope) error {
	told, err := interruption(e, a.standing.Keys, a.o.Scope, a.o.Name)
	if err != nil {
		a.o.Log.Warn("agent: interruption dropped", "error", err)
		a.strange = true
		return nil
	}
	h, held := a.held[told.Order]
	switch {
	case !held || h.Order.Deployment != told.Deployment:
		return nil
	case h.Progress.Mark == Ended:
		return a.repeat(h)
	case h.Interrupt != nil:
		return nil
	}
	if err := a.o.Journal.Interrupt(told); err != nil {
		return err
	}
	h.Interrupt = &told
	if h.stop != nil {
		h.stop(errInterrupted)
	}
	return nil
}

// interruption gives the interruption of an envelope when a trusted key signed it for this agent.
func interruption(e signature.Envelope, keys []signature.PublicKey, scope practice.Scope, agent string) (deployment.Interrupt, error) {
	if err := exact(e); err != nil {
		return deployment.Interrupt{}, err
	}
	told, err := deployment.OpenInterrupt(e, keys...)
	if err == nil && (told.Scope != scope || told.Agent != agent) {
		err = practice.Faultf(practice.Refused, "interruption of order %s is for %s in scope %s", told.Order, told.Agent, told.Scope).Final()
	}
	return told, err
}

// interruptible gives a context that ends when the order is interrupted, also where
// it was before; done must be called when nothing uses it any more.
func (r *run) interruptible(ctx context.Context) (live context.Context, done func()) {
	live, stop := context.WithCancelCause(ctx)
	r.a.mu.Lock()
	defer r.a.mu.Unlock()
	r.h.stop = stop
	if r.h.Interrupt != nil {
		stop(errInterrupted)
	}
	return live, func() {
		r.a.mu.Lock()
		r.h.stop = nil
		r.a.mu.Unlock()
		stop(nil)
	}
}

// cutShort ends an order that was interrupted: what its step left running is ended,
// what is there is looked at, and both are reported.
func (r *run) cutShort(ctx context.Context) error {
	o, p := r.h.Order, r.h.Progress
	if p.Mark == Begun && p.Next >= len(o.Steps) {
		return r.end(deployment.Done, nil)
	}
	r.a.mu.Lock()
	why := practice.Faultf(practice.Refused, "interrupted: %s", r.h.Interrupt.Why)
	r.a.mu.Unlock()
	if !r.attempted(p) {
		if r.killed != nil {
			why.Message += fmt.Sprintf("; step %s %s", o.Steps[p.Next].Name, r.ending())
		}
		if p.Mark == Begun {
			why.Message += fmt.Sprintf("; %d of %d steps were done", p.Next-o.From, len(o.Steps)-o.From)
		}
		return r.end(deployment.OutcomeStop, why)
	}
	s := o.Steps[p.Next]
	found, err := r.lookAfter(ctx, s)
	if ctx.Err() != nil {
		return errStopping
	}
	p.Seq++
	said := report(o, p.Seq, deployment.StepEnded, r.a.o.Clock.Now())
	said.Step, said.StepName, said.Tries = p.Next, s.Name, p.Tries+1
	switch {
	case err != nil:
		why.Message += fmt.Sprintf("; step %s %s, and what is there cannot be seen: %v", s.Name, r.ending(), err)
		said.Outcome = deployment.OutcomeDoubt
	case r.there(s, found):
		if said.Outcome, p.Next, p.Tries, p.Doing = deployment.Done, p.Next+1, 0, nil; r.killed != nil {
			why.Message += fmt.Sprintf("; step %s %s, and what it does is there", s.Name, r.ending())
		}
		why.Message += fmt.Sprintf("; %d of %d steps were done", p.Next-o.From, len(o.Steps)-o.From)
	default:
		why.Message += fmt.Sprintf("; step %s %s, %d of %d steps were done%s", s.Name, r.ending(), p.Next-o.From, len(o.Steps)-o.From, r.seenNow(s, found))
		said.Outcome = deployment.OutcomeStop
		why.Hint = fmt.Sprintf("look on target %s what step %s has done", o.Target, s.Name)
	}
	outcome := said.Outcome
	if said.Outcome == deployment.Done {
		if outcome = deployment.OutcomeStop; p.Next == len(o.Steps) {
			outcome, why = deployment.Done, nil
		}
	} else {
		r.explain(&said, why)
	}
	p.Seq++
	last := r.ended(p, outcome, nil)
	if why != nil {
		r.explain(&last, why)
	}
	return r.close(p, outcome, said, last)
}

// ending says how the interrupted step came to its end.
func (r *run) ending() string {
	if r.killed == nil {
		return "was ended in the middle"
	}
	return fmt.Sprintf("was asked to end, did not end within %s and was killed", practice.Duration(r.killed.Within))
}

// attempted says whether the present step is one that changes something, and was tried.
func (r *run) attempted(p Progress) bool {
	if p.Mark != Begun || p.Next >= len(r.h.Order.Steps) || r.h.Order.Steps[p.Next].Action == model.Check {
		return false
	}
	return p.Tries > 0 || p.Doing != nil && (p.Doing != r.fresh || r.tried)
}

// there says whether the step's effect is there, as far as its driver can tell.
func (r *run) there(s plan.Step, found driver.Finding) bool {
	if s.Action == model.Remove {
		return !found.Present && r.onDoubt(s) != model.Ask
	}
	return found.Matches
}

// seenNow says what was seen after a step that is not done; nothing where its driver cannot tell.
func (r *run) seenNow(s plan.Step, found driver.Finding) string {
	if found.Detail == "" || !found.Present && r.onDoubt(s) == model.Ask {
		return ""
	}
	return "; there now: " + found.Detail
}

// lookAfter ends what an interrupted step left running, and looks what is there.
func (r *run) lookAfter(ctx context.Context, s plan.Step) (driver.Finding, error) {
	if r.dirs == nil {
		r.dirs = make([]string, len(r.h.Order.Artifacts))
	}
	d, ds, err := r.prepare(s)
	if err != nil {
		return driver.Finding{}, err
	}
	if h, can := d.(driver.Halter); can { // it may take as long as the step gives it, and is bounded by that
		if err := h.Halt(ctx, ds); err != nil && !errors.As(err, &r.killed) {
			return driver.Finding{}, err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, min(s.Timeout.Std(), lookFor))
	defer cancel()
	if err := r.fetch(ctx); err != nil {
		return driver.Finding{}, err
	}
	if d, ds, err = r.prepare(s); err != nil {
		return driver.Finding{}, err
	}
	return d.Inspect(ctx, ds)
}

// did says how much of its change an order has done that ends before its end.
func (r *run) did(p Progress) deployment.Extent {
	if r.attempted(p) {
		return deployment.DidPart
	}
	done, left := false, false
	for i, s := range r.h.Order.Steps {
		if s.Action != model.Check && i >= r.h.Order.From {
			done, left = done || i < p.Next, left || i >= p.Next
		}
	}
	switch {
	case !done && !left:
		return ""
	case !done:
		return deployment.DidNothing
	case !left:
		return deployment.DidAll
	}
	return deployment.DidPart
}
