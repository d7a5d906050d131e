package control

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/party"
)

const tokenPrefix = "tsp_"

// newSecret gives an identifier and a secret in their written form.
func (c *Control) newSecret() (id, secret string) {
	id = strings.ReplaceAll(c.Identify.NewID(), "-", "")
	return id, hex.EncodeToString(c.Identify.NewSecret())
}

// newToken makes a token and gives its written form, which nobody can see again.
func (c *Control) newToken(name string, role party.Role, actor, by practice.Actor, now, expires time.Time) (string, party.Token) {
	id, secret := c.newSecret()
	t := party.Token{ID: id, Name: name, Role: role, Actor: actor, Hash: hashSecret(secret), CreatedAt: now, CreatedBy: by, ExpiresAt: expires}
	return tokenPrefix + id + "_" + secret, t
}

// splitSecret gives the identifier and the secret of a written token. What may
// follow the secret after another "_" is not ours to read: it is for the client.
func splitSecret(prefix, written string) (id, secret string, err error) {
	rest, found := strings.CutPrefix(written, prefix)
	if found {
		id, secret, found = strings.Cut(rest, "_")
	}
	secret, _, _ = strings.Cut(secret, "_")
	if !found || len(id) != 32 || len(secret) != 64 {
		return "", "", practice.Faultf(practice.Unauthorised, "the token is not of the form %sID_SECRET", prefix).Final()
	}
	return id, secret, nil
}

func hashSecret(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

func sameSecret(hash []byte, secret string) bool {
	return subtle.ConstantTimeCompare(hash, hashSecret(secret)) == 1
}

// Authenticate gives the valid token of its written form; Unauthorised otherwise.
func (c *Control) Authenticate(ctx context.Context, scope practice.Scope, written string) (party.Token, error) {
	id, secret, err := splitSecret(tokenPrefix, written)
	if err != nil {
		return party.Token{}, err
	}
	var t party.Token
	var present error
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		if t, err = tx.TokenByID(id); err != nil {
			return err
		}
		present = stillHere(tx, t.Actor)
		return nil
	})
	if practice.CodeOf(err) == practice.NotFound || (err == nil && !sameSecret(t.Hash, secret)) {
		return party.Token{}, practice.Faultf(practice.Unauthorised, "the token is not known").Final()
	}
	if err != nil {
		return party.Token{}, err
	}
	if err := t.Valid(c.now()); err != nil {
		return party.Token{}, err
	}
	if present != nil {
		return party.Token{}, present
	}
	c.noteUse(ctx, scope, t)
	return t, nil
}

// TokenHolds refuses when a token is valid no more. It is not a use of it.
func (c *Control) TokenHolds(ctx context.Context, scope practice.Scope, id string) error {
	return c.Store.View(ctx, scope, func(tx Tx) error {
		t, err := tx.TokenByID(id)
		if err != nil {
			return err
		}
		if err := t.Valid(c.now()); err != nil {
			return err
		}
		return stillHere(tx, t.Actor)
	})
}

// noteUse keeps the hour of the last use; losing it loses nothing else.
func (c *Control) noteUse(ctx context.Context, scope practice.Scope, t party.Token) {
	hour := c.now().Truncate(time.Hour)
	if !t.UsedAt.Before(hour) {
		return
	}
	t.UsedAt = hour
	if _, err := c.update(ctx, scope, func(w *work) error { return w.PutToken(t) }); err != nil {
		c.Log.Warn("time of a token's use was not stored", "token", t.ID, "error", err)
	}
}

// CreateToken makes an API token and gives its written form once. expires zero
// means never. actor is a documented person or service account, or by itself.
func (c *Control) CreateToken(ctx context.Context, scope practice.Scope, by practice.Actor, name string, role party.Role, actor practice.Actor, expires time.Time) (string, party.Token, error) {
	if strings.TrimSpace(name) == "" || actor.Name == "" {
		return "", party.Token{}, practice.Faultf(practice.Invalid, "a token needs a name and somebody who acts with it")
	}
	if !slices.Contains(party.Roles(), role) {
		return "", party.Token{}, practice.Faultf(practice.Invalid, "role %q is not one of %v", role, party.Roles())
	}
	if !expires.IsZero() && !expires.After(c.now()) {
		return "", party.Token{}, practice.Faultf(practice.Invalid, "expiry %s is in the past", expires.Format(time.RFC3339))
	}
	written, t := c.newToken(name, role, actor, by, c.now(), expires)
	// What a handed token makes has been in the same hands.
	t.Handed = ctx.Value(handed{}) != nil
	_, err := c.update(ctx, scope, func(w *work) error {
		if err := mayHold(w, actor, by); err != nil {
			return err
		}
		w.note(practice.Entry{Kind: "token.created", Subject: "token/" + t.ID, Who: by, Data: map[string]any{"name": name, "role": role, "actor": actor.String(), "expiresAt": expires, "sum": tokenSum(t)}})
		return w.AddToken(t)
	})
	return written, t, err
}

// Tokens lists tokens by id, without their secrets.
func (c *Control) Tokens(ctx context.Context, scope practice.Scope, page practice.Page) (list []party.Token, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		list, err = tx.Tokens(page)
		return err
	})
	return list, err
}

// RevokeToken ends a token at once.
func (c *Control) RevokeToken(ctx context.Context, scope practice.Scope, by practice.Actor, id string) error {
	_, err := c.update(ctx, scope, func(w *work) error {
		t, err := w.TokenByID(id)
		if err != nil {
			return err
		}
		if !t.RevokedAt.IsZero() {
			return nil
		}
		t.RevokedAt = w.now
		w.note(practice.Entry{Kind: "token.revoked", Subject: "token/" + t.ID, Who: by})
		return w.PutToken(t)
	})
	return err
}

