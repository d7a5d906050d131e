package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/party"
	"tranship.dev/tranship/internal/practice/signature"
)

// VersionPath names a version in the path of a request.
type VersionPath struct {
	Component string `path:"component" doc:"The component's name."`
	Version   string `path:"version" doc:"The version."`
}

type versionInput struct {
	Component string `path:"component" doc:"The component's name."`
	Body      struct {
		Version   string              `json:"version" minLength:"1" maxLength:"128" doc:"The version; it never changes afterwards."`
		Digest    practice.Digest     `json:"digest" doc:"The digest of the OCI manifest."`
		Reference string              `json:"reference,omitempty" doc:"The repository in Tranship's registry that holds it (by default the component's name), or oci://HOST/REPOSITORY@DIGEST in an outside registry."`
		MediaType string              `json:"mediaType,omitempty" doc:"The manifest's media type, for an outside registry."`
		Size      int64               `json:"size,omitempty" minimum:"0" doc:"Bytes of all layers, for an outside registry."`
		Origin    library.Origin      `json:"origin,omitempty" doc:"Where it comes from."`
		Signature *signature.Envelope `json:"signature,omitempty" doc:"A DSSE envelope with the publisher's in-toto statement."`
		Admit     bool                `json:"admit,omitempty" doc:"Admit it at once; otherwise it is quarantined."`
	}
}

type moveInput struct {
	VersionPath
	Body struct {
		Reason string `json:"reason" minLength:"1" doc:"Why."`
	}
}

func (s *server) registerLibrary() {
	huma.Register(s.api, route(operation("list-versions", http.MethodGet, "/api/v1/versions", "Library", "List versions, newest first"), party.View), s.listVersions)
	huma.Register(s.api, route(operation("get-version", http.MethodGet, "/api/v1/components/{component}/versions/{version}", "Library", "Show a version"), party.View), s.getVersion)
	huma.Register(s.api, route(operation("add-version", http.MethodPost, "/api/v1/components/{component}/versions", "Library", "Record a version whose media were pushed"), party.Stock), s.addVersion)
	huma.Register(s.api, route(operation("admit-version", http.MethodPost, "/api/v1/components/{component}/versions/{version}/admit", "Library", "Allow a version to be deployed"), party.Stock), s.admitVersion)
	huma.Register(s.api, route(operation("withdraw-version", http.MethodPost, "/api/v1/components/{component}/versions/{version}/withdraw", "Library", "Forbid a version from now on"), party.Stock), s.withdrawVersion)
}

func (s *server) listVersions(ctx context.Context, in *struct {
	Paged
	Component string `query:"component" doc:"Only of this component."`
}) (*listOutput[library.Version], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	list, err := s.Control.Versions(ctx, identityOf(ctx).scope, in.Component, page)
	if err != nil {
		return nil, s.fail(err)
	}
	return listed(list, page, func(v library.Version) string { return v.Component + "@" + v.Version }), nil
}

func (s *server) getVersion(ctx context.Context, in *VersionPath) (*output[library.Version], error) {
	v, err := s.Control.Version(ctx, identityOf(ctx).scope, in.Component, in.Version)
	return answer(v), s.fail(err)
}

func (s *server) addVersion(ctx context.Context, in *versionInput) (*output[library.Version], error) {
	who := identityOf(ctx)
	b := in.Body
	v := library.Version{
		Component: in.Component, Version: b.Version, Digest: b.Digest, MediaType: b.MediaType, Size: b.Size,
		Reference: b.Reference, Origin: b.Origin, Signature: b.Signature,
	}
	if v.Reference == "" {
		v.Reference = in.Component
	}
	v.Origin.Way = "" // it was pushed, whatever is said
	v, err := s.Control.AddVersion(ctx, who.scope, who.token.Actor, v, b.Admit)
	return answer(v), s.fail(err)
}

func (s *server) admitVersion(ctx context.Context, in *moveInput) (*output[library.Version], error) {
	who := identityOf(ctx)
	v, err := s.Control.Admit(ctx, who.scope, who.token.Actor, in.Component, in.Version, in.Body.Reason)
	return answer(v), s.fail(err)
}

func (s *server) withdrawVersion(ctx context.Context, in *moveInput) (*output[library.Version], error) {
	who := identityOf(ctx)
	v, err := s.Control.Withdraw(ctx, who.scope, who.token.Actor, in.Component, in.Version, in.Body.Reason)
	return answer(v), s.fail(err)
}
