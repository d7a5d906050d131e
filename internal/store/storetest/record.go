package storetest

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/record"
	"tranship.dev/tranship/internal/practice/record/recordtest"
)

func testRecord(s suite) {
	var made atomic.Int64
	recordtest.Run(s.T, func(t *testing.T) record.Store {
		return single{t.Context(), s.store, practice.Scope(fmt.Sprintf("%s-%d", s.scope, made.Add(1)))}
	})
}

// single is a record.Store whose methods are transactions of their own.
type single struct {
	ctx   context.Context
	store control.Store
	scope practice.Scope
}

func (r single) view(f func(control.Tx) error) error { return r.store.View(r.ctx, r.scope, f) }

func (r single) RecordTiles(ids []record.TileID) (found map[record.TileID][]byte, err error) {
	err = r.view(func(tx control.Tx) (err error) { found, err = tx.RecordTiles(ids); return err })
	return found, err
}

func (r single) RecordHead() (head record.Head, checkpoint string, err error) {
	err = r.view(func(tx control.Tx) (err error) { head, checkpoint, err = tx.RecordHead(); return err })
	return head, checkpoint, err
}

func (r single) RecordRow(index int64) (row record.Row, err error) {
	err = r.view(func(tx control.Tx) (err error) { row, err = tx.RecordRow(index); return err })
	return row, err
}

func (r single) RecordRows(f record.Filter, page practice.Page) (rows []record.Row, err error) {
	err = r.view(func(tx control.Tx) (err error) { rows, err = tx.RecordRows(f, page); return err })
	return rows, err
}

func (r single) RecordCounts() (rows, tiles int64, err error) {
	err = r.view(func(tx control.Tx) (err error) { rows, tiles, err = tx.RecordCounts(); return err })
	return rows, tiles, err
}

func (r single) RecordLinks(subjects []string) (links map[string]record.Link, err error) {
	err = r.view(func(tx control.Tx) (err error) { links, err = tx.RecordLinks(subjects); return err })
	return links, err
}

func (r single) AppendRecord(sealed record.Sealed, checkpoint string) error {
	return r.store.Update(r.ctx, r.scope, func(tx control.Tx) error { return tx.AppendRecord(sealed, checkpoint) })
}
