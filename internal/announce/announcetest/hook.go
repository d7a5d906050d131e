package announcetest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// Call is a request that arrived.
type Call struct {
	Path   string
	Header http.Header
	Body   []byte
}

// Hook is an HTTP receiver on a loopback address.
type Hook struct {
	URL string

	mu      sync.Mutex
	calls   []Call
	arrived chan Call
}

// NewHook starts one that ends with the test. answer gets the number of the
// request, from 1; nil answers 204.
func NewHook(t testing.TB, answer func(n int, w http.ResponseWriter, r *http.Request)) *Hook {
	t.Helper()
	h := &Hook{arrived: make(chan Call, 1000)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
		call := Call{Path: r.URL.RequestURI(), Header: r.Header.Clone(), Body: body}
		h.mu.Lock()
		h.calls = append(h.calls, call)
		n := len(h.calls)
		h.mu.Unlock()
		h.arrived <- call
		if answer == nil {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		answer(n, w, r)
	}))
	t.Cleanup(server.Close)
	h.URL = server.URL
	return h
}

// Calls gives what has arrived.
func (h *Hook) Calls() []Call {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]Call(nil), h.calls...)
}

// Next waits for a request that is wanted, dropping others.
func (h *Hook) Next(t testing.TB, wanted func(Call) bool) Call {
	t.Helper()
	timeout := time.After(30 * time.Second)
	for {
		select {
		case call := <-h.arrived:
			if wanted(call) {
				return call
			}
		case <-timeout:
			t.Fatalf("the request that is wanted has not arrived; %d others have", len(h.Calls()))
		}
	}
}
