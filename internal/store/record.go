package store

import (
	"fmt"
	"strings"

	"tranship.dev/tranship/internal/practice/record"
)

const recordColumns = `place, subject, number, target, kind, at, bytes, hash`

func scanRecordRow(r row) (record.Row, error) {
	var found record.Row
	var at int64
	var hash []byte
	if err := r.Scan(&found.Index, &found.Subject, &found.Number, &found.Target, &found.Kind, &at, &found.Bytes, &hash); err != nil {
		return found, err
	}
	found.When = moment(at)
	return found, putHash(&found.Hash, hash)
}

func putHash(into *record.Hash, stored []byte) error {
	if len(stored) != len(into) {
		return fmt.Errorf("stored hash has %d bytes, not %d", len(stored), len(into))
	}
	copy(into[:], stored)
	return nil
}

// RecordHead gives the head and the signed checkpoint.
func (t *tx) RecordHead() (record.Head, string, error) {
	var checkpoint string
	head, err := first(t, nil, func(r row) (record.Head, error) {
		var head record.Head
		var root []byte
		if err := r.Scan(&head.Size, &root, &checkpoint); err != nil {
			return head, err
		}
		return head, putHash(&head.Root, root)
	}, `SELECT size, root, checkpoint FROM record_head WHERE scope = ?`, t.scope)
	return head, checkpoint, err
}

// RecordRow gives the row with that index.
func (t *tx) RecordRow(index int64) (record.Row, error) {
	return first(t, notFound("record has no entry %d", index), scanRecordRow,
		`SELECT `+recordColumns+` FROM record_entry WHERE scope = ? AND place = ?`, t.scope, index)
}

// RecordCounts gives how many entry rows and tile rows the scope has. It counts
// them all: it is for checking the whole record.
func (t *tx) RecordCounts() (rows, tiles int64, err error) {
	if rows, err = first(t, nil, scanOne[int64], `SELECT count(*) FROM record_entry WHERE scope = ?`, t.scope); err != nil {
		return 0, 0, err
	}
	tiles, err = first(t, nil, scanOne[int64], `SELECT count(*) FROM record_tile WHERE scope = ?`, t.scope)
	return rows, tiles, err
}

// RecordTiles gives the hashes of each tile that is stored.
func (t *tx) RecordTiles(ids []record.TileID) (map[record.TileID][]byte, error) {
	found := map[record.TileID][]byte{}
	for _, batch := range pieces(ids) {
		byLevel := map[int][]any{}
		for _, id := range batch {
			byLevel[id.Level] = append(byLevel[id.Level], id.Index)
		}
		for level, places := range byLevel {
			_, err := list(t, func(r row) (struct{}, error) {
				var place int64
				var hashes []byte
				err := r.Scan(&place, &hashes)
				found[record.TileID{Level: level, Index: place}] = hashes
				return struct{}{}, err
			}, `SELECT place, hashes FROM record_tile WHERE scope = ? AND level = ? AND place IN (`+marks(len(places))+`)`,
				append([]any{t.scope, int64(level)}, places...)...)
			if err != nil {
				return nil, err
			}
		}
	}
	return found, nil
}

// RecordLinks gives the end of each subject's chain, by one look into the index
// for each, however long the chain is.
func (t *tx) RecordLinks(subjects []string) (map[string]record.Link, error) {
	links := map[string]record.Link{}
	for _, batch := range pieces(subjects) {
		_, args := among(batch)
		_, err := list(t, func(r row) (struct{}, error) {
			var subject string
			var link record.Link
			var hash []byte
			if err := r.Scan(&subject, &link.Number, &hash); err != nil {
				return struct{}{}, err
			}
			err := putHash(&link.Hash, hash)
			links[subject] = link
			return struct{}{}, err
		}, `SELECT e.subject, e.number, e.hash FROM (VALUES (?)`+strings.Repeat(`, (?)`, len(args)-1)+`) AS v CROSS JOIN record_entry AS e
			WHERE e.scope = ? AND e.subject = v.column1 AND e.number =
			(SELECT m.number FROM record_entry AS m WHERE m.scope = ? AND m.subject = v.column1 ORDER BY m.number DESC LIMIT 1)`,
			append(args, t.scope, t.scope)...)
		if err != nil {
			return nil, err
		}
	}
	return links, nil
}

// AppendRecord stores rows, tiles and the new head.
func (t *tx) AppendRecord(s record.Sealed, checkpoint string) error {
	head, _, err := t.RecordHead()
	if err != nil {
		return err
	}
	if head != s.Before {
		return conflict("record has %d entries, not the %d this was sealed after", head.Size, s.Before.Size)
	}
	rows := make([][]any, len(s.Rows))
	for i, r := range s.Rows {
		rows[i] = []any{t.scope, r.Index, r.Subject, r.Number, r.Target, r.Kind, micros(r.When), notNil(r.Bytes), r.Hash[:]}
	}
	if err := t.insert(`INSERT INTO record_entry (scope, `+recordColumns+`)`, rows, ""); err != nil {
		return err
	}
	tiles := make([][]any, len(s.Tiles))
	for i, tile := range s.Tiles {
		tiles[i] = []any{t.scope, int64(tile.Level), tile.Index, notNil(tile.Hashes)}
	}
	if err := t.insert(`INSERT INTO record_tile (scope, level, place, hashes)`, tiles,
		`ON CONFLICT (scope, level, place) DO UPDATE SET hashes = excluded.hashes`); err != nil {
		return err
	}
	if err := t.indexRecord(s.Rows); err != nil {
		return err
	}
	return t.do(`INSERT INTO record_head (scope, size, root, checkpoint) VALUES (?, ?, ?, ?)
		ON CONFLICT (scope) DO UPDATE SET size = excluded.size, root = excluded.root, checkpoint = excluded.checkpoint`,
		t.scope, s.After.Size, s.After.Root[:], checkpoint)
}
