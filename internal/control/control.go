package control

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/communication"
	"tranship.dev/tranship/internal/practice/plan"
	"tranship.dev/tranship/internal/practice/record"
)

// Control carries out the use cases. Safe for concurrent use; several servers
// may run one each on the same store.
type Control struct {
	Ports
	expanders  expanderCache
	timetables timetables
	standing   examples
	door       *door
	components components
	soon       sync.WaitGroup // work that goes on after its use case returned
}

// Ports is what Control needs of the world.
type Ports struct {
	Store    Store
	Dispatch Dispatch
	Clock    Clock
	Keys     Keys
	Media    Media
	Logs     Logs // nil: what steps print stays in the store
	Identify Identify
	Announce Announce              // nil: nobody is told anything
	Backoff  communication.Backoff // of announcements; zero: the default
	Log      *slog.Logger
	Server   ServerInfo
	Limits   Limits
	Zones    Zones
}

// ServerInfo is what agents are told about the server when they enrol.
type ServerInfo struct {
	BusURL      string
	RegistryURL string
	Version     string
}

// New gives a Control on its ports.
func New(p Ports) *Control {
	return &Control{Ports: p, door: newDoor(func() []byte { return p.Identify.NewSecret() })}
}

// Wait returns when the work that use cases left going on is over: before the store is closed.
func (c *Control) Wait() { c.soon.Wait() }

// now gives the time as it is stored: UTC, microseconds.
func (c *Control) now() time.Time { return c.Clock.Now().UTC().Truncate(time.Microsecond) }

// work is a transaction under way: what it wants to record and whom to tell after it commits.
type work struct {
	Tx
	scope   practice.Scope
	now     time.Time
	handed  bool // asked with a token that somebody else has had in hand
	entries []practice.Entry
	hints   map[string]bool
	sealed  record.Sealed
	again   []string // deployments that have more to do at once

	announced []communication.Announcement // what it tells
	fresh     string                       // the plan that was found up to date in this transaction
	gathered  *desk                        // what approvals are judged by
	changed   int64                        // the change of documents that the calendar is compiled from; 0: none
}

// note adds an entry to the record of this transaction.
func (w *work) note(e practice.Entry) {
	if e.When.IsZero() {
		e.When = w.now
	}
	w.entries = append(w.entries, e)
}

func (w *work) hint(agent string) { w.hints[agent] = true }

// update runs f in one transaction together with the record entries it notes,
// and tells agents and listeners after the commit. Somebody else's faster
// change of the same row makes f run again on the new state, a few times.
func (c *Control) update(ctx context.Context, scope practice.Scope, f func(*work) error) (*work, error) {
	var w *work
	var err error
	for range 5 {
		err = c.Store.Update(ctx, scope, func(tx Tx) error {
			w = &work{Tx: tx, scope: scope, now: c.now(), handed: ctx.Value(handed{}) != nil, hints: map[string]bool{}}
			if err := f(w); err != nil {
				return err
			}
			if err := c.seal(w); err != nil {
				return err
			}
			return c.outbox(w)
		})
		if practice.CodeOf(err) != practice.Conflict || isTerminal(err) {
			break
		}
	}
	if err != nil {
		return nil, err
	}
	c.tell(w)
	return w, nil
}

func (c *Control) seal(w *work) error {
	key, previous := c.Keys.RecordKey()
	sealed, err := record.Enter(w, w.scope, w.entries, key, previous...)
	w.sealed = sealed
	return err
}

func (c *Control) tell(w *work) {
	if len(w.entries) > 0 {
		c.Dispatch.Recorded(w.scope, w.sealed.After.Size)
	}
	if len(w.hints) > 0 {
		agents := make([]string, 0, len(w.hints))
		for agent := range w.hints {
			agents = append(agents, agent)
		}
		slices.Sort(agents)
		c.Dispatch.Hint(w.scope, agents)
	}
}

// expanderCache keeps the parsed steps of the plans that are being carried out.
type expanderCache struct {
	mu    sync.Mutex
	known map[practice.Digest]*plan.Expander
}

// expander gives the expander of a plan's header; the digest is that of the plan.
func (c *expanderCache) expander(digest practice.Digest, h plan.Header) (*plan.Expander, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, found := c.known[digest]; found {
		return e, nil
	}
	e, err := plan.NewExpander(h)
	if err != nil {
		return nil, err
	}
	if c.known == nil || len(c.known) >= 64 {
		c.known = map[practice.Digest]*plan.Expander{}
	}
	c.known[digest] = e
	return e, nil
}
