package wiring

import (
	"context"
	"net/http"
	"strings"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/party"
	"tranship.dev/tranship/internal/practice/signature"
	"tranship.dev/tranship/internal/registry"
)

// agentOf says which agent a key belongs to. The bus listens before everything
// that it leads to is there, and agents that wait for a server come at once:
// they wait here until they can be answered.
func (s *Server) agentOf(ctx context.Context, key signature.PublicKey) (deployment.Sender, error) {
	select {
	case <-s.answering:
	case <-s.stopping:
		return deployment.Sender{}, practice.Faultf(practice.Unavailable, "the server stops")
	case <-ctx.Done():
		return deployment.Sender{}, practice.Faultf(practice.Unavailable, "the server is not ready yet")
	}
	a, err := s.Control.AgentByKey(ctx, practice.DefaultScope, key)
	return deployment.Sender{Scope: practice.DefaultScope, Agent: a.Name}, err
}

// revoked cuts an agent off that is trusted no longer.
func (s *Server) revoked(agent string) {
	if err := s.Hub.Revoke(deployment.Sender{Scope: practice.DefaultScope, Agent: agent}); err != nil {
		s.options.Log.Warn("revoked agent was not cut off; it is refused when its admission ends", "agent", agent, "error", err)
	}
}

// mediaAccess lets OCI clients in: a token is the password of basic
// authentication, or a bearer token.
func (s *Server) mediaAccess(r *http.Request, _ string, action registry.Action) (practice.Actor, error) {
	_, written, basic := r.BasicAuth()
	if !basic {
		written = strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	}
	if written == "" {
		return practice.Actor{}, practice.Faultf(practice.Unauthorised, "no token was sent").WithHint("log in with any user name and a token as password")
	}
	token, err := s.Control.Authenticate(r.Context(), practice.DefaultScope, written)
	if err != nil {
		return practice.Actor{}, err
	}
	needed := party.Fetch
	if action == registry.Push {
		needed = party.Stock
	}
	if !token.Role.May(needed) {
		refused := practice.Faultf(practice.Forbidden, "role %s may not %s media", token.Role, action).Lacking("a token with the role %s", party.Least(needed)).Final()
		return practice.Actor{}, s.Control.Granted(r.Context(), practice.DefaultScope, refused)
	}
	return token.Actor, nil
}

// mediaGate refuses to give executors a version that may not be deployed.
// People may look at what they have put there.
func (s *Server) mediaGate(ctx context.Context, repository string, digest practice.Digest, who practice.Actor) error {
	if who.Kind != practice.Machine {
		return nil
	}
	return s.Control.MayFetch(ctx, practice.DefaultScope, repository, digest)
}
