package storetest

import (
	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/party"
)

func testTokens(s suite) {
	token := party.Token{ID: "tok_1", Name: "ci", Role: party.Manager, Actor: anna, Hash: []byte{1, 0, 255}, CreatedAt: at(1), CreatedBy: anna, ExpiresAt: at(99)}
	s.update(func(tx control.Tx) error { return tx.AddToken(token) })
	get := func() party.Token {
		return read(s, func(tx control.Tx) (party.Token, error) { return tx.TokenByID("tok_1") })
	}
	s.same("token", get(), token)
	s.same("its hash", get().Hash, token.Hash)
	s.refused("conflict", "the same id again", func(tx control.Tx) error { return tx.AddToken(token) })
	s.refused("not-found", "no such token", func(tx control.Tx) error { _, err := tx.TokenByID("tok_2"); return err })
	s.refused("not-found", "changing no such token", func(tx control.Tx) error { return tx.PutToken(party.Token{ID: "tok_2"}) })

	s.update(func(tx control.Tx) error {
		return tx.PutToken(party.Token{ID: "tok_1", Role: party.Administrator, Hash: []byte("other"), RevokedAt: at(7), UsedAt: at(6)})
	})
	token.RevokedAt, token.UsedAt = at(7), at(6)
	s.same("only the two times changed", get(), token)
	s.same("the hash did not", get().Hash, token.Hash)

	for _, id := range []string{"tok_0", "tok_A", "tok_a"} {
		s.update(func(tx control.Tx) error { return tx.AddToken(party.Token{ID: id, Hash: []byte(id)}) })
	}
	var ids []string
	for _, t := range pages(s, 2, control.Tx.Tokens, func(t party.Token) string { return t.ID }) {
		ids = append(ids, t.ID)
	}
	s.same("list", ids, []string{"tok_0", "tok_1", "tok_A", "tok_a"})
}

func testEnrolments(s suite) {
	e := party.Enrolment{ID: "enr_1", Agent: "web-1", Hash: []byte{9}, CreatedAt: at(1), CreatedBy: practice.Tranship, ExpiresAt: at(9)}
	s.update(func(tx control.Tx) error { return tx.AddEnrolment(e) })
	get := func() party.Enrolment {
		return read(s, func(tx control.Tx) (party.Enrolment, error) { return tx.EnrolmentByID("enr_1") })
	}
	s.same("enrolment", get(), e)
	s.same("its hash", get().Hash, e.Hash)
	s.refused("conflict", "the same id again", func(tx control.Tx) error { return tx.AddEnrolment(e) })
	s.update(func(tx control.Tx) error { return tx.UseEnrolment("enr_1", at(2)) })
	e.UsedAt = at(2)
	s.same("used", get(), e)
	s.refused("conflict", "using it twice", func(tx control.Tx) error { return tx.UseEnrolment("enr_1", at(3)) })
	s.refused("not-found", "using none", func(tx control.Tx) error { return tx.UseEnrolment("enr_2", at(3)) })
}
