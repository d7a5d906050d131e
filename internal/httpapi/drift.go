package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/internal/practice/party"
)

func (s *server) registerDrift() {
	const base = "/api/v1/drift"
	huma.Register(s.api, route(operation("list-drifts", http.MethodGet, "/api/v1/drifts", "Drift", "List what is other than recorded, newest first"), party.View), s.listDrifts)
	huma.Register(s.api, route(operation("get-drift", http.MethodGet, "/api/v1/drifts/{drift}", "Drift", "Show one drift with everything that differs"), party.View), s.getDrift)
	huma.Register(s.api, route(operation("count-drifts", http.MethodGet, base+"/environments", "Drift", "Count what is other than recorded, and what was not looked at, by environment"), party.View), s.countDrifts)
	huma.Register(s.api, route(operation("list-looked-at", http.MethodGet, base+"/targets", "Drift", "List the targets of an environment with when they were last looked at"), party.View), s.listLookedAt)
	huma.Register(s.api, route(operation("check-drift", http.MethodPost, base+"/check", "Drift", "Have targets looked at now"), party.Deploy), s.checkDrift)
	huma.Register(s.api, route(operation("accept-drift", http.MethodPost, base+"/accept", "Drift", "Make what was found the record"), party.Deploy), s.acceptDrift)
	huma.Register(s.api, route(operation("repair-drift", http.MethodPost, base+"/repair", "Drift", "Ask for deployments that put what is recorded onto the targets that differ"), party.Deploy), s.repairDrift)
}

func (s *server) listDrifts(ctx context.Context, in *struct {
	Paged
	Environment string `query:"environment" doc:"Only in this environment."`
	Target      string `query:"target" doc:"Only on this target."`
	Component   string `query:"component" doc:"Only of this component."`
	Ended       bool   `query:"ended" doc:"Those that have ended too."`
}) (*listOutput[drift.Drift], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	f := drift.Filter{Environment: in.Environment, Target: in.Target, Component: in.Component, Ended: in.Ended}
	list, err := s.Control.Drifts(ctx, identityOf(ctx).scope, f, page)
	if err != nil {
		return nil, s.fail(err)
	}
	return listed(list, page, func(d drift.Drift) string { return d.ID }), nil
}

func (s *server) getDrift(ctx context.Context, in *struct {
	Drift string `path:"drift" doc:"The drift's number: DR-12."`
}) (*output[drift.Drift], error) {
	d, err := s.Control.Drift(ctx, identityOf(ctx).scope, in.Drift)
	return answer(d), s.fail(err)
}

func (s *server) countDrifts(ctx context.Context, in *struct {
	Paged
	Environment string `query:"environment" doc:"Only this environment."`
}) (*listOutput[control.DriftSummary], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	list, err := s.Control.DriftSummaries(ctx, identityOf(ctx).scope, in.Environment, page)
	if err != nil {
		return nil, s.fail(err)
	}
	return listed(list, page, func(d control.DriftSummary) string { return d.Environment }), nil
}

func (s *server) listLookedAt(ctx context.Context, in *struct {
	Paged
	Environment string `query:"environment" required:"true" minLength:"1" doc:"The environment."`
}) (*listOutput[control.LookedAt], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	list, err := s.Control.LookedAts(ctx, identityOf(ctx).scope, in.Environment, page)
	if err != nil {
		return nil, s.fail(err)
	}
	return listed(list, page, func(l control.LookedAt) string { return l.Target }), nil
}

func (s *server) checkDrift(ctx context.Context, in *struct {
	Body struct {
		Environment string   `json:"environment" minLength:"1" doc:"The environment."`
		Targets     []string `json:"targets,omitempty" maxItems:"1000" doc:"Only these; all of the environment when absent."`
	}
}) (*output[control.CheckAsked], error) {
	asked, err := s.Control.CheckDrift(ctx, identityOf(ctx).scope, in.Body.Environment, in.Body.Targets)
	return answer(asked), s.fail(err)
}

func (s *server) acceptDrift(ctx context.Context, in *struct {
	Body struct {
		control.DriftChoice
		Reason string `json:"reason" minLength:"1" maxLength:"4000" doc:"Why; it goes into the record."`
	}
}) (*output[List[drift.Drift]], error) {
	who := identityOf(ctx)
	list, err := s.Control.AcceptDrift(ctx, who.scope, who.token.Actor, in.Body.DriftChoice, in.Body.Reason)
	return answer(List[drift.Drift]{Items: list}), s.fail(err)
}

func (s *server) repairDrift(ctx context.Context, in *struct {
	Body struct {
		control.DriftChoice
		Reason string             `json:"reason" minLength:"1" maxLength:"4000" doc:"Why; it goes into the record."`
		Ask    control.AskRequest `json:"ask,omitempty" doc:"What is asked for besides, as for any deployment."`
	}
}) (*output[List[deployment.Deployment]], error) {
	who := identityOf(ctx)
	list, err := s.Control.RepairDrift(ctx, who.scope, who.token.Actor, in.Body.DriftChoice, in.Body.Reason, in.Body.Ask)
	return answer(List[deployment.Deployment]{Items: list}), s.fail(err)
}
