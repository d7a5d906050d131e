package store

import (
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
)

// Setting gives a value, or nil when it was never set.
func (t *tx) Setting(name string) ([]byte, error) {
	return first(t, nil, func(r row) ([]byte, error) {
		value, err := scanOne[[]byte](r)
		return notNil(value), err
	}, `SELECT value FROM setting WHERE name = ?`, name)
}

// PutSetting stores a value.
func (t *tx) PutSetting(name string, value []byte) error {
	return t.do(`INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
		name, notNil(value))
}

// Remembered gives the answer that was stored under an idempotency key, or nil.
func (t *tx) Remembered(key string) (*control.Remembered, error) {
	return first(t, nil, func(r row) (*control.Remembered, error) {
		found := control.Remembered{Key: key}
		var request string
		var status, at int64
		err := r.Scan(&request, &status, &found.Body, &at)
		found.Request, found.Status, found.At = practice.Digest(request), int(status), moment(at)
		return &found, err
	}, `SELECT request, status, body, at FROM remembered WHERE scope = ? AND key = ?`, t.scope, key)
}

// Remember notes that a request is under way (status 0), or stores its answer.
// Conflict when the key is in use: only the answer to the request that is under
// way may follow it.
func (t *tx) Remember(r control.Remembered) error {
	n, err := t.run(`INSERT INTO remembered (scope, key, request, status, body, at) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (scope, key) DO UPDATE SET status = excluded.status, body = excluded.body, at = excluded.at
		WHERE remembered.status = 0 AND excluded.status <> 0 AND remembered.request = excluded.request`, t.scope, r.Key, string(r.Request), int64(r.Status), notNil(r.Body), micros(r.At))
	if err == nil && n == 0 {
		return conflict("idempotency key %q was used before", r.Key)
	}
	return err
}

// ForgetBefore deletes remembered answers older than at.
func (t *tx) ForgetBefore(at time.Time) error {
	return t.do(`DELETE FROM remembered WHERE scope = ? AND at < ?`, t.scope, micros(at))
}

// notNil gives bytes that a NOT NULL column takes.
func notNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
