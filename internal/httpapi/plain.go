package httpapi

import (
	"context"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/party"
)

// plain adds what is no operation of the API: health, metrics, the registry.
func (s *server) plain(mux *http.ServeMux) {
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { writeText(w, http.StatusOK, "ok\n") })
	mux.HandleFunc("GET /readyz", s.readyz)
	mux.HandleFunc("GET /ca.pem", s.authority)
	mux.Handle("GET /metrics", s.protected(party.View, s.Metrics))
	mux.Handle("/v2/", s.Registry)
	mux.Handle("GET /api/v1/backup", s.protected(party.Administer, http.HandlerFunc(s.backup)))
	mux.HandleFunc("GET /api/v1/schema", s.schema)
	mux.Handle("POST /hooks/{trigger}", newHooks(s))
	mux.HandleFunc("GET "+feedPath+"{token}", s.feed)
	for _, below := range []string{"/api/", "/hooks/", feedPath} { // for programs, whatever they accept
		mux.HandleFunc(below, s.nothingHere)
	}
	var rest http.Handler = http.HandlerFunc(s.nothingHere)
	if s.Web != nil {
		rest = s.Web.Before(rest)
	}
	mux.Handle("/", rest)
}

func writeText(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text))
}

func (s *server) readyz(w http.ResponseWriter, r *http.Request) {
	if err := s.Ready(r.Context()); err != nil {
		s.Log.Warn("not ready", slog.Any("error", err))
		writeText(w, http.StatusServiceUnavailable, "not ready; the server's log says why\n")
		return
	}
	writeText(w, http.StatusOK, "ready\n")
}

func (s *server) authority(w http.ResponseWriter, _ *http.Request) {
	if len(s.CA) == 0 {
		writeProblem(w, problemOf(practice.Faultf(practice.NotFound, "the server serves plain HTTP and has no authority of its own")))
		return
	}
	w.Header().Set("Content-Type", "application/x-pem-file")
	_, _ = w.Write(s.CA)
}

func (s *server) backup(w http.ResponseWriter, r *http.Request) {
	if err := s.Backup(r.Context(), w); err != nil {
		s.Log.Error("backup failed", slog.Any("error", err))
		panic(http.ErrAbortHandler) // the answer has begun: break it off, so that nobody takes it for whole
	}
	// Who took it may have gone already with all of it.
	who, ctx := identityOf(r.Context()), context.WithoutCancel(r.Context())
	if err := s.Control.NoteBackup(ctx, who.scope, who.token.Actor); err != nil {
		s.Log.Error("the backup is not in the record", slog.Any("error", err))
	}
}

func (s *server) schema(w http.ResponseWriter, _ *http.Request) {
	raw, err := s.Documents.Schema()
	if err != nil {
		writeProblem(w, problemOf(err))
		return
	}
	w.Header().Set("Content-Type", "application/schema+json")
	_, _ = w.Write(raw)
}

func (s *server) nothingHere(w http.ResponseWriter, r *http.Request) {
	writeProblem(w, problemOf(practice.Faultf(practice.NotFound, "there is nothing at %s %s", r.Method, r.URL.Path).
		WithHint("the API is described at /openapi.yaml")))
}

// With these headers of any answer a page sees that the server is newer than itself.
const (
	versionHeader = "Tranship-Version"
	buildHeader   = "Tranship-Build" // of the web interface that is served
)

// outer is what every request passes: limits, safe headers, recovery, the log.
func (s *server) outer(next http.Handler) http.Handler {
	remembering := s.remembering(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun := time.Now()
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		w.Header().Set("Referrer-Policy", "no-referrer")
		w.Header().Set(versionHeader, s.Version)
		if s.Web != nil {
			w.Header().Set(buildHeader, s.Web.Build())
		}
		if strings.HasPrefix(r.URL.Path, "/api/") {
			w.Header().Set("Cache-Control", "no-store")
		}
		defer s.recovered(w, r)
		remembering.ServeHTTP(w, r)
		s.Log.Debug("request", "method", r.Method, "path", r.URL.Path, "took", time.Since(begun))
	})
}

// recovered turns a defect of ours into a 500 and a line in the log; the server goes on.
func (s *server) recovered(w http.ResponseWriter, r *http.Request) {
	defect := recover()
	switch defect {
	case nil:
	case http.ErrAbortHandler:
		panic(defect)
	default:
		s.Log.Error("panic while serving", "method", r.Method, "path", r.URL.Path, "panic", defect, "stack", string(debug.Stack()))
		writeProblem(w, newProblem(http.StatusInternalServerError, "something went wrong inside the server; its log says what"))
	}
}
