package store

import (
	"encoding/json"
	"strconv"
	"strings"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
)

const documentChanges = "document-change"

// DocumentChange gives the number of the last change.
func (t *tx) DocumentChange() (int64, error) {
	all, err := list(t, scanOne[int64], `SELECT value FROM counter WHERE scope = ? AND name = ?`, t.scope, documentChanges)
	if err != nil || len(all) == 0 {
		return 0, err
	}
	return all[0], nil
}

// NextDocumentChange raises it.
func (t *tx) NextDocumentChange() (int64, error) { return t.next(documentChanges, 1) }

// NoteDocumentChange notes a change of a document.
func (t *tx) NoteDocumentChange(kind practice.Kind, name string, change int64) error {
	return t.do(`INSERT INTO document_change (scope, kind, name, changed) VALUES (?, ?, ?, ?)
		ON CONFLICT (scope, kind, name) DO UPDATE SET changed = excluded.changed`, t.scope, string(kind), name, change)
}

// DocumentsChanged lists what changed after a number.
func (t *tx) DocumentsChanged(after int64, page practice.Page) ([]control.ChangedDocument, error) {
	kind, name := "\U0010ffff", ""
	if page.After != "" {
		parts := strings.SplitN(page.After, "/", 3)
		n, err := strconv.ParseInt(parts[0], 10, 64)
		if err != nil || len(parts) != 3 {
			return nil, badPage(page.After, "the key of a changed document")
		}
		after, kind, name = n, parts[1], parts[2]
	}
	return list(t, scanChanged, `SELECT c.changed, d.body FROM document_change AS c
		JOIN document AS d ON d.scope = c.scope AND d.kind = c.kind AND d.name = c.name AND d.present = 1
		WHERE c.scope = ? AND (c.changed, c.kind, c.name) > (?, ?, ?) ORDER BY c.changed, c.kind, c.name LIMIT ?`,
		t.scope, after, kind, name, page.Size())
}

func scanChanged(r row) (control.ChangedDocument, error) {
	var c control.ChangedDocument
	var body string
	if err := r.Scan(&c.Change, &body); err != nil {
		return c, err
	}
	return c, json.Unmarshal([]byte(body), &c.Document)
}

// PlanTargetNames lists names; page.After is one.
func (t *tx) PlanTargetNames(plan string, page practice.Page) ([]string, error) {
	return list(t, scanOne[string], `SELECT name FROM plan_target WHERE scope = ? AND plan = ? AND name > ? ORDER BY name LIMIT ?`,
		t.scope, numbered(planPrefix, plan), page.After, page.Size())
}

const waiverPrefix = "W-"

var waiverBody = scanBody[control.Waiver]

// AddWaiver stores a waiver.
func (t *tx) AddWaiver(w control.Waiver) (control.Waiver, error) {
	if _, err := t.Deployment(w.Deployment); err != nil {
		return w, err
	}
	number, err := t.next("waiver", 1)
	if err != nil {
		return w, err
	}
	w.ID = waiverPrefix + strconv.FormatInt(number, 10)
	body, err := encode(w)
	if err != nil {
		return w, err
	}
	return w, t.do(`INSERT INTO waiver (scope, number, deployment, body) VALUES (?, ?, ?, ?)`,
		t.scope, number, deploymentNumber(w.Deployment), body)
}

// Waiver gives one.
func (t *tx) Waiver(id string) (control.Waiver, error) {
	return first(t, notFound("waiver %s does not exist", id), waiverBody,
		`SELECT body FROM waiver WHERE scope = ? AND number = ?`, t.scope, numbered(waiverPrefix, id))
}

// Waivers lists those of a deployment.
func (t *tx) Waivers(deployment string) ([]control.Waiver, error) {
	return list(t, waiverBody, `SELECT body FROM waiver WHERE scope = ? AND deployment = ? ORDER BY number LIMIT ?`,
		t.scope, deploymentNumber(deployment), int64(practice.MaxLimit))
}

// PutWaiver stores that a waiver was revoked.
func (t *tx) PutWaiver(w control.Waiver) error {
	stored, err := t.Waiver(w.ID)
	if err != nil {
		return err
	}
	stored.RevokedAt, stored.RevokedBy, stored.RevokedWhy = w.RevokedAt, w.RevokedBy, w.RevokedWhy
	body, err := encode(stored)
	if err != nil {
		return err
	}
	return t.do(`UPDATE waiver SET body = ? WHERE scope = ? AND number = ?`, body, t.scope, numbered(waiverPrefix, w.ID))
}

var scanFeed = scanSecret(func(f *control.Feed, hash []byte) { f.Hash = hash })

// AddFeed stores a feed.
func (t *tx) AddFeed(f control.Feed) error {
	body, err := encode(f)
	if err != nil {
		return err
	}
	return t.do(`INSERT INTO feed (scope, id, hash, body) VALUES (?, ?, ?, ?)`, t.scope, f.ID, notNil(f.Hash), body)
}

// Feed gives one.
func (t *tx) Feed(id string) (control.Feed, error) {
	return first(t, notFound("feed %s does not exist", id), scanFeed, `SELECT hash, body FROM feed WHERE scope = ? AND id = ?`, t.scope, id)
}

// Feeds lists feeds; page.After is an id.
func (t *tx) Feeds(page practice.Page) ([]control.Feed, error) {
	return list(t, scanFeed, `SELECT hash, body FROM feed WHERE scope = ? AND id > ? ORDER BY id LIMIT ?`, t.scope, page.After, page.Size())
}

// PutFeed stores when it was revoked and used.
func (t *tx) PutFeed(f control.Feed) error {
	stored, err := t.Feed(f.ID)
	if err != nil {
		return err
	}
	stored.RevokedAt, stored.UsedAt = f.RevokedAt, f.UsedAt
	body, err := encode(stored)
	if err != nil {
		return err
	}
	return t.do(`UPDATE feed SET body = ? WHERE scope = ? AND id = ?`, body, t.scope, f.ID)
}
