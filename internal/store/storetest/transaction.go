package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
)

func testRollback(s suite) {
	boom := errors.New("boom")
	err := s.store.Update(context.Background(), s.scope, func(tx control.Tx) error {
		if err := tx.PutDocument(document("web", "", 0, 1)); err != nil {
			return err
		}
		if _, err := tx.Document(practice.KindTarget, "web"); err != nil {
			s.Errorf("a transaction does not see what it wrote: %v", err)
		}
		return fmt.Errorf("wrapped: %w", boom)
	})
	if !errors.Is(err, boom) {
		s.Errorf("update: %v, want the error of its function", err)
	}
	s.refused("not-found", "what an update with an error put", func(tx control.Tx) error {
		_, err := tx.Document(practice.KindTarget, "web")
		return err
	})
	func() {
		defer func() { _ = recover() }()
		_ = s.store.Update(context.Background(), s.scope, func(tx control.Tx) error {
			_ = tx.PutDocument(document("web", "", 0, 1))
			panic("boom")
		})
	}()
	s.refused("not-found", "what an update with a panic put", func(tx control.Tx) error {
		_, err := tx.Document(practice.KindTarget, "web")
		return err
	})
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.store.Update(ended, s.scope, func(control.Tx) error { return nil }); !errors.Is(err, context.Canceled) {
		s.Errorf("update after the end of its context: %v, want canceled", err)
	}
	// A refused write that its caller expects does not spoil the transaction.
	s.put(document("web", "", 0, 1))
	s.update(func(tx control.Tx) error {
		if err := tx.PutDocument(document("web", "", 0, 2)); practice.CodeOf(err) != practice.Conflict {
			return fmt.Errorf("create it again: %w, want conflict", err)
		}
		return tx.PutDocument(document("db", "", 0, 3))
	})
	read(s, func(tx control.Tx) (practice.Document, error) { return tx.Document(practice.KindTarget, "db") })
}

func testViewIsReadOnly(s suite) {
	err := s.store.View(context.Background(), s.scope, func(tx control.Tx) error { return tx.PutDocument(document("web", "", 0, 1)) })
	if err == nil {
		s.Error("a view put a document")
	}
	err = s.store.View(context.Background(), s.scope, func(tx control.Tx) error {
		return tx.Enqueue(control.Job{Kind: control.JobAdvance, Scope: s.scope, Subject: "D-1"}, time.Time{})
	})
	if err == nil {
		s.Error("a view enqueued a job")
	}
	if err := s.store.View(context.Background(), "", func(control.Tx) error { return nil }); practice.CodeOf(err) != practice.Invalid {
		s.Errorf("a view without a scope: %v, want invalid", err)
	}
}

func testViewIsOneState(s suite) {
	s.put(document("web", "", 0, 1))
	s.view(func(tx control.Tx) error {
		before, err := tx.Document(practice.KindTarget, "web")
		if err != nil {
			return err
		}
		s.put(document("web", "", 1, 2)) // a writer does not wait for a reader
		after, err := tx.Document(practice.KindTarget, "web")
		if err == nil && before.Revision != after.Revision {
			s.Errorf("one view saw revisions %d and %d", before.Revision, after.Revision)
		}
		return err
	})
}

// testRace lets writers change the same deployment at the same revision.
func testRace(s suite) {
	const writers, rounds = 20, 5
	d := s.deploy(planned(0), nil)
	for round := range rounds {
		var won, lost atomic.Int64
		var all sync.WaitGroup
		for n := range writers {
			all.Go(func() {
				mine := d
				mine.Revision, mine.Touched = int64(round+1), n
				err := s.store.Update(context.Background(), s.scope, func(tx control.Tx) error { return tx.PutDeployment(mine) })
				switch {
				case err == nil:
					won.Add(1)
				case practice.CodeOf(err) == practice.Conflict:
					lost.Add(1)
				default:
					s.Errorf("writer %d: %v", n, err)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 || lost.Load() != writers-1 {
			s.Fatalf("round %d: %d won, %d lost; want 1 and %d", round, won.Load(), lost.Load(), writers-1)
		}
	}
	if got := s.deployment(d.ID).Revision; got != rounds+1 {
		s.Errorf("revision %d, want %d", got, rounds+1)
	}
}

// testNumbers lets writers take numbers and read before they write, at the same time.
func testNumbers(s suite) {
	const writers = 12
	ids := make([]string, writers)
	p := s.plan(planned(1))
	var all sync.WaitGroup
	for n := range writers {
		all.Go(func() {
			err := s.store.Update(context.Background(), s.scope, func(tx control.Tx) error {
				open, err := tx.Deployments(deployment.Filter{Open: true}, practice.Page{})
				if err != nil {
					return err
				}
				added, err := tx.AddDeployment(deployment.Deployment{Plan: p.ID, Header: p.Header, State: deployment.Executing, Touched: len(open)})
				ids[n] = added.ID
				return err
			})
			if err != nil {
				s.Errorf("writer %d: %v", n, err)
			}
		})
	}
	all.Wait()
	slices.Sort(ids)
	if distinct := slices.Compact(slices.Clone(ids)); len(distinct) != writers {
		s.Errorf("ids %v, want %d different ones", ids, writers)
	}
	seen := map[int]bool{} // each saw the ones before it: no decision was made on an old state
	for _, id := range ids {
		seen[s.deployment(id).Touched] = true
	}
	if len(seen) != writers {
		s.Errorf("writers saw %v open deployments, want 0 to %d", seen, writers-1)
	}
}
