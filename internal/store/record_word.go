package store

import (
	"context"
	"errors"
	"strings"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/record"
)

// The ids of word rows: the scope's number, and below it the place of the entry.
const placeBits = 40

// spanBlock is how many entries one row of record_span speaks of.
const spanBlock = 1024

// catchUpRows is how many entries get their words in one transaction, when a
// database is opened whose entries have none yet.
const catchUpRows = practice.MaxLimit

// wordScope is which entries of a scope have their words.
type wordScope struct{ number, size int64 }

func (w wordScope) id(place int64) int64 { return w.number<<placeBits + place }

func (t *tx) wordScope() (wordScope, error) {
	return first(t, nil, func(r row) (wordScope, error) {
		var w wordScope
		return w, r.Scan(&w.number, &w.size)
	}, `SELECT number, size FROM record_scope WHERE scope = ?`, t.scope)
}

// indexRecord stores the words and the times of rows that follow each other and
// come after all that is stored. Where entries before them have none, because
// another version of Tranship wrote them, these get theirs first.
func (t *tx) indexRecord(rows []record.Row) error {
	scope, err := t.wordScope()
	if err != nil || len(rows) == 0 {
		return err
	}
	if scope.number == 0 {
		if scope.number, err = first(t, nil, scanOne[int64], `INSERT INTO record_scope (scope, size) VALUES (?, 0) RETURNING number`, t.scope); err != nil {
			return err
		}
	}
	for begin := rows[0].Index; scope.size < begin; {
		before, err := t.RecordRows(record.Filter{From: scope.size}, practice.Page{Limit: int(min(catchUpRows, begin-scope.size))})
		if err != nil {
			return err
		}
		if len(before) == 0 {
			break // the record itself has a gap, which its verification reports
		}
		if err := t.putWords(scope, before); err != nil {
			return err
		}
		scope.size = before[len(before)-1].Index + 1
	}
	if err := t.putWords(scope, rows); err != nil {
		return err
	}
	return t.do(`UPDATE record_scope SET size = ? WHERE scope = ?`, rows[len(rows)-1].Index+1, t.scope)
}

func (t *tx) putWords(scope wordScope, rows []record.Row) error {
	begun, err := t.firstLeaves(rows)
	if err != nil {
		return err
	}
	words := make([][]any, len(rows))
	var spans [][]any
	for i, r := range rows {
		first := begun[r.Subject]
		if r.Number == 1 {
			first = nil
		}
		words[i] = []any{scope.id(r.Index), "'" + strings.Join(record.Words(r.Bytes, first), "' '") + "'"}
		block, at := r.Index/spanBlock, micros(r.When)
		if n := len(spans); n == 0 || spans[n-1][1] != block {
			spans = append(spans, []any{t.scope, block, at, at})
			continue
		}
		last := spans[len(spans)-1]
		last[2], last[3] = min(last[2].(int64), at), max(last[3].(int64), at)
	}
	if err := t.insert(`INSERT INTO record_word (rowid, words)`, words, ""); err != nil {
		return err
	}
	return t.insert(`INSERT INTO record_span (scope, block, least, most)`, spans, `ON CONFLICT (scope, block) DO UPDATE SET
		least = CASE WHEN excluded.least < record_span.least THEN excluded.least ELSE record_span.least END,
		most = CASE WHEN excluded.most > record_span.most THEN excluded.most ELSE record_span.most END`)
}

// firstLeaves gives the bytes of the first entry of each subject of rows.
func (t *tx) firstLeaves(rows []record.Row) (map[string][]byte, error) {
	begun := map[string][]byte{}
	var asked []string
	for _, r := range rows {
		if _, known := begun[r.Subject]; r.Number == 1 {
			begun[r.Subject] = r.Bytes
		} else if !known {
			begun[r.Subject] = nil
			asked = append(asked, r.Subject)
		}
	}
	for _, batch := range pieces(asked) {
		some, args := among(batch)
		_, err := list(t, func(r row) (struct{}, error) {
			var subject string
			var leaf []byte
			err := r.Scan(&subject, &leaf)
			begun[subject] = leaf
			return struct{}{}, err
		}, `SELECT subject, bytes FROM record_entry WHERE scope = ? AND number = 1 AND subject IN `+some, append([]any{t.scope}, args...)...)
		if err != nil {
			return nil, err
		}
	}
	return begun, nil
}

// catchUp gives words to the entries that have none, scope by scope: those that
// an earlier Tranship wrote. It may be broken off, and goes on the next time.
func (s *Store) catchUp(ctx context.Context) error {
	scopes, err := s.scopes(ctx)
	if err != nil {
		return err
	}
	for _, scope := range scopes {
		for more := true; more; {
			err := s.Update(ctx, scope, func(known control.Tx) error {
				t := known.(*tx)
				have, err := t.wordScope()
				if err != nil {
					return err
				}
				rows, err := t.RecordRows(record.Filter{From: have.size}, practice.Page{Limit: catchUpRows})
				if err != nil {
					return err
				}
				more = len(rows) > 0
				return t.indexRecord(rows)
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// scopes gives the scopes that have a record.
func (s *Store) scopes(ctx context.Context) (scopes []practice.Scope, err error) {
	begun, err := s.engine.begin(ctx, "", false)
	if err != nil {
		return nil, s.translate(ctx, err)
	}
	defer begun.rollback()
	found, err := begun.query(ctx, `SELECT scope FROM record_head`, nil)
	if err != nil {
		return nil, s.translate(ctx, err)
	}
	defer found.Close()
	for found.Next() {
		var scope string
		if err := found.Scan(&scope); err != nil {
			return nil, s.translate(ctx, err)
		}
		scopes = append(scopes, practice.Scope(scope))
	}
	return scopes, errors.Join(found.Err(), found.Close())
}
