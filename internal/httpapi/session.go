package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/party"
)

// SignedIn says who asks and what they may do.
type SignedIn struct {
	Actor    practice.Actor `json:"actor"`
	FullName string         `json:"fullName,omitempty"`
	Zone     string         `json:"zone,omitempty" doc:"The person's time zone, where their document says one."`
	Role     party.Role     `json:"role"`
	Rights   []party.Action `json:"rights" doc:"What the role allows, in every environment. Who may approve what is said by groups."`
	Groups   []control.Sits `json:"groups" doc:"The groups that the person can act for now."`
	Scope    practice.Scope `json:"scope"`
	Own      bool           `json:"own" doc:"Whether approvals and other decisions of a person are taken: not with a token that somebody else made."`
	Token    string         `json:"token,omitempty" doc:"The token's name, when it is a token."`
	Session  *party.Session `json:"session,omitempty"`
	Csrf     string         `json:"csrf,omitempty" doc:"What to send as the header Tranship-Csrf with everything that changes something in this session."`
	Password bool           `json:"password" doc:"Whether the person has a password."`
}

type signedInOutput struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
	Body      SignedIn
}

func (s *server) registerSessions() {
	begin := route(operation("sign-in", http.MethodPost, "/api/v1/sessions", "Sign-in", "Sign in with name and password; the answer sets the cookie of the session"), public)
	begin.Description = "A name from one address has 6 tries that fail, an address 30, then one every few seconds: the answer is 429 with Retry-After."
	huma.Register(s.api, begin, s.signIn)
	redeem := route(operation("redeem-code", http.MethodPost, "/api/v1/sessions/redeem", "Sign-in", "Sign in with a code that an administrator made, once, and choose a password"), public)
	huma.Register(s.api, redeem, s.redeem)
	huma.Register(s.api, route(operation("get-session", http.MethodGet, "/api/v1/session", "Sign-in", "Say who asks, and what they may do"), party.View), s.getSession)
	huma.Register(s.api, route(operation("sign-out", http.MethodDelete, "/api/v1/session", "Sign-in", "Sign out: end this session"), party.View), s.signOut)
	huma.Register(s.api, route(operation("set-password", http.MethodPut, "/api/v1/session/password", "Sign-in", "Set one's own password; all other sessions end"), party.View), s.setPassword)
	list := route(operation("list-sessions", http.MethodGet, "/api/v1/sessions", "Sign-in", "List open sessions by id: one's own"), party.View)
	list.Description += " Those of others are for administrators."
	huma.Register(s.api, list, s.listSessions)
	end := route(operation("end-session", http.MethodDelete, "/api/v1/sessions/{session}", "Sign-in", "End a session at once: one's own"), party.View)
	end.Description += " Those of others are for administrators."
	huma.Register(s.api, end, s.endSession)
	all := route(operation("end-sessions", http.MethodDelete, "/api/v1/sessions", "Sign-in", "End all sessions of a person: one's own but this one"), party.View)
	all.Description += " Those of others are for administrators."
	huma.Register(s.api, all, s.endSessions)
}

func (s *server) signIn(ctx context.Context, in *struct {
	Body struct {
		Name     string `json:"name" minLength:"1" maxLength:"128" doc:"The name of the Person."`
		Password string `json:"password" minLength:"1" maxLength:"1024"`
	}
}) (*signedInOutput, error) {
	written, session, err := s.Control.SignIn(ctx, s.Scope, control.SignIn{Name: in.Body.Name, Password: in.Body.Password, Address: identityOf(ctx).address, Agent: identityOf(ctx).agent})
	if err != nil {
		return nil, s.fail(err)
	}
	return s.begun(ctx, written, session)
}

func (s *server) redeem(ctx context.Context, in *struct {
	Body struct {
		Code     string `json:"code" minLength:"1" maxLength:"512" doc:"The code as it was given: tsi_..."`
		Password string `json:"password,omitempty" maxLength:"1024" doc:"The person's password from now on; without one the person is signed in this once."`
	}
}) (*signedInOutput, error) {
	written, session, err := s.Control.Redeem(ctx, s.Scope, in.Body.Code, control.SignIn{Password: in.Body.Password, Address: identityOf(ctx).address, Agent: identityOf(ctx).agent})
	if err != nil {
		return nil, s.fail(err)
	}
	return s.begun(ctx, written, session)
}

// begun answers with a session that has just begun.
func (s *server) begun(ctx context.Context, written string, session party.Session) (*signedInOutput, error) {
	who, err := s.who(ctx, credential{method: http.MethodGet, cookie: sessionCookie + "=" + written, address: session.Address})
	if err != nil {
		return nil, s.fail(err)
	}
	body, err := s.signedIn(ctx, who)
	return &signedInOutput{SetCookie: cookieOf(written, int(party.SessionLimit.Seconds())), Body: body}, s.fail(err)
}

