package store

import (
	"strconv"
	"strings"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
)

const evidencePrefix = "E-"

// AddEvidence stores a piece under a new id.
func (t *tx) AddEvidence(e library.Evidence) (library.Evidence, error) {
	number, err := t.next("evidence", 1)
	if err != nil {
		return e, err
	}
	e.ID = evidencePrefix + strconv.FormatInt(number, 10)
	body, err := encode(e)
	if err != nil {
		return e, err
	}
	return e, t.do(`INSERT INTO evidence (scope, number, component, version, body) VALUES (?, ?, ?, ?, ?)`,
		t.scope, number, e.Component, e.Version, body)
}

// EvidenceOf lists pieces, the last received first.
func (t *tx) EvidenceOf(f library.EvidenceFilter, page practice.Page) ([]library.Evidence, error) {
	before := int64(1 << 62)
	if page.After != "" {
		if before = numbered(evidencePrefix, page.After); before == 0 {
			return nil, badPage(page.After, "an id of evidence")
		}
	}
	sql, args := `SELECT body FROM evidence WHERE scope = ?`, []any{t.scope}
	if f.Component != "" {
		sql, args = sql+` AND component = ?`, append(args, f.Component)
		if f.Version != "" {
			sql, args = sql+` AND version = ?`, append(args, f.Version)
		}
	}
	return list(t, scanBody[library.Evidence], sql+` AND number < ? ORDER BY number DESC LIMIT ?`, append(args, before, page.Size())...)
}

// splitThree cuts at the first two slashes: only the last part may hold one.
func splitThree(text string) []string { return strings.SplitN(text, "/", 3) }
