package bus

import (
	"sync/atomic"

	"github.com/nats-io/nats.go"
)

// queueBytes bounds the memory of questions that wait, for each kind.
const queueBytes = 64 << 20

// queueLength bounds their number: a whole fleet may come at once.
const queueLength = 20_000

// lane lets a bounded number of questions wait and a few be worked on. What
// does not fit is answered at once with "try again", so that nothing piles up.
type lane struct {
	queue chan *nats.Msg
	bytes atomic.Int64
}

// newLane starts workers that end when stop is closed.
func newLane(workers int, stop <-chan struct{}, work func(*nats.Msg)) *lane {
	l := &lane{queue: make(chan *nats.Msg, queueLength)}
	for range workers {
		go func() {
			for {
				select {
				case <-stop:
					return
				case m := <-l.queue:
					l.bytes.Add(-int64(len(m.Data)))
					work(m)
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
	select {
	case l.queue <- m:
		return true
	default:
		l.bytes.Add(-size)
		return false
	}
}
