package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
)

func advance(subject string) control.Job {
	return control.Job{Kind: control.JobAdvance, Scope: practice.DefaultScope, Subject: subject}
}

func enqueue(t testing.TB, s *Store, at time.Time, jobs ...control.Job) {
	t.Helper()
	err := s.Update(t.Context(), practice.DefaultScope, func(tx control.Tx) error {
		for _, j := range jobs {
			if err := tx.Enqueue(j, at); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatalf("enqueue: %v", err)
	}
}

// run does the store's jobs until the test ends or stop is called.
func run(t testing.TB, s *Store, do func(context.Context, control.Job) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Jobs(slog.New(slog.DiscardHandler)).Run(ctx, do) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("jobs: %v", err)
		}
	})
	t.Cleanup(stop)
	return stop
}

// next waits for a job.
func next(t testing.TB, done <-chan control.Job) control.Job {
	t.Helper()
	select {
	case j := <-done:
		return j
	case <-time.After(20 * time.Second):
		t.Fatal("no job was done within 20 s")
		return control.Job{}
	}
}

func TestJobIsDoneIfAndOnlyIfItsTransactionCommits(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, open func(testing.TB, func(string, []any)) *Store) {
		s := open(t, nil)
		err := s.Update(t.Context(), practice.DefaultScope, func(tx control.Tx) error {
			if err := tx.Enqueue(advance("never"), time.Time{}); err != nil {
				return err
			}
			return errors.New("rolled back")
		})
		if err == nil || err.Error() != "rolled back" {
			t.Fatalf("update: %v", err)
		}
		enqueue(t, s, time.Time{}, advance("D-1"))
		done := make(chan control.Job, 10)
		stop := run(t, s, func(_ context.Context, j control.Job) error { done <- j; return nil })
		if got := next(t, done); got != advance("D-1") {
			t.Errorf("done: %+v, want D-1's", got)
		}
		enqueue(t, s, time.Time{}, advance("D-2"))
		if got := next(t, done); got != advance("D-2") {
			t.Errorf("done: %+v, want D-2's", got)
		}
		stop()
		if len(done) > 0 {
			t.Errorf("also done: %+v", <-done)
		}
	})
}

func TestEqualWaitingJobsCountAsOne(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, open func(testing.TB, func(string, []any)) *Store) {
		s := open(t, nil)
		waiting := func() (n int) {
			t.Helper()
			err := s.View(t.Context(), practice.DefaultScope, func(x control.Tx) (err error) {
				n, err = first(x.(*tx), nil, scanOne[int], `SELECT count(*) FROM river_job WHERE state = 'available'`)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		later := time.Now().Add(time.Hour)
		for _, c := range []struct {
			what string
			at   time.Time
			job  control.Job
			want int
		}{
			{"the first", time.Time{}, advance("D-1"), 1},
			{"an equal one", time.Time{}, advance("D-1"), 1},
			{"another subject", time.Time{}, advance("D-2"), 2},
			{"another scope", time.Time{}, control.Job{Kind: control.JobAdvance, Scope: "other", Subject: "D-1"}, 3},
			{"a later one: the one that waits is too early for it", later, advance("D-1"), 4},
			{"the same later one", later, advance("D-1"), 4},
			{"one for now: the later one is too late for it", time.Time{}, advance("D-1"), 4},
			{"one much later", later.Add(time.Minute), advance("D-1"), 5},
			{"one of another moment", later, control.Job{Kind: control.JobAdvance, Scope: practice.DefaultScope, Subject: "D-1", Due: later.Unix()}, 6},
			{"a moment that has passed is now", time.Now().Add(-time.Hour), advance("D-2"), 6},
		} {
			enqueue(t, s, c.at, c.job)
			if got := waiting(); got != c.want {
				t.Fatalf("%s: %d wait, want %d", c.what, got, c.want)
			}
		}
	})
}

// TestJobEnqueuedWhileAnEqualOneRunsIsDone: the running one may have looked
// before the transaction committed.
func TestJobEnqueuedWhileAnEqualOneRunsIsDone(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, open func(testing.TB, func(string, []any)) *Store) {
		s := open(t, nil)
		begun, goOn := make(chan control.Job, 10), make(chan struct{})
		run(t, s, func(ctx context.Context, j control.Job) error {
			begun <- j
			select {
			case <-goOn:
			case <-ctx.Done():
			}
			return nil
		})
		enqueue(t, s, time.Time{}, advance("D-1"))
		next(t, begun)
		enqueue(t, s, time.Time{}, advance("D-1"))
		next(t, begun)
		close(goOn)
	})
}

