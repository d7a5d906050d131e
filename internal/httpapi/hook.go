package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"tranship.dev/tranship/internal/hook"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/journey"
)

// The bounds of what anybody may send without a token.
const (
	hookRate    = 5 // per second from one address
	hookBurst   = 60
	hookAtOnce  = 128              // under way at the same time: bounds memory
	hookEach    = 16               // of them from one address: who sends slowly keeps nobody else out
	hookReading = 10 * time.Second // to send the body
	hookSenders = 4096             // addresses that are remembered
)

// hooks serves /hooks/{trigger}: webhooks that prove themselves by a signature.
type hooks struct {
	server *server
	atOnce chan struct{}

	mu      sync.Mutex
	senders map[string]*sender
	refused map[string]*rate.Limiter // by trigger: how often a refusal is kept
}

// sender is what is kept of an address that webhooks come from.
type sender struct {
	often  *rate.Limiter
	atOnce chan struct{}
}

func newHooks(s *server) *hooks {
	return &hooks{server: s, atOnce: make(chan struct{}, hookAtOnce), senders: map[string]*sender{}, refused: map[string]*rate.Limiter{}}
}

// ServeHTTP verifies before it parses. Whoever does not know the secret learns
// nothing: not whether the trigger exists, nor what is wrong.
func (h *hooks) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	leave, ok := h.enter(r)
	if !ok {
		h.tooMany(w)
		return
	}
	defer leave()
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(hookReading)) // not every writer can; the size is bounded anyway
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, hook.MaxBody))
	if err != nil {
		status, text := http.StatusBadRequest, "the body cannot be read"
		if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
			status, text = http.StatusRequestEntityTooLarge, "the body is larger than 1 MiB"
		}
		writeProblem(w, newProblem(status, text))
		return
	}
	h.take(w, r, body)
}

func (h *hooks) tooMany(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "10")
	writeProblem(w, newProblem(http.StatusTooManyRequests, "too many webhooks at once; send it again later"))
}

// enter lets a request in, or not: its address sends too often, or too many are
// under way. Whoever has as many under way as one address may waits for a while.
func (h *hooks) enter(r *http.Request) (leave func(), ok bool) {
	from := h.sender(addressOf(r))
	if !from.often.Allow() {
		return nil, false
	}
	wait := time.NewTimer(hookReading)
	defer wait.Stop()
	select {
	case from.atOnce <- struct{}{}:
	case <-wait.C:
		return nil, false
	case <-r.Context().Done():
		return nil, false
	}
	select {
	case h.atOnce <- struct{}{}:
		return func() { <-h.atOnce; <-from.atOnce }, true
	default:
		<-from.atOnce
		return nil, false
	}
}

// sender gives what is kept of an address; all are forgotten when they are too many.
func (h *hooks) sender(address string) *sender {
	h.mu.Lock()
	defer h.mu.Unlock()
	from := h.senders[address]
	if from == nil {
		if len(h.senders) >= hookSenders {
			clear(h.senders)
		}
		from = &sender{often: rate.NewLimiter(hookRate, hookBurst), atOnce: make(chan struct{}, hookEach)}
		h.senders[address] = from
	}
	return from
}

// addressOf gives where a request comes from: of IPv6 the network, for whoever has
// one address there has all of them.
func addressOf(r *http.Request) string {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	address := from.Addr().Unmap().WithZone("")
	if address.Is4() {
		return address.String()
	}
	return netip.PrefixFrom(address, 64).Masked().String()
}

// mayKeep says whether the refusal of a trigger's webhook is kept, and not one of many.
func (h *hooks) mayKeep(trigger string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	l := h.refused[trigger]
	if l == nil {
		if len(h.refused) >= hookSenders {
			clear(h.refused)
		}
		l = rate.NewLimiter(rate.Every(10*time.Second), 5)
		h.refused[trigger] = l
	}
	return l.Allow()
}

func (h *hooks) take(w http.ResponseWriter, r *http.Request, body []byte) {
	s, name := h.server, r.PathValue("trigger")
	known, err := s.Control.Hook(r.Context(), s.Scope, name)
	if err != nil {
		writeProblem(w, problemOf(s.fail(err)))
		return
	}
	d := journey.Delivery{Trigger: name, Digest: practice.DigestOf(body)}
	d.ID, err = hook.Verify(known.Provider, known.Secret, r.Header, body, s.Now())
	if err != nil || !known.Known {
		writeProblem(w, newProblem(http.StatusUnauthorized, "the webhook is not signed with the secret of a trigger that is here"))
		if known.Known {
			h.keepRefusal(w, r, d, err)
		}
		return
	}
	if d.ID == "" {
		d.ID = string(d.Digest)
	}
	if known.OfChange {
		// The same may be said again at another moment: confirmed, revoked, confirmed.
		d.Digest = practice.DigestOf([]byte(d.ID + "." + string(body)))
		d.Event, err = hook.ParseChange(body)
	} else {
		d.Event, err = hook.Parse(known.Provider, r.Header, body)
	}
	if err != nil {
		writeProblem(w, problemOf(s.fail(err)))
		h.keepRefusal(w, r, d, err)
		return
	}
	taken, err := s.Control.TakeHook(r.Context(), s.Scope, d)
	if err != nil {
		writeProblem(w, problemOf(s.fail(err)))
		h.keepRefusal(w, r, d, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if taken.Outcome == journey.Taken {
		w.WriteHeader(http.StatusAccepted)
	}
	_ = json.NewEncoder(w).Encode(taken)
}

// keepRefusal keeps why a webhook was refused where people see it, after it was
// answered, and not for each of many.
func (h *hooks) keepRefusal(w http.ResponseWriter, r *http.Request, d journey.Delivery, why error) {
	_ = http.NewResponseController(w).Flush()
	if !h.mayKeep(d.Trigger) {
		return
	}
	d.Message = why.Error()
	if d.ID == "" {
		d.ID = string(d.Digest)
	}
	if err := h.server.Control.RefuseHook(context.WithoutCancel(r.Context()), h.server.Scope, d); err != nil {
		h.server.Log.Warn("refused webhook was not kept", "trigger", d.Trigger, "error", err)
	}
}
