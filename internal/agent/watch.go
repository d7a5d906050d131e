package agent

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/model"
	"tranship.dev/tranship/internal/practice/plan"
)

// askEvery is how often the server is asked during a watch whether to go on: a
// deployment that is cancelled must not wait for an hour of looks.
const askEvery = 10 * time.Second

// errHalted says that the server said stop in the middle of a step that may be
// left at any moment.
type errHalted struct{ error }

func (e errHalted) Unwrap() error { return e.error }

func saidStop(word deployment.Answer) *practice.Error {
	return practice.Faultf(practice.Refused, "the server said stop: %s", word.Message)
}

// once makes one attempt: the driver works, or looks, or looks for a time.
func (r *run) once(ctx context.Context, s plan.Step, out *stream) error {
	if s.Action == model.Check && s.Watch != nil {
		return r.watch(ctx, s, out)
	}
	return r.attempt(ctx, s, out)
}

// watch looks again and again. It ends with an error as soon as more looks have
// failed than may, at once when a look fails in a way that no other can mend,
// and with errHalted when the server said stop between two looks.
func (r *run) watch(ctx context.Context, s plan.Step, out *stream) error {
	every, looks, failed := s.Watch.Every.Std(), s.Watch.Looks(), 0
	began, asked := r.a.o.Clock.Now(), question{}
	for n := 1; ; n++ {
		why := r.attempt(ctx, s, out)
		if errors.Is(why, errStopping) {
			return why
		}
		if why == nil {
			fmt.Fprintf(out, "look %d of %d holds%s\n", n, looks, r.plain(behind(r.seen)))
		} else {
			failed++
			fmt.Fprintf(out, "look %d of %d failed%s\n", n, looks, r.plain(behind(why.Error())))
		}
		var fault *practice.Error
		if errors.As(why, &fault) && fault.Terminal {
			return why
		}
		if failed > s.Watch.Failures {
			return fmt.Errorf("%d of %d looks failed (%d tolerated), the last: %w", failed, n, s.Watch.Failures, why)
		}
		// Looks keep their places in the watch; those that a slow one has overrun are left out.
		passed := r.a.o.Clock.Now().Sub(began)
		due := passed - passed%every + every
		if due > s.Watch.For.Std() {
			return nil
		}
		if err := r.idle(ctx, began.Add(due), &asked); err != nil {
			return err
		}
	}
}

func behind(detail string) string {
	if detail == "" {
		return ""
	}
	return ": " + detail
}

// question is what the server was asked, and when.
type question struct {
	answer <-chan deployment.Answer // nil: nothing is open
	at     time.Time
}

// idle waits until due, and asks the server meanwhile whether to go on.
func (r *run) idle(ctx context.Context, due time.Time, q *question) error {
	for {
		now := r.a.o.Clock.Now()
		if q.answer == nil && now.Sub(q.at) >= askEvery {
			answer, err := r.ask()
			if err != nil {
				return errJournal{err}
			}
			q.answer, q.at = answer, now
		}
		wait := due.Sub(now)
		if q.answer == nil {
			wait = min(wait, q.at.Add(askEvery).Sub(now))
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return errStopping
		case word := <-q.answer:
			timer.Stop()
			if q.answer = nil; !word.Proceed {
				return errHalted{saidStop(word)}
			}
		case <-timer.C:
			if !r.a.o.Clock.Now().Before(due) {
				return nil
			}
		}
	}
}

// ask sends the order's last report once more, which changes nothing, and gives
// where the server's word will come: whether to go on, as things are now.
func (r *run) ask() (<-chan deployment.Answer, error) {
	if r.last == nil {
		reports, err := r.a.o.Journal.Reports(r.h.Order.ID)
		if err != nil {
			return nil, err
		}
		if len(reports) == 0 {
			return nil, fmt.Errorf("order %s has begun and nothing was reported of it", r.h.Order.ID)
		}
		r.last = &reports[len(reports)-1]
	}
	answer := r.a.outbox.answerTo(r.h.Order.ID, r.last.Seq)
	r.a.outbox.add(*r.last)
	r.a.outbox.hurry()
	return answer, nil
}
