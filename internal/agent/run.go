package agent

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"tranship.dev/tranship/internal/driver"
	"tranship.dev/tranship/internal/driver/mask"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/plan"
)

// run is the carrying out of one order. Only its goroutine changes h.Progress
// until the order has ended.
type run struct {
	a       *Agent
	h       *Held
	dirs    []string           // of the artifacts, "" until fetched
	secrets []string           // of the present step
	fresh   *Intent            // the intent that this run wrote, of an attempt not made yet
	seen    string             // by the last check that held
	resumed bool               // the order had begun before this run
	slept   bool               // a gap lay before the order's last sign of life
	told    bool               // the server has just said to go on
	killed  *driver.Killed     // what the last attempt ran was killed; nil: it ended
	tried   bool               // an attempt of the present step was made in this run
	last    *deployment.Report // nil: the journal knows
}

// errStopping says that the agent stops: the journal stays as it is.
var errStopping = errors.New("the agent stops")

// carryOut takes the order to its end, once: that of its steps, or where it is
// interrupted. An error is the journal's, or errStopping.
func (r *run) carryOut(ctx context.Context) error {
	if r.h.Progress.Mark == Ended {
		return nil
	}
	live, done := r.interruptible(ctx)
	defer done()
	err := r.goThrough(live)
	if errors.Is(err, errStopping) && ctx.Err() == nil && interrupted(live) {
		return r.cutShort(ctx)
	}
	return err
}

// goThrough does what is left of the order; errStopping when ctx ends before.
func (r *run) goThrough(ctx context.Context) error {
	r.resumed = r.h.Progress.Mark == Begun
	if r.h.Progress.Mark == Accepted {
		begun, err := r.claim(ctx)
		if err != nil || !begun {
			return err
		}
	}
	if over, err := r.lapsed(ctx); err != nil || over {
		return err
	}
	if err := r.fetch(ctx); err != nil {
		if ctx.Err() != nil {
			return errStopping
		}
		return r.end(deployment.OutcomeFail, err)
	}
	for r.h.Progress.Next < len(r.h.Order.Steps) {
		if ctx.Err() != nil {
			return errStopping
		}
		if over, err := r.lapsed(ctx); err != nil || over {
			return err
		}
		if done, err := r.step(ctx); err != nil || done {
			return err
		}
	}
	return r.end(deployment.Done, nil)
}

// claim asks the server whether to begin, and waits as long as it takes:
// nothing happens before the answer.
func (r *run) claim(ctx context.Context) (bool, error) {
	// After a restart this is the same report once more: same number, same meaning.
	p := r.h.Progress
	p.Seq = 1
	answer := r.a.outbox.answerTo(r.h.Order.ID, p.Seq)
	if err := r.advance(p, report(r.h.Order, p.Seq, deployment.OrderBegun, r.a.o.Clock.Now())); err != nil {
		return false, err
	}
	var said deployment.Answer
	select {
	case <-ctx.Done():
		return false, errStopping
	case said = <-answer:
	}
	if !said.Proceed {
		r.a.o.Log.Info("agent: order is not begun", "order", r.h.Order.ID, "why", said.Message)
		p.Declined = true
		return false, r.close(p, deployment.OutcomeStop)
	}
	if now, known := r.a.clock.now(r.a.o.Clock.Now()); known && !now.Before(r.h.Order.Expires) {
		return false, r.end(deployment.OutcomeStop, practice.Faultf(practice.Refused, "order expired at %s while it was asked whether to begin", r.h.Order.Expires.UTC().Format(time.RFC3339)))
	}
	p.Mark = Begun
	return true, r.advance(p)
}

// fetchTries is how often an artifact is fetched while the library cannot be reached.
const fetchTries = 5

// fetch brings the artifacts of all steps that are left, before the first effect.
func (r *run) fetch(ctx context.Context) error {
	r.dirs = make([]string, len(r.h.Order.Artifacts))
	for _, s := range r.h.Order.Steps[r.h.Progress.Next:] {
		if r.without(ctx, s) {
			continue
		}
		if err := r.fetchFor(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// fetchFor brings the artifact of a step, where it has one that is not here yet.
func (r *run) fetchFor(ctx context.Context, s plan.Step) error {
	if s.Artifact < 0 || r.dirs[s.Artifact] != "" {
		return nil
	}
	artifact := r.h.Order.Artifacts[s.Artifact]
	var err error
	for try, delay := 1, time.Second; try <= fetchTries; try, delay = try+1, 2*delay {
		r.dirs[s.Artifact], err = r.a.o.Fetch(ctx, artifact)
		if err == nil || final(err) || try == fetchTries || !sleep(ctx, jitter(delay)) {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w", artifact.Component, artifact.Version, err)
	}
	return nil
}

func final(err error) bool {
	var e *practice.Error
	return errors.As(err, &e) && (e.Terminal || e.Code != practice.Unavailable)
}

// sleep waits; false when ctx ended before.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// advance writes progress and reports down, and only then sends the reports.
func (r *run) advance(p Progress, reports ...deployment.Report) error {
	r.slept = r.slept || r.gap()
	p.Boot, p.At = r.a.boot, r.a.o.Clock.Now().UTC()
	if err := r.a.o.Journal.Advance(r.h.Order.ID, p, reports...); err != nil {
		return err
	}
	r.remember(p)
	if len(reports) > 0 {
		r.last = &reports[len(reports)-1]
	}
	r.a.outbox.add(reports...)
	return nil
}

// remember sets the progress where others read it.
func (r *run) remember(p Progress) {
	r.a.mu.Lock()
	defer r.a.mu.Unlock()
	r.h.Progress = p
}

// end reports that nothing more will be done.
func (r *run) end(outcome deployment.Outcome, why error) error {
	p := r.h.Progress
	p.Seq++
	return r.close(p, outcome, r.ended(p, outcome, why))
}

// ended is the report of the order's end, with p.Seq.
func (r *run) ended(p Progress, outcome deployment.Outcome, why error) deployment.Report {
	said := report(r.h.Order, p.Seq, deployment.OrderEnded, r.a.o.Clock.Now())
	said.Outcome, said.Step = outcome, max(min(p.Next, len(r.h.Order.Steps)-1), 0)
	if outcome == deployment.OutcomeStop {
		said.Did = r.did(p)
	}
	r.explain(&said, why)
	return said
}

func (r *run) close(p Progress, outcome deployment.Outcome, reports ...deployment.Report) error {
	p.Mark, p.Outcome, p.Doing, p.EndedAt = Ended, outcome, nil, r.a.o.Clock.Now().UTC()
	return r.advance(p, reports...)
}

// maxMessageText bounds what an error may say in a report, in bytes.
const maxMessageText = 8 << 10

// explain puts an error into a report, without secrets. The hint has a place of
// its own: it may be long, and the message goes where there is room for a line.
func (r *run) explain(said *deployment.Report, why error) {
	if why == nil {
		return
	}
	said.Message = r.plain(why.Error())
	if e, is := errors.AsType[*practice.Error](why); is {
		said.Code, said.Hint = e.Code, r.plain(e.Hint)
		if e.Hint != "" {
			said.Message = r.plain(strings.TrimSuffix(why.Error(), "; "+e.Hint))
		}
	}
}

func (r *run) plain(text string) string {
	return clean(cut(mask.Text(text, r.secrets), maxMessageText))
}
