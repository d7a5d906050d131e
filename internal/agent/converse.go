package agent

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/signature"
)

// How often the agent speaks without being asked.
const (
	heartbeat = 30 * time.Second // at most a fifth sooner or later
	syncEvery = time.Minute      // orders whose hint was lost
	again     = 2 * time.Second  // after a question that was not answered; longer each time, up to heartbeat
	patience  = 20 * time.Second // for one answer
	hearFor   = 10 * time.Second // for the first word after a start, before a step that was interrupted is called unknown
)

// jitter gives d, up to a fifth sooner or later: a fleet must not speak at once.
func jitter(d time.Duration) time.Duration {
	return d - d/5 + rand.N(2*d/5+1) //nolint:gosec // no secret
}

// converse says hello and asks for orders, until ctx ends. A server that does not
// answer is asked ever more rarely: it may have too much to do already.
func (a *Agent) converse(ctx context.Context) {
	beat := time.NewTimer(0)
	defer beat.Stop()
	t := talk{due: true}
	pause := again
	for {
		select {
		case <-ctx.Done():
			return
		case <-a.wake:
			t.due = true
		case <-beat.C:
		}
		if err := a.speak(ctx, &t); err != nil {
			a.o.Log.Debug("agent: ask the server", "error", err)
			beat.Reset(jitter(pause))
			pause = min(2*pause, heartbeat)
			continue
		}
		if a.takeStrange() {
			t = talk{due: true} // hello may make the key known that signed it
			beat.Reset(jitter(pause))
			pause = min(2*pause, heartbeat)
			continue
		}
		pause = again
		beat.Reset(jitter(heartbeat))
	}
}

// talk is when the server last answered what.
type talk struct {
	greeted, synced time.Time
	due             bool // there may be orders
}

// speak says hello and asks for orders, when their time has come.
func (a *Agent) speak(ctx context.Context, t *talk) error {
	now := a.o.Clock.Now()
	if _, known := a.clock.now(now); !known || now.Sub(t.greeted) >= heartbeat*4/5 {
		if err := a.hello(ctx); err != nil {
			return fmt.Errorf("hello: %w", err)
		}
		t.greeted = now
	}
	if !t.due && now.Sub(t.synced) < syncEvery {
		return nil
	}
	t.due = true
	if err := a.sync(ctx); err != nil {
		return fmt.Errorf("ask for orders: %w", err)
	}
	t.due, t.synced = false, now
	return nil
}

// hello sends the heartbeat; its answer sets the clock and may bring newer trust.
func (a *Agent) hello(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	asked := a.o.Clock.Now()
	welcome, err := a.o.Link.Hello(ctx, deployment.Hello{Version: a.o.Version, Facts: a.facts, Clock: asked.UTC(), Serial: a.serial()})
	if err != nil {
		return err
	}
	a.clock.set(welcome.Time, asked, a.o.Clock.Now())
	for _, e := range welcome.Earlier {
		a.trust(e)
	}
	if welcome.Trust != nil {
		a.trust(*welcome.Trust)
	}
	a.prune()
	return nil
}

// serial gives the number of the trust document that the agent goes by.
func (a *Agent) serial() int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.standing.Serial
}

// takeStrange says whether an order came since that no trusted key had signed.
func (a *Agent) takeStrange() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	strange := a.strange
	a.strange = false
	return strange
}

// trust takes over a newer trust document.
func (a *Agent) trust(e signature.Envelope) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if sameEnvelope(e, a.told) {
		return // nearly always: keys change rarely
	}
	next, err := adopt(a.standing, e)
	if err != nil {
		a.o.Log.Warn("agent: trust document refused", "error", err)
		return
	}
	a.told = e
	if next.Serial == a.standing.Serial {
		return
	}
	if err := a.o.Journal.PutStanding(next); err != nil {
		a.fail(err)
		return
	}
	a.o.Log.Info("agent: trust changed", "serial", next.Serial, "epoch", next.Epoch, "keys", len(next.Keys))
	a.standing = next
}

func sameEnvelope(a, b signature.Envelope) bool {
	return a.PayloadType == b.PayloadType && a.Payload == b.Payload && slices.Equal(a.Signatures, b.Signatures)
}