func TestJobsWaitForTheirTime(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, open func(testing.TB, func(string, []any)) *Store) {
		s := open(t, nil)
		done := make(chan time.Time, 1)
		run(t, s, func(context.Context, control.Job) error { done <- time.Now(); return nil })
		due := time.Now().Add(700 * time.Millisecond)
		enqueue(t, s, due, advance("D-1"))
		select {
		case when := <-done:
			if when.Before(due) {
				t.Errorf("done %v before its time", due.Sub(when))
			}
			if late := when.Sub(due); late > 4*time.Second {
				t.Errorf("done %v after its time", late)
			}
		case <-time.After(20 * time.Second):
			t.Fatal("not done within 20 s")
		}
	})
}

// TestJobsGoByTheClockOfTheStore: what is due tonight is done when the clock of
// the store says so, whatever the host's clock says.
func TestJobsGoByTheClockOfTheStore(t *testing.T) {
	t.Parallel()
	afternoon := time.Date(2031, 3, 4, 14, 0, 0, 0, time.UTC)
	var ahead atomic.Int64
	ahead.Store(int64(time.Until(afternoon)))
	now := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	s, err := OpenSQLite(t.Context(), t.TempDir(), Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	done := make(chan control.Job, 4)
	run(t, s, func(_ context.Context, j control.Job) error { done <- j; return nil })
	enqueue(t, s, afternoon.Add(8*time.Hour), advance("tonight"))
	enqueue(t, s, afternoon.Add(32*time.Hour), advance("tomorrow"))
	enqueue(t, s, now(), advance("at once"))
	if j := next(t, done); j.Subject != "at once" {
		t.Fatalf("%s is done in the afternoon", j.Subject)
	}
	ahead.Add(int64(9 * time.Hour))
	if j := next(t, done); j.Subject != "tonight" {
		t.Fatalf("%s is done at night", j.Subject)
	}
	ahead.Add(int64(24 * time.Hour))
	if j := next(t, done); j.Subject != "tomorrow" {
		t.Fatalf("%s is done on the next day", j.Subject)
	}
}

func TestFailedAndPanickingJobsAreDoneAgain(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, open func(testing.TB, func(string, []any)) *Store) {
		s := open(t, nil)
		enqueue(t, s, time.Time{}, advance("fails"), advance("panics"))
		done := make(chan control.Job, 10)
		var mu sync.Mutex
		tries := map[string]int{}
		run(t, s, func(_ context.Context, j control.Job) error {
			mu.Lock()
			tries[j.Subject]++
			n := tries[j.Subject]
			mu.Unlock()
			switch {
			case n == 1 && j.Subject == "panics":
				panic("boom")
			case n == 1:
				return errors.New("not now")
			}
			done <- j
			return nil
		})
		next(t, done)
		next(t, done)
	})
}

// TestJobsUseTheWriterWithoutDeadlock lets many jobs update, and enqueue others,
// while other writers work.
func TestJobsUseTheWriterWithoutDeadlock(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, open func(testing.TB, func(string, []any)) *Store) {
		const chains, length = 8, 6
		s := open(t, nil)
		done := make(chan control.Job, chains*length)
		run(t, s, func(ctx context.Context, j control.Job) error {
			err := s.Update(ctx, practice.DefaultScope, func(tx control.Tx) error {
				if _, err := tx.NextOrderCounter(map[string]int{"web": 1}); err != nil {
					return err
				}
				if j.Due++; j.Due == length {
					return nil
				}
				return tx.Enqueue(j, time.Time{})
			})
			if err == nil {
				done <- j
			}
			return err
		})
		for n := range chains {
			enqueue(t, s, time.Time{}, advance(fmt.Sprintf("D-%d", n+1)))
		}
		for range chains * length {
			next(t, done)
		}
	})
}

// TestUnfinishedJobsAreDoneAfterARestart leaves a job running and a leader
// elected, as a killed process does.
func TestUnfinishedJobsAreDoneAfterARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := OpenSQLite(t.Context(), dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	enqueue(t, s, time.Time{}, advance("D-1"))
	enqueue(t, s, time.Now().Add(time.Second), advance("D-2"))
	writer := s.engine.(*sqlite).writer
	for _, sql := range []string{
		`UPDATE river_job SET state = 'running', attempt = 1, attempted_at = '2025-01-01 00:00:00.000' WHERE scheduled_at <= datetime('now', 'subsec')`,
		`INSERT INTO river_leader (elected_at, expires_at, leader_id, name) VALUES (datetime('now', 'subsec'), datetime('now', '+1 hour'), 'dead', 'default')`,
	} {
		if _, err := writer.ExecContext(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = OpenSQLite(t.Context(), dir, Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mustClose(t, s) })
	done := make(chan control.Job, 10)
	begun := time.Now()
	stop := run(t, s, func(_ context.Context, j control.Job) error { done <- j; return nil })
	t.Cleanup(stop)
	if j := next(t, done); j.Subject != "D-1" || time.Since(begun) > 5*time.Second {
		t.Errorf("first done: %s after %v, want D-1 at once", j.Subject, time.Since(begun))
	}
	if j := next(t, done); j.Subject != "D-2" {
		t.Errorf("then done: %s, want D-2", j.Subject)
	}
	stop()
}
