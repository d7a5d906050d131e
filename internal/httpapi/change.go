package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice/approval"
	"tranship.dev/tranship/internal/practice/party"
)

func (s *server) registerChanges() {
	huma.Register(s.api, route(operation("say-of-change", http.MethodPost, "/api/v1/changes/{change}", "Approvals", "Say that a change is authorised, or not (any more), for the deployments that name it"), party.Integrate), s.sayOfChange)
	huma.Register(s.api, route(operation("list-changes", http.MethodGet, "/api/v1/changes", "Approvals", "List what was said of changes, by deployment"), party.View), s.listChanges)
	huma.Register(s.api, route(operation("list-reviews", http.MethodGet, "/api/v1/reviews", "Approvals", "List the reviews of emergency deployments, newest first"), party.View), s.listReviews)
	huma.Register(s.api, route(operation("get-review", http.MethodGet, "/api/v1/reviews/{review}", "Approvals", "Show a review"), party.View), s.getReview)
	huma.Register(s.api, route(operation("complete-review", http.MethodPost, "/api/v1/reviews/{review}/complete", "Approvals", "Keep what a review found"), party.Approve), s.completeReview)
}

// ChangesSaid is what was kept.
type ChangesSaid struct {
	Items []approval.Confirmation `json:"items"`
}

func (s *server) sayOfChange(ctx context.Context, in *struct {
	Change string `path:"change" maxLength:"200" doc:"The change, as deployments name it."`
	Body   control.ChangeWord
}) (*output[ChangesSaid], error) {
	who := identityOf(ctx)
	said, err := s.Control.SayOfChange(ctx, who.scope, who.token.Actor, in.Change, in.Body)
	return answer(ChangesSaid{Items: said}), s.fail(err)
}

func (s *server) listChanges(ctx context.Context, in *struct {
	Paged
	Change string `query:"change" doc:"Only of this change."`
}) (*listOutput[approval.Confirmation], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	list, err := s.Control.Changes(ctx, identityOf(ctx).scope, in.Change, page)
	if err != nil {
		return nil, s.fail(err)
	}
	return listed(list, page, func(c approval.Confirmation) string { return c.Deployment + "/" + c.Change }), nil
}

// ReviewPath names a review in the path of a request.
type ReviewPath struct {
	Review string `path:"review" doc:"The review's number: R-3."`
}

func (s *server) listReviews(ctx context.Context, in *struct {
	Paged
	Deployment string               `query:"deployment" doc:"Only of this deployment."`
	State      approval.ReviewState `query:"state" enum:"waiting,open,done,not-begun" doc:"Only in this state."`
}) (*listOutput[approval.Review], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	list, err := s.Control.Reviews(ctx, identityOf(ctx).scope, approval.ReviewFilter{Deployment: in.Deployment, State: in.State}, page)
	if err != nil {
		return nil, s.fail(err)
	}
	return listed(list, page, func(r approval.Review) string { return r.ID }), nil
}

func (s *server) getReview(ctx context.Context, in *ReviewPath) (*output[approval.Review], error) {
	r, err := s.Control.Review(ctx, identityOf(ctx).scope, in.Review)
	return answer(r), s.fail(err)
}

func (s *server) completeReview(ctx context.Context, in *struct {
	ReviewPath
	Body control.ReviewResult
}) (*output[approval.Review], error) {
	who := identityOf(ctx)
	r, err := s.Control.CompleteReview(ctx, who.scope, who.token.Actor, in.Review, in.Body)
	return answer(r), s.fail(err)
}
