package store

import (
	"encoding/json"
	"fmt"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/party"
)

// scanSecret reads the columns hash and body.
func scanSecret[T any](put func(*T, []byte)) func(row) (T, error) {
	return func(r row) (T, error) {
		var value T
		var hash []byte
		var body string
		if err := r.Scan(&hash, &body); err != nil {
			return value, err
		}
		if err := json.Unmarshal([]byte(body), &value); err != nil {
			return value, fmt.Errorf("stored %T cannot be read: %w", value, err)
		}
		put(&value, hash)
		return value, nil
	}
}

func scanToken(r row) (party.Token, error) {
	return scanSecret(func(t *party.Token, hash []byte) { t.Hash = hash })(r)
}

// AddToken stores a token; Conflict when the id is taken.
func (t *tx) AddToken(token party.Token) error {
	body, err := encode(token)
	if err != nil {
		return err
	}
	n, err := t.run(`INSERT INTO token (scope, id, hash, body) VALUES (?, ?, ?, ?) ON CONFLICT (scope, id) DO NOTHING`,
		t.scope, token.ID, notNil(token.Hash), body)
	if err == nil && n == 0 {
		return conflict("token %s exists already", token.ID)
	}
	return err
}

// TokenByID gives a token, revoked and expired ones too.
func (t *tx) TokenByID(id string) (party.Token, error) {
	return first(t, notFound("token %s does not exist", id), scanToken,
		`SELECT hash, body FROM token WHERE scope = ? AND id = ?`, t.scope, id)
}

// Tokens lists tokens; page.After is an id.
func (t *tx) Tokens(page practice.Page) ([]party.Token, error) {
	return list(t, scanToken, `SELECT hash, body FROM token WHERE scope = ? AND id > ? ORDER BY id LIMIT ?`, t.scope, page.After, page.Size())
}

// PutToken stores RevokedAt and UsedAt; NotFound when there is no such token.
func (t *tx) PutToken(token party.Token) error {
	stored, err := t.TokenByID(token.ID)
	if err != nil {
		return err
	}
	stored.RevokedAt, stored.UsedAt = token.RevokedAt, token.UsedAt
	body, err := encode(stored)
	if err != nil {
		return err
	}
	return t.do(`UPDATE token SET body = ? WHERE scope = ? AND id = ?`, body, t.scope, token.ID)
}

// AddEnrolment stores an enrolment; Conflict when the id is taken.
func (t *tx) AddEnrolment(e party.Enrolment) error {
	body, err := encode(e)
	if err != nil {
		return err
	}
	n, err := t.run(`INSERT INTO enrolment (scope, id, hash, used_at, body) VALUES (?, ?, ?, ?, ?) ON CONFLICT (scope, id) DO NOTHING`,
		t.scope, e.ID, notNil(e.Hash), micros(e.UsedAt), body)
	if err == nil && n == 0 {
		return conflict("enrolment %s exists already", e.ID)
	}
	return err
}

// EnrolmentByID gives one.
func (t *tx) EnrolmentByID(id string) (party.Enrolment, error) {
	return first(t, notFound("enrolment %s does not exist", id),
		scanSecret(func(e *party.Enrolment, hash []byte) { e.Hash = hash }),
		`SELECT hash, body FROM enrolment WHERE scope = ? AND id = ?`, t.scope, id)
}

// UseEnrolment marks it used; Conflict when it was used before.
func (t *tx) UseEnrolment(id string, at time.Time) error {
	e, err := t.EnrolmentByID(id)
	if err != nil {
		return err
	}
	e.UsedAt = at.UTC()
	body, err := encode(e)
	if err != nil {
		return err
	}
	n, err := t.run(`UPDATE enrolment SET used_at = ?, body = ? WHERE scope = ? AND id = ? AND used_at = 0`, micros(at), body, t.scope, id)
	if err == nil && n == 0 {
		return conflict("enrolment %s was used before", id)
	}
	return err
}
