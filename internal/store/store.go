// Package store keeps everything that Tranship must remember in SQL: embedded
// SQLite, or PostgreSQL where there is more than one server. It implements
// control.Store. Each query is one text for both; what must differ stands in
// dialect.go, sqlite.go, postgres.go and the migrations.
//
// Lists are paged by key. Where the port does not name the key of a page, the
// method's comment does. Times are kept in UTC, in columns as whole microseconds.
package store

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cenkalti/backoff/v5"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
)

// maxTries bounds how often Update runs a transaction that the database asks to repeat.
const maxTries = 60

// Store is the system of record. It is safe for concurrent use.
type Store struct {
	engine engine
	trace  func(sql string, args []any) // sees every statement; nil outside tests
	now    func() time.Time             // when jobs are due is measured by it

	tends   atomic.Bool // somebody looks after the files
	tending sync.WaitGroup

	failing sync.Once
	failed  chan struct{}
	failure *Failure
}

var _ control.Store = (*Store)(nil)

// engine is what SQLite and PostgreSQL do differently around the same queries.
type engine interface {
	dialect
	begin(ctx context.Context, scope string, writing bool) (transaction, error)
	classify(err error) (class, error)
	worker(w *work) (worker, error)
	// tend looks after the files once a transaction is committed.
	tend(ctx context.Context) error
	close() error
}

// transaction is an open transaction of either database.
type transaction interface {
	querier
	// enqueue stores a job in the transaction and gives its id; a zero time means now.
	enqueue(ctx context.Context, j control.Job, at time.Time) (int64, error)
	commit() error
	// rollback may be called after commit; then it does nothing.
	rollback()
}

func newStore(e engine, trace func(string, []any)) *Store {
	return &Store{engine: e, trace: trace, now: time.Now, failed: make(chan struct{})}
}

// Update runs f in a transaction that writes; it commits when f returns nil.
// When the database says that the transaction met another one, f runs again.
// f must not call Update itself: SQLite has one writer, which f would wait for.
// A *Failure means that nothing more can be written; see Failed.
func (s *Store) Update(ctx context.Context, scope practice.Scope, f func(control.Tx) error) error {
	wait := backoff.NewExponentialBackOff()
	wait.InitialInterval, wait.MaxInterval = 2*time.Millisecond, 150*time.Millisecond
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		err := s.run(ctx, scope, true, f)
		var again *repeatable
		if err == nil || errors.As(err, &again) {
			return struct{}{}, err
		}
		return struct{}{}, backoff.Permanent(err)
	}, backoff.WithBackOff(wait), backoff.WithMaxTries(maxTries))
	return settled(err)
}

// View runs f in a transaction that reads one consistent state; whatever f
// tries to write is refused.
func (s *Store) View(ctx context.Context, scope practice.Scope, f func(control.Tx) error) error {
	return settled(s.run(ctx, scope, false, f))
}

func (s *Store) run(ctx context.Context, scope practice.Scope, writing bool, f func(control.Tx) error) error {
	if err := practice.CheckName("scope", string(scope)); err != nil {
		return err
	}
	if writing {
		if err := s.Failure(); err != nil {
			return err
		}
	}
	begun, err := s.engine.begin(ctx, string(scope), writing)
	if err != nil {
		return s.translate(ctx, err)
	}
	defer begun.rollback()
	t := &tx{ctx: ctx, store: s, scope: string(scope), transaction: begun}
	if err := f(t); err != nil {
		return err
	}
	if t.doomed != nil { // f overlooked an error after which nothing may be committed
		return t.doomed
	}
	if !writing {
		return nil
	}
	if err := begun.commit(); err != nil {
		return s.uncommitted(ctx, err)
	}
	s.tendSoon(ctx)
	return nil
}

// tendSoon lets whoever has committed go on: others wait for their answer, and
// the files can wait. Once at a time is often enough.
func (s *Store) tendSoon(ctx context.Context) {
	if !s.tends.CompareAndSwap(false, true) {
		return
	}
	s.tending.Go(func() {
		defer s.tends.Store(false)
		s.tend(ctx)
	})
}

// tend notices what fails after a commit. What was committed stays committed,
// so its caller is not told; the next one is.
func (s *Store) tend(ctx context.Context) {
	err := s.engine.tend(context.WithoutCancel(ctx))
	if err == nil {
		return
	}
	if kind, translated := s.engine.classify(err); kind == failure {
		_ = s.fail(translated) // the next caller is told
	}
}

// Close ends all connections. Transactions must be over.
func (s *Store) Close() error {
	s.tending.Wait()
	return s.engine.close()
}

// Failed is closed when the store met an error after which it must not write
// any more; the server should stop then. See Failure.
func (s *Store) Failed() <-chan struct{} { return s.failed }

// Failure gives why the store does not write any more, or nil.
func (s *Store) Failure() error {
	select {
	case <-s.failed:
		return s.failure
	default:
		return nil
	}
}

func (s *Store) fail(err error) *Failure {
	s.failing.Do(func() {
		s.failure = &Failure{Err: err}
		close(s.failed)
	})
	return s.failure
}
