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

func (s *server) registerOverview() {
	overview := route(operation("get-overview", http.MethodGet, "/api/v1/overview", "Overview", "Show what is where: components by environments, now or at a past moment"), party.View)
	overview.Description = "A window of rows, each with a cell for every environment in which there is something to say. Of a past moment it says what stood where, what had drifted, what was kept out, what was under way and which freezes held, from the history and the record.\n\n" + overview.Description
	huma.Register(s.api, overview, s.getOverview)
	huma.Register(s.api, route(operation("get-place", http.MethodGet, "/api/v1/overview/{component}/{environment}", "Overview", "Show what of a component stands in an environment, since when and by whose authority"), party.View), s.getPlace)
	huma.Register(s.api, route(operation("list-tasks", http.MethodGet, "/api/v1/tasks", "Overview", "List what waits for a person, the most urgent and oldest first"), party.View), s.listTasks)
	huma.Register(s.api, route(operation("list-done-tasks", http.MethodGet, "/api/v1/tasks/done", "Overview", "List what whoever asks answered lately, the last first, from the record"), party.View), s.listDoneTasks)
	huma.Register(s.api, route(operation("count-deployments", http.MethodGet, "/api/v1/deployments/counts", "Deployments", "Count deployments by state and result"), party.View), s.countDeployments)
	huma.Register(s.api, route(operation("get-activity", http.MethodGet, "/api/v1/activity", "Overview", "Count deployments by when they began, in steps of time, and tell when freezes held"), party.View), s.getActivity)
	huma.Register(s.api, route(operation("search", http.MethodGet, "/api/v1/search", "Overview", "Find things by a part of their name, by their id, or by the beginning of a digest"), party.View), s.search)
}

func (s *server) getOverview(ctx context.Context, in *struct {
	Paged
	Environments []string  `query:"environment" doc:"The columns; all when absent."`
	Text         string    `query:"text" maxLength:"128" doc:"Only components with this in their name, their service's or their owner's."`
	Service      string    `query:"service" maxLength:"128" doc:"Only components of this service."`
	Show         string    `query:"show" enum:"awaiting,failing,unknown,degraded,drifted,running,scheduled,pinned" doc:"Only components of which this is true in one of the columns; of a past moment, scheduled and unknown are not known."`
	Group        string    `query:"group" enum:"service" doc:"Order the rows by service, then by name; by name alone when absent."`
	At           time.Time `query:"at" doc:"A past moment (RFC 3339); now when absent."`
}) (*output[control.Overview], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	ask := control.OverviewAsk{Environments: in.Environments, Text: in.Text, Service: in.Service, Show: in.Show, ByService: in.Group != "", At: in.At}
	o, err := s.Control.Overview(ctx, identityOf(ctx).scope, ask, page)
	o.Next = cursor(o.Next)
	return answer(o), s.fail(err)
}

func (s *server) getPlace(ctx context.Context, in *struct {
	Component   string    `path:"component" doc:"The component."`
	Environment string    `path:"environment" doc:"The environment."`
	At          time.Time `query:"at" doc:"A past moment (RFC 3339); now when absent."`
}) (*output[control.PlaceCard], error) {
	card, err := s.Control.PlaceCard(ctx, identityOf(ctx).scope, in.Component, in.Environment, in.At)
	return answer(card), s.fail(err)
}

func (s *server) listTasks(ctx context.Context, in *struct {
	Paged
	Mine bool `query:"mine" doc:"Only what whoever asks can answer."`
	Team bool `query:"team" doc:"Only that, and what is a matter of the groups in which they sit."`
}) (*listOutput[control.Task], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	who := identityOf(ctx)
	var view control.TaskView
	switch {
	case in.Mine:
		view = control.TasksMine
	case in.Team:
		view = control.TasksTeam
	}
	list, next, err := s.Control.Tasks(ctx, who.scope, who.token.Actor, who.token.Role, view, page)
	return continued(list, next), s.fail(err)
}

func (s *server) listDoneTasks(ctx context.Context, in *struct {
	Limit int `query:"limit" minimum:"1" maximum:"200" default:"20" doc:"At most so many."`
}) (*listOutput[control.DoneTask], error) {
	who := identityOf(ctx)
	done, err := s.Control.DoneTasks(ctx, who.scope, who.token.Actor, in.Limit)
	return listed(done, practice.Page{}, func(control.DoneTask) string { return "" }), s.fail(err)
}

// Counted is how many deployments there are.
type Counted struct {
	Open   int                       `json:"open"`
	Closed int                       `json:"closed"`
	Counts []control.DeploymentCount `json:"counts" doc:"By state and, of those that are closed, by result."`
}

func (s *server) countDeployments(ctx context.Context, in *struct {
	Environment string `query:"environment" doc:"Only into this environment."`
}) (*output[Counted], error) {
	counts, err := s.Control.DeploymentCounts(ctx, identityOf(ctx).scope, in.Environment)
	out := Counted{Counts: counts}
	if counts == nil {
		out.Counts = []control.DeploymentCount{}
	}
	for _, c := range counts {
		if c.Result == "" {
			out.Open += c.Number
		} else {
			out.Closed += c.Number
		}
	}
	return answer(out), s.fail(err)
}

func (s *server) getActivity(ctx context.Context, in *struct {
	Environment string    `query:"environment" doc:"Only into this environment."`
	From        time.Time `query:"from" required:"true" doc:"The beginning (RFC 3339)."`
	To          time.Time `query:"to" required:"true" doc:"The end (RFC 3339), at most 400 days later."`
	Steps       int       `query:"steps" minimum:"1" maximum:"1000" default:"168" doc:"Into how many steps the time is divided."`
}) (*output[control.Strip], error) {
	strip, err := s.Control.Strip(ctx, identityOf(ctx).scope, in.Environment, in.From, in.To, in.Steps)
	return answer(strip), s.fail(err)
}

func (s *server) search(ctx context.Context, in *struct {
	Text  string `query:"q" required:"true" minLength:"1" maxLength:"128" doc:"Part of a name, an id such as D-12, or COMPONENT@VERSION."`
	Limit int    `query:"limit" minimum:"1" maximum:"50" default:"8" doc:"At most so many of each kind."`
}) (*listOutput[control.Hit], error) {
	hits, err := s.Control.Search(ctx, identityOf(ctx).scope, in.Text, in.Limit)
	return listed(hits, practice.Page{}, func(h control.Hit) string { return h.Name }), s.fail(err)
}
