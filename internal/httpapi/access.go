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

type identity struct {
	scope practice.Scope
	token party.Token
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
		op.Security = []map[string][]string{{"token": {}}}
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

// authorise lets a request through to its operation when its token has the
// right that the operation declares. Deny by default.
func (s *server) authorise(ctx huma.Context, next func(huma.Context)) {
	action, _ := ctx.Operation().Metadata[actionKey].(party.Action)
	if action == public {
		next(huma.WithValue(ctx, identityKey{}, identity{scope: s.Scope}))
		return
	}
	who, err := s.admit(ctx.Context(), ctx.Header("Authorization"), action)
	if err != nil {
		s.refuse(ctx, err)
		return
	}
	next(huma.WithValue(ctx, identityKey{}, who))
}

// admit gives who asks, when the header's token is valid and allows the action.
func (s *server) admit(ctx context.Context, header string, action party.Action) (identity, error) {
	written, found := strings.CutPrefix(header, "Bearer ")
	if !found {
		return identity{}, practice.Faultf(practice.Unauthorised, "no token was sent").
			WithHint("send the header Authorization: Bearer TOKEN; the command line takes it from tranship login or TRANSHIP_TOKEN")
	}
	token, err := s.Control.Authenticate(ctx, s.Scope, strings.TrimSpace(written))
	if err != nil {
		return identity{}, err
	}
	if action == "" || !token.Role.May(action) {
		return identity{}, practice.Faultf(practice.Forbidden, "role %s of token %s may not %s", token.Role, token.Name, action).
			WithHint("ask an administrator for a token with another role").Final()
	}
	return identity{scope: s.Scope, token: token}, nil
}

func (s *server) refuse(ctx huma.Context, err error) {
	p := problemOf(err)
	if p.Status == http.StatusUnauthorized {
		ctx.SetHeader("WWW-Authenticate", `Bearer realm="tranship"`)
	}
	_ = huma.WriteErr(s.api, ctx, p.Status, p.Detail, p)
}

// protected guards a plain handler that is no operation of the API.
func (s *server) protected(action party.Action, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, err := s.admit(r.Context(), r.Header.Get("Authorization"), action)
		if err != nil {
			writeProblem(w, problemOf(err))
			return
		}
		h.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), identityKey{}, who)))
	})
}
