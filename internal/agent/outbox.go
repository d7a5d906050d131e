package agent

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"tranship.dev/tranship/internal/bus"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
)

// outbox sends reports until each is answered. They are in the journal; here
// is only what has to be sent, in the order of each order.
type outbox struct {
	link    Link
	journal Journal
	log     *slog.Logger
	fail    func(error)
	wake    chan struct{}

	mu      sync.Mutex
	pending []deployment.Report
	waiting map[reportID]chan deployment.Answer
	single  bool // the last message was refused: find the report that is to blame
}

type reportID struct {
	order string
	seq   int
}

func newOutbox(link Link, journal Journal, log *slog.Logger, fail func(error)) *outbox {
	return &outbox{link: link, journal: journal, log: log, fail: fail, wake: make(chan struct{}, 1), waiting: map[reportID]chan deployment.Answer{}}
}

// lull is how long the news that a step begins waits for company: nobody waits
// for its answer, and a short step's end comes with it in one message.
const lull = 20 * time.Millisecond

// add queues reports that are in the journal already; one that waits counts once.
func (b *outbox) add(reports ...deployment.Report) {
	urgent := false
	b.mu.Lock()
	for _, r := range reports {
		urgent = urgent || r.Kind != deployment.StepBegun
		known := false
		for _, p := range b.pending {
			known = known || p.Order == r.Order && p.Seq == r.Seq
		}
		if !known {
			b.pending = append(b.pending, r)
		}
	}
	b.mu.Unlock()
	if urgent {
		b.hurry()
	} else if len(reports) > 0 {
		time.AfterFunc(lull, b.hurry)
	}
}

// answerTo gives where the answer to a report will come; ask before add.
func (b *outbox) answerTo(order string, seq int) <-chan deployment.Answer {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := make(chan deployment.Answer, 1)
	b.waiting[reportID{order, seq}] = c
	return c
}

// holds says whether reports of an order are not answered yet.
func (b *outbox) holds(order string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range b.pending {
		if r.Order == order {
			return true
		}
	}
	return false
}

// hurry makes run try now.
func (b *outbox) hurry() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// run sends until ctx ends.
func (b *outbox) run(ctx context.Context) {
	retry := time.NewTimer(0)
	defer retry.Stop()
	delay := again / 4
	for {
		select {
		case <-ctx.Done():
			return
		case <-b.wake:
		case <-retry.C:
		}
		for {
			left, err := b.send(ctx)
			if err != nil {
				b.log.Debug("agent: report", "error", err)
				retry.Reset(jitter(delay))
				delay = min(2*delay, heartbeat)
				break
			}
			if delay = again / 4; !left {
				break
			}
		}
	}
}

// send sends one message and says whether there is more to send now.
func (b *outbox) send(ctx context.Context) (bool, error) {
	batch := b.next()
	if len(batch) == 0 {
		return false, nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	answers, err := b.link.Report(ctx, batch)
	if practice.CodeOf(err) == practice.Invalid {
		return b.blame(batch, err)
	}
	if err != nil {
		return false, err
	}
	var stored []deployment.Report
	for i, r := range batch {
		if answers[i].Stored {
			stored = append(stored, r)
		}
	}
	if err := b.journal.Answered(stored); err != nil {
		b.fail(err)
		return false, err
	}
	b.settle(batch, answers)
	if len(stored) < len(batch) {
		return false, practice.Faultf(practice.Unavailable, "%d of %d reports were not stored", len(batch)-len(stored), len(batch))
	}
	return true, nil
}

// next gives the first reports that fit into one message.
func (b *outbox) next() []deployment.Report {
	b.mu.Lock()
	defer b.mu.Unlock()
	most := bus.MaxReports
	if b.single {
		most = 1
	}
	size, count := 0, 0
	for count < min(most, len(b.pending)) {
		r := b.pending[count]
		// JSON may write one byte as six.
		if size += 2048 + 6*(len(r.Message)+len(r.Hint)); count > 0 && size > maxMessage {
			break
		}
		count++
	}
	return append([]deployment.Report(nil), b.pending[:count]...)
}

// maxMessage is about how large a message with reports may become, in bytes.
const maxMessage = 512 << 10

// blame finds the report that the server refuses to read, and gives it up: it
// would hold up all others for ever.
func (b *outbox) blame(batch []deployment.Report, err error) (bool, error) {
	b.mu.Lock()
	b.single = true
	b.mu.Unlock()
	if len(batch) > 1 {
		return true, nil
	}
	b.log.Error("agent: the server cannot read a report, it is given up", "order", batch[0].Order, "number", batch[0].Seq, "error", err)
	if err := b.journal.Answered(batch); err != nil {
		b.fail(err)
		return false, err
	}
	b.settle(batch, []deployment.Answer{{Stored: true, Message: err.Error()}})
	return true, nil
}

// settle takes out what was stored and tells those who wait; there is an answer
// for each of the batch, in its order.
func (b *outbox) settle(batch []deployment.Report, answers []deployment.Answer) {
	b.mu.Lock()
	defer b.mu.Unlock()
	stored := map[reportID]bool{}
	for i, answer := range answers {
		id := reportID{batch[i].Order, batch[i].Seq}
		if !answer.Stored {
			continue
		}
		stored[id] = true
		if c, ok := b.waiting[id]; ok {
			c <- answer
			delete(b.waiting, id)
		}
	}
	var left []deployment.Report
	for _, r := range b.pending {
		if !stored[reportID{r.Order, r.Seq}] {
			left = append(left, r)
		}
	}
	if b.pending = left; len(left) == 0 {
		b.single = false
	}
}
