package control

import (
	"context"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
)

// entryEvidence is of evidence that came; its subject is "evidence/E-7".
const entryEvidence = "evidence.received" // data: component, version, suite, environment, passed, failed, skipped, sum

// AddEvidence keeps the result of a test suite on a version (R24); what waits
// for it looks again. e.At zero means now.
func (c *Control) AddEvidence(ctx context.Context, scope practice.Scope, by practice.Actor, e library.Evidence) (library.Evidence, error) {
	_, err := c.update(ctx, scope, func(w *work) error {
		if _, err := w.Version(e.Component, e.Version); err != nil {
			return err
		}
		if e.Environment != "" {
			if _, err := w.Document(practice.KindEnvironment, e.Environment); err != nil {
				return err
			}
		}
		e.By, e.ReceivedAt, e.At = by, w.now, stored(e.At)
		if e.At.IsZero() {
			e.At = w.now
		}
		if err := library.CheckEvidence(e, w.now); err != nil {
			return err
		}
		var err error
		if e, err = w.AddEvidence(e); err != nil {
			return err
		}
		w.note(practice.Entry{Kind: entryEvidence, Subject: "evidence/" + e.ID, Who: by, Data: map[string]any{
			"component": e.Component, "version": e.Version, "suite": e.Suite, "environment": e.Environment, "passed": e.Passed, "failed": e.Failed, "skipped": e.Skipped, "sum": sumOf(e),
		}})
		if err := w.reconsiderAll(); err != nil {
			return err
		}
		return wakeJourneys(w, []string{e.Component})
	})
	return e, err
}

// Evidence lists evidence, the last received first.
func (c *Control) Evidence(ctx context.Context, scope practice.Scope, f library.EvidenceFilter, page practice.Page) (list []library.Evidence, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		list, err = tx.EvidenceOf(f, page)
		return err
	})
	return list, err
}
