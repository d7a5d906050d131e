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
	ask     *nats.Msg
}

// writer gathers the reports of many agents into few transactions, and answers
// each agent after the transaction that holds its reports has committed.
type writer struct {
	queue  chan submission
	slots  chan struct{}
	commit func(ctx context.Context, batch []deployment.Sent) ([]deployment.Answer, error)
	answer func(ask *nats.Msg, answers []deployment.Answer, err error)
	held   *submission // taken from the queue, too large for the last batch
}

func newWriter(hub *Hub, h Handlers) *writer {
	return &writer{
		queue:  make(chan submission, queueLength),
		slots:  make(chan struct{}, inFlight),
		commit: h.Reports,
		answer: func(ask *nats.Msg, answers []deployment.Answer, err error) {
			hub.answer(ask, reply{Said: answers}, err)
		},
	}
}

// submit queues; false when there is no room.
func (w *writer) submit(s submission) bool {
	select {
	case w.queue <- s:
		return true
	default:
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
	if w.held != nil {
		batch, w.held = append(batch, *w.held), nil
	} else {
		select {
		case <-ctx.Done():
			return nil
		case s := <-w.queue:
			batch = append(batch, s)
		}
	}
	count := len(batch[0].reports)
	var late <-chan time.Time
	for count < batchSize {
		var s submission
		select {
		case s = <-w.queue:
		default:
			// One agent alone is not kept waiting; where several report, more are coming.
			if len(batch) == 1 {
				return batch
			}
			if late == nil {
				late = time.After(linger)
			}
			select {
			case s = <-w.queue:
			case <-late:
				return batch
			}
		}
		if count+len(s.reports) > batchSize {
			w.held = &s
			return batch
		}
		batch, count = append(batch, s), count+len(s.reports)
	}
	return batch
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
			w.answer(s.ask, nil, err)
			continue
		}
		w.answer(s.ask, answers[:len(s.reports)], nil)
		answers = answers[len(s.reports):]
	}
}
