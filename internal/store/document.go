package store

import (
	"strconv"

	"tranship.dev/tranship/internal/practice"
)

var documentBody = scanBody[practice.Document]

// Document gives the present revision.
func (t *tx) Document(kind practice.Kind, name string) (practice.Document, error) {
	return first(t, notFound("%s %s does not exist", kind, name), documentBody,
		`SELECT body FROM document WHERE scope = ? AND kind = ? AND name = ? AND present = 1 AND removed = 0`,
		t.scope, string(kind), name)
}

// DocumentAt gives one revision, removed or not.
func (t *tx) DocumentAt(kind practice.Kind, name string, revision int64) (practice.Document, error) {
	return first(t, notFound("%s %s has no revision %d", kind, name, revision), documentBody,
		`SELECT body FROM document WHERE scope = ? AND kind = ? AND name = ? AND revision = ?`,
		t.scope, string(kind), name, revision)
}

// Documents lists the present ones; page.After is a name.
func (t *tx) Documents(kind practice.Kind, parent string, page practice.Page) ([]practice.Document, error) {
	sql, args := `SELECT body FROM document WHERE scope = ? AND kind = ? AND present = 1 AND removed = 0`, []any{t.scope, string(kind)}
	if parent != "" {
		sql, args = sql+` AND parent = ?`, append(args, parent)
	}
	sql, args = sql+` AND name > ? ORDER BY name LIMIT ?`, append(args, page.After, page.Size())
	return list(t, documentBody, sql, args...)
}

// DocumentHistory lists revisions, newest first.
func (t *tx) DocumentHistory(kind practice.Kind, name string, page practice.Page) ([]practice.Document, error) {
	before, err := descending(page.After, "a revision")
	if err != nil {
		return nil, err
	}
	return list(t, documentBody,
		`SELECT body FROM document WHERE scope = ? AND kind = ? AND name = ? AND revision < ? ORDER BY revision DESC LIMIT ?`,
		t.scope, string(kind), name, before, page.Size())
}

// PutDocument stores d as the revision after d.Revision. A document that does
// not exist, or was removed, may be put with revision 0.
func (t *tx) PutDocument(d practice.Document) error {
	stored, err := t.DocumentHistory(d.Kind, d.Name, practice.Page{Limit: 1})
	if err != nil {
		return err
	}
	var present practice.Document
	if len(stored) == 1 {
		present = stored[0]
	}
	afresh := d.Revision == 0 && present.Removed
	if d.Revision != present.Revision && !afresh {
		return conflict("%s %s is at revision %d, not %d", d.Kind, d.Name, present.Revision, d.Revision).
			WithHint("look what changed, then apply again")
	}
	d.Revision = present.Revision + 1
	body, err := encode(d)
	if err != nil {
		return err
	}
	if err := t.do(`UPDATE document SET present = 0 WHERE scope = ? AND kind = ? AND name = ? AND present = 1`,
		t.scope, string(d.Kind), d.Name); err != nil {
		return err
	}
	return t.do(`INSERT INTO document (scope, kind, name, revision, parent, removed, present, agent, body) VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?)`,
		t.scope, string(d.Kind), d.Name, d.Revision, d.Parent, flag(d.Removed), agentOf(d), body)
}

// descending reads the number after which a list that goes down continues.
func descending(after, what string) (int64, error) {
	if after == "" {
		return 1 << 62, nil
	}
	n, err := strconv.ParseInt(after, 10, 64)
	if err != nil {
		return 0, badPage(after, what)
	}
	return n, nil
}
