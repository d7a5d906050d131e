package control

import (
	"context"
	"errors"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/party"
)

// The entries of sessions.
const (
	entrySessionBegun = "session.begun" // data: way, address, sum
	entrySessionEnded = "session.ended" // data: person, whose it was
)

const sessionPrefix = "tss_"

func sessionSubject(id string) string { return "session/" + id }

// sessionSum is over all of a session, with the hash of its secret, but when it was used and ended.
func sessionSum(s party.Session) practice.Digest {
	s.UsedAt, s.EndedAt, s.EndedBy = time.Time{}, time.Time{}, practice.Actor{}
	return sumOf(map[string]any{"session": s, "hash": s.Hash})
}

// begin makes a session. Those of the same person that are over are ended.
func (c *Control) begin(w *work, in SignIn, way party.SignInWay) (written string, s party.Session, err error) {
	if err := endOver(w, in.Name); err != nil {
		return "", s, err
	}
	id, secret := c.newSecret()
	s = party.Session{
		ID: id, Person: in.Name, Hash: hashSecret(secret), Way: way, Address: in.Address, Agent: in.Agent,
		BegunAt: w.now, EndsAt: w.now.Add(party.SessionLimit), UsedAt: w.now,
	}
	w.note(practice.Entry{
		Kind: entrySessionBegun, Subject: sessionSubject(id), Who: practice.Actor{Kind: practice.Person, Name: in.Name},
		Data: map[string]any{"way": way, "address": in.Address, "sum": sessionSum(s)},
	})
	return sessionPrefix + id + "_" + secret, s, w.AddSession(s)
}

// endOver ends sessions of a person that let nobody in any more.
func endOver(w *work, person string) error {
	return eachOpen(w, person, func(s party.Session) error {
		if s.Live(w.now) == nil {
			return nil
		}
		return endSession(w, s, practice.Tranship, "it was over")
	})
}

func endSession(w *work, s party.Session, by practice.Actor, why string) error {
	s.EndedAt, s.EndedBy = w.now, by
	w.note(practice.Entry{Kind: entrySessionEnded, Subject: sessionSubject(s.ID), Who: by, Why: why, Data: map[string]any{"person": s.Person}})
	return w.PutSession(s)
}

// endSessionsOf ends all sessions of a person but one.
func endSessionsOf(w *work, person, but string, by practice.Actor, why string) error {
	return eachOpen(w, person, func(s party.Session) error {
		if s.ID == but {
			return nil
		}
		return endSession(w, s, by, why)
	})
}

func eachOpen(w *work, person string, do func(party.Session) error) error {
	for page := (practice.Page{Limit: practice.MaxLimit}); ; {
		list, err := w.OpenSessions(person, page)
		if err != nil {
			return err
		}
		for _, s := range list {
			if err := do(s); err != nil {
				return err
			}
		}
		if len(list) < page.Limit {
			return nil
		}
		page.After = list[len(list)-1].ID
	}
}

// AuthenticateSession gives the live session of its written form with its
// person's account; Unauthorised otherwise. Using it keeps it alive.
func (c *Control) AuthenticateSession(ctx context.Context, scope practice.Scope, written string) (party.Session, party.Account, error) {
	id, secret, err := splitSecret(sessionPrefix, written)
	if err != nil {
		return party.Session{}, party.Account{}, notSignedIn()
	}
	s, a, err := c.session(ctx, scope, id)
	if practice.CodeOf(err) == practice.NotFound || err == nil && !sameSecret(s.Hash, secret) {
		return party.Session{}, party.Account{}, notSignedIn()
	}
	if err != nil {
		return party.Session{}, party.Account{}, err
	}
	c.noteSessionUse(ctx, scope, s)
	return s, a, nil
}

func notSignedIn() error {
	return practice.Faultf(practice.Unauthorised, "the session is not known").WithHint("sign in again").Final()
}

// session gives a live session with its person's account.
func (c *Control) session(ctx context.Context, scope practice.Scope, id string) (s party.Session, a party.Account, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		if s, err = tx.SessionByID(id); err != nil {
			return err
		}
		if err := s.Live(c.now()); err != nil {
			return err
		}
		if a, err = tx.Account(s.Person); err != nil {
			return err
		}
		if a.Closed {
			return practice.Faultf(practice.Unauthorised, "the account of %s is closed", s.Person).Final()
		}
		return stillHere(tx, practice.Actor{Kind: practice.Person, Name: s.Person})
	})
	return s, a, err
}

// SessionHolds refuses when a session is over. It does not keep it alive.
func (c *Control) SessionHolds(ctx context.Context, scope practice.Scope, id string) error {
	_, _, err := c.session(ctx, scope, id)
	return err
}

// noteSessionUse keeps the minute of the last use; losing it ends the session sooner.
func (c *Control) noteSessionUse(ctx context.Context, scope practice.Scope, s party.Session) {
	if c.now().Sub(s.UsedAt) < time.Minute {
		return
	}
	if _, err := c.update(ctx, scope, func(w *work) error {
		fresh, err := w.SessionByID(s.ID)
		if err != nil || !fresh.EndedAt.IsZero() {
			return err
		}
		fresh.UsedAt = w.now
		return w.PutSession(fresh)
	}); err != nil && !errors.Is(err, context.Canceled) {
		c.Log.WarnContext(ctx, "time of a session's use was not stored", "session", s.ID, "error", err)
	}
}

// Sessions lists the sessions that are live, of a person or of all when it is "", by id.
func (c *Control) Sessions(ctx context.Context, scope practice.Scope, person string, page practice.Page) (list []party.Session, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		list, err = tx.OpenSessions(person, page)
		return err
	})
	return list, err
}

// EndSession ends a session at once. of is whose it must be; "" for anybody's.
// Ending one that is over changes nothing.
func (c *Control) EndSession(ctx context.Context, scope practice.Scope, by practice.Actor, of, id, why string) error {
	_, err := c.update(ctx, scope, func(w *work) error {
		s, err := w.SessionByID(id)
		if err != nil {
			return err
		}
		if of != "" && s.Person != of {
			return practice.Faultf(practice.NotFound, "%s has no session %s", of, id).Final()
		}
		if !s.EndedAt.IsZero() {
			return nil
		}
		return endSession(w, s, by, why)
	})
	return err
}

// EndSessions ends all sessions of a person but one, which may be "".
func (c *Control) EndSessions(ctx context.Context, scope practice.Scope, by practice.Actor, person, but, why string) error {
	_, err := c.update(ctx, scope, func(w *work) error { return endSessionsOf(w, person, but, by, why) })
	return err
}

// handed marks a request whose token somebody else has had in hand.
type handed struct{}

// Handed marks what is asked with a token that was made by somebody else than
// the person it belongs to: it counts as no decision of that person.
func Handed(ctx context.Context) context.Context { return context.WithValue(ctx, handed{}, true) }

// ownHand refuses what counts as a person's own decision when it is asked with a
// token that somebody else made for the person: whoever makes tokens could
// decide in everybody's place.
func (w *work) ownHand(by practice.Actor, does string) error {
	if !w.handed {
		return nil
	}
	return practice.Faultf(practice.Forbidden, "%s %s only by their own hand: this token was made by somebody else", by.Name, does).
		WithHint("sign in in a browser, or use a token of your own: tranship token create NAME").Final()
}
