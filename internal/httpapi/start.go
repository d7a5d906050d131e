package httpapi

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice/model/start"
	"tranship.dev/tranship/internal/practice/party"
)

// ModelStart is a ready-made model with what it says when nothing is filled in.
type ModelStart struct {
	start.Start
	Spec json.RawMessage `json:"spec" doc:"What its document says, as that of any model."`
}

// FilledStart is a ready-made model that is filled in.
type FilledStart struct {
	start.Start
	YAML string `json:"yaml" doc:"The document, with comments that say what each part does; change it, then apply it."`
}

func (s *server) registerStarts() {
	huma.Register(s.api, route(operation("list-model-starts", http.MethodGet, "/api/v1/model-starts", "Documents", "List the ready-made models to begin with"), party.View), s.listStarts)
	one := route(operation("get-model-start", http.MethodGet, "/api/v1/model-starts/{start}", "Documents", "Give a ready-made model as YAML, filled in"), party.View)
	one.Description = "Nothing is stored: the document is applied like any other.\n\n" + one.Description
	huma.Register(s.api, one, s.getStart)
}

func (s *server) listStarts(_ context.Context, _ *struct{}) (*listOutput[ModelStart], error) {
	var views []ModelStart
	for _, one := range start.All() {
		text, err := one.YAML(start.Blank{})
		if err != nil {
			return nil, s.fail(err)
		}
		docs, err := s.Documents.Read([]control.File{{Name: one.Name + ".yaml", Text: text}})
		if err != nil {
			return nil, s.fail(err)
		}
		views = append(views, ModelStart{Start: one, Spec: docs[0].Spec})
	}
	return continued(views, ""), nil
}

func (s *server) getStart(ctx context.Context, in *struct {
	Start       string   `path:"start" doc:"The start's name."`
	Name        string   `query:"name" maxLength:"128" doc:"The name of the new model; when absent that of the component, or of the start."`
	Component   string   `query:"component" maxLength:"128" doc:"The component that it is for; its kind and owner are taken over."`
	Environment []string `query:"environment" maxItems:"100" doc:"The environments of its flow, in their order; the last one is the careful one. When absent, one of your own for each place of the promotion path."`
}) (*output[FilledStart], error) {
	who := identityOf(ctx)
	one, text, err := s.Control.ModelStart(ctx, who.scope, who.token.Actor, in.Start, start.Blank{Name: in.Name, Component: in.Component, Environments: in.Environment})
	return answer(FilledStart{Start: one, YAML: text}), s.fail(err)
}
