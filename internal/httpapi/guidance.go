package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/party"
)

func (s *server) registerGuidance() {
	huma.Register(s.api, route(operation("why-deployment", http.MethodGet, "/api/v1/deployments/{deployment}/why", "Deployments", "Say what a deployment waits for or why it failed"), party.View), s.why)
	huma.Register(s.api, route(operation("cancel-deployment", http.MethodPost, "/api/v1/deployments/{deployment}/cancel", "Deployments", "End a deployment as soon as what is being done has come to a stop"), party.Deploy), s.cancel)
	huma.Register(s.api, route(operation("guide-deployment", http.MethodPost, "/api/v1/deployments/{deployment}/guidance", "Deployments", "Answer a deployment that awaits guidance"), party.Deploy), s.guide)
}

func (s *server) why(ctx context.Context, in *DeploymentPath) (*output[practice.Verdict], error) {
	v, err := s.Control.Why(ctx, identityOf(ctx).scope, in.Deployment)
	return answer(v), s.fail(err)
}

func (s *server) cancel(ctx context.Context, in *struct {
	DeploymentPath
	Body struct {
		Reason string `json:"reason,omitempty" doc:"Why."`
	}
}) (*output[deployment.Deployment], error) {
	who := identityOf(ctx)
	d, err := s.Control.Cancel(ctx, who.scope, who.token.Actor, in.Deployment, in.Body.Reason)
	return answer(d), s.fail(err)
}

func (s *server) guide(ctx context.Context, in *struct {
	DeploymentPath
	Body struct {
		Advice  deployment.Advice `json:"advice" enum:"retry,continue,remediate,fail" doc:"retry: do the failed targets again, from the failed step; continue: accept the failures and go on; remediate: bring back what was before; fail: leave everything as it is and close."`
		Targets []string          `json:"targets,omitempty" maxItems:"1000" doc:"For retry: exactly these; all that failed, are unknown or were stopped when absent."`
		Reason  string            `json:"reason" minLength:"1" doc:"Why."`
	}
}) (*output[deployment.Deployment], error) {
	who := identityOf(ctx)
	d, err := s.Control.Guide(ctx, who.scope, who.token.Actor, in.Deployment, control.Advice{Advice: in.Body.Advice, Targets: in.Body.Targets, Reason: in.Body.Reason})
	return answer(d), s.fail(err)
}
