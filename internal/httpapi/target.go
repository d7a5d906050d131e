package httpapi

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/party"
)

func (s *server) registerTargets() {
	huma.Register(s.api, route(operation("list-targets", http.MethodGet, "/api/v1/targets", "Inventory", "List targets by name, with how their agents are reached"), party.View), s.listTargets)
	huma.Register(s.api, route(operation("get-target", http.MethodGet, "/api/v1/targets/{target}", "Inventory", "Show a target with what is there and what its agent says of it"), party.View), s.getTarget)
	history := route(operation("get-target-history", http.MethodGet, "/api/v1/targets/{target}/history", "Inventory", "Show what stood on a target, now or at a past moment, by whose authority, and what had happened to it"), party.View)
	history.Description = "It outlives the target: of one that was taken away it says what the record holds. Events are newest first, one for each matter: a deployment, a drift, a change of the target's document, a change of its agent.\n\n" + history.Description
	huma.Register(s.api, history, s.getTargetHistory)
	huma.Register(s.api, route(operation("get-model-results", http.MethodGet, "/api/v1/models/{model}/results", "Documents", "Tell what came of a model so far, and what it is for"), party.View), s.getModelResults)
}

func (s *server) listTargets(ctx context.Context, in *struct {
	Paged
	Environment string                `query:"environment" doc:"Only in this environment."`
	Text        string                `query:"text" maxLength:"500" doc:"Words that are all found in the name, a label, the address, the agent or the kind; zone=a is a label with its value."`
	Contact     []environment.Contact `query:"contact" enum:"answering,silent,unheard,revoked,unenrolled" doc:"Only those whose agents are reached so."`
}) (*listOutput[control.TargetView], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	f := control.TargetFilter{Environment: in.Environment, Words: strings.Fields(in.Text), Contacts: in.Contact}
	found, next, err := s.Control.Targets(ctx, identityOf(ctx).scope, f, page)
	if err != nil {
		return nil, s.fail(err)
	}
	return continued(found, next), nil
}

func (s *server) getTarget(ctx context.Context, in *struct {
	Target string `path:"target" doc:"The target's name."`
}) (*output[control.TargetDetail], error) {
	detail, err := s.Control.Target(ctx, identityOf(ctx).scope, in.Target)
	return answer(detail), s.fail(err)
}

func (s *server) getTargetHistory(ctx context.Context, in *struct {
	Paged
	Target string    `path:"target" doc:"The target's name."`
	At     time.Time `query:"at" doc:"A past moment (RFC 3339); now when absent."`
}) (*output[control.TargetHistory], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	history, err := s.Control.TargetHistory(ctx, identityOf(ctx).scope, in.Target, in.At, page)
	history.Next = cursor(history.Next)
	return answer(history), s.fail(err)
}

func (s *server) getModelResults(ctx context.Context, in *struct {
	Model string `path:"model" doc:"The model's name."`
}) (*output[control.ModelResults], error) {
	results, err := s.Control.ModelResults(ctx, identityOf(ctx).scope, in.Model)
	return answer(results), s.fail(err)
}
