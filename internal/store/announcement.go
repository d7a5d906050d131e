package store

import (
	"strconv"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/communication"
)

const announcementPrefix = "A-"

var announcementBody = scanBody[communication.Announcement]

// AddAnnouncement stores one under a new id. It begins with revision 1.
func (t *tx) AddAnnouncement(a communication.Announcement) (communication.Announcement, error) {
	number, err := t.next("announcement", 1)
	if err != nil {
		return a, err
	}
	a.ID, a.Revision = announcementPrefix+strconv.FormatInt(number, 10), 1
	body, err := encode(a)
	if err != nil {
		return a, err
	}
	return a, t.do(`INSERT INTO announcement (scope, number, revision, deployment, subscription, state, body) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		t.scope, number, a.Revision, a.Deployment, a.Subscription, string(a.State), body)
}

// Announcement gives one.
func (t *tx) Announcement(id string) (communication.Announcement, error) {
	return first(t, notFound("announcement %s does not exist", id), announcementBody,
		`SELECT body FROM announcement WHERE scope = ? AND number = ?`, t.scope, numbered(announcementPrefix, id))
}

// Announcements lists them newest first.
func (t *tx) Announcements(f communication.Filter, page practice.Page) ([]communication.Announcement, error) {
	before := int64(1 << 62)
	if page.After != "" {
		if before = numbered(announcementPrefix, page.After); before == 0 {
			return nil, badPage(page.After, "an announcement's id")
		}
	}
	sql, args := `SELECT body FROM announcement WHERE scope = ?`, []any{t.scope}
	for _, part := range []struct{ column, value string }{
		{"deployment", f.Deployment}, {"subscription", f.Subscription}, {"state", string(f.State)},
	} {
		if part.value != "" {
			sql, args = sql+` AND `+part.column+` = ?`, append(args, part.value)
		}
	}
	return list(t, announcementBody, sql+` AND number < ? ORDER BY number DESC LIMIT ?`, append(args, before, page.Size())...)
}

// PutAnnouncement stores a where the stored revision is a.Revision. What it is
// about and whom it tells never change.
func (t *tx) PutAnnouncement(a communication.Announcement) error {
	before := a.Revision
	a.Revision++
	body, err := encode(a)
	if err != nil {
		return err
	}
	n, err := t.run(`UPDATE announcement SET revision = ?, state = ?, body = ? WHERE scope = ? AND number = ? AND revision = ?`,
		a.Revision, string(a.State), body, t.scope, numbered(announcementPrefix, a.ID), before)
	if err != nil || n == 1 {
		return err
	}
	present, err := t.Announcement(a.ID)
	if err != nil {
		return err
	}
	return conflict("announcement %s is at revision %d, not %d", a.ID, present.Revision, before)
}
