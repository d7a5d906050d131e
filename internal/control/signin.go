package control

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/party"
)

// Throttled refuses a try that comes too soon after others that failed.
type Throttled struct{ After time.Duration }

// Error says how long to wait.
func (t *Throttled) Error() string {
	return fmt.Sprintf("there were too many tries that failed: try again in %s", max(time.Second, t.After.Round(time.Second)))
}

// hashing is how many passwords are hashed at the same time: each takes 19 MiB.
const hashing = 4

// door is where people come in: it counts the tries that failed. Several
// servers count each for itself.
type door struct {
	mu       sync.Mutex
	throttle party.Throttle
	hashing  chan struct{}
	nobody   func() string // the hash of a password that nobody knows
}

// noting is how often failed sign-ins are recorded: nobody can fill the record by failing.
var noting = party.Pace{Tries: 60, Every: 5 * time.Second}

func newDoor(secret func() []byte) *door {
	return &door{hashing: make(chan struct{}, hashing), nobody: sync.OnceValue(func() string {
		return party.HashPassword(string(secret()), secret())
	})}
}

// guess carries a try out and refuses when it fails or when too many failed
// before. A try that succeeds costs nothing.
func (c *Control) guess(ctx context.Context, person, address string, try func() (bool, error)) error {
	keys := []struct {
		key  string
		pace party.Pace
	}{{"address " + network(address), party.PaceOfAddress}, {"name " + person, party.PaceOfName}, {"both " + network(address) + " " + person, party.PaceOfBoth}}
	now, d := c.now(), c.door
	d.mu.Lock()
	for i, k := range keys {
		if wait := d.throttle.Take(k.key, k.pace, now); wait > 0 {
			for _, taken := range keys[:i] {
				d.throttle.Give(taken.key, taken.pace)
			}
			d.mu.Unlock()
			c.Log.WarnContext(ctx, "too many failed sign-ins", "address", address, "wait", wait)
			return &Throttled{wait}
		}
	}
	d.mu.Unlock()
	right, err := try()
	if err == nil && !right {
		return practice.Faultf(practice.Unauthorised, "name or password is wrong").WithHint("an administrator can make a code to sign in with: tranship person invite NAME").Final()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, k := range keys {
		d.throttle.Give(k.key, k.pace)
	}
	return err
}

// network gives what counts as one address: of IPv6 the network, for whoever
// has one address there has all of them.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil || ip.Is4() || ip.Is4In6() {
		return address
	}
	return netip.PrefixFrom(ip.WithZone(""), 64).Masked().String()
}

// busy waits until a password may be hashed.
func (c *Control) busy(ctx context.Context) (done func(), err error) {
	select {
	case c.door.hashing <- struct{}{}:
		return func() { <-c.door.hashing }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (c *Control) hashed(ctx context.Context, password string) (string, error) {
	done, err := c.busy(ctx)
	if err != nil {
		return "", err
	}
	defer done()
	return party.HashPassword(password, c.Identify.NewSecret()), nil
}

// same compares a password with a hash; "" is nobody's, and takes as long.
func (c *Control) same(ctx context.Context, hash, password string) (bool, error) {
	done, err := c.busy(ctx)
	if err != nil {
		return false, err
	}
	defer done()
	if hash == "" {
		party.SamePassword(c.door.nobody(), password)
		return false, nil
	}
	same, _ := party.SamePassword(hash, password)
	return same, nil
}

// SignIn is somebody who wants in.
type SignIn struct {
	Name, Password string
	Address, Agent string // where from, and with which browser
}

// SignIn begins a session of a person who knows their password, and gives its
// written form, which only the person's browser keeps.
func (c *Control) SignIn(ctx context.Context, scope practice.Scope, in SignIn) (written string, s party.Session, err error) {
	var a party.Account
	var present error
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		if a, err = tx.Account(in.Name); err != nil {
			return err
		}
		present = stillHere(tx, practice.Actor{Kind: practice.Person, Name: in.Name})
		return nil
	})
	known := practice.CodeOf(err) != practice.NotFound
	if known && err != nil {
		return "", s, err
	}
	hash := a.Password
	if a.Closed || present != nil {
		hash = ""
	}
	if err := c.guess(ctx, in.Name, in.Address, func() (bool, error) { return c.same(ctx, hash, in.Password) }); err != nil {
		if practice.CodeOf(err) == practice.Unauthorised {
			c.noteRefusal(ctx, scope, map[bool]string{true: in.Name}[known], in.Address)
		}
		return "", s, err
	}
	_, err = c.update(ctx, scope, func(w *work) error {
		fresh, err := w.Account(in.Name)
		if err != nil {
			return err
		}
		if fresh.Password != hash || fresh.Closed {
			return practice.Faultf(practice.Unauthorised, "the password was changed in between").WithHint("sign in with the new one").Final()
		}
		written, s, err = c.begin(w, in, party.ByPassword)
		return err
	})
	return written, s, err
}

