package store

import (
	"strconv"
	"strings"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/record"
)

// RecordRows lists rows by index.
func (t *tx) RecordRows(f record.Filter, page practice.Page) ([]record.Row, error) {
	from, until := f.From, int64(1)<<placeBits
	if page.After != "" {
		after, err := strconv.ParseInt(page.After, 10, 64)
		if err != nil {
			return nil, badPage(page.After, "an entry's index")
		}
		if f.Newest {
			until = min(until, after)
		} else {
			from = max(from, after+1)
		}
	}
	terms, err := f.Terms()
	if err != nil {
		return nil, err
	}
	if from, until, err = t.placesDuring(f, from, until); err != nil || from >= until {
		return nil, err
	}
	if len(terms) > 0 {
		return t.rowsWith(terms, f, from, until, page)
	}
	sql, args, err := recordFilter(f)
	if err != nil {
		return nil, err
	}
	return list(t, scanRecordRow, `SELECT `+recordColumns+` FROM record_entry AS e WHERE scope = ?`+sql+` AND place >= ? AND place < ? ORDER BY `+newest("place", f.Newest)+` LIMIT ?`,
		append(append([]any{t.scope}, args...), from, until, page.Size())...)
}

// recordFilter gives the conditions on an entry's own columns.
func recordFilter(f record.Filter) (sql string, args []any, err error) {
	if f.Subject != "" {
		sql, args = sql+` AND e.subject = ?`, append(args, f.Subject)
	}
	if f.Target != "" {
		sql, args = sql+` AND e.target <> '' AND e.target = ?`, append(args, f.Target)
	}
	if err := fewNames(f.Kinds); err != nil {
		return "", nil, err
	}
	if len(f.Kinds) > 0 {
		some, kinds := among(f.Kinds)
		sql, args = sql+` AND e.kind IN `+some, append(args, kinds...)
	}
	if sql, args, err = subjectKinds(f, sql, args); err != nil {
		return "", nil, err
	}
	if !f.Since.IsZero() {
		sql, args = sql+` AND e.at >= ?`, append(args, micros(f.Since))
	}
	if !f.Until.IsZero() {
		sql, args = sql+` AND e.at < ?`, append(args, micros(f.Until))
	}
	return sql, args, nil
}

// mostSubjectKinds is how many kinds of subject one filter may name: there are not so many.
const mostSubjectKinds = 32

// subjectKinds adds the conditions on the kind of a subject, which is its
// beginning. Entries are read by their place and passed over: those left aside
// are few among the others.
func subjectKinds(f record.Filter, sql string, args []any) (string, []any, error) {
	if n := len(f.About) + len(f.Aside); n > mostSubjectKinds {
		return "", nil, practice.Faultf(practice.Invalid, "%d kinds of subject: at most %d at once", n, mostSubjectKinds)
	}
	begins := func(kinds []string) string {
		one := make([]string, len(kinds))
		for i, kind := range kinds {
			one[i] = `substr(e.subject, 1, ?) = ?`
			args = append(args, len([]rune(kind))+1, kind+"/")
		}
		return strings.Join(one, ` OR `)
	}
	if len(f.About) > 0 {
		sql += ` AND (` + begins(f.About) + `)`
	}
	if len(f.Aside) > 0 {
		sql += ` AND NOT (` + begins(f.Aside) + `)`
	}
	return sql, args, nil
}

func newest(column string, newest bool) string {
	if newest {
		return column + ` DESC`
	}
	return column
}

// placesDuring narrows places down to those between which all entries of the
// filter's times stand. Times need not rise from entry to entry: clocks are set.
func (t *tx) placesDuring(f record.Filter, from, until int64) (int64, int64, error) {
	if !f.Since.IsZero() {
		block, err := first(t, nil, scanPointer, `SELECT block FROM record_span WHERE scope = ? AND block >= ? AND most >= ? ORDER BY block LIMIT 1`, t.scope, from/spanBlock, micros(f.Since))
		if err != nil || block == nil {
			return 0, 0, err
		}
		from = max(from, *block*spanBlock)
	}
	if !f.Until.IsZero() {
		block, err := first(t, nil, scanPointer, `SELECT block FROM record_span WHERE scope = ? AND block <= ? AND least < ? ORDER BY block DESC LIMIT 1`, t.scope, until/spanBlock, micros(f.Until))
		if err != nil || block == nil {
			return 0, 0, err
		}
		until = min(until, (*block+1)*spanBlock)
	}
	return from, until, nil
}

func scanPointer(r row) (*int64, error) {
	value, err := scanOne[int64](r)
	return &value, err
}

// rowsWith lists rows that have all terms, by the index of words. A free word
// that no entry has is taken for the beginning of words: that costs more, so
// that it is done only where the word itself finds nothing.
func (t *tx) rowsWith(terms []record.Term, f record.Filter, from, until int64, page practice.Page) ([]record.Row, error) {
	scope, err := t.wordScope()
	if err != nil || scope.number == 0 {
		return nil, err
	}
	begins := make([]bool, len(terms))
	for i, term := range terms {
		if !term.Free {
			continue
		}
		found, err := t.wordIDs(terms[i:i+1], begins[i:i+1], scope.id(0), scope.id(1<<placeBits))
		if err != nil {
			return nil, err
		}
		begins[i] = len(found) == 0
	}
	sql, args, err := recordFilter(f)
	if err != nil {
		return nil, err
	}
	match, wanted := t.store.engine.matching(terms, begins)
	return list(t, scanRecordRow, `SELECT `+recordColumns+` FROM record_word CROSS JOIN record_entry AS e
		WHERE `+match+` AND record_word.rowid >= ? AND record_word.rowid < ? AND e.scope = ? AND e.place = record_word.rowid - ?`+sql+
		` ORDER BY `+newest("record_word.rowid", f.Newest)+` LIMIT ?`,
		append(append([]any{wanted, scope.id(from), scope.id(until), t.scope, scope.id(0)}, args...), page.Size())...)
}

// wordIDs gives an id of a word row that has the terms, if there is one.
func (t *tx) wordIDs(terms []record.Term, begins []bool, from, until int64) ([]int64, error) {
	match, wanted := t.store.engine.matching(terms, begins)
	return list(t, scanOne[int64], `SELECT rowid FROM record_word WHERE `+match+` AND record_word.rowid >= ? AND record_word.rowid < ? LIMIT 1`, wanted, from, until)
}
