package agent

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"tranship.dev/tranship/internal/bus"
	"tranship.dev/tranship/internal/practice/deployment"
)

// The bounds of output.
const (
	flushEvery = 200 * time.Millisecond
	pieceBytes = 16 << 10
	stepBytes  = 1 << 20 // of one step; what is more is counted and dropped
	outputWait = 5 * time.Second
)

// stream carries what one step prints to the server, while it prints.
// Output is a convenience: what cannot be sent within a while is lost.
type stream struct {
	a     *Agent
	order deployment.Order
	step  int
	kick  chan struct{}
	done  chan struct{}

	mu     sync.Mutex
	held   []byte
	taken  int
	cut    int
	seq    int
	closed bool
}

func newStream(a *Agent, o deployment.Order, step int) *stream {
	return &stream{
		a: a, order: o, step: step,
		// Numbers go on after a restart of the agent without being kept: milliseconds since the order was issued.
		seq: int(max(0, a.o.Clock.Now().Sub(o.IssuedAt).Milliseconds())),
	}
}

// Write takes masked output.
func (s *stream) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return len(p), nil
	}
	room := min(len(p), stepBytes-s.taken)
	s.held = append(s.held, p[:room]...)
	s.taken += room
	s.cut += len(p) - room
	if s.done == nil && len(s.held) > 0 {
		s.kick, s.done = make(chan struct{}), make(chan struct{})
		go s.pump()
	}
	return len(p), nil
}

// pump sends until the stream is closed.
func (s *stream) pump() {
	defer close(s.done)
	for last := false; !last; {
		select {
		case <-s.kick:
			last = true
		case <-time.After(flushEvery):
		}
		for {
			pieces := s.pieces(last)
			if len(pieces) == 0 {
				break
			}
			ctx, cancel := context.WithTimeout(context.Background(), outputWait)
			err := s.a.o.Link.Output(ctx, pieces)
			cancel()
			if err != nil {
				s.a.o.Log.Debug("agent: output is lost", "order", s.order.ID, "error", err)
			}
		}
	}
}

// close sends the rest and waits for it.
func (s *stream) close() {
	s.mu.Lock()
	if s.cut > 0 {
		s.held = append(s.held, fmt.Sprintf("\n[%d bytes more were printed; %d are kept]\n", s.cut, s.taken)...)
	}
	first := !s.closed
	s.closed = true
	done := s.done
	s.mu.Unlock()
	if done != nil && first {
		close(s.kick)
		<-done
	}
}

// pieces takes what can be sent now: whole characters, in pieces of bounded size.
func (s *stream) pieces(all bool) []deployment.Output {
	s.mu.Lock()
	defer s.mu.Unlock()
	var pieces []deployment.Output
	for len(s.held) > 0 && len(pieces) < bus.MaxOutputs {
		size := whole(s.held, pieceBytes, all)
		if size == 0 {
			break
		}
		s.seq++
		pieces = append(pieces, deployment.Output{
			Order: s.order.ID, Deployment: s.order.Deployment, Target: s.order.Target,
			Step: s.step, StepName: s.order.Steps[s.step].Name, Seq: s.seq, At: s.a.o.Clock.Now().UTC(),
			Text: clean(string(s.held[:size])),
		})
		s.held = s.held[size:]
	}
	return pieces
}

// whole gives how many of the bytes make a piece that does not end within a
// character, unless nothing more can follow.
func whole(held []byte, most int, all bool) int {
	// A byte that is no UTF-8 becomes three: leave room for it.
	size := min(len(held), most/3)
	if all && size == len(held) {
		return size
	}
	for back := 1; back <= min(utf8.UTFMax, size); back++ {
		if start := size - back; utf8.RuneStart(held[start]) {
			if !utf8.FullRune(held[start:size]) {
				return start
			}
			break
		}
	}
	return size
}

// clean gives text that any database takes: UTF-8 without NUL.
func clean(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
}

// cut shortens text to most bytes and says so.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return text[:most] + fmt.Sprintf(" [%d bytes more]", len(text)-most)
}
