package registrytest

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/registry"
)

// The tokens that a served registry knows.
const (
	Publisher = "publisher-token" // may push and pull; a person
	Executor  = "executor-token"  // may pull; a machine
)

// Server is a registry that serves on a loopback address.
type Server struct {
	*httptest.Server
	Registry *registry.Registry
	Index    *Index
	Dir      string
}

// Serve starts a registry with an index in memory; change may set further options.
// wrap, when it is not nil, stands between clients and the registry.
func Serve(t testing.TB, change func(*registry.Options), wrap func(http.Handler) http.Handler) *Server {
	t.Helper()
	s := &Server{Index: NewIndex(), Dir: t.TempDir()}
	options := registry.Options{
		Dir: s.Dir, Index: s.Index, Authorise: Authorise,
		Fault: func(err error) {
			if context.Cause(t.Context()) == nil {
				t.Logf("registry: %v", err)
			}
		},
	}
	if change != nil {
		change(&options)
	}
	var err error
	if s.Registry, err = registry.New(options); err != nil {
		t.Fatal(err)
	}
	var handler http.Handler = s.Registry
	if wrap != nil {
		handler = wrap(handler)
	}
	s.Server = httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return s
}

// Authorise knows the two tokens.
func Authorise(r *http.Request, repository string, action registry.Action) (practice.Actor, error) {
	_, password, _ := r.BasicAuth()
	switch {
	case password == Publisher:
		return practice.Actor{Kind: practice.Person, Name: "anna"}, nil
	case password == Executor && action == registry.Pull:
		return practice.Actor{Kind: practice.Machine, Name: "agent-1"}, nil
	case password == Executor:
		return practice.Actor{}, practice.Faultf(practice.Forbidden, "agent-1 may not push to %s", repository)
	default:
		return practice.Actor{}, practice.Faultf(practice.Unauthorised, "no token, or one that is not known")
	}
}