// Redeem begins a session of a person who was given a code, which is good no
// more then. password, if any, is the person's from now on.
func (c *Control) Redeem(ctx context.Context, scope practice.Scope, code string, in SignIn) (written string, s party.Session, err error) {
	person, id, secret, err := splitCode(code)
	if err != nil {
		return "", s, err
	}
	hash := ""
	if in.Password != "" {
		if err := party.CheckPassword(person, in.Password); err != nil {
			return "", s, err
		}
		if hash, err = c.hashed(ctx, in.Password); err != nil {
			return "", s, err
		}
	}
	in.Name = person
	tooSoon := c.guess(ctx, "", in.Address, func() (bool, error) {
		_, err = c.update(ctx, scope, func(w *work) error {
			a, err := redeemable(w, person, id, secret)
			if err != nil {
				return err
			}
			written, s, err = c.redeem(w, a, hash, in)
			return err
		})
		return practice.CodeOf(err) != practice.Unauthorised, nil
	})
	if _, throttled := errors.AsType[*Throttled](tooSoon); throttled {
		return "", s, tooSoon
	}
	if practice.CodeOf(err) == practice.Unauthorised {
		c.noteRefusal(ctx, scope, "", in.Address)
		err = practice.Faultf(practice.Unauthorised, "the code is not good, or not any more").WithHint("an administrator can make another: tranship person invite %s", person).Final()
	}
	return written, s, err
}

// redeemable gives the account that a code opens.
func redeemable(w *work, person, id, secret string) (party.Account, error) {
	wrong := practice.Faultf(practice.Unauthorised, "the code is not good").Final()
	a, err := w.Account(person)
	if practice.CodeOf(err) == practice.NotFound {
		return a, wrong
	}
	if err != nil {
		return a, err
	}
	if a.Closed || a.Code == nil || a.Code.ID != id || !sameSecret(a.Code.Hash, secret) || !w.now.Before(a.Code.ExpiresAt) {
		return a, wrong
	}
	return a, stillHere(w, practice.Actor{Kind: practice.Person, Name: person})
}

func (c *Control) redeem(w *work, a party.Account, hash string, in SignIn) (written string, s party.Session, err error) {
	a.Code = nil
	kind, who := entryCodeUsed, practice.Actor{Kind: practice.Person, Name: a.Person}
	if hash != "" {
		kind = entryPasswordSet
		a.Password, a.PasswordAt = hash, w.now
		if err := endSessionsOf(w, a.Person, "", who, "the password was changed"); err != nil {
			return "", s, err
		}
	}
	if err := keepAccount(w, a, kind, who, "", map[string]any{"address": in.Address}); err != nil {
		return "", s, err
	}
	return c.begin(w, in, party.ByCode)
}

// noteRefusal records that somebody could not sign in. Names that nobody has
// are not written down: people type passwords there.
func (c *Control) noteRefusal(ctx context.Context, scope practice.Scope, person, address string) {
	c.door.mu.Lock()
	wait := c.door.throttle.Take("noting", noting, c.now())
	c.door.mu.Unlock()
	c.Log.WarnContext(ctx, "sign-in failed", "person", person, "address", address)
	if wait > 0 {
		return
	}
	if err := c.Note(ctx, scope, practice.Entry{Kind: entryRefused, Subject: accountSubject(person), Who: practice.Tranship, When: c.now(), Data: map[string]any{"address": address}}); err != nil {
		c.Log.ErrorContext(ctx, "failed sign-in was not recorded", "error", err)
	}
}
