package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/party"
)

func (s *server) registerCalendar() {
	huma.Register(s.api, route(operation("list-calendar", http.MethodGet, "/api/v1/calendar", "Calendar", "List what is in the calendar, the earliest first, at most 1,000 items"), party.View), s.listCalendar)
	huma.Register(s.api, route(operation("list-deployment-conflicts", http.MethodGet, "/api/v1/deployments/{deployment}/conflicts", "Calendar", "List everything that speaks against a deployment at its start"), party.View), s.deploymentConflicts)
	huma.Register(s.api, route(operation("list-plan-conflicts", http.MethodGet, "/api/v1/plans/{plan}/conflicts", "Calendar", "List everything that speaks against deploying a plan now or at a moment"), party.View), s.planConflicts)
	huma.Register(s.api, route(operation("list-deployment-slots", http.MethodGet, "/api/v1/deployments/{deployment}/slots", "Calendar", "Propose times at which a deployment fits, the best first"), party.View), s.deploymentSlots)
	huma.Register(s.api, route(operation("list-plan-slots", http.MethodGet, "/api/v1/plans/{plan}/slots", "Calendar", "Propose times at which a plan fits, the best first"), party.View), s.planSlots)
	huma.Register(s.api, route(operation("list-waivers", http.MethodGet, "/api/v1/deployments/{deployment}/waivers", "Calendar", "List the waivers of a deployment, the oldest first"), party.View), s.listWaivers)
	huma.Register(s.api, route(operation("create-waiver", http.MethodPost, "/api/v1/deployments/{deployment}/waivers", "Calendar", "Let a deployment pass in spite of an entry of the calendar; the entry's groups decide who may"), party.Approve), s.createWaiver)
	huma.Register(s.api, route(operation("revoke-waiver", http.MethodPost, "/api/v1/deployments/{deployment}/waivers/{waiver}/revoke", "Calendar", "Take a waiver back before the deployment starts"), party.Approve), s.revokeWaiver)
	huma.Register(s.api, route(operation("list-backlog", http.MethodGet, "/api/v1/backlog", "Calendar", "List the deployments that want to run in the order in which they go"), party.View), s.listBacklog)
	huma.Register(s.api, route(operation("get-backlog-flow", http.MethodGet, "/api/v1/backlog/flow", "Calendar", "Say how old the backlog is, and how much comes and goes by week"), party.View), s.backlogFlow)
}

func (s *server) listCalendar(ctx context.Context, in *struct {
	Environment []string  `query:"environment" maxItems:"50" doc:"Only what concerns one of these environments: live,test."`
	Team        string    `query:"team" doc:"Of deployments and bookings only those of this group."`
	From        time.Time `query:"from" doc:"From this moment; now when absent."`
	To          time.Time `query:"to" doc:"Until this moment, at most 400 days later; 14 days later when absent."`
	Judge       bool      `query:"judge" doc:"Say of the deployments that have not begun what speaks against each; of the first 100."`
}) (*listOutput[control.AgendaItem], error) {
	if in.From.IsZero() {
		in.From = s.Now()
	}
	if in.To.IsZero() {
		in.To = in.From.AddDate(0, 0, 14)
	}
	list, err := s.Control.Agenda(ctx, identityOf(ctx).scope, control.AgendaRequest{
		Environments: in.Environment, Team: in.Team, From: in.From, To: in.To, Judge: in.Judge,
	})
	if err != nil {
		return nil, s.fail(err)
	}
	return &listOutput[control.AgendaItem]{Body: List[control.AgendaItem]{Items: list}}, nil
}

// AtQuery says for which moment something is asked.
type AtQuery struct {
	At time.Time `query:"at" doc:"As if it began at this moment; at its planned start, or now, when absent."`
}

func (s *server) deploymentConflicts(ctx context.Context, in *struct {
	DeploymentPath
	AtQuery
}) (*output[control.Outlook], error) {
	o, err := s.Control.Outlook(ctx, identityOf(ctx).scope, in.Deployment, in.At)
	return answer(o), s.fail(err)
}

func (s *server) planConflicts(ctx context.Context, in *struct {
	PlanPath
	AtQuery
}) (*output[control.Outlook], error) {
	o, err := s.Control.Outlook(ctx, identityOf(ctx).scope, in.Plan, in.At)
	return answer(o), s.fail(err)
}

