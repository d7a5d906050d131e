package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/journey"
	"tranship.dev/tranship/internal/practice/party"
)

// JourneyPath names a journey in the path of a request.
type JourneyPath struct {
	Journey string `path:"journey" doc:"The journey's number: J-1."`
}

type decisionInput struct {
	JourneyPath
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"4000" doc:"Why."`
	}
}

func (s *server) registerJourneys() {
	huma.Register(s.api, route(operation("list-journeys", http.MethodGet, "/api/v1/journeys", "Journeys", "List journeys, newest first"), party.View), s.listJourneys)
	huma.Register(s.api, route(operation("get-journey", http.MethodGet, "/api/v1/journeys/{journey}", "Journeys", "Show a journey with its environments and the time spent in each"), party.View), s.getJourney)
	huma.Register(s.api, route(operation("why-journey", http.MethodGet, "/api/v1/journeys/{journey}/why", "Journeys", "Say what a journey waits for or why it ended"), party.View), s.whyJourney)
	huma.Register(s.api, route(operation("promote-journey", http.MethodPost, "/api/v1/journeys/{journey}/promote", "Journeys", "Decide that a release goes on into the next environment"), party.Deploy), s.promoteJourney)
	huma.Register(s.api, route(operation("stop-journey", http.MethodPost, "/api/v1/journeys/{journey}/stop", "Journeys", "End a journey; what runs goes on"), party.Deploy), s.stopJourney)
	huma.Register(s.api, route(operation("get-release-journey", http.MethodGet, "/api/v1/releases/{release}/journey", "Journeys", "Show the way of a release through its environments, whatever brought it along"), party.View), s.releaseJourney)
	huma.Register(s.api, route(operation("list-pins", http.MethodGet, "/api/v1/pins", "Journeys", "List what is kept out of environments"), party.View), s.listPins)
	huma.Register(s.api, route(operation("set-pin", http.MethodPost, "/api/v1/pins", "Journeys", "Keep a version out of an environment"), party.Deploy), s.setPin)
	huma.Register(s.api, route(operation("lift-pin", http.MethodPost, "/api/v1/pins/lift", "Journeys", "Let a version into an environment again"), party.Deploy), s.liftPin)
}

func (s *server) listJourneys(ctx context.Context, in *struct {
	Paged
	Component string `query:"component" doc:"Only of this component."`
	Release   string `query:"release" doc:"Only of this release."`
	Trigger   string `query:"trigger" doc:"Only of this trigger."`
	Open      bool   `query:"open" doc:"Only those that have not ended."`
}) (*listOutput[journey.Journey], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	f := journey.Filter{Component: in.Component, Release: in.Release, Trigger: in.Trigger, Open: in.Open}
	list, err := s.Control.Journeys(ctx, identityOf(ctx).scope, f, page)
	if err != nil {
		return nil, s.fail(err)
	}
	return listed(list, page, func(j journey.Journey) string { return j.ID }), nil
}

func (s *server) getJourney(ctx context.Context, in *JourneyPath) (*output[journey.View], error) {
	v, err := s.Control.JourneyView(ctx, identityOf(ctx).scope, in.Journey)
	return answer(v), s.fail(err)
}

func (s *server) whyJourney(ctx context.Context, in *JourneyPath) (*output[practice.Verdict], error) {
	v, err := s.Control.WhyJourney(ctx, identityOf(ctx).scope, in.Journey)
	return answer(v), s.fail(err)
}

func (s *server) promoteJourney(ctx context.Context, in *decisionInput) (*output[journey.Journey], error) {
	who := identityOf(ctx)
	j, err := s.Control.PromoteJourney(ctx, who.scope, who.token.Actor, in.Journey, in.Body.Reason)
	return answer(j), s.fail(err)
}

func (s *server) stopJourney(ctx context.Context, in *decisionInput) (*output[journey.Journey], error) {
	who := identityOf(ctx)
	j, err := s.Control.StopJourney(ctx, who.scope, who.token.Actor, in.Journey, in.Body.Reason)
	return answer(j), s.fail(err)
}

func (s *server) releaseJourney(ctx context.Context, in *struct {
	Release string `path:"release" doc:"COMPONENT@VERSION or the name of a Release document."`
}) (*output[journey.View], error) {
	v, err := s.Control.ReleaseJourney(ctx, identityOf(ctx).scope, in.Release)
	return answer(v), s.fail(err)
}

func (s *server) listPins(ctx context.Context, in *struct {
	Paged
	Component   string `query:"component" doc:"Only of this component."`
	Environment string `query:"environment" doc:"Only in this environment."`
}) (*listOutput[journey.Pin], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	list, err := s.Control.Pins(ctx, identityOf(ctx).scope, in.Component, in.Environment, page)
	if err != nil {
		return nil, s.fail(err)
	}
	return listed(list, page, func(p journey.Pin) string { return p.Component + "/" + p.Environment + "/" + p.Version }), nil
}

func (s *server) setPin(ctx context.Context, in *struct {
	Body struct {
		Component   string `json:"component" minLength:"1" doc:"The component."`
		Environment string `json:"environment" minLength:"1" doc:"The environment that it is kept out of."`
		Version     string `json:"version,omitempty" doc:"The version; by default the one that was brought there last."`
		Reason      string `json:"reason" minLength:"1" maxLength:"4000" doc:"Why."`
	}
}) (*output[journey.Pin], error) {
	who, b := identityOf(ctx), in.Body
	p, err := s.Control.SetPin(ctx, who.scope, who.token.Actor, journey.Pin{Component: b.Component, Environment: b.Environment, Version: b.Version, Why: b.Reason})
	return answer(p), s.fail(err)
}

func (s *server) liftPin(ctx context.Context, in *struct {
	Body struct {
		Component   string `json:"component" minLength:"1" doc:"The component."`
		Environment string `json:"environment" minLength:"1" doc:"The environment."`
		Version     string `json:"version" minLength:"1" doc:"The version."`
		Reason      string `json:"reason" minLength:"1" maxLength:"4000" doc:"Why."`
	}
}) (*struct{}, error) {
	who, b := identityOf(ctx), in.Body
	return nil, s.fail(s.Control.LiftPin(ctx, who.scope, who.token.Actor, b.Component, b.Environment, b.Version, b.Reason))
}
