package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/party"
)

// AccountView is an account as it is shown: without its secrets.
type AccountView struct {
	Person     string          `json:"person"`
	Role       party.Role      `json:"role"`
	Closed     bool            `json:"closed"`
	Password   bool            `json:"password" doc:"Whether the person has set a password."`
	PasswordAt time.Time       `json:"passwordAt,omitzero"`
	CodeBy     *practice.Actor `json:"codeBy,omitempty" doc:"Who made the code that the person can sign in with once, if there is one."`
	CodeUntil  time.Time       `json:"codeUntil,omitzero"`
	ChangedAt  time.Time       `json:"changedAt"`
	ChangedBy  practice.Actor  `json:"changedBy"`
}

func viewOf(a party.Account) AccountView {
	v := AccountView{Person: a.Person, Role: a.Role, Closed: a.Closed, Password: a.Password != "", PasswordAt: a.PasswordAt, ChangedAt: a.ChangedAt, ChangedBy: a.ChangedBy}
	if a.Code != nil {
		v.CodeBy, v.CodeUntil = &a.Code.CreatedBy, a.Code.ExpiresAt
	}
	return v
}

// NewCode is a code that was just made.
type NewCode struct {
	AccountView
	Code string `json:"code" doc:"With which the person signs in once; shown once."`
	Path string `json:"path" doc:"The address of the page, on this server, that signs the person in with it; shown once."`
}

// signInPage is where the interface takes codes. What follows # reaches no server and no log.
const signInPage = "/sign-in#code="

func (s *server) registerAccounts() {
	huma.Register(s.api, route(operation("list-accounts", http.MethodGet, "/api/v1/accounts", "Sign-in", "List who can sign in, by person"), party.Administer), s.listAccounts)
	huma.Register(s.api, route(operation("set-account", http.MethodPut, "/api/v1/accounts/{person}", "Sign-in", "Say what a person may do when signed in, or close their account"), party.Administer), s.setAccount)
	invite := route(operation("create-code", http.MethodPost, "/api/v1/accounts/{person}/code", "Sign-in", "Make a code with which a person signs in once, and chooses a password"), party.Administer)
	huma.Register(s.api, invite, s.createCode)
}

func (s *server) listAccounts(ctx context.Context, in *Paged) (*listOutput[AccountView], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	list, err := s.Control.Accounts(ctx, identityOf(ctx).scope, page)
	if err != nil {
		return nil, s.fail(err)
	}
	items := make([]AccountView, len(list))
	for i, a := range list {
		items[i] = viewOf(a)
	}
	return listed(items, page, func(a AccountView) string { return a.Person }), nil
}

func (s *server) setAccount(ctx context.Context, in *struct {
	Person string `path:"person" maxLength:"128" doc:"The name of the Person."`
	Body   struct {
		Role   party.Role `json:"role,omitempty" enum:"administrator,manager,practitioner,approver,integrator,viewer" doc:"What the person may do; as before when absent."`
		Closed bool       `json:"closed,omitempty" doc:"Whether the person can sign in no more: password, code and sessions end."`
		Reason string     `json:"reason,omitempty" maxLength:"4000"`
	}
}) (*output[AccountView], error) {
	who := identityOf(ctx)
	a, err := s.Control.SetAccount(ctx, who.scope, who.token.Actor, in.Person, in.Body.Role, in.Body.Closed, in.Body.Reason)
	return answer(viewOf(a)), s.fail(err)
}

func (s *server) createCode(ctx context.Context, in *struct {
	Person string `path:"person" maxLength:"128" doc:"The name of the Person."`
	Body   struct {
		Role    party.Role `json:"role,omitempty" enum:"administrator,manager,practitioner,approver,integrator,viewer" doc:"What the person may do when signed in; as before when absent."`
		Seconds int64      `json:"seconds,omitempty" minimum:"60" maximum:"2592000" doc:"How long the code is good; a day when absent."`
	}
}) (*output[NewCode], error) {
	who := identityOf(ctx)
	code, a, err := s.Control.Invite(ctx, who.scope, who.token.Actor, in.Person, in.Body.Role, time.Duration(in.Body.Seconds)*time.Second)
	return answer(NewCode{AccountView: viewOf(a), Code: code, Path: signInPage + code}), s.fail(err)
}
