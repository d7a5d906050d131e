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
	huma.Register(s.api, route(operation("cancel-deployment", http.MethodPost, "/api/v1/deployments/{deployment}/cancel", "Deployments", "End a deployment as soon as what is being done has come to a stop, or at once"), party.Deploy), s.cancel)
	huma.Register(s.api, route(operation("pause-deployment", http.MethodPost, "/api/v1/deployments/{deployment}/pause", "Deployments", "Let nothing further of a deployment begin, until it is resumed"), party.Deploy), s.pause)
	huma.Register(s.api, route(operation("resume-deployment", http.MethodPost, "/api/v1/deployments/{deployment}/resume", "Deployments", "Have a paused deployment go on where it was stopped"), party.Deploy), s.resume)
	huma.Register(s.api, route(operation("guide-deployment", http.MethodPost, "/api/v1/deployments/{deployment}/guidance", "Deployments", "Answer a deployment that awaits guidance"), party.Deploy), s.guide)
	huma.Register(s.api, route(operation("answer-criterion", http.MethodPost, "/api/v1/deployments/{deployment}/criteria/{criterion}", "Deployments", "Confirm or refuse a criterion of a deployment that is judged by hand"), party.Approve), s.answerCriterion)
}

func (s *server) why(ctx context.Context, in *DeploymentPath) (*output[practice.Verdict], error) {
	v, err := s.Control.Why(ctx, identityOf(ctx).scope, in.Deployment)
	return answer(v), s.fail(err)
}

func (s *server) cancel(ctx context.Context, in *struct {
	DeploymentPath
	Body struct {
		Reason string `json:"reason,omitempty" doc:"Why; needed with now."`
		Now    bool   `json:"now,omitempty" doc:"Interrupt what runs: each agent ends the step that it is in, looks what is there, and says what it left. May be asked for after a cancellation without it."`
	}
}) (*output[deployment.Deployment], error) {
	who := identityOf(ctx)
	d, err := s.Control.Cancel(ctx, who.scope, who.token.Actor, in.Deployment, in.Body.Reason, in.Body.Now)
	return answer(d), s.fail(err)
}

func (s *server) pause(ctx context.Context, in *struct {
	DeploymentPath
	Body struct {
		Reason string `json:"reason" minLength:"1" doc:"Why."`
	}
}) (*output[deployment.Deployment], error) {
	who := identityOf(ctx)
	d, err := s.Control.Pause(ctx, who.scope, who.token.Actor, in.Deployment, in.Body.Reason)
	return answer(d), s.fail(err)
}

func (s *server) resume(ctx context.Context, in *struct {
	DeploymentPath
	Body struct {
		Reason string `json:"reason" minLength:"1" doc:"Why."`
	}
}) (*output[deployment.Deployment], error) {
	who := identityOf(ctx)
	d, err := s.Control.Resume(ctx, who.scope, who.token.Actor, in.Deployment, in.Body.Reason)
	return answer(d), s.fail(err)
}

func (s *server) guide(ctx context.Context, in *struct {
	DeploymentPath
	Body struct {
		Advice  deployment.Advice `json:"advice" enum:"retry,skip,continue,remediate,fail" doc:"retry: do the failed targets again, from the failed step; skip: do them again, from the step after the failed one; continue: accept the failures and go on; remediate: bring back what was before, or with targets: there only, and go on with the others; fail: leave everything as it is and close, or with targets: give those up and go on with the others."`
		Targets []string          `json:"targets,omitempty" maxItems:"1000" doc:"For any but continue: exactly these. When absent, retry and skip are about all that failed, are unknown or were stopped, remediate is about all that were touched, and fail closes the deployment."`
		Reason  string            `json:"reason" minLength:"1" doc:"Why."`
	}
}) (*output[deployment.Deployment], error) {
	who := identityOf(ctx)
	d, err := s.Control.Guide(ctx, who.scope, who.token.Actor, in.Deployment, control.Advice{Advice: in.Body.Advice, Targets: in.Body.Targets, Reason: in.Body.Reason})
	return answer(d), s.fail(err)
}

func (s *server) answerCriterion(ctx context.Context, in *struct {
	DeploymentPath
	Criterion string `path:"criterion" doc:"The criterion's name."`
	Body      struct {
		Answer string `json:"answer" enum:"confirm,refuse" doc:"confirm: it is met; refuse: it is not."`
		Reason string `json:"reason" minLength:"1" doc:"Why."`
	}
}) (*output[deployment.Deployment], error) {
	who := identityOf(ctx)
	d, err := s.Control.AnswerCriterion(ctx, who.scope, who.token.Actor, in.Deployment, control.CriterionAnswer{
		Criterion: in.Criterion, Met: in.Body.Answer == "confirm", Reason: in.Body.Reason, Operates: who.token.Role.May(party.Deploy),
	})
	return answer(d), s.fail(err)
}
