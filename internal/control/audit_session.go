package control

import (
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/party"
)

// sessionTold is what the entries say of a session.
type sessionTold struct {
	sum   practice.Digest
	ended time.Time
	by    practice.Actor
}

func (a *audit) sessionTold(id string, e practice.Entry) {
	told := a.sessions[id]
	switch e.Kind {
	case entrySessionBegun:
		told.sum = practice.Digest(text(e, "sum"))
	case entrySessionEnded:
		told.ended, told.by = e.When, e.Who
	}
	a.sessions[id] = told
}

func (a *audit) compareSessions() error {
	return matched(a, StoredSession, "session", a.sessions,
		func(_ string, s party.Session) string { return s.ID },
		func(where string, s party.Session, told sessionTold) {
			a.compareSum(where, sessionSum(s), told.sum)
			a.compare(where, party.Session{EndedAt: s.EndedAt, EndedBy: s.EndedBy}, party.Session{EndedAt: told.ended, EndedBy: told.by})
		})
}

func (a *audit) compareAccounts() error {
	return matched(a, StoredAccount, "account", a.accounts,
		func(_ string, v party.Account) string { return v.Person },
		func(where string, v party.Account, told practice.Digest) {
			if sumOf(v) != told {
				a.find(where, "was altered: it has digest %s, the record says %s", sumOf(v), told)
			}
		})
}
