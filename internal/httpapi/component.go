package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/party"
)

// ComponentPath names a component in the path of a request.
type ComponentPath struct {
	Component string `path:"component" doc:"The component's name."`
}

// Places tells where the versions of a component are.
type Places struct {
	Places []environment.Place `json:"places" doc:"By environment and version."`
}

func (s *server) registerComponents() {
	huma.Register(s.api, route(operation("list-components", http.MethodGet, "/api/v1/components", "Library", "List components by name, with what the library holds of each"), party.View), s.listComponents)
	huma.Register(s.api, route(operation("get-component", http.MethodGet, "/api/v1/components/{component}", "Library", "Show a component with what the library holds of it"), party.View), s.getComponent)
	huma.Register(s.api, route(operation("list-component-places", http.MethodGet, "/api/v1/components/{component}/places", "Library", "List where the versions of a component are now"), party.View), s.listPlaces)
	huma.Register(s.api, route(operation("compare-versions", http.MethodGet, "/api/v1/components/{component}/difference", "Library", "Compare two versions: their files and their bills of materials"), party.View), s.compareVersions)
	huma.Register(s.api, route(operation("get-version-content", http.MethodGet, "/api/v1/components/{component}/versions/{version}/content", "Library", "Show what a version is made of and what was pushed about it"), party.View), s.getContent)
	huma.Register(s.api, route(operation("download-attachment", http.MethodGet, "/api/v1/components/{component}/versions/{version}/attachments/{digest}", "Library", "Download what was pushed about a version"), party.View), s.downloadAttachment)
	huma.Register(s.api, route(operation("quarantine-version", http.MethodPost, "/api/v1/components/{component}/versions/{version}/quarantine", "Library", "Take a version back into quarantine; what is deployed stays"), party.Stock), s.quarantineVersion)
}

func (s *server) listComponents(ctx context.Context, in *struct {
	Paged
	Text    string `query:"text" maxLength:"200" doc:"Only those that have it in name, description, service or owner."`
	Service string `query:"service" doc:"Only of this service."`
	Waiting bool   `query:"waiting" doc:"Only those with a version in quarantine."`
}) (*listOutput[control.ComponentView], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	found, next, err := s.Control.Components(ctx, identityOf(ctx).scope, control.ComponentFilter{Text: in.Text, Service: in.Service, Waiting: in.Waiting}, page)
	if err != nil {
		return nil, s.fail(err)
	}
	return continued(found, next), nil
}

func (s *server) getComponent(ctx context.Context, in *ComponentPath) (*output[control.ComponentView], error) {
	view, err := s.Control.Component(ctx, identityOf(ctx).scope, in.Component)
	return answer(view), s.fail(err)
}

func (s *server) listPlaces(ctx context.Context, in *ComponentPath) (*output[Places], error) {
	places, err := s.Control.Places(ctx, identityOf(ctx).scope, in.Component)
	if places == nil {
		places = []environment.Place{}
	}
	return answer(Places{places}), s.fail(err)
}

func (s *server) compareVersions(ctx context.Context, in *struct {
	ComponentPath
	From string `query:"from" required:"true" doc:"The one version."`
	To   string `query:"to" required:"true" doc:"The other version."`
}) (*output[control.VersionDifference], error) {
	found, err := s.Control.CompareVersions(ctx, identityOf(ctx).scope, in.Component, in.From, in.To)
	return answer(found), s.fail(err)
}

func (s *server) getContent(ctx context.Context, in *VersionPath) (*output[control.VersionContent], error) {
	content, err := s.Control.Content(ctx, identityOf(ctx).scope, in.Component, in.Version)
	return answer(content), s.fail(err)
}

func (s *server) downloadAttachment(ctx context.Context, in *struct {
	VersionPath
	Digest practice.Digest `path:"digest" doc:"The digest of the content."`
}) (*attachmentOutput, error) {
	raw, _, err := s.Control.Attached(ctx, identityOf(ctx).scope, in.Component, in.Version, in.Digest)
	if err != nil {
		return nil, s.fail(err)
	}
	return &attachmentOutput{
		// What a publisher pushed is never shown as a page of this server.
		ContentType: "application/octet-stream", Disposition: "attachment; filename=\"" + in.Digest.Short() + ".json\"", Body: raw,
	}, nil
}

type attachmentOutput struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

func (s *server) quarantineVersion(ctx context.Context, in *moveInput) (*output[library.Version], error) {
	who := identityOf(ctx)
	v, err := s.Control.Quarantine(ctx, who.scope, who.token.Actor, in.Component, in.Version, in.Body.Reason)
	return answer(v), s.fail(err)
}
