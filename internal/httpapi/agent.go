package httpapi

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/party"
)

// Enrolment is a token for one agent, shown once.
type Enrolment struct {
	Agent     string    `json:"agent" doc:"The only agent that may enrol with it."`
	Token     string    `json:"token" doc:"The token, shown once; for tranship agent enrol."`
	ExpiresAt time.Time `json:"expiresAt"`
}

func (s *server) registerAgents() {
	huma.Register(s.api, route(operation("list-agents", http.MethodGet, "/api/v1/agents", "Agents", "List agents by name"), party.View), s.listAgents)
	huma.Register(s.api, route(operation("create-enrolment", http.MethodPost, "/api/v1/enrolments", "Agents", "Allow one agent to enrol once"), party.Enrol), s.createEnrolment)
	huma.Register(s.api, route(operation("enrol-agent", http.MethodPost, "/api/v1/agents/enrol", "Agents", "Become an agent; proves itself by the enrolment token in the body"), public), s.enrolAgent)
	huma.Register(s.api, route(operation("revoke-agent", http.MethodPost, "/api/v1/agents/{agent}/revoke", "Agents", "End the trust in an agent"), party.Enrol), s.revokeAgent)
}

func (s *server) listAgents(ctx context.Context, in *struct {
	Paged
	Name string `query:"name" maxLength:"128" doc:"Only the agent of this name; none where there is no such agent."`
}) (*listOutput[environment.Agent], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	list, err := s.Control.Agents(ctx, identityOf(ctx).scope, in.Name, page)
	if err != nil {
		return nil, s.fail(err)
	}
	return listed(list, page, func(a environment.Agent) string { return a.Name }), nil
}

func (s *server) createEnrolment(ctx context.Context, in *struct {
	Body struct {
		Agent  string            `json:"agent" minLength:"1" doc:"The name of the agent."`
		Within practice.Duration `json:"within,omitempty" doc:"How long the token is valid; 1h when absent."`
	}
}) (*output[Enrolment], error) {
	who := identityOf(ctx)
	within := in.Body.Within.Std()
	if within == 0 {
		within = time.Hour
	}
	written, e, err := s.Control.NewEnrolment(ctx, who.scope, who.token.Actor, in.Body.Agent, within)
	if err != nil {
		return nil, s.fail(err)
	}
	if fingerprint := s.fingerprint(); fingerprint != "" {
		written += "_" + fingerprint
	}
	return answer(Enrolment{Agent: e.Agent, Token: written, ExpiresAt: e.ExpiresAt}), nil
}

// fingerprint gives the SHA-256 of the authority's certificate in hexadecimal
// digits; "" when the server serves plain HTTP.
func (s *server) fingerprint() string {
	block, _ := pem.Decode(s.CA)
	if block == nil {
		return ""
	}
	sum := sha256.Sum256(block.Bytes)
	return hex.EncodeToString(sum[:])
}

func (s *server) enrolAgent(ctx context.Context, in *struct{ Body environment.EnrolmentRequest }) (*output[environment.EnrolmentAnswer], error) {
	scope := identityOf(ctx).scope
	a, media, err := s.Control.Enrol(ctx, scope, in.Body.Token, in.Body.Name, in.Body.Key)
	if err != nil {
		return nil, s.fail(err)
	}
	trust, err := s.Control.Keys.Trust()
	if err != nil {
		return nil, s.fail(err)
	}
	return answer(environment.EnrolmentAnswer{
		Name: a.Name, Scope: scope, BusURL: s.Control.Server.BusURL, RegistryURL: s.Control.Server.RegistryURL,
		MediaToken: media, Trust: trust, TrustKeys: s.Keys().Orders,
	}), nil
}

func (s *server) revokeAgent(ctx context.Context, in *struct {
	Agent string `path:"agent" doc:"The agent's name."`
	Body  struct {
		Reason string `json:"reason" minLength:"1" doc:"Why."`
	}
}) (*struct{}, error) {
	who := identityOf(ctx)
	err := s.Control.RevokeAgent(ctx, who.scope, who.token.Actor, in.Agent, in.Body.Reason)
	if err == nil && s.Revoked != nil {
		s.Revoked(in.Agent)
	}
	return nil, s.fail(err)
}
