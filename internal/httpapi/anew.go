package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/party"
)

func (s *server) registerAnew() {
	huma.Register(s.api, route(operation("ask-deployment-again", http.MethodPost, "/api/v1/deployments/{deployment}/ask-again", "Approvals", "Ask approvers once more, maybe for something else; earlier votes do not count"), party.Deploy), s.askAgain)
	huma.Register(s.api, route(operation("replan-deployment", http.MethodPost, "/api/v1/deployments/{deployment}/replan", "Deployments", "Give a deployment the plan that its request gives now; say what changed"), party.Deploy), s.replan)
	huma.Register(s.api, route(operation("reschedule-deployment", http.MethodPost, "/api/v1/deployments/{deployment}/reschedule", "Deployments", "Move the start of a deployment; outside its window everybody is asked again"), party.Deploy), s.reschedule)
	huma.Register(s.api, route(operation("accept-deployment", http.MethodPost, "/api/v1/deployments/{deployment}/accept", "Deployments", "Record change enablement's acceptance of a finished deployment"), party.Deploy), s.accept)
}

// Why is the reason of a request.
type Why struct {
	Reason string `json:"reason" minLength:"1" doc:"Why."`
}

func (s *server) askAgain(ctx context.Context, in *struct {
	DeploymentPath
	Body control.AgainRequest
}) (*output[control.Anew], error) {
	who := identityOf(ctx)
	a, err := s.Control.AskAgain(ctx, who.scope, who.token.Actor, in.Deployment, in.Body)
	return answer(a), s.fail(err)
}

func (s *server) replan(ctx context.Context, in *struct {
	DeploymentPath
	Body Why
}) (*output[control.Anew], error) {
	who := identityOf(ctx)
	a, err := s.Control.Replan(ctx, who.scope, who.token.Actor, in.Deployment, in.Body.Reason)
	return answer(a), s.fail(err)
}

func (s *server) reschedule(ctx context.Context, in *struct {
	DeploymentPath
	Body control.RescheduleRequest
}) (*output[control.Anew], error) {
	who := identityOf(ctx)
	a, err := s.Control.Reschedule(ctx, who.scope, who.token.Actor, in.Deployment, in.Body)
	return answer(a), s.fail(err)
}

func (s *server) accept(ctx context.Context, in *struct {
	DeploymentPath
	Body Why
}) (*output[deployment.Deployment], error) {
	who := identityOf(ctx)
	d, err := s.Control.Accept(ctx, who.scope, who.token.Actor, in.Deployment, in.Body.Reason)
	return answer(d), s.fail(err)
}
