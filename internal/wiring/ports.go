package wiring

import (
	"context"
	"crypto/rand"
	"sync"
	"time"
	_ "time/tzdata" // the calendar's zones, where the host has none

	"github.com/google/uuid"

	"tranship.dev/tranship/internal/bus"
	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
)

type clock struct{ now func() time.Time }

func (c clock) Now() time.Time {
	if c.now != nil {
		return c.now()
	}
	return time.Now()
}

type identify struct{}

func (identify) NewID() string { return uuid.Must(uuid.NewV7()).String() }

func (identify) NewSecret() []byte {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails
	return secret
}

// dispatch tells agents over the bus, and listeners in this process.
type dispatch struct {
	hub    *bus.Hub
	events *events
}

func (d dispatch) Hint(scope practice.Scope, agents []string) { d.hub.Hint(scope, agents) }
func (d dispatch) Look(scope practice.Scope, agents []string) { d.hub.Look(scope, agents) }
func (d dispatch) Recorded(scope practice.Scope, size int64)  { d.events.grown(scope, size) }

// events tells listeners of this process that the record has grown.
type events struct {
	mu        sync.Mutex
	listeners map[practice.Scope]map[chan int64]bool
}

func newEvents() *events {
	return &events{listeners: map[practice.Scope]map[chan int64]bool{}}
}

// Listen gives a channel that gets the record's size when it has grown.
func (e *events) Listen(scope practice.Scope) (<-chan int64, func()) {
	c := make(chan int64, 1)
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.listeners[scope] == nil {
		e.listeners[scope] = map[chan int64]bool{}
	}
	e.listeners[scope][c] = true
	return c, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		delete(e.listeners[scope], c)
	}
}

func (e *events) grown(scope practice.Scope, size int64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for c := range e.listeners[scope] {
		select {
		case <-c: // a listener that has not read the size before gets only the newer one
		default:
		}
		c <- size
	}
}

// mediaIndex lets the registry work on the store, in the default scope.
type mediaIndex struct{ store control.Store }

func (m mediaIndex) Update(ctx context.Context, f func(library.MediaIndex) error) error {
	return m.store.Update(ctx, practice.DefaultScope, func(tx control.Tx) error { return f(tx) })
}

func (m mediaIndex) View(ctx context.Context, f func(library.MediaIndex) error) error {
	return m.store.View(ctx, practice.DefaultScope, func(tx control.Tx) error { return f(tx) })
}
