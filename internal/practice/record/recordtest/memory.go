// Package recordtest holds the conformance suite of record.Store, and a store
// in memory that passes it.
package recordtest

import (
	"bytes"
	"math"
	"slices"
	"strconv"
	"sync"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/record"
)

// Memory is a record.Store in memory. Its rows are open to tests that alter them.
type Memory struct {
	mu         sync.Mutex
	Head       record.Head
	Checkpoint string
	Rows       map[int64]record.Row
	Tiles      map[record.TileID][]byte
}

// NewMemory gives an empty store.
func NewMemory() *Memory {
	return &Memory{Rows: map[int64]record.Row{}, Tiles: map[record.TileID][]byte{}}
}

// RecordHead gives the head and its checkpoint.
func (m *Memory) RecordHead() (record.Head, string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.Head, m.Checkpoint, nil
}

// RecordTiles gives copies of the tiles that exist.
func (m *Memory) RecordTiles(ids []record.TileID) (map[record.TileID][]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	found := map[record.TileID][]byte{}
	for _, id := range ids {
		if hashes, ok := m.Tiles[id]; ok {
			found[id] = bytes.Clone(hashes)
		}
	}
	return found, nil
}

// RecordLinks gives the last row of each subject.
func (m *Memory) RecordLinks(subjects []string) (map[string]record.Link, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	links := map[string]record.Link{}
	for _, row := range m.Rows {
		if slices.Contains(subjects, row.Subject) && row.Number > links[row.Subject].Number {
			links[row.Subject] = record.Link{Number: row.Number, Hash: row.Hash}
		}
	}
	return links, nil
}

// RecordRow gives one row.
func (m *Memory) RecordRow(index int64) (record.Row, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	row, ok := m.Rows[index]
	if !ok {
		return record.Row{}, practice.Faultf(practice.NotFound, "record has no entry %d", index)
	}
	return row, nil
}

// RecordRows lists rows by index.
func (m *Memory) RecordRows(f record.Filter, page practice.Page) ([]record.Row, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	from, until := f.From, int64(math.MaxInt64)
	if page.After != "" {
		after, err := strconv.ParseInt(page.After, 10, 64)
		if err != nil {
			return nil, practice.Faultf(practice.Invalid, "page after %q: not an entry's index", page.After)
		}
		if f.Newest {
			until = after
		} else {
			from = max(from, after+1)
		}
	}
	terms, err := f.Terms()
	if err != nil {
		return nil, err
	}
	words := m.words(terms)
	fits := meant(terms, words)
	var rows []record.Row
	for _, row := range m.Rows {
		if row.Index >= from && row.Index < until && chosen(f, row) && fits(words[row.Index]) {
			rows = append(rows, row)
		}
	}
	slices.SortFunc(rows, func(a, b record.Row) int { return int(a.Index - b.Index) })
	if f.Newest {
		slices.Reverse(rows)
	}
	return rows[:min(len(rows), page.Size())], nil
}

func chosen(f record.Filter, row record.Row) bool {
	return (f.Subject == "" || f.Subject == row.Subject) && (f.Target == "" || f.Target == row.Target) &&
		(len(f.Kinds) == 0 || slices.Contains(f.Kinds, row.Kind)) && f.During(row.When) && f.Fits(row.Subject)
}

// words gives the words of every row; none where nothing asks for them.
func (m *Memory) words(terms []record.Term) map[int64][]string {
	words := map[int64][]string{}
	if len(terms) == 0 {
		return words
	}
	begun := map[string][]byte{}
	for _, row := range m.Rows {
		if row.Number == 1 {
			begun[row.Subject] = row.Bytes
		}
	}
	for place, row := range m.Rows {
		words[place] = record.Words(row.Bytes, begun[row.Subject])
	}
	return words
}

// meant gives a check of words: a free term that no entry has is the beginning of words.
func meant(terms []record.Term, words map[int64][]string) func(of []string) bool {
	begins := make([]bool, len(terms))
	for i, term := range terms {
		begins[i] = term.Free
		for _, of := range words {
			begins[i] = begins[i] && !term.Has(of, false)
		}
	}
	return func(of []string) bool {
		for i, term := range terms {
			if !term.Has(of, begins[i]) {
				return false
			}
		}
		return true
	}
}

// RecordCounts counts rows and tiles.
func (m *Memory) RecordCounts() (rows, tiles int64, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return int64(len(m.Rows)), int64(len(m.Tiles)), nil
}

// AppendRecord stores a batch, or answers Conflict.
func (m *Memory) AppendRecord(s record.Sealed, checkpoint string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.Head != s.Before {
		return practice.Faultf(practice.Conflict, "record has %d entries, not the %d this was sealed after", m.Head.Size, s.Before.Size)
	}
	for _, row := range s.Rows {
		m.Rows[row.Index] = row
	}
	for _, t := range s.Tiles {
		m.Tiles[t.TileID] = bytes.Clone(t.Hashes)
	}
	m.Head, m.Checkpoint = s.After, checkpoint
	return nil
}
