package httpapi

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/party"
)

// public marks the few routes that need no token: those that prove themselves
// otherwise (enrolment) or tell nothing (health).
const public party.Action = "public"

const actionKey = "action"

// identity is who asks. A session counts as a token of its person, with the
// role of the person's account: every check is the same for both.
type identity struct {
	scope   practice.Scope
	token   party.Token
	session *party.Session // nil: a token
	csrf    string         // of the session
	address string
	agent   string // what the browser calls itself, where nobody is asked who they are
}

type identityKey struct{}

func identityOf(ctx context.Context) identity {
	who, _ := ctx.Value(identityKey{}).(identity)
	return who
}

// route declares what a route does; without it the server does not start.
func route(op huma.Operation, action party.Action) huma.Operation {
	op.Metadata = map[string]any{actionKey: action}
	if action != public {
		op.Security = []map[string][]string{{"token": {}}, {"session": {}}}
		op.Description = strings.TrimSpace(op.Description + "\n\nNeeds the right to " + string(action) + ".")
	}
	return op
}

// CheckRoutes refuses an API in which a route does not declare its action (S4).
func checkRoutes(api huma.API) error {
	for path, item := range api.OpenAPI().Paths {
		for method, op := range operations(item) {
			if action, _ := op.Metadata[actionKey].(party.Action); action == "" {
				return fmt.Errorf("route %s %s declares no action", method, path)
			}
		}
	}
	return nil
}

func operations(item *huma.PathItem) map[string]*huma.Operation {
	all := map[string]*huma.Operation{
		http.MethodGet: item.Get, http.MethodPost: item.Post, http.MethodPut: item.Put,
		http.MethodPatch: item.Patch, http.MethodDelete: item.Delete,
		http.MethodHead: item.Head, http.MethodOptions: item.Options, http.MethodTrace: item.Trace,
	}
	for method, op := range all {
		if op == nil {
			delete(all, method)
		}
	}
	return all
}

// authorise lets a request through to its operation when who asks has the
// right that the operation declares. Deny by default.
func (s *server) authorise(ctx huma.Context, next func(huma.Context)) {
	action, _ := ctx.Operation().Metadata[actionKey].(party.Action)
	c := credentialIn(ctx)
	if action == public {
		next(huma.WithContext(ctx, identity{scope: s.Scope, address: c.address, agent: c.agent}.within(ctx.Context())))
		return
	}
	who, err := s.admit(ctx.Context(), c, action)
	if err != nil {
		s.refuse(ctx, err)
		return
	}
	next(huma.WithContext(ctx, who.within(ctx.Context())))
}

// admit gives who asks, when they are known and may do it.
func (s *server) admit(ctx context.Context, c credential, action party.Action) (identity, error) {
	who, err := s.who(ctx, c)
	if err != nil {
		return identity{}, err
	}
	if action == "" || !who.token.Role.May(action) {
		return identity{}, who.lacks(action, "%s", action)
	}
	return who, nil
}

// lacks is the refusal of what somebody may not do for want of a right. Who can
// grant it is added when it is answered.
func (i identity) lacks(action party.Action, format string, args ...any) *practice.Error {
	holder, need := "token "+i.token.Name, "a token with the role %s"
	if i.session != nil {
		holder, need = i.session.Person, "the role %s"
	}
	return practice.Faultf(practice.Forbidden, "role %s of %s may not %s", i.token.Role, holder, fmt.Sprintf(format, args...)).
		Lacking(need, party.Least(action)).Final()
}

func (s *server) refuse(ctx huma.Context, err error) {
	p := s.problem(err)
	if p.Status == http.StatusUnauthorized {
		ctx.SetHeader("WWW-Authenticate", `Bearer realm="tranship"`)
	}
	_ = huma.WriteErr(s.api, ctx, p.Status, p.Detail, p)
}

// protected guards a plain handler that is no operation of the API.
func (s *server) protected(action party.Action, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, err := s.admit(r.Context(), credentialOf(r), action)
		if err != nil {
			writeProblem(w, s.problem(err))
			return
		}
		h.ServeHTTP(w, r.WithContext(who.within(r.Context())))
	})
}
