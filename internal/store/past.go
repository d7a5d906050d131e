package store

import (
	"slices"
	"strconv"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/record"
)

// PresencesAt gives what stood on a target at a moment.
func (t *tx) PresencesAt(target string, at time.Time) ([]environment.Presence, error) {
	return list(t, scanPresence, `SELECT `+presenceColumns+` FROM presence
		WHERE scope = ? AND target = ? AND component > '' AND since <= ? AND (until = 0 OR until > ?) ORDER BY component, since`,
		t.scope, target, micros(at), micros(at))
}

// TargetMatters lists the last entry about a target of each subject. The subject
// is compared as an expression, so that the target's index is used: a subject
// may have very many entries about other targets. What follows an entry is
// looked for up to the end of its subject's chain only.
func (t *tx) TargetMatters(target string, until time.Time, page practice.Page) ([]record.Row, error) {
	below := int64(1) << placeBits
	if page.After != "" {
		var err error
		if below, err = strconv.ParseInt(page.After, 10, 64); err != nil {
			return nil, badPage(page.After, "an entry's index")
		}
	}
	return list(t, scanRecordRow, `SELECT `+recordColumns+` FROM record_entry AS e
		WHERE e.scope = ? AND e.target <> '' AND e.target = ? AND e.at <= ? AND e.place < ? AND NOT EXISTS (
			SELECT 1 FROM record_entry AS l WHERE l.scope = ? AND l.target <> '' AND l.target = ? AND l.place > e.place
			AND l.place <= (SELECT m.place FROM record_entry AS m WHERE m.scope = ? AND m.subject = e.subject ORDER BY m.number DESC LIMIT 1)
			AND coalesce(l.subject, '') = e.subject AND l.at <= ?)
		ORDER BY e.place DESC LIMIT ?`,
		t.scope, target, micros(until), below, t.scope, target, t.scope, micros(until), page.Size())
}

// EntriesOn gives what a subject's record says of a target, as TargetMatters
// looks for it: the last ones, and these in their order.
func (t *tx) EntriesOn(subject, target string, until time.Time, limit int) ([]record.Row, error) {
	rows, err := list(t, scanRecordRow, `SELECT `+recordColumns+` FROM record_entry AS e
		WHERE e.scope = ? AND e.target <> '' AND e.target = ? AND coalesce(e.subject, '') = ? AND e.at <= ?
		AND e.place >= (SELECT f.place FROM record_entry AS f WHERE f.scope = ? AND f.subject = ? AND f.number = 1)
		AND e.place <= (SELECT m.place FROM record_entry AS m WHERE m.scope = ? AND m.subject = ? ORDER BY m.number DESC LIMIT 1)
		ORDER BY e.place DESC LIMIT ?`,
		t.scope, target, subject, micros(until), t.scope, subject, t.scope, subject, bounded(limit))
	slices.Reverse(rows)
	return rows, err
}
