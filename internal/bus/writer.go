package bus

import (
	"context"
	"time"

	"github.com/nats-io/nats.go"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
)

const (
	// batchSize is how many reports go into one call of the handler: one transaction.
	batchSize = 1_000
	// linger is how long a batch waits for more when several agents are reporting.
	linger = 2 * time.Millisecond
	// inFlight is how many batches are committed at the same time.
	inFlight = 2
)

// submission is the reports of one question, waiting for their commit.
type submission struct {
	from    deployment.Sender
	reports []deployment.Report
	ask     question
}

// writer gathers the reports of many agents into few transactions, and answers
// each agent after the transaction that holds its reports has committed.
type writer struct {
	queue  chan submission
	slots  chan struct{}
	commit func(ctx context.Context, batch []deployment.Sent) ([]deployment.Answer, error)
	answer func(ask *nats.Msg, answers []deployment.Answer, err error)
	held   *submission // taken from the queue, too large for the last batch
	wanted *wanted
}

func newWriter(hub *Hub, h Handlers) *writer {
	return &writer{
		queue:  make(chan submission, queueLength),
		slots:  make(chan struct{}, inFlight),
		commit: h.Reports,
		wanted: oneEach(),
		answer: func(ask *nats.Msg, answers []deployment.Answer, err error) {
			hub.answer(ask, reply{Said: answers}, err)
		},
	}
}

// submit queues; false when there is no room.
func (w *writer) submit(s submission) bool {
	w.wanted.put(s.ask)
	select {
	case w.queue <- s:
		return true
	default:
		w.wanted.take(s.ask, s.ask.came)
		return false
	}
}

// run works until ctx ends.
func (w *writer) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case w.slots <- struct{}{}:
		}
		batch := w.gather(ctx)
		if len(batch) == 0 {
			return
		}
		go func() {
			defer func() { <-w.slots }()
			w.write(ctx, batch)
		}()
	}
}

// gather waits for a first submission and takes what else is there, or is
// about to be; empty when ctx ended.
func (w *writer) gather(ctx context.Context) []submission {
	var batch []submission
	count := 0
	if w.held != nil {
		batch, count, w.held = append(batch, *w.held), len(w.held.reports), nil
	}
	var late <-chan time.Time
	for count < batchSize {
		s, more := w.next(ctx, len(batch), &late)
		if !more {
			return batch
		}
		if !w.wanted.take(s.ask, time.Now()) {
			continue
		}
		if count > 0 && count+len(s.reports) > batchSize {
			w.held = &s
			return batch
		}
		batch, count = append(batch, s), count+len(s.reports)
	}
	return batch
}

// next gives a submission that waits. A batch of none waits for its first as
// long as it takes; one agent alone is not kept waiting; where several report,
// more are coming, until late.
func (w *writer) next(ctx context.Context, have int, late *<-chan time.Time) (s submission, more bool) {
	switch {
	case have == 0:
		select {
		case <-ctx.Done():
			return s, false
		case s = <-w.queue:
			return s, true
		}
	case have > 1 && *late == nil:
		*late = time.After(linger)
	}
	select {
	case s = <-w.queue:
		return s, true
	default:
	}
	if have == 1 {
		return s, false
	}
	select {
	case s = <-w.queue:
		return s, true
	case <-*late:
		return s, false
	}
}

func (w *writer) write(ctx context.Context, batch []submission) {
	var all []deployment.Sent
	for _, s := range batch {
		for _, r := range s.reports {
			all = append(all, deployment.Sent{From: s.from, Report: r})
		}
	}
	answers, err := guarded(func() ([]deployment.Answer, error) { return w.commit(ctx, all) })
	if err == nil && len(answers) != len(all) {
		err = practice.Faultf(practice.Unavailable, "%d reports got %d answers", len(all), len(answers))
	}
	for _, s := range batch {
		if err != nil {
			w.answer(s.ask.Msg, nil, err)
			continue
		}
		w.answer(s.ask.Msg, answers[:len(s.reports)], nil)
		answers = answers[len(s.reports):]
	}
}
