package wiring

import (
	"context"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"tranship.dev/tranship/internal/agent"
	"tranship.dev/tranship/internal/artifact"
	"tranship.dev/tranship/internal/bus"
	"tranship.dev/tranship/internal/driver/all"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/plan"
)

// AgentOptions say how an agent runs.
type AgentOptions struct {
	Name       string
	StateDir   string   // what the agent remembers, private to it
	Root       string   // the targets' root: "/" on a host
	Supervisor []string // the command that supervises processes
	Grace      time.Duration
	Reconnect  time.Duration // between attempts to reach the server; 0 is a second; as much again is added at random
	Version    string
	Log        *slog.Logger
	Now        func() time.Time `json:"-"` // nil: the host's clock
}

// Agent is a running agent.
type Agent struct {
	link    *bus.Link
	journal *agent.BoltJournal
	lock    *os.File
	stop    context.CancelFunc
	ended   chan struct{} // closed when it does not work any more, reason then says why
	reason  error
	closing sync.Once
}

// EnrolAgent makes the agent's key and shows it to the server with a token.
func EnrolAgent(ctx context.Context, server, token string, o AgentOptions) error {
	_, err := agent.Enrol(ctx, server, token, o.Name, o.StateDir)
	return err
}

// StartAgent starts an enrolled agent. It does not wait for the server.
func StartAgent(ctx context.Context, o AgentOptions) (*Agent, error) {
	id, key, err := agent.LoadIdentity(o.StateDir)
	if err != nil {
		return nil, err
	}
	if info, err := os.Stat(o.Root); err != nil || !info.IsDir() {
		return nil, practice.Faultf(practice.Invalid, "the root %s of what is deployed is not a directory", o.Root).WithHint("make it, or choose another with --root").Final()
	}
	a := &Agent{ended: make(chan struct{})}
	if a.lock, err = lockState(o.StateDir); err != nil {
		return nil, err
	}
	if a.journal, err = agent.OpenJournal(agent.JournalPath(o.StateDir)); err != nil {
		a.Close()
		return nil, err
	}
	secured, err := id.TLS()
	if err != nil {
		a.Close()
		return nil, err
	}
	if a.link, err = bus.Connect(bus.LinkOptions{URL: id.BusURL, Key: key, Name: id.Name, Scope: id.Scope, TLS: secured, Wait: o.Reconnect, Log: o.Log}); err != nil {
		a.Close()
		return nil, err
	}
	if err := a.run(ctx, o, id); err != nil {
		a.Close()
		return nil, err
	}
	return a, nil
}

func (a *Agent) run(ctx context.Context, o AgentOptions, id agent.Identity) error {
	drivers, err := all.Drivers(o.Supervisor...)
	if err != nil {
		return err
	}
	source, err := mediaSource(id)
	if err != nil {
		return err
	}
	worker, err := agent.New(agent.Options{
		Name: id.Name, Scope: id.Scope, StateDir: o.StateDir, Root: o.Root, Link: a.link, Journal: a.journal, Drivers: drivers,
		Fetch: func(ctx context.Context, wanted plan.Artifact) (string, error) {
			return artifact.Fetch(ctx, source, wanted, filepath.Join(o.StateDir, "cache"))
		},
		Clock: clock{o.Now}, Log: o.Log, Version: o.Version, Grace: o.Grace,
	})
	if err != nil {
		return err
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	a.stop = stop
	go func() {
		a.reason = worker.Run(running)
		close(a.ended)
	}()
	return nil
}

// mediaSource says where the agent fetches artifacts from: the server's
// registry with its own token, which no other registry gets to see.
func mediaSource(id agent.Identity) (artifact.Source, error) {
	source := artifact.Source{Endpoint: id.RegistryURL}
	if id.CA != "" {
		source.CA = x509.NewCertPool()
		source.CA.AppendCertsFromPEM([]byte(id.CA))
	}
	library, err := url.Parse(id.RegistryURL)
	if err != nil {
		return source, fmt.Errorf("registry of agent %s: %w", id.Name, err)
	}
	source.Credential = func(_ context.Context, host string) (artifact.Credential, error) {
		if host != library.Host {
			return artifact.Credential{}, nil
		}
		return artifact.Credential{User: "token", Password: id.MediaToken}, nil
	}
	return source, nil
}

// lockState makes sure that one agent works on a state directory.
func lockState(dir string) (*os.File, error) {
	file, err := os.OpenFile(filepath.Join(dir, "agent.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = file.Close() // nothing was written
		return nil, practice.Faultf(practice.Conflict, "another agent works on %s", dir).WithHint("end it first, or use another --state").Final()
	}
	return file, nil
}

// Wait returns when the agent cannot go on, with the reason, or when ctx ends, with nil.
func (a *Agent) Wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case <-a.ended:
		return a.reason
	}
}

// Close ends the agent; a step under way may go on for the grace that was
// given. The second call does nothing.
func (a *Agent) Close() {
	a.closing.Do(func() {
		if a.stop != nil {
			a.stop()
			<-a.ended
		}
		if a.link != nil {
			a.link.Close()
		}
		if a.journal != nil {
			_ = a.journal.Close()
		}
		if a.lock != nil {
			_ = a.lock.Close()
		}
	})
}
