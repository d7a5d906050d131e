package agent

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"time"

	"tranship.dev/tranship/internal/driver"
	"tranship.dev/tranship/internal/driver/mask"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/model"
	"tranship.dev/tranship/internal/practice/plan"
)

// maxDelay bounds the wait between two attempts.
const maxDelay = time.Minute

// stopWait is how long a step waits for the server's word whether to go on.
// Without it, it goes on: a begun order is finished when the server is away.
const stopWait = 2 * time.Second

// errDoubt marks that nobody can tell how an attempt ended.
type errDoubt struct{ error }

func (e errDoubt) Unwrap() error { return e.error }

// step does the next step. It says whether the order has ended with it.
func (r *run) step(ctx context.Context) (bool, error) {
	index := r.h.Progress.Next
	s := r.h.Order.Steps[index]
	began := r.a.o.Clock.Now()
	r.tried = false
	if err := r.tellBegun(index); err != nil {
		return false, err
	}
	out := newStream(r.a, r.h.Order, index)
	why := r.spare(ctx, s, out)
	if errors.Is(why, errUndone) {
		why = r.settleDoubt(ctx, s, out)
	}
	if errors.Is(why, errUndone) {
		why = r.attempts(ctx, s, out)
	}
	r.a.running.Go(func() { out.close() })
	if broken, is := errors.AsType[errJournal](why); is {
		return false, broken.error
	}
	if errors.Is(why, errStopping) {
		return false, why
	}
	if halted, is := errors.AsType[errHalted](why); is {
		return true, r.end(deployment.OutcomeStop, halted.error)
	}
	return r.tellEnded(ctx, s, why, r.a.o.Clock.Now().Sub(began))
}

// tellBegun reports the step's begin, once.
func (r *run) tellBegun(index int) error {
	p := r.h.Progress
	if p.Told > index {
		return nil
	}
	p.Told, p.Tries = index+1, 0
	p.Seq++
	said := report(r.h.Order, p.Seq, deployment.StepBegun, r.a.o.Clock.Now())
	said.Step, said.StepName = index, r.h.Order.Steps[index].Name
	if r.h.Order.Steps[index].Action != model.Check {
		p.Doing = r.intent() // the first attempt, in the same write
	}
	return r.advance(p, said)
}

func (r *run) intent() *Intent {
	r.fresh = &Intent{Boot: r.a.boot, At: r.a.o.Clock.Now().UTC()}
	return r.fresh
}

// tellEnded reports the step's end, and the order's when it ends with it.
func (r *run) tellEnded(ctx context.Context, s plan.Step, why error, took time.Duration) (bool, error) {
	p := r.h.Progress
	outcome := deployment.Done
	if _, is := errors.AsType[errDoubt](why); is {
		outcome = deployment.OutcomeDoubt
	} else if why != nil {
		outcome = deployment.OutcomeFail
	}
	p.Seq++
	said := report(r.h.Order, p.Seq, deployment.StepEnded, r.a.o.Clock.Now())
	said.Step, said.StepName, said.Outcome, said.Tries, said.Took = p.Next, s.Name, outcome, p.Tries, practice.Duration(took)
	r.explain(&said, why)
	p.Doing = nil
	if outcome != deployment.Done || p.Next == len(r.h.Order.Steps)-1 {
		if outcome == deployment.Done {
			p.Next, p.Tries = p.Next+1, 0
		} else {
			why = fmt.Errorf("step %s: %w", s.Name, why)
		}
		p.Seq++
		return true, r.close(p, outcome, said, r.ended(p, outcome, why))
	}
	p.Next, p.Tries = p.Next+1, 0
	answer := r.a.outbox.answerTo(r.h.Order.ID, said.Seq)
	if err := r.advance(p, said); err != nil {
		return false, err
	}
	if r.told = false; !r.a.o.Link.Connected() {
		return false, nil
	}
	select {
	case word := <-answer:
		if !word.Proceed {
			return true, r.end(deployment.OutcomeStop, saidStop(word))
		}
		r.told = true
	case <-time.After(stopWait):
	case <-ctx.Done():
	}
	return false, nil
}

