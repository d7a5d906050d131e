package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/party"
)

func (s *server) registerInventory() {
	huma.Register(s.api, route(operation("list-inventory", http.MethodGet, "/api/v1/inventory", "Inventory", "List what is where, now or at a past moment"), party.View), s.listInventory)
	huma.Register(s.api, route(operation("get-environment", http.MethodGet, "/api/v1/environments/{environment}", "Inventory", "Show an environment with what stands in it, and how much of that is other than recorded"), party.View), s.getEnvironment)
	huma.Register(s.api, route(operation("compare-environments", http.MethodGet, "/api/v1/environments/{environment}/comparison", "Inventory", "Compare an environment with another, or with its baseline"), party.View), s.compareEnvironments)
}

func (s *server) listInventory(ctx context.Context, in *struct {
	Paged
	Environment string    `query:"environment" doc:"Only in this environment."`
	At          time.Time `query:"at" doc:"A past moment (RFC 3339); now when absent."`
}) (*listOutput[environment.Presence], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	list, err := s.Control.Inventory(ctx, identityOf(ctx).scope, in.Environment, in.At, page)
	if err != nil {
		return nil, s.fail(err)
	}
	return listed(list, page, func(p environment.Presence) string { return p.Target + "/" + p.Component }), nil
}

// EnvironmentPath names an environment in the path of a request.
type EnvironmentPath struct {
	Environment string `path:"environment" doc:"The environment."`
}

func (s *server) getEnvironment(ctx context.Context, in *EnvironmentPath) (*output[control.EnvironmentView], error) {
	v, err := s.Control.EnvironmentView(ctx, identityOf(ctx).scope, in.Environment)
	if v.Components == nil {
		v.Components = []environment.Standing{}
	}
	return answer(v), s.fail(err)
}

func (s *server) compareEnvironments(ctx context.Context, in *struct {
	EnvironmentPath
	Paged
	With      string   `query:"with" doc:"The other environment; with its baseline when absent."`
	Component []string `query:"component" doc:"Only these components."`
	Parameter []string `query:"parameter" doc:"Only these parameters."`
	Alike     bool     `query:"alike" doc:"Give what is the same on both sides too, and not only how much of it there is."`
}) (*output[environment.Comparison], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	wanted := environment.Choice{Components: in.Component, Parameters: in.Parameter}
	compared, err := s.Control.CompareEnvironments(ctx, identityOf(ctx).scope, in.Environment, in.With, wanted, in.Alike, page)
	if compared.Next != "" {
		compared.Next = cursor(compared.Next)
	}
	return answer(compared), s.fail(err)
}
