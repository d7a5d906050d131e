package control

import (
	"context"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/record"
)

// Entries lists entries of the record, oldest first.
func (c *Control) Entries(ctx context.Context, scope practice.Scope, f record.Filter, page practice.Page) (rows []record.Row, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		rows, err = tx.RecordRows(f, page)
		return err
	})
	return rows, err
}

// Head gives the size and root of the record and its signed checkpoint.
func (c *Control) Head(ctx context.Context, scope practice.Scope) (head record.Head, checkpoint string, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		head, checkpoint, err = tx.RecordHead()
		return err
	})
	return head, checkpoint, err
}

// Note seals one entry that no other use case writes.
func (c *Control) Note(ctx context.Context, scope practice.Scope, e practice.Entry) error {
	_, err := c.update(ctx, scope, func(w *work) error {
		w.note(e)
		return nil
	})
	return err
}
