// Package wiring puts the rooms together: a server and an agent, as the command
// line, the demonstration and the tests of the whole product start them. It
// decides nothing.
package wiring

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tranship.dev/tranship/internal/announce"
	"tranship.dev/tranship/internal/archive"
	"tranship.dev/tranship/internal/artifact"
	"tranship.dev/tranship/internal/bus"
	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/httpapi"
	"tranship.dev/tranship/internal/keyring"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/communication"
	"tranship.dev/tranship/internal/registry"
	"tranship.dev/tranship/internal/store"
	"tranship.dev/tranship/internal/webui"
	"tranship.dev/tranship/web"
)

// ServerOptions say how a server runs.
type ServerOptions struct {
	Dir       string // the data directory
	Listen    string // "127.0.0.1:8470"; the API, and below /v2/ the registry
	BusListen string // "127.0.0.1:8471"; where agents connect
	Advertise string // the host name or address that agents reach the server by; "" is that of Listen
	CertFile  string // certificate and key in PEM; "" makes an own authority where one is needed
	KeyFile   string
	Limits    control.Limits // how many deployments may run at the same time
	Version   string
	Log       *slog.Logger
	Started   []httpapi.StartOption // the flags of the command line that starts it, to be shown; none when it is started otherwise

	Announce announce.Options      // how people and systems are told
	Backoff  communication.Backoff // when they are told again; zero: the default
	Now      func() time.Time      `json:"-"` // the clock of the practice; nil: the host's
}

// Server is a running server.
type Server struct {
	URL       string // where the API is reached
	BusURL    string
	Bootstrap string // the first administrator token; "" when it was given out before
	SignIn    string // where the first administrator signs in with a browser, once; "" likewise
	CA        []byte // PEM of the own authority; nil when there is none
	Control   *control.Control
	Hub       *bus.Hub
	Keys      *keyring.Ring
	Store     *store.Store

	options ServerOptions
	begun   time.Time
	secured httpapi.Secured
	reports prometheus.Counter
	batches prometheus.Histogram

	registry  *registry.Registry
	stage     *artifact.Stage
	events    *events
	http      *http.Server
	answering chan struct{} // closed when agents that connect can be answered
	stopping  chan struct{}
	failed    chan error
	closing   sync.Once
	running   sync.WaitGroup
	stop      context.CancelFunc
}

// StartServer starts everything and takes up what a server before it left open.
// It is ready when it returns.
func StartServer(ctx context.Context, o ServerOptions) (*Server, error) {
	s := &Server{
		options: o, events: newEvents(), answering: make(chan struct{}), stopping: make(chan struct{}), failed: make(chan error, 4),
		reports: prometheus.NewCounter(prometheus.CounterOpts{Name: "tranship_reports_total", Help: "Reports of executors that were committed."}),
		batches: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "tranship_report_batch_seconds", Help: "Time to commit one batch of reports.", Buckets: prometheus.ExponentialBuckets(0.001, 4, 8),
		}),
	}
	if err := s.start(ctx); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (s *Server) start(ctx context.Context) (err error) {
	o := s.options
	if s.Store, err = store.OpenSQLite(ctx, o.Dir, store.Options{Now: o.Now}); err != nil {
		return err
	}
	if s.Keys, err = keyring.Open(filepath.Join(o.Dir, "keys")); err != nil {
		return err
	}
	secured, err := s.secure()
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", o.Listen)
	if err != nil {
		return practice.Faultf(practice.Unavailable, "cannot listen on %s: %v", o.Listen, err).
			WithHint("stop what listens there, or choose another address with --listen")
	}
	s.begun = s.time()
	if s.secured, err = securedBy(secured, s.CA != nil); err != nil {
		return err
	}
	s.URL = address(listener, o.Advertise, secured != nil)
	if s.Hub, err = bus.StartServer(bus.ServerOptions{Listen: o.BusListen, Advertise: o.Advertise, TLS: secured, Authenticate: s.agentOf, Log: o.Log}); err != nil {
		return err
	}
	s.BusURL = s.Hub.URL()
	if err := s.assemble(); err != nil {
		return err
	}
	handler, err := s.handler()
	if err != nil {
		return err
	}
	return s.run(ctx, listener, secured, handler)
}

// assemble makes the use cases and what they need.
func (s *Server) assemble() (err error) {
	s.registry, err = registry.New(registry.Options{
		Dir: filepath.Join(s.options.Dir, "media"), Index: mediaIndex{s.Store}, Now: s.options.Now,
		Authorise: s.mediaAccess, Gate: s.mediaGate,
		Fault: func(err error) { s.options.Log.Error("registry", "error", err) },
	})
	if err != nil {
		return err
	}
	if s.stage, err = artifact.NewStage(filepath.Join(s.options.Dir, "uploads"), artifact.Limits{}, time.Now, tidyGrace); err != nil {
		return err
	}
	logs, err := archive.Open(filepath.Join(s.options.Dir, "logs"))
	if err != nil {
		return err
	}
	s.options.Announce.Version, s.options.Announce.Now = s.options.Version, time.Now
	sender, err := announce.New(s.options.Announce)
	if err != nil {
		return err
	}
	s.Control = control.New(control.Ports{
		Announce: sender, Backoff: s.options.Backoff,
		Store: s.Store, Dispatch: dispatch{hub: s.Hub, events: s.events}, Clock: clock{s.options.Now}, Keys: s.Keys,
		Media: s.registry, Logs: logs, Identify: identify{}, Log: s.options.Log, Limits: s.options.Limits, Zones: time.LoadLocation,
		Server: control.ServerInfo{BusURL: s.BusURL, RegistryURL: s.URL, Version: s.options.Version},
	})
	return nil
}

