package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice/party"
	"tranship.dev/tranship/internal/practice/plan"
)

// PlanPath names a plan in the path of a request.
type PlanPath struct {
	Plan string `path:"plan" doc:"The plan's number: P-12."`
}

func (s *server) registerPlans() {
	huma.Register(s.api, route(operation("create-plan", http.MethodPost, "/api/v1/plans", "Plans", "Compile a plan; nothing is deployed by it"), party.Plan), s.createPlan)
	huma.Register(s.api, route(operation("get-plan", http.MethodGet, "/api/v1/plans/{plan}", "Plans", "Show a plan without its targets"), party.View), s.getPlan)
	huma.Register(s.api, route(operation("list-plan-targets", http.MethodGet, "/api/v1/plans/{plan}/targets", "Plans", "List the targets of a plan by name"), party.View), s.listPlanTargets)
}

func (s *server) createPlan(ctx context.Context, in *struct{ Body control.PlanRequest }) (*output[control.Planned], error) {
	who := identityOf(ctx)
	planned, err := s.Control.Plan(ctx, who.scope, who.token.Actor, in.Body)
	return answer(planned), s.fail(err)
}

func (s *server) getPlan(ctx context.Context, in *PlanPath) (*output[plan.Record], error) {
	r, err := s.Control.PlanRecord(ctx, identityOf(ctx).scope, in.Plan)
	return answer(r), s.fail(err)
}

func (s *server) listPlanTargets(ctx context.Context, in *struct {
	PlanPath
	Paged
}) (*listOutput[plan.Target], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	list, err := s.Control.PlanTargets(ctx, identityOf(ctx).scope, in.Plan, page)
	if err != nil {
		return nil, s.fail(err)
	}
	return listed(list, page, func(t plan.Target) string { return t.Name }), nil
}
