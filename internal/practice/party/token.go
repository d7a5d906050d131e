// Package party knows people and what they may do.
package party

import (
	"slices"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// Role bundles rights. No role lets anybody approve what no group asks them
// about: the right to approve only opens the way to the groups.
type Role string

// The roles of a token.
const (
	Administrator Role = "administrator" // everything
	Manager       Role = "manager"       // configuration, library, deployments
	Practitioner  Role = "practitioner"  // plan and run deployments, admit versions
	Approver      Role = "approver"      // look, and approve where a group asks
	Integrator    Role = "integrator"    // a tool: fetch and add media, say what became of a change
	Viewer        Role = "viewer"        // look
	Executor      Role = "executor"      // an agent: fetch media; nothing else
)

// Action is what a route does.
type Action string

// The actions.
const (
	View       Action = "view"       // read anything but secrets
	Configure  Action = "configure"  // apply documents
	Empower    Action = "empower"    // apply those that say who people are and who approves, and take away what holds deployments up
	Stock      Action = "stock"      // add, admit, withdraw versions; push media
	Fetch      Action = "fetch"      // pull media
	Plan       Action = "plan"       // compile plans
	Deploy     Action = "deploy"     // request, cancel, guide deployments
	Approve    Action = "approve"    // vote on deployments, where a group lets one; review them
	Integrate  Action = "integrate"  // say what an outside tool decided
	Enrol      Action = "enrol"      // create enrolment tokens, revoke agents
	Administer Action = "administer" // tokens, keys, backup
)

// rights is the table of what each role may do.
var rights = map[Role][]Action{
	Administrator: {View, Configure, Empower, Stock, Fetch, Plan, Deploy, Approve, Integrate, Enrol, Administer},
	Manager:       {View, Configure, Stock, Fetch, Plan, Deploy, Approve, Enrol},
	Practitioner:  {View, Stock, Fetch, Plan, Deploy, Approve},
	Approver:      {View, Approve},
	Integrator:    {View, Stock, Fetch, Integrate},
	Viewer:        {View, Fetch},
	Executor:      {Fetch},
}

// Empowers says whether documents of a kind decide who people are and who
// approves. Whoever may change them could approve their own request by a detour.
func Empowers(kind practice.Kind) bool {
	return slices.Contains([]practice.Kind{
		practice.KindPerson, practice.KindGroup, practice.KindServiceAccount, practice.KindDelegation, practice.KindApprovalPolicy,
	}, kind)
}

// Binds says whether documents of a kind hold deployments up, or say which rules
// hold for a host: some changes of them would let whoever makes them pass a gate.
func Binds(kind practice.Kind) bool {
	return slices.Contains([]practice.Kind{practice.KindWindow, practice.KindFreeze, practice.KindEnvironment, practice.KindTarget}, kind)
}

// Roles lists the roles that people may give to a token.
func Roles() []Role {
	return []Role{Administrator, Manager, Practitioner, Approver, Integrator, Viewer}
}

// May says whether a role allows an action; an unknown role allows nothing.
func (r Role) May(a Action) bool {
	return slices.Contains(rights[r], a)
}

// Token is an API token. Its secret is shown once and stored only as a hash.
type Token struct {
	ID        string         `json:"id"` // public part, "tok_..."
	Name      string         `json:"name"`
	Role      Role           `json:"role"`
	Actor     practice.Actor `json:"actor"` // who acts with it
	Hash      []byte         `json:"-"`     // SHA-256 of the secret, which has 256 random bits
	CreatedAt time.Time      `json:"createdAt"`
	CreatedBy practice.Actor `json:"createdBy"`
	ExpiresAt time.Time      `json:"expiresAt,omitzero"` // zero: never
	RevokedAt time.Time      `json:"revokedAt,omitzero"`
	UsedAt    time.Time      `json:"usedAt,omitzero"` // to the hour
	Handed    bool           `json:"handed,omitempty" doc:"Whether it came about with a token that somebody else made for the person."`
}

// Own says whether the token is in the hand of whom it belongs to alone:
// nobody else has ever seen its secret, or that of the token it was made with.
// What counts as the decision of a person is taken from no other.
func (t Token) Own() bool {
	return !t.Handed && (t.CreatedBy == t.Actor || t.CreatedBy.Kind == practice.System)
}

// Least gives the role that people are given for an action: the one that allows
// it and little else. That of a tool is for tools, unless no other allows it.
func Least(a Action) Role {
	for _, r := range []Role{Viewer, Approver, Practitioner, Manager, Integrator} {
		if r.May(a) {
			return r
		}
	}
	return Administrator
}

// Within says whether a role allows nothing that another does not.
func (r Role) Within(other Role) bool {
	for _, a := range rights[r] {
		if !other.May(a) {
			return false
		}
	}
	return true
}

// Actions lists what a role may do.
func (r Role) Actions() []Action { return slices.Clone(rights[r]) }

// Valid says whether the token may be used at now, and if not, why.
func (t Token) Valid(now time.Time) error {
	switch {
	case !t.RevokedAt.IsZero():
		return practice.Faultf(practice.Unauthorised, "token %s was revoked at %s", t.Name, t.RevokedAt.Format(time.RFC3339)).Final()
	case !t.ExpiresAt.IsZero() && !now.Before(t.ExpiresAt):
		return practice.Faultf(practice.Unauthorised, "token %s expired at %s", t.Name, t.ExpiresAt.Format(time.RFC3339)).Final()
	}
	return nil
}

// Enrolment lets one agent enrol once.
type Enrolment struct {
	ID        string         `json:"id"`
	Agent     string         `json:"agent"` // the only name that may enrol with it
	Hash      []byte         `json:"-"`
	CreatedAt time.Time      `json:"createdAt"`
	CreatedBy practice.Actor `json:"createdBy"`
	ExpiresAt time.Time      `json:"expiresAt"`
	UsedAt    time.Time      `json:"usedAt,omitzero"`
}

// Store keeps tokens, enrolments, accounts and sessions.
type Store interface {
	SignInStore
	AddToken(t Token) error
	// TokenByID gives a token, revoked and expired ones too, or NotFound.
	TokenByID(id string) (Token, error)
	// Tokens lists tokens by id.
	Tokens(page practice.Page) ([]Token, error)
	// PutToken stores RevokedAt and UsedAt.
	PutToken(t Token) error

	AddEnrolment(e Enrolment) error
	// EnrolmentByID gives one, or NotFound.
	EnrolmentByID(id string) (Enrolment, error)
	// UseEnrolment marks it used; Conflict when it was used before.
	UseEnrolment(id string, at time.Time) error
}