// mayHold refuses a token for somebody whom nobody described, or who has left.
func mayHold(tx Tx, actor, by practice.Actor) error {
	if actor == by {
		return nil
	}
	kind := practice.KindPerson
	if actor.Kind == practice.Account {
		kind = practice.KindServiceAccount
	}
	switch _, err := tx.Document(kind, actor.Name); {
	case practice.CodeOf(err) == practice.NotFound:
		return practice.Faultf(practice.Invalid, "there is no %s %q", kind, actor.Name).
			WithHint("describe it and apply it first: tranship apply -f FILE").Final()
	case err != nil:
		return err
	}
	if err := stillHere(tx, actor); err != nil {
		return practice.Faultf(practice.Invalid, "%v", err).Final()
	}
	return nil
}

// stillHere refuses somebody who has left, and a service account that was
// removed or whose owner has left: rights end with the people.
func stillHere(tx Tx, actor practice.Actor) error {
	name := actor.Name
	switch actor.Kind {
	case practice.System, practice.Machine:
		return nil
	case practice.Account:
		d, err := tx.Document(practice.KindServiceAccount, name)
		if practice.CodeOf(err) == practice.NotFound {
			return practice.Faultf(practice.Unauthorised, "there is no service account %s any more", name).Final()
		}
		if err != nil {
			return err
		}
		a, err := party.DecodeServiceAccount(d)
		if err != nil {
			return err
		}
		name = a.Spec.Owner
	case practice.Person:
	}
	p, err := personOf(tx, name)
	switch {
	case practice.CodeOf(err) == practice.NotFound && actor.Kind == practice.Account:
		return practice.Faultf(practice.Unauthorised, "%s, who answers for service account %s, is nobody", name, actor.Name).Final()
	case practice.CodeOf(err) == practice.NotFound:
		return nil // a person who was never described, such as the first administrator
	case err != nil || !p.Spec.Left:
		return err
	case actor.Kind == practice.Account:
		return practice.Faultf(practice.Unauthorised, "%s, who answers for service account %s, has left", name, actor.Name).
			WithHint("give ServiceAccount %s another owner and apply it", actor.Name).Final()
	}
	return practice.Faultf(practice.Unauthorised, "%s has left", name).Final()
}

// endTokens revokes the tokens of a person or service account that is removed.
func endTokens(w *work, d practice.Document, by practice.Actor) error {
	var kind practice.ActorKind
	switch d.Kind {
	case practice.KindPerson:
		kind = practice.Person
	case practice.KindServiceAccount:
		kind = practice.Account
	default:
		return nil
	}
	if kind == practice.Person {
		if err := endAccount(w, d.Name, by); err != nil {
			return err
		}
	}
	ended, err := revokeTokensOf(w, practice.Actor{Kind: kind, Name: d.Name})
	for _, id := range ended {
		w.note(practice.Entry{Kind: "token.revoked", Subject: "token/" + id, Who: by, Why: fmt.Sprintf("%s %s was removed", d.Kind, d.Name)})
	}
	return err
}

// revokeTokensOf ends all tokens of an actor and gives their ids.
func revokeTokensOf(w *work, actor practice.Actor) (ended []string, err error) {
	for page := (practice.Page{Limit: practice.MaxLimit}); ; {
		list, err := w.Tokens(page)
		if err != nil {
			return ended, err
		}
		for _, t := range list {
			if t.Actor == actor && t.RevokedAt.IsZero() {
				t.RevokedAt = w.now
				if err := w.PutToken(t); err != nil {
					return ended, err
				}
				ended = append(ended, t.ID)
			}
		}
		if len(list) < page.Limit {
			return ended, nil
		}
		page.After = list[len(list)-1].ID
	}
}

// Bootstrap makes the first administrator token, and the code with which the
// same person signs in with a browser, once in the life of an installation; it
// gives "" when that was done before.
func (c *Control) Bootstrap(ctx context.Context, scope practice.Scope) (written, code string, err error) {
	const setting = "bootstrapped"
	_, err = c.update(ctx, scope, func(w *work) error {
		done, err := w.Setting(setting)
		if err != nil || done != nil {
			return err
		}
		var t party.Token
		admin := practice.Actor{Kind: practice.Person, Name: "admin"}
		written, t = c.newToken("bootstrap", party.Administrator, admin, practice.Tranship, w.now, time.Time{})
		w.note(practice.Entry{Kind: "token.created", Subject: "token/" + t.ID, Who: practice.Tranship, Why: "first start", Data: map[string]any{"name": t.Name, "role": t.Role, "actor": admin.String(), "sum": tokenSum(t)}})
		if err := w.AddToken(t); err != nil {
			return err
		}
		if code, err = c.invite(w, &party.Account{Person: admin.Name, Role: party.Administrator}, practice.Tranship, CodeValid); err != nil {
			return err
		}
		return w.PutSetting(setting, []byte(w.now.Format(time.RFC3339)))
	})
	return written, code, err
}

// RotateKeys replaces the key that signs orders or the one that signs the
// record. Agents learn of it when they next say hello; no host is touched.
func (c *Control) RotateKeys(ctx context.Context, scope practice.Scope, by practice.Actor, purpose string) error {
	rotate := map[string]func() error{"orders": c.Keys.Rotate, "record": c.Keys.RotateRecord}[purpose]
	if rotate == nil {
		return practice.Faultf(practice.Invalid, "there is no key for %q", purpose).WithHint("say orders or record")
	}
	if err := rotate(); err != nil {
		return err
	}
	return c.Note(ctx, scope, practice.Entry{Kind: "key.rotated", Subject: "key/" + purpose, Who: by, When: c.now()})
}
