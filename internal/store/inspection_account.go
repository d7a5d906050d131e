package store

import (
	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice/party"
)

func accountInspections() map[control.StoredKind]inspection {
	return map[control.StoredKind]inspection{
		control.StoredAccount: {`SELECT person, body FROM account WHERE scope = ? ORDER BY person`, inspectAccount},
		control.StoredSession: {`SELECT id, person, hash, ended_at, body FROM session WHERE scope = ? ORDER BY id`, inspectSession},
	}
}

func inspectAccount(r row) (control.Stored, error) {
	var person, body string
	if err := r.Scan(&person, &body); err != nil {
		return control.Stored{}, err
	}
	var a party.Account
	return inspected("account "+person, body, &a, func() []pair { return []pair{{"person", person, a.Person}} }), nil
}

func inspectSession(r row) (control.Stored, error) {
	var id, person, body string
	var hash []byte
	var ended int64
	if err := r.Scan(&id, &person, &hash, &ended, &body); err != nil {
		return control.Stored{}, err
	}
	var v party.Session
	s := inspected("session "+id, body, &v, func() []pair {
		return []pair{{"id", id, v.ID}, {"person", person, v.Person}, {"ended_at", ended, micros(v.EndedAt)}}
	})
	if s.Value != nil {
		v.Hash = hash
		s.Value = v
	}
	return s, nil
}
