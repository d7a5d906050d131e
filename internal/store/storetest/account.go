package storetest

import (
	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/party"
)

func testAccounts(s suite) {
	a := party.Account{
		Person: "anna", Role: party.Manager, Password: "$argon2id$", PasswordAt: at(3), ChangedAt: at(4), ChangedBy: anna,
		Code: &party.Code{ID: "c", Hash: []byte{1, 0, 255}, CreatedAt: at(1), CreatedBy: practice.Tranship, ExpiresAt: at(2)},
	}
	s.refused("not-found", "no account", func(tx control.Tx) error { _, err := tx.Account("anna"); return err })
	s.update(func(tx control.Tx) error { return tx.PutAccount(a) })
	get := func() party.Account {
		return read(s, func(tx control.Tx) (party.Account, error) { return tx.Account("anna") })
	}
	s.same("account", get(), a)
	a.Code, a.Closed, a.Password = nil, true, ""
	s.update(func(tx control.Tx) error { return tx.PutAccount(a) })
	s.same("changed", get(), a)

	for _, person := range []string{"Z", "ben", "aa"} {
		s.update(func(tx control.Tx) error { return tx.PutAccount(party.Account{Person: person}) })
	}
	var persons []string
	for _, a := range pages(s, 2, control.Tx.Accounts, func(a party.Account) string { return a.Person }) {
		persons = append(persons, a.Person)
	}
	s.same("list", persons, []string{"Z", "aa", "anna", "ben"})
}

func testSessions(s suite) {
	session := party.Session{
		ID: "s2", Person: "anna", Hash: []byte{0, 9}, Way: party.ByPassword, Address: "192.0.2.1", Agent: "browser",
		BegunAt: at(1), EndsAt: at(9), UsedAt: at(1),
	}
	s.update(func(tx control.Tx) error { return tx.AddSession(session) })
	get := func() party.Session {
		return read(s, func(tx control.Tx) (party.Session, error) { return tx.SessionByID("s2") })
	}
	s.same("session", get(), session)
	s.same("its hash", get().Hash, session.Hash)
	s.refused("conflict", "the same id again", func(tx control.Tx) error { return tx.AddSession(session) })
	s.refused("not-found", "no such session", func(tx control.Tx) error { _, err := tx.SessionByID("s9"); return err })
	s.refused("not-found", "changing no such session", func(tx control.Tx) error { return tx.PutSession(party.Session{ID: "s9"}) })

	for id, person := range map[string]string{"s1": "ben", "s3": "anna", "s4": "anna"} {
		s.update(func(tx control.Tx) error { return tx.AddSession(party.Session{ID: id, Person: person}) })
	}
	s.update(func(tx control.Tx) error {
		return tx.PutSession(party.Session{ID: "s2", Person: "eve", Hash: []byte("other"), UsedAt: at(5)})
	})
	session.UsedAt = at(5)
	s.same("only its times changed", get(), session)
	open := func(person string) (ids []string) {
		for _, one := range pages(s, 2, func(tx control.Tx, p practice.Page) ([]party.Session, error) { return tx.OpenSessions(person, p) }, func(o party.Session) string { return o.ID }) {
			ids = append(ids, one.ID)
		}
		return ids
	}
	s.same("all", open(""), []string{"s1", "s2", "s3", "s4"})
	s.same("anna's", open("anna"), []string{"s2", "s3", "s4"})
	s.update(func(tx control.Tx) error {
		return tx.PutSession(party.Session{ID: "s3", EndedAt: at(7), EndedBy: anna})
	})
	s.same("anna's without the ended one", open("anna"), []string{"s2", "s4"})
	s.same("all without it", open(""), []string{"s1", "s2", "s4"})
	s.same("whoever ended it", read(s, func(tx control.Tx) (party.Session, error) { return tx.SessionByID("s3") }).EndedBy, anna)
}