// run serves, and takes up what was left open.
func (s *Server) run(ctx context.Context, listener net.Listener, secured *tls.Config, handler http.Handler) (err error) {
	var code string
	if s.Bootstrap, code, err = s.Control.Bootstrap(ctx, practice.DefaultScope); err != nil {
		return err
	}
	if code != "" {
		s.SignIn = s.URL + "/sign-in#code=" + code
	}
	if err := s.Hub.Serve(newExecutors(s)); err != nil {
		return err
	}
	close(s.answering)
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.stop = stop
	s.running.Go(func() {
		if err := s.Store.Jobs(s.options.Log).Run(running, s.work); err != nil {
			s.failed <- fmt.Errorf("jobs: %w", err)
		}
	})
	s.running.Go(func() { s.tidy(running) })
	if secured != nil {
		listener = tls.NewListener(listener, secured)
	}
	s.http = &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, ErrorLog: slog.NewLogLogger(s.options.Log.Handler(), slog.LevelDebug)}
	s.running.Go(func() {
		if err := s.http.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			s.failed <- fmt.Errorf("serve: %w", err)
		}
	})
	count, err := s.Control.Recover(ctx, practice.DefaultScope)
	if err != nil {
		return err
	}
	if count > 0 {
		s.options.Log.Info("took up open deployments", "count", count)
	}
	return nil
}

// work does one durable job.
func (s *Server) work(ctx context.Context, j control.Job) error {
	switch j.Kind {
	case control.JobAdvance:
		return s.Control.Advance(ctx, j.Scope, j.Subject)
	case control.JobJourney:
		return s.Control.AdvanceJourney(ctx, j.Scope, j.Subject, j.Due)
	case control.JobTrigger:
		return s.Control.TriggerDue(ctx, j.Scope, j.Subject)
	case control.JobReconsider:
		return s.Control.Reconsider(ctx, j.Scope)
	case control.JobDeliver:
		return s.Control.Deliver(ctx, j.Scope, j.Subject)
	case control.JobQueue:
		return s.Control.Queue(ctx, j.Scope)
	case control.JobSeal:
		return s.Control.Seal(ctx, j.Scope, j.Subject)
	case control.JobDrift:
		return s.Control.TellDrift(ctx, j.Scope, j.Subject)
	case control.JobHealth:
		return s.Control.TellHealth(ctx, j.Scope, j.Subject)
	case control.JobReview:
		return s.Control.RemindReview(ctx, j.Scope, j.Subject)
	}
	return fmt.Errorf("job of kind %q is not known", j.Kind)
}

func (s *Server) handler() (http.Handler, error) {
	documents, err := newDocuments()
	if err != nil {
		return nil, err
	}
	face, err := webui.New(web.Files(), s.options.Version)
	if err != nil {
		return nil, err
	}
	return httpapi.New(httpapi.Options{
		Web:     face,
		Control: s.Control, Scope: practice.DefaultScope, Documents: documents, Events: s.events,
		Registry: s.registry, Uploads: uploads{stage: s.stage, registry: s.registry}, Metrics: s.metrics(), WriteFeed: s.writeFeed, Backup: s.backup, Ready: s.ready,
		CA: s.CA, Keys: func() httpapi.RecordKeys {
			return httpapi.RecordKeys{Record: s.Keys.RecordKeys(), Orders: s.Keys.OrderKeys()}
		},
		Running: s.facts, Revoked: s.revoked, Stopping: s.stopping,
		Version: s.options.Version, Log: s.options.Log, Now: time.Now,
	})
}

// Wait returns when the server cannot go on, with the reason, or when ctx ends, with nil.
func (s *Server) Wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-s.failed:
		return err
	case <-s.Store.Failed():
		return s.Store.Failure()
	}
}

// Close ends the server gracefully: requests under way are answered, then the
// bus, the jobs and the store end. What is being deployed goes on at the agents
// and is taken up by the next server. The second call does nothing.
func (s *Server) Close() {
	s.closing.Do(func() {
		close(s.stopping)
		if s.http != nil {
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			if err := s.http.Shutdown(ctx); err != nil {
				_ = s.http.Close()
			}
		}
		if s.stop != nil {
			s.stop()
		}
		if s.Hub != nil {
			s.Hub.Close()
		}
		s.running.Wait()
		if s.Control != nil {
			s.Control.Wait()
		}
		if s.Store != nil {
			if err := s.Store.Close(); err != nil {
				s.options.Log.Error("close the store", "error", err)
			}
		}
	})
}

// Listen gives a channel that gets the size of the record when it has grown,
// and a function that ends it.
func (s *Server) Listen() (<-chan int64, func()) { return s.events.Listen(practice.DefaultScope) }