// attempts tries until it works, may not be tried again, or was tried often enough.
func (r *run) attempts(ctx context.Context, s plan.Step, out *stream) error {
	delay := s.Delay.Std()
	if r.h.Progress.Doing == nil || r.h.Progress.Doing != r.fresh {
		// An attempt after a restart: write it down like any other.
		p := r.h.Progress
		p.Doing = r.intent()
		if err := r.note(s, p); err != nil {
			return err
		}
	}
	for {
		if ctx.Err() != nil {
			return errStopping
		}
		why := r.once(ctx, s, out)
		var doubt errDoubt
		var halted errHalted
		if errors.Is(why, errStopping) || errors.As(why, &doubt) || errors.As(why, &halted) {
			return why
		}
		p := r.h.Progress
		p.Tries, p.Doing = p.Tries+1, nil
		var e *practice.Error
		if why == nil || errors.As(why, &e) && e.Terminal || p.Tries >= max(1, s.Attempts) {
			r.remember(p) // written with the step's end
			return why
		}
		fmt.Fprintf(out, "attempt %d of %d failed: %s\n", p.Tries, s.Attempts, r.plain(why.Error()))
		if err := r.note(s, p); err != nil {
			return err
		}
		if !sleep(ctx, delay) {
			return errStopping
		}
		delay = min(2*delay, maxDelay)
		p.Doing = r.intent()
		if err := r.note(s, p); err != nil {
			return err
		}
	}
}

// errJournal carries a failure of the journal past those who judge steps.
type errJournal struct{ error }

// note writes an attempt down. A check has no effect, so nothing is noted.
func (r *run) note(s plan.Step, p Progress) error {
	if s.Action == model.Check {
		p.Doing = nil
		r.remember(p)
		return nil
	}
	if err := r.advance(p); err != nil {
		return errJournal{err}
	}
	return nil
}

// attempt lets the driver work once. A running attempt is not cut by the
// agent's stop at once, but gets the grace; an interruption cuts it at once.
func (r *run) attempt(ctx context.Context, s plan.Step, out *stream) (err error) {
	d, ds, err := r.prepare(s)
	if err != nil {
		return err
	}
	working, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.Timeout.Std())
	defer cancel()
	defer context.AfterFunc(ctx, func() {
		if interrupted(ctx) || sleep(working, r.a.o.Grace) {
			cancel()
		}
	})()
	masked := mask.NewWriter(out, r.secrets)
	defer masked.Close()
	defer func() {
		if p := recover(); p != nil {
			r.a.o.Log.Error("agent: driver panicked", "driver", s.Uses, "panic", p, "stack", string(debug.Stack()))
			err = errDoubt{fmt.Errorf("driver %s failed in the middle: %v", s.Uses, p)}
		}
	}()
	r.tried, r.killed = s.Action != model.Check, nil
	switch s.Action {
	case model.Apply:
		err = d.Apply(working, ds, masked)
	case model.Remove:
		err = d.Remove(working, ds, masked)
	case model.Check:
		r.seen, err = check(working, d, ds)
	default:
		return practice.Faultf(practice.Invalid, "step %s has the unknown action %q", s.Name, s.Action).Final()
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(working.Err(), context.DeadlineExceeded) && errors.As(err, &r.killed):
		return practice.Faultf(practice.Unavailable, "did not end within %s; asked to end, it did not within %s and was killed", s.Timeout, practice.Duration(r.killed.Within)).
			WithHint("raise the step's timeout, or look why it takes so long; stopWithin says how long it may clean up")
	case errors.Is(working.Err(), context.DeadlineExceeded):
		return practice.Faultf(practice.Unavailable, "did not end within %s: %v", s.Timeout, err).WithHint("raise the step's timeout, or look why it takes so long")
	case ctx.Err() != nil && working.Err() != nil:
		errors.As(err, &r.killed)
		return errStopping
	}
	return err
}

// check looks once, and gives what was seen.
func check(ctx context.Context, d driver.Driver, s driver.Step) (string, error) {
	found, err := d.Inspect(ctx, s)
	if err != nil {
		return "", err
	}
	if !found.Matches {
		detail := found.Detail
		if detail == "" {
			detail = "the check does not hold"
		}
		return "", &practice.Error{Code: practice.Refused, Message: detail}
	}
	return found.Detail, nil
}

// prepare gives the driver and what it needs; errors mean that nothing was done.
func (r *run) prepare(s plan.Step) (driver.Driver, driver.Step, error) {
	d, err := r.a.o.Drivers.Lookup(s.Uses)
	if err != nil {
		return nil, driver.Step{}, err
	}
	with, secrets, err := mask.Fill(s.With, r.a.secrets())
	if err != nil {
		return nil, driver.Step{}, err
	}
	r.secrets = secrets
	ds := driver.Step{
		Name: s.Name, Order: r.h.Order.ID, Anew: s.Anew, Component: s.Component, Version: s.Version, With: with, StopWithin: s.StopWithin.Std(),
		Root: r.a.o.Root, State: r.a.memory(r.h.Order.Target, s.Uses),
	}
	if s.Artifact >= 0 {
		ds.Digest, ds.Artifact = r.h.Order.Artifacts[s.Artifact].Digest, r.dirs[s.Artifact]
	}
	if err := os.MkdirAll(ds.State, 0o700); err != nil {
		return nil, ds, fmt.Errorf("driver's memory: %w", err)
	}
	return d, ds, nil
}
