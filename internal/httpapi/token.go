package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/party"
)

// NewToken is a token that was just made.
type NewToken struct {
	party.Token
	Secret string `json:"secret" doc:"The token as it is sent; shown once."`
}

// Identity says who asks.
type Identity struct {
	Actor practice.Actor `json:"actor"`
	Token string         `json:"token" doc:"The token's name."`
	Role  party.Role     `json:"role"`
	Scope practice.Scope `json:"scope"`
}

func (s *server) registerTokens() {
	huma.Register(s.api, route(operation("whoami", http.MethodGet, "/api/v1/whoami", "Access", "Say who asks"), party.View), s.whoami)
	huma.Register(s.api, route(operation("list-tokens", http.MethodGet, "/api/v1/tokens", "Access", "List tokens by id"), party.Administer), s.listTokens)
	huma.Register(s.api, route(operation("create-token", http.MethodPost, "/api/v1/tokens", "Access", "Make an API token"), party.View), s.createToken)
	huma.Register(s.api, route(operation("rotate-key", http.MethodPost, "/api/v1/keys/{purpose}/rotate", "Access", "Replace the server's key; agents learn of it by themselves"), party.Administer), s.rotateKey)
	huma.Register(s.api, route(operation("revoke-token", http.MethodDelete, "/api/v1/tokens/{token}", "Access", "End a token"), party.Administer), s.revokeToken)
}

func (s *server) whoami(ctx context.Context, _ *struct{}) (*output[Identity], error) {
	who := identityOf(ctx)
	return answer(Identity{Actor: who.token.Actor, Token: who.token.Name, Role: who.token.Role, Scope: who.scope}), nil
}

func (s *server) listTokens(ctx context.Context, in *Paged) (*listOutput[party.Token], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	list, err := s.Control.Tokens(ctx, identityOf(ctx).scope, page)
	if err != nil {
		return nil, s.fail(err)
	}
	return listed(list, page, func(t party.Token) string { return t.ID }), nil
}

func (s *server) createToken(ctx context.Context, in *struct {
	Body struct {
		Name      string     `json:"name" minLength:"1" maxLength:"128" doc:"What it is for."`
		Role      party.Role `json:"role" enum:"administrator,manager,practitioner,approver,integrator,viewer" doc:"What it may do."`
		Person    string     `json:"person,omitempty" doc:"The person who acts with it: a Person document, or whoever asks. Either this or account."`
		Account   string     `json:"account,omitempty" doc:"The service account that acts with it: a ServiceAccount document."`
		ExpiresAt time.Time  `json:"expiresAt,omitzero" required:"false" doc:"Until when it is valid; for ever when absent."`
	}
}) (*output[NewToken], error) {
	who := identityOf(ctx)
	b := in.Body
	actor := practice.Actor{Kind: practice.Person, Name: b.Person}
	if b.Person == "" && b.Account == "" {
		actor = who.token.Actor
	}
	switch {
	case b.Person != "" && b.Account != "":
		return nil, s.fail(practice.Faultf(practice.Invalid, "both a person and an account are given").WithHint("a token belongs to one of them"))
	case b.Account != "":
		actor = practice.Actor{Kind: practice.Account, Name: b.Account}
	}
	if err := mayMakeToken(who, actor, b.Role); err != nil {
		return nil, s.fail(err)
	}
	written, t, err := s.Control.CreateToken(ctx, who.scope, who.token.Actor, b.Name, b.Role, actor, b.ExpiresAt)
	return answer(NewToken{Token: t, Secret: written}), s.fail(err)
}

// mayMakeToken lets administrators make any token, and everybody those of their
// own that may do nothing that they may not.
func mayMakeToken(who identity, actor practice.Actor, role party.Role) error {
	if who.token.Role.May(party.Administer) || actor == who.token.Actor && role.Within(who.token.Role) {
		return nil
	}
	return who.lacks(party.Administer, "make a token as %s for %s", role, actor.Name).
		WithHint("for yourself you can make one that may do no more than you")
}

func (s *server) revokeToken(ctx context.Context, in *struct {
	Token string `path:"token" doc:"The token's id."`
}) (*struct{}, error) {
	who := identityOf(ctx)
	return nil, s.fail(s.Control.RevokeToken(ctx, who.scope, who.token.Actor, in.Token))
}

func (s *server) rotateKey(ctx context.Context, in *struct {
	Purpose string `path:"purpose" enum:"orders,record" doc:"What the key signs."`
}) (*output[RecordKeys], error) {
	who := identityOf(ctx)
	if err := s.Control.RotateKeys(ctx, who.scope, who.token.Actor, in.Purpose); err != nil {
		return nil, s.fail(err)
	}
	return answer(s.Keys()), nil
}
