package control

import (
	"context"
	"slices"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/party"
)

// The entries of accounts. Each that changes one has its sum; none has a secret.
const (
	entryInvited     = "account.invited"      // data: role, expiresAt, sum
	entryCodeUsed    = "account.code-used"    // data: sum
	entryPasswordSet = "account.password-set" // data: sum
	entryAccountSet  = "account.changed"      // data: role, closed, sum
	entryRefused     = "account.refused"      // a sign-in that failed; data: address
)

const codePrefix = "tsi_"

// How long a code is valid, when nobody says otherwise and at most.
const (
	CodeValid   = 24 * time.Hour
	CodeLongest = 30 * 24 * time.Hour
)

func accountSubject(person string) string { return "account/" + person }

// keepAccount stores an account and tells of it.
func keepAccount(w *work, a party.Account, kind string, by practice.Actor, why string, data map[string]any) error {
	a.ChangedAt, a.ChangedBy = w.now, by
	if data == nil {
		data = map[string]any{}
	}
	data["sum"] = sumOf(a)
	w.note(practice.Entry{Kind: kind, Subject: accountSubject(a.Person), Who: by, Why: why, Data: data})
	return w.PutAccount(a)
}

// Invite lets a person sign in once with a code, which is given here and never
// again, and gives the role that the person has when signed in: "" keeps the
// one of before. A code that was made before is good no more.
func (c *Control) Invite(ctx context.Context, scope practice.Scope, by practice.Actor, person string, role party.Role, valid time.Duration) (code string, a party.Account, err error) {
	if valid == 0 {
		valid = CodeValid
	}
	if valid < time.Minute || valid > CodeLongest {
		return "", a, practice.Faultf(practice.Invalid, "a code cannot be valid for %s", valid).WithHint("give a length between 1m and 30d")
	}
	_, err = c.update(ctx, scope, func(w *work) error {
		if err := mayHold(w, practice.Actor{Kind: practice.Person, Name: person}, by); err != nil {
			return err
		}
		if a, err = accountFor(w, person, role); err != nil {
			return err
		}
		code, err = c.invite(w, &a, by, valid)
		return err
	})
	return code, a, err
}

// accountFor gives a person's account, an open one of a role, whether there was one or not.
func accountFor(w *work, person string, role party.Role) (party.Account, error) {
	a, err := w.Account(person)
	switch {
	case practice.CodeOf(err) == practice.NotFound:
		a = party.Account{Person: person}
	case err != nil:
		return a, err
	}
	if role != "" {
		a.Role = role
	}
	if !slices.Contains(party.Roles(), a.Role) {
		return a, practice.Faultf(practice.Invalid, "role %q is not one of %v", a.Role, party.Roles()).
			WithHint("say what %s may do: tranship person invite %s --role practitioner", person, person).Final()
	}
	a.Closed = false
	return a, nil
}

func (c *Control) invite(w *work, a *party.Account, by practice.Actor, valid time.Duration) (string, error) {
	id, secret := c.newSecret()
	a.Code = &party.Code{ID: id, Hash: hashSecret(secret), CreatedAt: w.now, CreatedBy: by, ExpiresAt: w.now.Add(valid)}
	err := keepAccount(w, *a, entryInvited, by, "", map[string]any{"role": a.Role, "expiresAt": a.Code.ExpiresAt})
	return codePrefix + id + "_" + secret + "_" + a.Person, err
}

// Accounts lists accounts by person.
func (c *Control) Accounts(ctx context.Context, scope practice.Scope, page practice.Page) (list []party.Account, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		list, err = tx.Accounts(page)
		return err
	})
	return list, err
}

// SetAccount changes what a person may do when signed in, or closes the account:
// then its password and its code are forgotten and its sessions end.
func (c *Control) SetAccount(ctx context.Context, scope practice.Scope, by practice.Actor, person string, role party.Role, closed bool, why string) (a party.Account, err error) {
	_, err = c.update(ctx, scope, func(w *work) error {
		if _, err := w.Account(person); err != nil {
			return err
		}
		if a, err = accountFor(w, person, role); err != nil {
			return err
		}
		if closed {
			return closeAccount(w, &a, by, why)
		}
		return keepAccount(w, a, entryAccountSet, by, why, map[string]any{"role": a.Role})
	})
	return a, err
}

