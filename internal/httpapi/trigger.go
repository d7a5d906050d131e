package httpapi

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/journey"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/party"
)

// TriggerPath names a trigger in the path of a request.
type TriggerPath struct {
	Trigger string `path:"trigger" doc:"The trigger's name."`
}

func (s *server) registerTriggers() {
	huma.Register(s.api, route(operation("list-triggers", http.MethodGet, "/api/v1/triggers", "Journeys", "List triggers by name"), party.View), s.listTriggers)
	huma.Register(s.api, route(operation("get-trigger", http.MethodGet, "/api/v1/triggers/{trigger}", "Journeys", "Show a trigger"), party.View), s.getTrigger)
	huma.Register(s.api, route(operation("why-trigger", http.MethodGet, "/api/v1/triggers/{trigger}/why", "Journeys", "Say what a trigger waits for, and what keeps it from firing"), party.View), s.whyTrigger)
	huma.Register(s.api, route(operation("fire-trigger", http.MethodPost, "/api/v1/triggers/{trigger}/fire", "Journeys", "Let a release begin its way now"), party.Deploy), s.fireTrigger)
	huma.Register(s.api, route(operation("get-trigger-secret", http.MethodPost, "/api/v1/triggers/{trigger}/secret", "Journeys", "Show the secret that its webhooks are signed with, or make another one"), party.Administer), s.triggerSecret)
	huma.Register(s.api, route(operation("list-trigger-deliveries", http.MethodGet, "/api/v1/triggers/{trigger}/deliveries", "Journeys", "List the webhooks that came, newest first, with what became of them"), party.View), s.listDeliveries)
	huma.Register(s.api, route(operation("list-evidence", http.MethodGet, "/api/v1/evidence", "Library", "List results of tests, the last received first"), party.View), s.listEvidence)
	huma.Register(s.api, route(operation("add-evidence", http.MethodPost, "/api/v1/components/{component}/versions/{version}/evidence", "Library", "Send the result of a test suite on a version in"), party.Stock), s.addEvidence)
}

func (s *server) listTriggers(ctx context.Context, in *struct{ Paged }) (*listOutput[control.TriggerView], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	list, err := s.Control.Triggers(ctx, identityOf(ctx).scope, page)
	if err != nil {
		return nil, s.fail(err)
	}
	return listed(list, page, func(t control.TriggerView) string { return t.Name }), nil
}

func (s *server) getTrigger(ctx context.Context, in *TriggerPath) (*output[control.TriggerView], error) {
	v, err := s.Control.Trigger(ctx, identityOf(ctx).scope, in.Trigger)
	return answer(v), s.fail(err)
}

func (s *server) whyTrigger(ctx context.Context, in *TriggerPath) (*output[practice.Verdict], error) {
	v, err := s.Control.WhyTrigger(ctx, identityOf(ctx).scope, in.Trigger)
	return answer(v), s.fail(err)
}

func (s *server) fireTrigger(ctx context.Context, in *struct {
	TriggerPath
	Body control.Fire
}) (*output[journey.Journey], error) {
	who := identityOf(ctx)
	j, err := s.Control.FireTrigger(ctx, who.scope, who.token.Actor, in.Trigger, in.Body)
	return answer(j), s.fail(err)
}

func (s *server) triggerSecret(ctx context.Context, in *struct {
	TriggerPath
	Body struct {
		Rotate bool `json:"rotate,omitempty" doc:"Make another secret; the one before counts no longer."`
	}
}) (*output[control.TriggerSecret], error) {
	who := identityOf(ctx)
	secret, err := s.Control.TriggerSecret(ctx, who.scope, who.token.Actor, in.Trigger, in.Body.Rotate)
	return answer(secret), s.fail(err)
}

func (s *server) listDeliveries(ctx context.Context, in *struct {
	TriggerPath
	Paged
}) (*listOutput[journey.Delivery], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	list, err := s.Control.Deliveries(ctx, identityOf(ctx).scope, in.Trigger, page)
	if err != nil {
		return nil, s.fail(err)
	}
	return listed(list, page, func(d journey.Delivery) string { return strconv.FormatInt(d.Number, 10) }), nil
}

func (s *server) listEvidence(ctx context.Context, in *struct {
	Paged
	Component string `query:"component" doc:"Only of this component."`
	Version   string `query:"version" doc:"Only of this version of the component."`
}) (*listOutput[library.Evidence], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	list, err := s.Control.Evidence(ctx, identityOf(ctx).scope, library.EvidenceFilter{Component: in.Component, Version: in.Version}, page)
	if err != nil {
		return nil, s.fail(err)
	}
	return listed(list, page, func(e library.Evidence) string { return e.ID }), nil
}

func (s *server) addEvidence(ctx context.Context, in *struct {
	VersionPath
	Body struct {
		Suite       string    `json:"suite" minLength:"1" maxLength:"128" doc:"The name of the test suite; thresholds speak of it."`
		Environment string    `json:"environment,omitempty" doc:"Where the tests ran; it counts for every environment when absent."`
		Passed      int       `json:"passed" minimum:"0" doc:"How many tests passed."`
		Failed      int       `json:"failed" minimum:"0" doc:"How many failed."`
		Skipped     int       `json:"skipped,omitempty" minimum:"0" doc:"How many were not run."`
		Coverage    float64   `json:"coverage,omitempty" minimum:"0" maximum:"1" doc:"The share of the code that was run."`
		URL         string    `json:"url,omitempty" maxLength:"2000" doc:"Where the whole result is seen."`
		At          time.Time `json:"at,omitzero" required:"false" doc:"When the tests ended; now when absent."`
	}
}) (*output[library.Evidence], error) {
	who, b := identityOf(ctx), in.Body
	e, err := s.Control.AddEvidence(ctx, who.scope, who.token.Actor, library.Evidence{
		Component: in.Component, Version: in.Version, Suite: b.Suite, Environment: b.Environment,
		Passed: b.Passed, Failed: b.Failed, Skipped: b.Skipped, Coverage: b.Coverage, URL: b.URL, At: b.At,
	})
	return answer(e), s.fail(err)
}
