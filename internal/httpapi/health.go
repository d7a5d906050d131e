package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice/health"
	"tranship.dev/tranship/internal/practice/party"
)

func (s *server) registerHealth() {
	places := route(operation("list-health", http.MethodGet, "/api/v1/health", "Health", "List how components do their work in environments, the last that changed first"), party.View)
	places.Description = "Of components whose model names health checks. A state chooses as it was recorded last; of targets whose agents are silent nobody can say, which each answer takes into account.\n\n" + places.Description
	huma.Register(s.api, places, s.listHealth)
	huma.Register(s.api, route(operation("list-target-health", http.MethodGet, "/api/v1/health/targets", "Health", "List how components do their work on targets, with what each check said last"), party.View), s.listTargetHealth)
	huma.Register(s.api, route(operation("count-health", http.MethodGet, "/api/v1/health/environments", "Health", "Count by environment how components do their work"), party.View), s.countHealth)
}

func (s *server) countHealth(ctx context.Context, in *struct{ Paged }) (*listOutput[control.EnvironmentHealth], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	list, err := s.Control.EnvironmentHealths(ctx, identityOf(ctx).scope, page)
	if err != nil {
		return nil, s.fail(err)
	}
	return listed(list, page, func(e control.EnvironmentHealth) string { return e.Environment }), nil
}

func (s *server) listHealth(ctx context.Context, in *struct {
	Paged
	Environment string `query:"environment" doc:"Only in this environment."`
	Component   string `query:"component" doc:"Only of this component."`
	State       string `query:"state" enum:"healthy,degraded,failing,unknown" doc:"Only in this state, as it was recorded last."`
	Ended       bool   `query:"ended" doc:"The times that are over too."`
}) (*listOutput[control.PlaceHealth], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	f := health.Filter{Environment: in.Environment, Component: in.Component, State: health.State(in.State), Ended: in.Ended}
	list, err := s.Control.PlaceHealths(ctx, identityOf(ctx).scope, f, page)
	if err != nil {
		return nil, s.fail(err)
	}
	return listed(list, page, func(p control.PlaceHealth) string { return p.ID }), nil
}

func (s *server) listTargetHealth(ctx context.Context, in *struct {
	Paged
	Environment string `query:"environment" doc:"Only in this environment."`
	Component   string `query:"component" doc:"Only of this component."`
	Target      string `query:"target" doc:"Only on this target."`
	State       string `query:"state" enum:"healthy,degraded,failing,unknown" doc:"Only in this state, as it was said last."`
}) (*listOutput[control.TargetHealth], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	f := health.Filter{Environment: in.Environment, Component: in.Component, Target: in.Target, State: health.State(in.State)}
	list, err := s.Control.TargetHealths(ctx, identityOf(ctx).scope, f, page)
	if err != nil {
		return nil, s.fail(err)
	}
	return listed(list, page, func(h control.TargetHealth) string { return h.Target + "/" + h.Component }), nil
}
