package party

import (
	"time"

	"tranship.dev/tranship/internal/practice"
)

// Account lets a person sign in. Its role is what the person may do when
// signed in; what the person may approve is said by groups alone.
type Account struct {
	Person     string         `json:"person"`
	Role       Role           `json:"role"`
	Closed     bool           `json:"closed,omitempty"`
	Password   string         `json:"password,omitempty"` // its argon2id hash in the PHC form; "" when none was set
	PasswordAt time.Time      `json:"passwordAt,omitzero"`
	Code       *Code          `json:"code,omitempty"` // with which the person can sign in once
	ChangedAt  time.Time      `json:"changedAt"`
	ChangedBy  practice.Actor `json:"changedBy"`
}

// Code lets a person sign in once without a password. An account has one at most.
type Code struct {
	ID        string         `json:"id"`
	Hash      []byte         `json:"hash"` // SHA-256 of the secret, which has 256 random bits
	CreatedAt time.Time      `json:"createdAt"`
	CreatedBy practice.Actor `json:"createdBy"`
	ExpiresAt time.Time      `json:"expiresAt"`
}

// How long a session lasts: until nothing was asked with it for a while, and
// never longer than a working day.
const (
	IdleLimit    = 2 * time.Hour
	SessionLimit = 12 * time.Hour
)

// SignInWay is how somebody proved who they are.
type SignInWay string

// The ways to sign in.
const (
	ByPassword SignInWay = "password"
	ByCode     SignInWay = "code" // made by an administrator, good once
)

// Session is a person who is signed in with a browser. Its secret is known to
// that browser alone, and stored only as a hash.
type Session struct {
	ID      string         `json:"id"`
	Person  string         `json:"person"`
	Hash    []byte         `json:"-"`
	Way     SignInWay      `json:"way" enum:"password,code" doc:"How the person proved who they are."`
	Address string         `json:"address,omitempty" doc:"Where the sign-in came from."`
	Agent   string         `json:"agent,omitempty" doc:"What the browser called itself."`
	BegunAt time.Time      `json:"begunAt"`
	EndsAt  time.Time      `json:"endsAt" doc:"When it ends at the latest."`
	UsedAt  time.Time      `json:"usedAt" doc:"When it was last used, to the minute."`
	EndedAt time.Time      `json:"endedAt,omitzero"`
	EndedBy practice.Actor `json:"endedBy,omitzero"`
}

// Live says whether the session still lets its person in.
func (s Session) Live(now time.Time) error {
	switch {
	case !s.EndedAt.IsZero():
		return practice.Faultf(practice.Unauthorised, "the session was ended at %s", s.EndedAt.Format(time.RFC3339)).WithHint("sign in again").Final()
	case !now.Before(s.EndsAt):
		return practice.Faultf(practice.Unauthorised, "the session ended at %s: none lasts longer than %s", s.EndsAt.Format(time.RFC3339), SessionLimit).WithHint("sign in again").Final()
	case now.Sub(s.UsedAt) >= IdleLimit:
		return practice.Faultf(practice.Unauthorised, "the session ended: it was not used for %s", IdleLimit).WithHint("sign in again").Final()
	}
	return nil
}

// SignInStore keeps accounts and sessions.
type SignInStore interface {
	// Account gives a person's account, a closed one too, or NotFound.
	Account(person string) (Account, error)
	// Accounts lists accounts by person.
	Accounts(page practice.Page) ([]Account, error)
	// PutAccount stores an account, whether there was one or not.
	PutAccount(a Account) error

	AddSession(s Session) error
	// SessionByID gives a session, ended ones too, or NotFound.
	SessionByID(id string) (Session, error)
	// PutSession stores UsedAt, EndedAt and EndedBy.
	PutSession(s Session) error
	// OpenSessions lists by id those that nobody has ended: of a person, or of all when it is "".
	OpenSessions(person string, page practice.Page) ([]Session, error)
}
