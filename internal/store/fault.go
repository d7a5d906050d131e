package store

import (
	"context"
	"errors"
	"fmt"

	"tranship.dev/tranship/internal/practice"
)

// Failure says that the database can no longer be written safely: a write or a
// sync to the disk failed, or its content is damaged. What was committed before
// stays; what was being written is not. Trying again could hide a loss, so the
// store refuses every further write until the server is started anew.
type Failure struct{ Err error }

// Error says what failed and what to do.
func (f *Failure) Error() string {
	return fmt.Sprintf("the database cannot be written safely any more: %v; check the disk and the file system, then start the server again: it checks the database first", f.Err)
}

// Unwrap gives the database's error.
func (f *Failure) Unwrap() error { return f.Err }

// class says what an error of the database means for a transaction.
type class int

const (
	plain       class = iota // nothing is known about it
	repeat                   // the transaction met another one: run it again
	unreachable              // the database cannot be reached now; nothing was committed unless commit was sent
	fault                    // the translated error is for the user
	failure                  // nothing may be written any more
)

// repeatable is an error after which the same transaction may succeed.
type repeatable struct{ err error }

func (r *repeatable) Error() string { return r.err.Error() }
func (r *repeatable) Unwrap() error { return r.err }

// translate gives the error of this package for one of the database, once.
func (s *Store) translate(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return errors.Join(ctx.Err(), err)
	}
	kind, translated := s.engine.classify(err)
	switch kind {
	case repeat, unreachable:
		return &repeatable{translated}
	case failure:
		return s.fail(translated)
	default:
		return translated
	}
}

// uncommitted translates an error of commit. When the connection was lost it is
// not known whether the database committed, so the transaction is not repeated.
func (s *Store) uncommitted(ctx context.Context, err error) error {
	if kind, translated := s.engine.classify(err); kind == unreachable {
		return fmt.Errorf("commit: whether it was stored is not known: %w", translated)
	}
	return s.translate(ctx, err)
}

// settled gives what a caller sees of a repeatable error after the last try.
func settled(err error) error {
	var again *repeatable
	switch {
	case !errors.As(err, &again):
		return err
	case practice.CodeOf(again.err) != "":
		return again.err
	}
	return practice.Faultf(practice.Unavailable, "the database was too busy to finish this: %v", again.err).
		WithHint("try again in a moment")
}

func diskFull(err error) error {
	return practice.Faultf(practice.Unavailable, "the disk of the database is full: %v", err).
		WithHint("free space; nothing was damaged, and the server goes on by itself")
}

func notFound(format string, args ...any) error {
	return practice.Faultf(practice.NotFound, format, args...)
}

func conflict(format string, args ...any) *practice.Error {
	return practice.Faultf(practice.Conflict, format, args...)
}