// prune forgets what need not be recognised any more.
func (a *Agent) prune() {
	now, known := a.clock.now(a.o.Clock.Now())
	if !known {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	ids := forgettable(a.held, a.outbox.holds, now)
	if len(ids) == 0 {
		return
	}
	if err := a.o.Journal.Forget(ids); err != nil {
		a.fail(err)
		return
	}
	for _, id := range ids {
		delete(a.held, id)
	}
}

// sync asks for open orders and takes them in.
func (a *Agent) sync(ctx context.Context) error {
	asking, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	orders, err := a.o.Link.Sync(asking)
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	defer a.heard.Do(func() { close(a.news) })
	a.more = orders.More
	for _, e := range orders.Envelopes {
		if err := a.receive(ctx, e); err != nil {
			a.fail(err)
			return err
		}
	}
	return nil
}

// hear waits until the server has once told what is open, but not for long: it may be away.
func (a *Agent) hear(ctx context.Context) error {
	timer := time.NewTimer(hearFor)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-a.news:
	case <-timer.C:
	}
	if ctx.Err() != nil {
		return errStopping
	}
	return nil
}

// receive judges one order, or the interruption of one; a.mu is held. Errors are the journal's.
func (a *Agent) receive(ctx context.Context, e signature.Envelope) error {
	if e.PayloadType == deployment.InterruptType {
		return a.interrupt(e)
	}
	o, err := authentic(e, a.standing.Keys, a.o.Scope, a.o.Name)
	if err != nil {
		a.o.Log.Warn("agent: order dropped", "error", err)
		a.strange = true
		return nil
	}
	if h, held := a.held[o.ID]; held {
		return a.repeat(h)
	}
	now, known := a.clock.now(a.o.Clock.Now())
	if !known {
		return nil // orders are asked for after the first hello only
	}
	h := &Held{Order: o, Progress: Progress{Mark: Accepted, Next: o.From}}
	if why := admit(o, a.standing, now); why != nil {
		h.Progress.Mark, h.Progress.EndedAt = Ended, now
		h.Progress.Outcome, h.Progress.Seq = deployment.OutcomeFail, 1
		r := report(o, 1, deployment.OrderRefused, a.o.Clock.Now())
		r.Outcome, r.Code, r.Message, r.Hint = deployment.OutcomeFail, why.Code, why.Message, why.Hint
		return a.accept(h, r)
	}
	if err := a.accept(h); err != nil {
		return err
	}
	a.enqueue(ctx, h)
	return nil
}

// accept writes an order down and sends its reports; a.mu is held.
func (a *Agent) accept(h *Held, reports ...deployment.Report) error {
	standing := raised(a.standing, h.Order)
	if err := a.o.Journal.Accept(*h, standing, reports...); err != nil {
		return err
	}
	a.standing, a.held[h.Order.ID] = standing, h
	a.outbox.add(reports...)
	return nil
}

// repeat answers an order that came again from the journal; a.mu is held. The
// server does not know how it ended: it was restored, or our report is on its way.
func (a *Agent) repeat(h *Held) error {
	if h.Progress.Mark != Ended || a.outbox.holds(h.Order.ID) {
		return nil
	}
	if h.Progress.Declined {
		h.Progress.Declined = false
		h.Progress.Seq++
		r := report(h.Order, h.Progress.Seq, deployment.OrderRefused, a.o.Clock.Now())
		r.Outcome, r.Message = deployment.OutcomeStop, "the server said not to begin, and nothing was done"
		if err := a.o.Journal.Advance(h.Order.ID, h.Progress, r); err != nil {
			return err
		}
	}
	reports, err := a.o.Journal.Reports(h.Order.ID)
	if err != nil {
		return err
	}
	a.outbox.add(reports...)
	return nil
}

// report begins a report about an order.
func report(o deployment.Order, seq int, kind deployment.ReportKind, at time.Time) deployment.Report {
	return deployment.Report{
		Order: o.ID, Seq: seq, Deployment: o.Deployment, Target: o.Target, Part: o.Part, Stage: o.Stage, Attempt: o.Attempt,
		Kind: kind, At: at.UTC(),
	}
}
