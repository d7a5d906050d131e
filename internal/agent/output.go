package agent

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"tranship.dev/tranship/internal/bus"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
)

// The bounds of output.
const (
	flushEvery = 200 * time.Millisecond
	pieceBytes = 16 << 10
	headBytes  = 512 << 10 // the first of one step, sent while it prints
	tailBytes  = 512 << 10 // the last of it, sent when it has ended; what lies between is counted and dropped
	outputWait = 5 * time.Second
	outputSlow = 10 * time.Second // between two attempts to send the same pieces, in the end
	// lateSteps is how many steps that have ended may wait with their output for a server that
	// is away: each holds 2 MiB at most.
	lateSteps = 32
)

// stream carries what one step prints to the server, while it prints.
// Of a step that prints much, its beginning and its end are kept: the end tells
// why it failed. What the server did not acknowledge is sent again, with the same
// numbers, until it does or the agent stops: the output of a step is a convenience,
// and not in the journal. Of many steps that end while the server is away, the last lose theirs.
type stream struct {
	a     *Agent
	order deployment.Order
	step  int
	kick  chan struct{}
	done  chan struct{}

	mu     sync.Mutex
	held   []byte
	taken  int    // of the head; headBytes when it is full
	tail   []byte // what follows the head: at most the last tailBytes of it are sent
	cut    int    // bytes between head and tail that are left out
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
	room := min(len(p), headBytes-s.taken)
	for room > 0 && room < len(p) && !utf8.RuneStart(p[room]) {
		room--
	}
	s.held = append(s.held, p[:room]...)
	s.taken += room
	if room < len(p) {
		if s.taken = headBytes; len(s.tail) == 0 {
			s.held = append(s.held, "\n[the step prints much: the end of it follows when it has ended]\n"...)
		}
		s.follow(p[room:])
	}
	if s.done == nil && len(s.held) > 0 {
		s.kick, s.done = make(chan struct{}), make(chan struct{})
		go s.pump()
	}
	return len(p), nil
}

// follow keeps the end of what the head had no room for. It lets the tail grow
// to twice its bound before it moves it, so that small writes stay cheap.
func (s *stream) follow(p []byte) {
	if more := len(p) - tailBytes; more > 0 {
		s.cut += len(s.tail) + more
		s.tail = append(s.tail[:0], p[more:]...)
		return
	}
	s.tail = append(s.tail, p...)
	if len(s.tail) >= 2*tailBytes {
		s.shorten()
	}
}

// shorten drops what is before the last tailBytes, and the rest of a character
// that the cut would begin with.
func (s *stream) shorten() {
	drop := max(0, len(s.tail)-tailBytes)
	for end := min(len(s.tail), drop+utf8.UTFMax-1); s.cut+drop > 0 && drop < end && !utf8.RuneStart(s.tail[drop]); {
		drop++
	}
	s.cut += drop
	s.tail = append(s.tail[:0], s.tail[drop:]...)
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
			s.send(pieces)
		}
	}
}

// send sends pieces until the server has them, refuses to read them, or nobody can wait any longer.
func (s *stream) send(pieces []deployment.Output) {
	for delay := flushEvery; ; delay = min(2*delay, outputSlow) {
		stopping := s.a.stopping()
		ctx, cancel := context.WithTimeout(context.Background(), outputWait)
		err := s.a.o.Link.Output(ctx, pieces)
		cancel()
		if err == nil {
			return
		}
		if stopping || practice.CodeOf(err) == practice.Invalid || s.late() && s.a.late.Load() > lateSteps {
			s.a.o.Log.Warn("agent: output is lost", "order", s.order.ID, "step", s.order.Steps[s.step].Name, "pieces", len(pieces), "error", err)
			return
		}
		timer := time.NewTimer(jitter(delay))
		select {
		case <-s.a.stopped: // once more, at once
		case <-timer.C:
		}
		timer.Stop()
	}
}

// late says whether the step has ended whose output is still to be sent.
func (s *stream) late() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// close sends the rest and waits for it.
func (s *stream) close() {
	s.mu.Lock()
	if s.shorten(); s.cut > 0 {
		s.held = append(s.held, fmt.Sprintf("[%d bytes are left out here; the last %d follow]\n", s.cut, len(s.tail))...)
	}
	s.held, s.tail = append(s.held, s.tail...), nil
	first := !s.closed
	s.closed = true
	done := s.done
	s.mu.Unlock()
	if done != nil && first {
		s.a.late.Add(1)
		defer s.a.late.Add(-1)
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
			Order: s.order.ID, Deployment: s.order.Deployment, Target: s.order.Target, Part: s.order.Part,
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
