package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
)

// tx implements control.Tx: all queries of one scope in one transaction. Its
// files are named after the port that they implement.
type tx struct {
	ctx   context.Context
	store *Store
	scope string
	transaction
	doomed error // the first error after which the transaction cannot be committed
}

var _ control.Tx = (*tx)(nil)

// querier runs SQL with "?" placeholders.
type querier interface {
	// exec gives the number of rows that changed.
	exec(ctx context.Context, sql string, args []any) (int64, error)
	query(ctx context.Context, sql string, args []any) (rows, error)
}

// rows is a result; Close may be called twice.
type rows interface {
	row
	Next() bool
	Err() error
	Close() error
}

// row is one row of a result.
type row interface{ Scan(into ...any) error }

// run executes a statement and gives the number of rows that changed.
func (t *tx) run(sql string, args ...any) (int64, error) {
	if t.store.trace != nil {
		t.store.trace(sql, args)
	}
	n, err := t.exec(t.ctx, sql, args)
	return n, t.translated(err)
}

// do executes a statement whose number of rows does not matter.
func (t *tx) do(sql string, args ...any) error {
	_, err := t.run(sql, args...)
	return err
}

func (t *tx) translated(err error) error {
	if err == nil {
		return nil
	}
	err = t.store.translate(t.ctx, err)
	if t.doomed == nil {
		t.doomed = err
	}
	return err
}

// list reads all rows of a query.
func list[T any](t *tx, scan func(row) (T, error), sql string, args ...any) ([]T, error) {
	if t.store.trace != nil {
		t.store.trace(sql, args)
	}
	found, err := t.query(t.ctx, sql, args)
	if err != nil {
		return nil, t.translated(err)
	}
	defer found.Close()
	var all []T
	for found.Next() {
		one, err := scan(found)
		if err != nil {
			return nil, t.translated(err)
		}
		all = append(all, one)
	}
	return all, t.translated(errors.Join(found.Err(), found.Close()))
}

// first reads the first row of a query; missing is the error when there is none.
func first[T any](t *tx, missing error, scan func(row) (T, error), sql string, args ...any) (T, error) {
	all, err := list(t, scan, sql, args...)
	if err != nil || len(all) == 0 {
		var none T
		if err == nil {
			err = missing
		}
		return none, err
	}
	return all[0], nil
}

// scanBody reads a row whose only column is the JSON of the whole thing.
func scanBody[T any](r row) (T, error) {
	var body string
	var value T
	if err := r.Scan(&body); err != nil {
		return value, err
	}
	if err := json.Unmarshal([]byte(body), &value); err != nil {
		return value, fmt.Errorf("stored %T cannot be read: %w", value, err)
	}
	return value, nil
}

// scanOne reads a row of one column.
func scanOne[T any](r row) (T, error) {
	var value T
	err := r.Scan(&value)
	return value, err
}

// encode gives the JSON of a body column.
func encode(value any) (string, error) {
	raw, err := json.Marshal(value)
	if err != nil {
		return "", fmt.Errorf("store %T: %w", value, err)
	}
	return string(raw), nil
}

// flag gives a truth as it is stored.
func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// next raises a counter of the scope by n and gives the first of the raised numbers.
func (t *tx) next(counter string, n int) (int64, error) {
	last, err := first(t, nil, scanOne[int64], `INSERT INTO counter (scope, name, value) VALUES (?, ?, ?)
		ON CONFLICT (scope, name) DO UPDATE SET value = counter.value + excluded.value RETURNING value`, t.scope, counter, int64(n))
	return last - int64(n) + 1, err
}

// numbered reads the number of an id like "D-12"; 0 when it is none, which no row has.
func numbered(prefix, id string) int64 {
	digits, ok := strings.CutPrefix(id, prefix)
	n, err := strconv.ParseInt(digits, 10, 64)
	if !ok || err != nil || n <= 0 || strconv.FormatInt(n, 10) != digits {
		return 0
	}
	return n
}

func badPage(after, what string) error {
	return practice.Faultf(practice.Invalid, "page after %q is not %s", after, what)
}
