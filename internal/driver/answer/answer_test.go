package answer_test

import (
	"context"
	"encoding/pem"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tranship.dev/tranship/internal/driver"
	"tranship.dev/tranship/internal/driver/answer"
	"tranship.dev/tranship/internal/driver/drivertest"
	"tranship.dev/tranship/internal/practice"
)

func serve(t *testing.T, handle http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handle)
	t.Cleanup(server.Close)
	return server.URL
}

func look(t *testing.T, with map[string]any) driver.Finding {
	t.Helper()
	f, err := answer.New().Inspect(t.Context(), driver.Step{Name: "check", With: with, Root: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestJudgesAnswers(t *testing.T) {
	t.Parallel()
	elsewhere := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("a redirect to another host was followed") })
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/slow":
			time.Sleep(60 * time.Millisecond)
		case "/same":
			http.Redirect(w, r, "/", http.StatusFound)
			return
		case "/other":
			http.Redirect(w, r, elsewhere, http.StatusFound)
			return
		case "/teapot":
			w.WriteHeader(http.StatusTeapot)
		case "/hang":
			<-r.Context().Done()
		case "/large":
			_, _ = w.Write([]byte(strings.Repeat("x", 2<<20) + "end"))
			return
		}
		w.Header().Set("X-Version", "2.1.0")
		_, _ = w.Write([]byte("version 2.1.0 " + r.Header.Get("X-Ask") + r.Method))
	})
	for name, c := range map[string]struct {
		with   map[string]any
		right  bool
		detail string
	}{
		"plain":           {map[string]any{"url": address}, true, "status 200"},
		"status":          {map[string]any{"url": address + "/teapot"}, false, "status 418, want 200"},
		"other status":    {map[string]any{"url": address + "/teapot", "status": 418}, true, "418"},
		"one of several":  {map[string]any{"url": address + "/teapot", "status": []any{200, 418}}, true, "418"},
		"none of several": {map[string]any{"url": address + "/teapot", "status": []any{200, 204}}, false, "want 200 or 204"},
		"contains":        {map[string]any{"url": address, "bodyContains": "version 2.1.0", "headers": map[string]any{"X-Ask": "hey"}}, true, ""},
		"contains not":    {map[string]any{"url": address, "bodyContains": "version 3"}, false, `it begins "version 2.1.0`},
		"matches":         {map[string]any{"url": address, "bodyMatches": `version 2\.\d+`}, true, ""},
		"matches not":     {map[string]any{"url": address, "bodyMatches": `^2`}, false, "does not match"},
		"header":          {map[string]any{"url": address, "headerEquals": map[string]any{"x-version": "2.1.0"}}, true, ""},
		"header not":      {map[string]any{"url": address, "headerEquals": map[string]any{"x-version": "2.2.0"}}, false, `is "2.1.0", want "2.2.0"`},
		"too slow":        {map[string]any{"url": address + "/slow", "latency": "10ms"}, false, "more than 10ms"},
		"same host":       {map[string]any{"url": address + "/same"}, true, ""},
		"other host":      {map[string]any{"url": address + "/other"}, false, "status 302, want 200; it sends to another host"},
		"hangs":           {map[string]any{"url": address + "/hang", "timeout": "50ms"}, false, "nothing within 50ms"},
		"body is bounded": {map[string]any{"url": address + "/large", "bodyContains": "end"}, false, "does not hold"},
		"nobody there":    {map[string]any{"url": "http://127.0.0.1:1/secret-path"}, false, "no answer"},
		"head":            {map[string]any{"url": address, "method": "HEAD"}, true, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := look(t, c.with)
			if f.Matches != c.right || f.Present != c.right || !strings.Contains(f.Detail, c.detail) || strings.Contains(f.Detail, "secret-path") {
				t.Errorf("got %+v", f)
			}
		})
	}
}

func TestAsksAgainUntilItIsRight(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		more  map[string]any
		asked int32
		right bool
	}{
		"once":            {map[string]any{}, 1, false},
		"within":          {map[string]any{"within": "1m", "interval": "1ms"}, 4, true},
		"too few":         {map[string]any{"attempts": 3, "interval": "1ms"}, 3, false},
		"enough":          {map[string]any{"attempts": 10, "interval": "1ms"}, 4, true},
		"not long enough": {map[string]any{"within": "1ms", "interval": "1h"}, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int32
			with := map[string]any{"url": serve(t, func(w http.ResponseWriter, _ *http.Request) {
				if asked.Add(1) < 4 {
					w.WriteHeader(http.StatusServiceUnavailable)
				}
			})}
			maps.Copy(with, c.more)
			if f := look(t, with); f.Matches != c.right || asked.Load() != c.asked {
				t.Errorf("asked %d times, %+v", asked.Load(), f)
			}
		})
	}
}

func TestEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	address := serve(t, func(_ http.ResponseWriter, r *http.Request) { cancel(); <-r.Context().Done() })
	_, err := answer.New().Inspect(ctx, driver.Step{With: map[string]any{"url": address, "within": "1h"}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestCertificatesAreAlwaysChecked(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(server.Close)
	if f := look(t, map[string]any{"url": server.URL}); f.Matches || !strings.Contains(f.Detail, "certificate") {
		t.Errorf("an unknown certificate was accepted: %+v", f)
	}
	root := t.TempDir()
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(filepath.Join(root, "ca.pem"), cert, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := answer.New().Inspect(t.Context(), driver.Step{Root: root, With: map[string]any{"url": server.URL, "caFile": "/ca.pem"}})
	if err != nil || !f.Matches {
		t.Errorf("got %+v, %v", f, err)
	}
}

func TestRefusesBadInputsByName(t *testing.T) {
	t.Parallel()
	for field, with := range map[string]map[string]any{
		"with.url: is missing": {},
		"with.url":             {"url": "ftp://host/"},
		"with.method":          {"url": "http://h", "method": "POST"},
		"with.status":          {"url": "http://h", "status": "ok"},
		"with.bodyMatches":     {"url": "http://h", "bodyMatches": "("},
		"with.caFile":          {"url": "http://h", "caFile": "../ca"},
		"with.caFile: cannot":  {"url": "http://h", "caFile": "missing"},
		"with.timeout":         {"url": "http://h", "timeout": "0s"},
		`mean "headers"`:       {"url": "http://h", "header": map[string]any{}},
	} {
		_, err := answer.New().Inspect(t.Context(), driver.Step{Root: t.TempDir(), With: with})
		if practice.CodeOf(err) != practice.Invalid || !strings.Contains(err.Error(), field) {
			t.Errorf("%v: want an error that says %s, got %v", with, field, err)
		}
	}
	for _, err := range []error{
		answer.New().Apply(t.Context(), driver.Step{}, &drivertest.Output{}),
		answer.New().Remove(t.Context(), driver.Step{}, &drivertest.Output{}),
	} {
		var fault *practice.Error
		if !errors.As(err, &fault) || !fault.Terminal {
			t.Errorf("got %v", err)
		}
	}
}