func closeAccount(w *work, a *party.Account, by practice.Actor, why string) error {
	a.Closed, a.Password, a.PasswordAt, a.Code = true, "", time.Time{}, nil
	if err := keepAccount(w, *a, entryAccountSet, by, why, map[string]any{"role": a.Role, "closed": true}); err != nil {
		return err
	}
	return endSessionsOf(w, a.Person, "", by, "the account was closed")
}

// endAccount closes the account of a person who was removed.
func endAccount(w *work, person string, by practice.Actor) error {
	a, err := w.Account(person)
	if practice.CodeOf(err) == practice.NotFound || err == nil && a.Closed {
		return nil
	}
	if err != nil {
		return err
	}
	return closeAccount(w, &a, by, "Person "+person+" was removed")
}

// NewPassword is a person's wish for a password of their own.
type NewPassword struct {
	Current string // "" when there is none, or the session began with a code
	New     string
	Role    party.Role // of the account, when there is none yet
	Session string     // the id of the session that goes on; all others end
	Address string
}

// SetPassword gives a person a password. Who has one must know it, but for
// who has just signed in with a code.
func (c *Control) SetPassword(ctx context.Context, scope practice.Scope, person practice.Actor, p NewPassword) error {
	if person.Kind != practice.Person {
		return practice.Faultf(practice.Forbidden, "%s is no person: only persons have passwords", person).Final()
	}
	if err := party.CheckPassword(person.Name, p.New); err != nil {
		return err
	}
	before, err := c.knowsPassword(ctx, scope, person.Name, p)
	if err != nil {
		return err
	}
	hash, err := c.hashed(ctx, p.New)
	if err != nil {
		return err
	}
	_, err = c.update(ctx, scope, func(w *work) error {
		if err := w.ownHand(person, "sets a password"); err != nil {
			return err
		}
		a, err := ownAccount(w, person.Name, p.Role)
		if err != nil {
			return err
		}
		if a.Password != before {
			return practice.Faultf(practice.Conflict, "the password was changed in between").Final()
		}
		a.Password, a.PasswordAt, a.Code = hash, w.now, nil
		if err := keepAccount(w, a, entryPasswordSet, person, "", nil); err != nil {
			return err
		}
		return endSessionsOf(w, person.Name, p.Session, person, "the password was changed")
	})
	return err
}

// ownAccount gives the account that a person opens or keeps by themselves.
func ownAccount(w *work, person string, role party.Role) (party.Account, error) {
	a, err := w.Account(person)
	switch {
	case practice.CodeOf(err) == practice.NotFound:
		return accountFor(w, person, role)
	case err == nil && a.Closed:
		return a, practice.Faultf(practice.Forbidden, "the account of %s is closed", person).
			WithHint("an administrator can open it: tranship person invite %s", person).Final()
	}
	return a, err
}

// knowsPassword gives the hash of the present password, or refuses who does not know it.
func (c *Control) knowsPassword(ctx context.Context, scope practice.Scope, person string, p NewPassword) (hash string, err error) {
	var a party.Account
	free := false
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		if a, err = tx.Account(person); err != nil {
			return err
		}
		if p.Session == "" {
			return nil
		}
		s, err := tx.SessionByID(p.Session)
		free = err == nil && s.Way == party.ByCode && s.BegunAt.After(a.PasswordAt)
		return err
	})
	if practice.CodeOf(err) == practice.NotFound && a.Person == "" {
		return "", nil
	}
	if err != nil || a.Password == "" || free {
		return a.Password, err
	}
	if err := c.guess(ctx, person, p.Address, func() (bool, error) { return c.same(ctx, a.Password, p.Current) }); err != nil {
		if practice.CodeOf(err) == practice.Unauthorised {
			c.noteRefusal(ctx, scope, person, p.Address)
			return "", practice.Faultf(practice.Forbidden, "the present password is another").WithHint("an administrator can make a code to sign in with: tranship person invite %s", person).Final()
		}
		return "", err
	}
	return a.Password, nil
}

// splitCode takes a written code apart.
func splitCode(written string) (person, id, secret string, err error) {
	parts := strings.SplitN(strings.TrimSpace(written), "_", 4)
	if len(parts) != 4 || parts[0]+"_" != codePrefix {
		return "", "", "", practice.Faultf(practice.Unauthorised, "the code is not of the form %sID_SECRET_NAME", codePrefix).WithHint("copy all of it").Final()
	}
	id, secret, err = splitSecret(codePrefix, written)
	return parts[3], id, secret, err
}
