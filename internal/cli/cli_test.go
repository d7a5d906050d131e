package cli_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"tranship.dev/tranship/internal/cli"
)

var noon = time.Date(2026, 11, 17, 12, 0, 0, 0, time.UTC)

// asked is a request that a stand-in for the server got.
type asked struct {
	method, path, query, body, key, auth, lastEvent string
}

// standIn answers as a server would, by method and path.
type standIn struct {
	*httptest.Server
	mu    sync.Mutex
	asked []asked
}

func serve(t *testing.T, answers map[string]http.HandlerFunc) *standIn {
	t.Helper()
	s := &standIn{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		s.asked = append(s.asked, asked{r.Method, r.URL.Path, r.URL.RawQuery, string(body),
			r.Header.Get("Idempotency-Key"), r.Header.Get("Authorization"), r.Header.Get("Last-Event-ID")})
		s.mu.Unlock()
		r.Body = io.NopCloser(bytes.NewReader(body))
		if answer, known := answers[r.Method+" "+r.URL.Path]; known {
			answer(w, r)
			return
		}
		problem(http.StatusNotFound, `{"title":"Not Found","status":404,"code":"not-found","detail":"there is nothing here"}`)(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *standIn) requests(method, path string) []asked {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []asked
	for _, a := range s.asked {
		if a.method == method && a.path == path {
			found = append(found, a)
		}
	}
	return found
}

func answer(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, text)
	}
}

func problem(status int, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}
}

// result is how a command line ended.
type result struct {
	code     int
	out, err string
}

func (r result) want(t *testing.T, code int, parts ...string) {
	t.Helper()
	if r.code != code {
		t.Errorf("exit code %d; want %d\nout: %s\nerr: %s", r.code, code, r.out, r.err)
	}
	for _, part := range parts {
		if !strings.Contains(r.out+r.err, part) {
			t.Errorf("%q was not printed\nout: %s\nerr: %s", part, r.out, r.err)
		}
	}
}

// run carries out a command line against a server, in a home of its own.
func run(t *testing.T, server string, args ...string) result {
	t.Helper()
	return runWith(t, map[string]string{"TRANSHIP_URL": server, "TRANSHIP_TOKEN": "tsp_a_b", "HOME": t.TempDir()}, "", args...)
}

func runWith(t *testing.T, env map[string]string, stdin string, args ...string) result {
	t.Helper()
	var out, err bytes.Buffer
	code := cli.Run(t.Context(), cli.Options{
		Stdin: strings.NewReader(stdin), Stdout: &out, Stderr: &err, Version: "1.0.0",
		Getenv: func(name string) string { return env[name] }, Now: func() time.Time { return noon },
	}, args)
	return result{code, out.String(), err.String()}
}
