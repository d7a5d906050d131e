package control

import (
	"context"
	"crypto/ed25519"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/record"
	"tranship.dev/tranship/internal/practice/signature"
)

// Entries lists entries of the record, oldest first.
func (c *Control) Entries(ctx context.Context, scope practice.Scope, f record.Filter, page practice.Page) (rows []record.Row, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		rows, err = tx.RecordRows(f, page)
		return err
	})
	return rows, err
}

// Entry gives one entry of the record with the proof that it is in the log of
// the head that is given with it.
func (c *Control) Entry(ctx context.Context, scope practice.Scope, index int64) (row record.Row, proof []record.Hash, head record.Head, checkpoint string, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		if row, err = tx.RecordRow(index); err != nil {
			return err
		}
		if head, checkpoint, err = tx.RecordHead(); err != nil {
			return err
		}
		proof, err = record.ProveEntry(tx, head, index)
		return err
	})
	return row, proof, head, checkpoint, err
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

// Export gives the bundle of a deployment: its entries with their proofs and
// the signed statement, to be verified offline.
func (c *Control) Export(ctx context.Context, scope practice.Scope, deployment string) (bundle []byte, err error) {
	key, previous := c.Keys.RecordKey()
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		if _, err := tx.Deployment(deployment); err != nil {
			return err
		}
		bundle, err = record.Export(tx, scope, deployment, key, previous...)
		return err
	})
	return bundle, err
}

// VerifyRecord reads the whole record of a scope again and says what is wrong
// with it, and when nothing is, in what the present state differs from it. since is an older checkpoint that was kept elsewhere, or "".
func (c *Control) VerifyRecord(ctx context.Context, scope practice.Scope, since string) (report *record.Report, err error) {
	key, previous := c.Keys.RecordKey()
	trusted := append([]signature.PublicKey{signature.Encode(key.Public().(ed25519.PublicKey))}, previous...)
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		report = record.VerifyLog(tx, scope, since, trusted...)
		if !report.OK() {
			return nil // a record that is not whole proves nothing about the state
		}
		return auditState(tx, report)
	})
	if err == nil && report.OK() {
		err = c.verifyLogs(ctx, scope, report)
	}
	return report, err
}
