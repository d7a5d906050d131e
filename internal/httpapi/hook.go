package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
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
	hookAtOnce  = 32               // under way at the same time: bounds memory
	hookReading = 10 * time.Second // to send the body
	hookSenders = 4096             // addresses that are remembered
)

// hooks serves /hooks/{trigger}: webhooks that prove themselves by a signature.
type hooks struct {
	server *server
	atOnce chan struct{}

	mu      sync.Mutex
	senders map[string]*rate.Limiter
	refused map[string]*rate.Limiter // by trigger: how often a refusal is kept
}

func newHooks(s *server) *hooks {
	return &hooks{server: s, atOnce: make(chan struct{}, hookAtOnce), senders: map[string]*rate.Limiter{}, refused: map[string]*rate.Limiter{}}
}

// ServeHTTP verifies before it parses. Whoever does not know the secret learns
// nothing: not whether the trigger exists, nor what is wrong.
func (h *hooks) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !h.allow(r) {
		h.tooMany(w)
		return
	}
	select {
	case h.atOnce <- struct{}{}:
		defer func() { <-h.atOnce }()
	default:
		h.tooMany(w)
		return
	}
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

func (h *hooks) allow(r *http.Request) bool {
	address, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		address = r.RemoteAddr
	}
	return limited(h, h.senders, address, hookRate, hookBurst)
}

// limited asks the limiter of a key; the keys are forgotten when they are too many.
func limited(h *hooks, by map[string]*rate.Limiter, key string, often rate.Limit, burst int) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	l := by[key]
	if l == nil {
		if len(by) >= hookSenders {
			clear(by)
		}
		l = rate.NewLimiter(often, burst)
		by[key] = l
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
	if d.Event, err = hook.Parse(known.Provider, r.Header, body); err != nil {
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
	if !limited(h, h.refused, d.Trigger, rate.Every(10*time.Second), 5) {
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
