package store

import (
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/party"
)

// Account gives a person's account, a closed one too.
func (t *tx) Account(person string) (party.Account, error) {
	return first(t, notFound("%s has no account to sign in with", person), scanBody[party.Account],
		`SELECT body FROM account WHERE scope = ? AND person = ?`, t.scope, person)
}

// Accounts lists accounts; page.After is a person.
func (t *tx) Accounts(page practice.Page) ([]party.Account, error) {
	return list(t, scanBody[party.Account], `SELECT body FROM account WHERE scope = ? AND person > ? ORDER BY person LIMIT ?`,
		t.scope, page.After, page.Size())
}

// PutAccount stores an account, whether there was one or not.
func (t *tx) PutAccount(a party.Account) error {
	body, err := encode(a)
	if err != nil {
		return err
	}
	return t.do(`INSERT INTO account (scope, person, body) VALUES (?, ?, ?)
		ON CONFLICT (scope, person) DO UPDATE SET body = excluded.body`, t.scope, a.Person, body)
}

func scanSession(r row) (party.Session, error) {
	return scanSecret(func(s *party.Session, hash []byte) { s.Hash = hash })(r)
}

// AddSession stores a session; Conflict when the id is taken.
func (t *tx) AddSession(s party.Session) error {
	body, err := encode(s)
	if err != nil {
		return err
	}
	n, err := t.run(`INSERT INTO session (scope, id, person, hash, ended_at, body) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (scope, id) DO NOTHING`,
		t.scope, s.ID, s.Person, notNil(s.Hash), micros(s.EndedAt), body)
	if err == nil && n == 0 {
		return conflict("session %s exists already", s.ID)
	}
	return err
}

// SessionByID gives a session, ended ones too.
func (t *tx) SessionByID(id string) (party.Session, error) {
	return first(t, notFound("session %s does not exist", id), scanSession,
		`SELECT hash, body FROM session WHERE scope = ? AND id = ?`, t.scope, id)
}

// PutSession stores UsedAt, EndedAt and EndedBy; NotFound when there is no such session.
func (t *tx) PutSession(s party.Session) error {
	stored, err := t.SessionByID(s.ID)
	if err != nil {
		return err
	}
	stored.UsedAt, stored.EndedAt, stored.EndedBy = s.UsedAt, s.EndedAt, s.EndedBy
	body, err := encode(stored)
	if err != nil {
		return err
	}
	return t.do(`UPDATE session SET ended_at = ?, body = ? WHERE scope = ? AND id = ?`, micros(stored.EndedAt), body, t.scope, s.ID)
}

// OpenSessions lists those that nobody has ended; page.After is an id.
func (t *tx) OpenSessions(person string, page practice.Page) ([]party.Session, error) {
	if person == "" {
		return list(t, scanSession, `SELECT hash, body FROM session WHERE scope = ? AND ended_at = 0 AND id > ? ORDER BY id LIMIT ?`,
			t.scope, page.After, page.Size())
	}
	return list(t, scanSession, `SELECT hash, body FROM session WHERE scope = ? AND person = ? AND ended_at = 0 AND id > ? ORDER BY id LIMIT ?`,
		t.scope, person, page.After, page.Size())
}
