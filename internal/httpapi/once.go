package httpapi

import (
	"bytes"
	"io"
	"net/http"
	"strings"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
)

// maxRemembered bounds the body of a request with an idempotency key.
const maxRemembered = 16 << 20

// remembering answers a request with an Idempotency-Key that was answered
// before with the same answer, instead of doing it twice.
func (s *server) remembering(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := r.Header.Get("Idempotency-Key")
		if key == "" || r.Method == http.MethodGet || !strings.HasPrefix(r.URL.Path, "/api/") || secretive(r.URL.Path) || brought(r) {
			next.ServeHTTP(w, r)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRemembered))
		if err != nil {
			writeProblem(w, problemOf(practice.Faultf(practice.Invalid, "request body cannot be read: %v", err)))
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		s.once(w, r, key, body, next)
	})
}

func (s *server) once(w http.ResponseWriter, r *http.Request, key string, body []byte, next http.Handler) {
	who, err := s.who(r.Context(), credentialOf(r))
	if err != nil || len(key) > 255 {
		next.ServeHTTP(w, r) // it is refused there, or too long to be ours
		return
	}
	request := practice.DigestOf(append([]byte(r.Method+" "+r.URL.RequestURI()+"\n"), body...))
	before, err := s.Control.Begin(r.Context(), who.scope, who.token.ID+":"+key, request)
	if err != nil {
		writeProblem(w, problemOf(err))
		return
	}
	if before != nil {
		w.Header().Set("Content-Type", "application/json")
		if before.Status >= http.StatusBadRequest {
			w.Header().Set("Content-Type", "application/problem+json")
		}
		w.Header().Set("Idempotency-Replayed", "true")
		w.WriteHeader(before.Status)
		_, _ = w.Write(before.Body) //nolint:gosec // JSON that this server gave before, said to be JSON
		return
	}
	copied := &copyingWriter{ResponseWriter: w, status: http.StatusOK}
	next.ServeHTTP(copied, r)
	answer := control.Remembered{Key: who.token.ID + ":" + key, Request: request, Status: copied.status, Body: copied.body.Bytes()}
	if err := s.Control.Finish(r.Context(), who.scope, answer); err != nil {
		s.Log.Error("answer to an idempotent request was not stored", "error", err)
	}
}

// copyingWriter keeps what is answered.
type copyingWriter struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (c *copyingWriter) WriteHeader(status int) {
	c.status = status
	c.ResponseWriter.WriteHeader(status)
}

func (c *copyingWriter) Write(p []byte) (int, error) {
	c.body.Write(p)
	return c.ResponseWriter.Write(p)
}

// secretive says whether a route answers with a secret, which is shown once and
// kept nowhere: such a request is carried out each time.
func secretive(path string) bool {
	for _, secret := range []string{"/api/v1/subscriptions/", "/api/v1/triggers/"} {
		if strings.HasPrefix(path, secret) && strings.HasSuffix(path, "/secret") {
			return true
		}
	}
	for _, below := range []string{"/api/v1/tokens", "/api/v1/session", "/api/v1/accounts"} {
		if strings.HasPrefix(path, below) {
			return true
		}
	}
	return path == "/api/v1/enrolments" || path == "/api/v1/agents/enrol"
}
