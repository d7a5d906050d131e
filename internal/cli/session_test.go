package cli_test

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"tranship.dev/tranship/internal/cli"
)

const whoami = `{"actor":{"kind":"person","name":"anna"},"token":"ci","role":"manager","scope":"default"}`

func TestLoginIsKeptForItsOwnerOnly(t *testing.T) {
	t.Parallel()
	s := serve(t, map[string]http.HandlerFunc{"GET /api/v1/whoami": answer(whoami)})
	home := t.TempDir()
	env := map[string]string{"XDG_CONFIG_HOME": home}
	runWith(t, env, "tsp_secret\n", "login", s.URL+"/").want(t, 0, "signed in to "+s.URL+" as anna (manager)")
	info, err := os.Stat(filepath.Join(home, "tranship", "config.json"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("settings: %v, %v; want mode 0600", info, err)
	}
	runWith(t, env, "", "whoami").want(t, 0, "anna")
	for _, a := range s.requests("GET", "/api/v1/whoami") {
		if a.auth != "Bearer tsp_secret" {
			t.Errorf("authorization %q", a.auth)
		}
	}
	runWith(t, env, "", "logout").want(t, 0)
	runWith(t, env, "", "whoami").want(t, 9, "tranship login")
}

// A kept token must never go to another server than the one that it was kept for.
func TestKeptTokenStaysWithItsServer(t *testing.T) {
	t.Parallel()
	mine := serve(t, map[string]http.HandlerFunc{"GET /api/v1/whoami": answer(whoami)})
	other := serve(t, map[string]http.HandlerFunc{"GET /api/v1/whoami": answer(whoami)})
	env := map[string]string{"XDG_CONFIG_HOME": t.TempDir()}
	runWith(t, env, "", "login", mine.URL, "--token", "tsp_secret").want(t, 0)
	env["TRANSHIP_URL"] = other.URL
	runWith(t, env, "", "whoami").want(t, 9, "not signed in to "+other.URL)
	if n := len(other.requests("GET", "/api/v1/whoami")); n != 0 {
		t.Errorf("%d requests went to the other server", n)
	}
}

func TestBadTokenIsNotKept(t *testing.T) {
	t.Parallel()
	s := serve(t, map[string]http.HandlerFunc{"GET /api/v1/whoami": problem(401, `{"title":"U","status":401,"code":"unauthorised","detail":"token is not known"}`)})
	home := t.TempDir()
	runWith(t, map[string]string{"XDG_CONFIG_HOME": home}, "", "login", s.URL, "--token", "x").want(t, 9, "token is not known")
	if _, err := os.Stat(filepath.Join(home, "tranship")); err == nil {
		t.Error("settings were kept")
	}
}

// breakOff lets the first connections end without an answer.
func breakOff(first int, then http.HandlerFunc) http.HandlerFunc {
	left := first
	return func(w http.ResponseWriter, r *http.Request) {
		if left--; left >= 0 {
			panic(http.ErrAbortHandler)
		}
		then(w, r)
	}
}

const emptyPlan = `{"id":"P-1","digest":"sha256:aa","by":{"kind":"person","name":"a"},"at":"2026-11-17T12:00:00Z","lastTook":"0s","targets":[],
	"header":{"scope":"default","release":"web@1","direction":"install","environment":"test","environmentRevision":1,"model":{"name":"m","revision":1,"digest":"d"},
	"items":[],"onFailure":"guidance","silent":"2m","waves":[{"number":1,"size":0,"soak":"0s"}],"maxFailures":0,"targetCount":0,"unchanged":0,"targetsDigest":"d"}}`

const nothingAgainst = `{"of":"P-1","environment":"test","start":"2026-11-17T12:00:00Z","end":"2026-11-17T12:00:01Z","estimate":"1s","open":true,"conflicts":[]}`

// What is created is asked for again after a broken connection, under the same key.
func TestBrokenConnectionsAreTriedAgain(t *testing.T) {
	t.Parallel()
	s := serve(t, map[string]http.HandlerFunc{
		"POST /api/v1/plans":              breakOff(2, answer(emptyPlan)),
		"GET /api/v1/plans/P-1/conflicts": answer(nothingAgainst),
		"GET /api/v1/whoami":              breakOff(1, answer(whoami)),
		"POST /api/v1/tokens":             breakOff(1, answer(`{}`)),
	})
	run(t, s.URL, "plan", "web@1", "--to", "test").want(t, 0, "plan P-1")
	plans := s.requests("POST", "/api/v1/plans")
	if len(plans) != 3 || plans[0].key == "" || plans[0].key != plans[2].key || plans[0].body != plans[2].body || plans[2].body == "" {
		t.Errorf("plans were asked for as %+v; want three times the same with one key", plans)
	}
	run(t, s.URL, "whoami").want(t, 0, "anna")
	run(t, s.URL, "token", "create", "x", "--role", "viewer", "--person", "a").want(t, 10)
	if tokens := s.requests("POST", "/api/v1/tokens"); len(tokens) != 1 {
		t.Errorf("a token was asked for %d times; a secret must be asked for once", len(tokens))
	}
}

// Ctrl-C ends a command line that waits for an answer nobody gives.
func TestInterruptEndsAQuestion(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	stdin, keep := io.Pipe()
	defer keep.Close()
	interrupt()
	code := cli.Run(ctx, cli.Options{Stdin: stdin, Stdout: io.Discard, Stderr: io.Discard, Getenv: func(string) string { return "" }},
		[]string{"login", "https://127.0.0.1:1"})
	if code != 130 {
		t.Errorf("exit code %d; want 130", code)
	}
}
