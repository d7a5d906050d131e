package httpapi

import (
	"context"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/party"
)

// DeploymentPath names a deployment in the path of a request.
type DeploymentPath struct {
	Deployment string `path:"deployment" doc:"The deployment's number: D-12."`
}

func (s *server) registerDeployments() {
	huma.Register(s.api, route(operation("create-deployment", http.MethodPost, "/api/v1/deployments", "Deployments", "Deploy a plan"), party.Deploy), s.createDeployment)
	huma.Register(s.api, route(operation("list-deployments", http.MethodGet, "/api/v1/deployments", "Deployments", "List deployments, newest first"), party.View), s.listDeployments)
	huma.Register(s.api, route(operation("get-deployment", http.MethodGet, "/api/v1/deployments/{deployment}", "Deployments", "Show a deployment"), party.View), s.getDeployment)
	huma.Register(s.api, route(operation("list-deployment-targets", http.MethodGet, "/api/v1/deployments/{deployment}/targets", "Deployments", "List the targets of a deployment by name"), party.View), s.listDeploymentTargets)
	huma.Register(s.api, route(operation("list-deployment-reports", http.MethodGet, "/api/v1/deployments/{deployment}/reports", "Deployments", "List what executors reported, in order of arrival"), party.View), s.listReports)
	s.registerGrid()
	s.registerLogs()
	huma.Register(s.api, route(operation("list-deployment-output", http.MethodGet, "/api/v1/deployments/{deployment}/output", "Deployments", "List what steps printed, in order of arrival"), party.View), s.listOutput)
}

func (s *server) createDeployment(ctx context.Context, in *struct{ Body control.DeploymentRequest }) (*output[deployment.Deployment], error) {
	who := identityOf(ctx)
	d, err := s.Control.Deploy(ctx, who.scope, who.token.Actor, in.Body)
	return answer(d), s.fail(err)
}

func (s *server) listDeployments(ctx context.Context, in *struct {
	Paged
	Environment string   `query:"environment" doc:"Only into this environment."`
	Component   string   `query:"component" doc:"Only of this component."`
	Release     string   `query:"release" doc:"Only of this release."`
	State       []string `query:"state" maxItems:"20" enum:"requested,planned,authorised,scheduled,verifying-components,verifying-targets,executing,awaiting-guidance,accepting,remediating,cancelling,closed,succeeded,failed,remediated,cancelled" doc:"Only in one of these states, or ended with one of these results: failed,remediated."`
	Open        bool     `query:"open" doc:"Only those that are not closed."`
}) (*listOutput[deployment.Deployment], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	f := deployment.Filter{Environment: in.Environment, Component: in.Component, Release: in.Release, Open: in.Open}
	f.States, f.Results = deployment.Outcomes(in.State)
	list, err := s.Control.Deployments(ctx, identityOf(ctx).scope, f, page)
	if err != nil {
		return nil, s.fail(err)
	}
	return listed(list, page, func(d deployment.Deployment) string { return d.ID }), nil
}

func (s *server) getDeployment(ctx context.Context, in *DeploymentPath) (*output[deployment.Deployment], error) {
	d, err := s.Control.Deployment(ctx, identityOf(ctx).scope, in.Deployment)
	return answer(d), s.fail(err)
}

func (s *server) listDeploymentTargets(ctx context.Context, in *struct {
	DeploymentPath
	Paged
	State deployment.TargetState `query:"state" enum:"waiting,ordered,running,done,failed,unknown,stopped" doc:"Only in this state."`
	Look  deployment.Look        `query:"look" enum:"todo,running,done,failed,unknown,held,skipped" doc:"Only those that look so: their state, with what it means over all phases. A target that was only verified is to do; one that was given up is skipped."`
	Wave  int                    `query:"wave" minimum:"0" doc:"Only of this wave; 0: all."`
	Name  []string               `query:"name" maxItems:"200" doc:"Exactly these, those that there are; other filters and the page then mean nothing."`
}) (*listOutput[deployment.Target], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	if len(in.Name) > 0 {
		list, err := s.Control.DeploymentTargetsNamed(ctx, identityOf(ctx).scope, in.Deployment, in.Name)
		return continued(list, ""), s.fail(err)
	}
	list, err := s.Control.DeploymentTargets(ctx, identityOf(ctx).scope, in.Deployment, deployment.TargetFilter{State: in.State, Look: in.Look, Wave: in.Wave}, page)
	if err != nil {
		return nil, s.fail(err)
	}
	return listed(list, page, func(t deployment.Target) string { return t.Name }), nil
}

type historyInput struct {
	DeploymentPath
	Paged
	Target string `query:"target" doc:"Only of this target."`
}

func (s *server) listReports(ctx context.Context, in *historyInput) (*listOutput[deployment.Report], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	list, err := s.Control.ReportsOf(ctx, identityOf(ctx).scope, in.Deployment, in.Target, page)
	if err != nil {
		return nil, s.fail(err)
	}
	return listed(list, page, func(r deployment.Report) string { return strconv.FormatInt(r.Place, 10) }), nil
}

func (s *server) listOutput(ctx context.Context, in *historyInput) (*listOutput[deployment.Output], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	list, err := s.Control.OutputOf(ctx, identityOf(ctx).scope, in.Deployment, in.Target, page)
	if err != nil {
		return nil, s.fail(err)
	}
	return listed(list, page, func(o deployment.Output) string { return strconv.FormatInt(o.Place, 10) }), nil
}