// SlotQuery says what a free slot must be like.
type SlotQuery struct {
	Duration string    `query:"duration" doc:"How long it takes: 45m; as long as the last time, or 1h, when absent."`
	Reserve  string    `query:"reserve" doc:"How long is kept free behind it, for the way back: 30m."`
	After    time.Time `query:"after" doc:"It begins at this moment or later; now when absent."`
	Before   time.Time `query:"before" doc:"It should have ended by then: later times come last."`
	Limit    int       `query:"limit" minimum:"1" maximum:"100" default:"10" doc:"At most so many."`
}

func (in SlotQuery) request() (control.SlotRequest, error) {
	r := control.SlotRequest{Earliest: in.After, NeedBy: in.Before, Limit: in.Limit}
	for text, into := range map[string]*practice.Duration{in.Duration: &r.Duration, in.Reserve: &r.Reserve} {
		if text == "" {
			continue
		}
		if err := into.UnmarshalText([]byte(text)); err != nil {
			return r, practice.Faultf(practice.Invalid, "%v", err)
		}
	}
	return r, nil
}

func (s *server) slots(ctx context.Context, id string, in SlotQuery) (*output[control.FreeSlots], error) {
	r, err := in.request()
	if err != nil {
		return nil, s.fail(err)
	}
	free, err := s.Control.FreeSlots(ctx, identityOf(ctx).scope, id, r)
	return answer(free), s.fail(err)
}

func (s *server) deploymentSlots(ctx context.Context, in *struct {
	DeploymentPath
	SlotQuery
}) (*output[control.FreeSlots], error) {
	return s.slots(ctx, in.Deployment, in.SlotQuery)
}

func (s *server) planSlots(ctx context.Context, in *struct {
	PlanPath
	SlotQuery
}) (*output[control.FreeSlots], error) {
	return s.slots(ctx, in.Plan, in.SlotQuery)
}

func (s *server) listWaivers(ctx context.Context, in *DeploymentPath) (*listOutput[control.Waiver], error) {
	list, err := s.Control.Waivers(ctx, identityOf(ctx).scope, in.Deployment)
	if err != nil {
		return nil, s.fail(err)
	}
	return &listOutput[control.Waiver]{Body: List[control.Waiver]{Items: append([]control.Waiver{}, list...)}}, nil
}

func (s *server) createWaiver(ctx context.Context, in *struct {
	DeploymentPath
	Body struct {
		Entry  string `json:"entry" minLength:"1" maxLength:"200" doc:"What is waived, as the conflicts name it: freeze/year-end."`
		Reason string `json:"reason" minLength:"1" maxLength:"4096" doc:"Why."`
	}
}) (*output[control.Waiver], error) {
	who := identityOf(ctx)
	w, err := s.Control.Waive(ctx, who.scope, who.token.Actor, in.Deployment, in.Body.Entry, in.Body.Reason)
	return answer(w), s.fail(err)
}

func (s *server) revokeWaiver(ctx context.Context, in *struct {
	DeploymentPath
	Waiver string `path:"waiver" doc:"The waiver's number: W-3."`
	Body   struct {
		Reason string `json:"reason,omitempty" maxLength:"4096" doc:"Why."`
	}
}) (*output[control.Waiver], error) {
	who := identityOf(ctx)
	w, err := s.Control.RevokeWaiver(ctx, who.scope, who.token.Actor, in.Deployment, in.Waiver, in.Body.Reason)
	return answer(w), s.fail(err)
}

func (s *server) listBacklog(ctx context.Context, in *struct {
	Paged
	Environment string `query:"environment" doc:"Only into this environment."`
}) (*listOutput[control.Waiting], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	list, err := s.Control.Backlog(ctx, identityOf(ctx).scope, in.Environment, page)
	if err != nil {
		return nil, s.fail(err)
	}
	return listed(list, page, func(w control.Waiting) string { return w.Key }), nil
}

func (s *server) backlogFlow(ctx context.Context, in *struct {
	Environment string `query:"environment" doc:"The size and age of this environment's part only; weeks are counted over all."`
}) (*output[control.Flow], error) {
	f, err := s.Control.Flow(ctx, identityOf(ctx).scope, in.Environment)
	return answer(f), s.fail(err)
}
