package party_test

import (
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/practice/party"
)

func TestAPasswordIsKnownByItsHash(t *testing.T) {
	t.Parallel()
	salt := []byte("0123456789abcdef0123456789abcdef")
	hash := party.HashPassword("four words of mine", salt)
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$") {
		t.Errorf("not the PHC form with today's cost: %s", hash)
	}
	if same, outdated := party.SamePassword(hash, "four words of mine"); !same || outdated {
		t.Errorf("the right one: same %t, outdated %t", same, outdated)
	}
	if same, _ := party.SamePassword(hash, "four words of mind"); same {
		t.Error("a wrong one is taken")
	}
	if other := party.HashPassword("four words of mine", []byte("another salt of 32 random bytes.")); other == hash {
		t.Error("the salt changes nothing")
	}
	// The vector of another implementation (argon2-cffi), of another cost.
	const foreign = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	if same, outdated := party.SamePassword(foreign, "password"); !same || !outdated {
		t.Errorf("a known hash of another cost: same %t, outdated %t", same, outdated)
	}
	for _, broken := range []string{"", "four words of mine", "$argon2id$v=19$m=19456,t=2,p=1$MDEy", "$argon2i$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$" + strings.Repeat("A", 43),
		"$argon2id$v=19$m=999999999,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$" + strings.Repeat("A", 43), "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$"} {
		if same, _ := party.SamePassword(broken, "four words of mine"); same {
			t.Errorf("%q is taken", broken)
		}
	}
}

func TestPasswordsThatAreGuessedFirstAreRefused(t *testing.T) {
	t.Parallel()
	for password, reason := range map[string]string{
		"short words": "has 11 characters", strings.Repeat("long words ", 30): "330 characters", "aaaaaaaabbbb": "same few",
		"it is Anna-Lund's own": "contains the name", "abcdefghijklm": "first that are tried", "my-Password-2026": "first that are tried", "\xff\xfe234567890abcd": "no text",
	} {
		err := party.CheckPassword("anna-lund", password)
		if err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%q: %v, expected that it is refused: %s", password, err, reason)
		}
	}
	for _, fine := range []string{"correct horse battery", "Blaue Äpfel, drei Boote", "пароль для корабля", "X9#f!kQz72Lw"} {
		if err := party.CheckPassword("anna", fine); err != nil {
			t.Errorf("%q: %v", fine, err)
		}
	}
}

// Guessing becomes slow, and nobody is locked out: the tries come back.
func TestTriesComeBack(t *testing.T) {
	t.Parallel()
	var throttle party.Throttle
	pace := party.Pace{Tries: 3, Every: 10 * time.Second}
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for i := range 3 {
		if wait := throttle.Take("anna", pace, now); wait != 0 {
			t.Errorf("try %d must wait %s", i+1, wait)
		}
	}
	if wait := throttle.Take("anna", pace, now); wait != 10*time.Second {
		t.Errorf("the fourth must wait %s, expected 10s", wait)
	}
	if wait := throttle.Take("anna", pace, now.Add(4*time.Second)); wait != 6*time.Second {
		t.Errorf("4 s later it must wait %s, expected 6s: asking must not cost a try", wait)
	}
	if wait := throttle.Take("ben", pace, now); wait != 0 {
		t.Errorf("ben waits %s for anna", wait)
	}
	if wait := throttle.Take("anna", pace, now.Add(10*time.Second)); wait != 0 {
		t.Errorf("10 s later it must wait %s", wait)
	}
	throttle.Give("anna", pace)
	if wait := throttle.Take("anna", pace, now.Add(10*time.Second)); wait != 0 {
		t.Errorf("a try that was given back is not there: wait %s", wait)
	}
	if wait := throttle.Take("anna", pace, now.Add(time.Hour)); wait != 0 {
		t.Errorf("an hour later it must wait %s: nobody is locked out", wait)
	}
}

func TestASessionEndsByItself(t *testing.T) {
	t.Parallel()
	begun := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	s := party.Session{BegunAt: begun, EndsAt: begun.Add(party.SessionLimit), UsedAt: begun}
	if err := s.Live(begun.Add(party.IdleLimit - time.Second)); err != nil {
		t.Errorf("within the idle limit: %v", err)
	}
	if s.Live(begun.Add(party.IdleLimit)) == nil {
		t.Error("an idle session lives on")
	}
	s.UsedAt = begun.Add(party.SessionLimit)
	if s.Live(begun.Add(party.SessionLimit)) == nil {
		t.Error("a session that is used all day lives on")
	}
	s = party.Session{BegunAt: begun, EndsAt: begun.Add(party.SessionLimit), UsedAt: begun, EndedAt: begun}
	if s.Live(begun) == nil {
		t.Error("an ended session lives on")
	}
}

func TestRolesWithinRoles(t *testing.T) {
	t.Parallel()
	for _, role := range party.Roles() {
		if !role.Within(party.Administrator) || !role.Within(role) {
			t.Errorf("%s is not within administrator and itself", role)
		}
	}
	if party.Administrator.Within(party.Manager) || party.Integrator.Within(party.Manager) || !party.Approver.Within(party.Practitioner) {
		t.Error("a role is within one that may less")
	}
}
