package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/party"
)

func (s *server) registerApprovals() {
	huma.Register(s.api, route(operation("list-approvals", http.MethodGet, "/api/v1/approvals", "Approvals", "List the deployments that wait for approval, newest first"), party.View), s.listApprovals)
	huma.Register(s.api, route(operation("get-approval", http.MethodGet, "/api/v1/deployments/{deployment}/approval", "Approvals", "Show what somebody who must decide on a deployment has to see"), party.View), s.getApproval)
	huma.Register(s.api, route(operation("create-vote", http.MethodPost, "/api/v1/deployments/{deployment}/votes", "Approvals", "Approve or reject a deployment; the groups that are asked decide who may"), party.Approve), s.createVote)
	huma.Register(s.api, route(operation("withdraw-vote", http.MethodPost, "/api/v1/deployments/{deployment}/votes/withdraw", "Approvals", "Take the own vote back before the deployment starts"), party.Approve), s.withdrawVote)
}

func (s *server) listApprovals(ctx context.Context, in *struct {
	Paged
	Mine bool `query:"mine" doc:"Only those that whoever asks may approve."`
}) (*listOutput[control.Pending], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	who := identityOf(ctx)
	list, err := s.Control.PendingApprovals(ctx, who.scope, who.token.Actor, in.Mine, page)
	if err != nil {
		return nil, s.fail(err)
	}
	return listed(list, page, func(p control.Pending) string { return p.Deployment }), nil
}

func (s *server) getApproval(ctx context.Context, in *DeploymentPath) (*output[control.Sheet], error) {
	who := identityOf(ctx)
	sheet, err := s.Control.Sheet(ctx, who.scope, who.token.Actor, in.Deployment)
	return answer(sheet), s.fail(err)
}

func (s *server) createVote(ctx context.Context, in *struct {
	DeploymentPath
	Body control.VoteRequest
}) (*output[control.Voted], error) {
	who := identityOf(ctx)
	voted, err := s.Control.Vote(ctx, who.scope, who.token.Actor, in.Deployment, in.Body)
	return answer(voted), s.fail(err)
}

func (s *server) withdrawVote(ctx context.Context, in *struct {
	DeploymentPath
	Body struct {
		Reason string `json:"reason,omitempty" doc:"Why."`
	}
}) (*output[deployment.Deployment], error) {
	who := identityOf(ctx)
	d, err := s.Control.WithdrawVote(ctx, who.scope, who.token.Actor, in.Deployment, in.Body.Reason)
	return answer(d), s.fail(err)
}
