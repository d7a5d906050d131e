package bus

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
)

// queueBytes bounds the memory of questions that wait, for each kind.
const queueBytes = 64 << 20

// queueLength bounds their number: a whole fleet may come at once.
const queueLength = 20_000

// lane lets a bounded number of questions wait and a few be worked on. What
// does not fit is answered at once with "try again", so that nothing piles up.
type lane struct {
	queue  chan question
	bytes  atomic.Int64
	wanted *wanted
}

// question is one that waits for its answer.
type question struct {
	*nats.Msg
	came time.Time
}

// newLane starts workers that end when stop is closed. Questions that w knows
// to be idle are not worked on.
func newLane(workers int, stop <-chan struct{}, w *wanted, work func(*nats.Msg)) *lane {
	l := &lane{queue: make(chan question, queueLength), wanted: w}
	for range workers {
		go func() {
			for {
				select {
				case <-stop:
					return
				case q := <-l.queue:
					l.bytes.Add(-int64(len(q.Data)))
					if l.wanted.take(q, time.Now()) {
						work(q.Msg)
					}
				}
			}
		}()
	}
	return l
}

// take queues a question; false when there is no room.
func (l *lane) take(m *nats.Msg) bool {
	size := int64(len(m.Data))
	if l.bytes.Add(size) > queueBytes {
		l.bytes.Add(-size)
		return false
	}
	q := question{m, time.Now()}
	l.wanted.put(q)
	select {
	case l.queue <- q:
		return true
	default:
		l.wanted.take(q, q.came)
		l.bytes.Add(-size)
		return false
	}
}

// wanted knows which waiting questions somebody still waits for: an agent gives
// up after patience and asks again, and a server that is behind must not answer
// what nobody hears, or it stays behind for ever.
type wanted struct {
	mu     sync.Mutex
	newest map[string]*nats.Msg // by subject; nil where an agent may ask several at once
}

// oneEach is for questions of which an agent asks one after the other: a newer
// one says that the older one was given up.
func oneEach() *wanted { return &wanted{newest: map[string]*nats.Msg{}} }

func (w *wanted) put(q question) {
	if w.newest == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.newest[q.Subject] = q.Msg
}

// take says whether somebody still waits for the answer; it is asked once.
func (w *wanted) take(q question, now time.Time) bool {
	if w.newest != nil {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.newest[q.Subject] != q.Msg {
			return false
		}
		delete(w.newest, q.Subject)
	}
	return now.Sub(q.came) < patience
}