// cookieOf gives the cookie of a session; a negative age takes it away.
func cookieOf(written string, age int) http.Cookie {
	return http.Cookie{Name: sessionCookie, Value: written, Path: "/", MaxAge: age, Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode}
}

func (s *server) signedIn(ctx context.Context, who identity) (SignedIn, error) {
	a, err := s.Control.About(ctx, who.scope, who.token.Actor)
	out := SignedIn{
		Actor: who.token.Actor, FullName: a.FullName, Zone: a.Zone, Role: who.token.Role, Rights: who.token.Role.Actions(), Groups: a.Groups,
		Scope: who.scope, Own: who.token.Own(), Session: who.session, Csrf: who.csrf, Password: a.Password,
	}
	if who.session == nil {
		out.Token = who.token.Name
	}
	return out, err
}

func (s *server) getSession(ctx context.Context, _ *struct{}) (*output[SignedIn], error) {
	body, err := s.signedIn(ctx, identityOf(ctx))
	return answer(body), s.fail(err)
}

func (s *server) signOut(ctx context.Context, _ *struct{}) (*struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
}, error) {
	who := identityOf(ctx)
	if who.session == nil {
		return nil, s.fail(practice.Faultf(practice.Invalid, "a token is not signed out").WithHint("end it for good: tranship token revoke ID").Final())
	}
	err := s.Control.EndSession(ctx, who.scope, who.token.Actor, who.token.Actor.Name, who.session.ID, "signed out")
	return &struct {
		SetCookie http.Cookie `header:"Set-Cookie"`
	}{cookieOf("", -1)}, s.fail(err)
}

func (s *server) setPassword(ctx context.Context, in *struct {
	Body struct {
		Current  string `json:"current,omitempty" maxLength:"1024" doc:"The present password; not needed when there is none, or right after signing in with a code."`
		Password string `json:"password" minLength:"1" maxLength:"1024" doc:"The password from now on: at least 12 characters."`
	}
}) (*struct{}, error) {
	who := identityOf(ctx)
	wish := control.NewPassword{Current: in.Body.Current, New: in.Body.Password, Role: who.token.Role, Address: who.address}
	if who.session != nil {
		wish.Session = who.session.ID
	}
	return nil, s.fail(s.Control.SetPassword(ctx, who.scope, who.token.Actor, wish))
}

// whose gives the person whose sessions are meant; others' are for administrators.
func whose(who identity, person string) (string, error) {
	if person == "" || person == who.token.Actor.Name {
		return who.token.Actor.Name, nil
	}
	if !who.token.Role.May(party.Administer) {
		return "", who.lacks(party.Administer, "see or end the sessions of %s", person)
	}
	return person, nil
}

// OpenSession is a session that nobody has ended.
type OpenSession struct {
	party.Session
	Current bool `json:"current" doc:"Whether it is the one that asks."`
	Over    bool `json:"over" doc:"Whether it lets nobody in any more, because it was not used for too long or lasted too long."`
}

func (s *server) listSessions(ctx context.Context, in *struct {
	Paged
	Person string `query:"person" maxLength:"128" doc:"Of this person; * for everybody. One's own by default."`
}) (*listOutput[OpenSession], error) {
	page, err := in.page()
	who := identityOf(ctx)
	person := ""
	if err == nil {
		person, err = whose(who, in.Person)
	}
	if err != nil {
		return nil, s.fail(err)
	}
	if person == "*" {
		person = ""
	}
	list, err := s.Control.Sessions(ctx, who.scope, person, page)
	if err != nil {
		return nil, s.fail(err)
	}
	items := make([]OpenSession, len(list))
	for i, one := range list {
		items[i] = OpenSession{one, who.session != nil && who.session.ID == one.ID, one.Live(s.Now()) != nil}
	}
	return listed(items, page, func(o OpenSession) string { return o.ID }), nil
}

func (s *server) endSession(ctx context.Context, in *struct {
	Session string `path:"session" doc:"The session's id."`
}) (*struct{}, error) {
	who := identityOf(ctx)
	of := who.token.Actor.Name
	if who.token.Role.May(party.Administer) {
		of = ""
	}
	return nil, s.fail(s.Control.EndSession(ctx, who.scope, who.token.Actor, of, in.Session, "revoked"))
}

func (s *server) endSessions(ctx context.Context, in *struct {
	Person string `query:"person" maxLength:"128" doc:"Whose; one's own by default."`
}) (*struct{}, error) {
	who := identityOf(ctx)
	person, err := whose(who, in.Person)
	if err != nil {
		return nil, s.fail(err)
	}
	but := ""
	if who.session != nil {
		but = who.session.ID
	}
	return nil, s.fail(s.Control.EndSessions(ctx, who.scope, who.token.Actor, person, but, "revoked"))
}
