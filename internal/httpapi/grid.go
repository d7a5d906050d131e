package httpapi

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/party"
)

func (s *server) registerGrid() {
	grid := route(operation("get-target-grid", http.MethodGet, "/api/v1/deployments/{deployment}/grid", "Deployments", "Show all targets of a deployment as counts and one letter each"), party.View)
	grid.Description = "Its ETag is the deployment's revision: with If-None-Match, nothing is sent where nothing changed.\n\n" + grid.Description
	huma.Register(s.api, grid, s.getGrid)
	huma.Register(s.api, route(operation("list-target-grid-names", http.MethodGet, "/api/v1/deployments/{deployment}/grid/names", "Deployments", "Give the names of some targets in the order of the grid"), party.View), s.listGridNames)
	huma.Register(s.api, route(operation("list-target-grid-domains", http.MethodGet, "/api/v1/deployments/{deployment}/grid/domains", "Deployments", "Part the targets of the grid into failure domains, by a label"), party.View), s.listGridDomains)
	huma.Register(s.api, route(operation("list-deployment-failures", http.MethodGet, "/api/v1/deployments/{deployment}/failures", "Deployments", "List what went wrong by cause, with the targets that it befell"), party.View), s.listFailures)
}

// Known is the part of a request that names what whoever asks has already.
type Known struct {
	IfNoneMatch string `header:"If-None-Match" doc:"The ETag of an earlier answer; where it still holds, the answer is 304 and empty."`
}

// revision gives the revision that the tag names; -1: none.
func (k Known) revision() int64 {
	number, err := strconv.ParseInt(strings.Trim(strings.TrimPrefix(k.IfNoneMatch, "W/"), `"`), 10, 64)
	if err != nil {
		return -1
	}
	return number
}

// tagged is an answer that need not be sent again while its tag holds.
type tagged[T any] struct {
	Status int
	ETag   string `header:"ETag"`
	Body   T
}

// atRevision gives an answer that holds for one revision.
func atRevision[T any](body T, revision int64, k Known) *tagged[T] {
	out := &tagged[T]{Status: http.StatusOK, ETag: strconv.Quote(strconv.FormatInt(revision, 10)), Body: body}
	if k.revision() == revision {
		out.Status = http.StatusNotModified
	}
	return out
}

func (s *server) getGrid(ctx context.Context, in *struct {
	DeploymentPath
	Known
	Names bool `query:"names" doc:"Give the names as well; they never change while the deployment has its plan."`
}) (*tagged[control.TargetGrid], error) {
	g, err := s.Control.TargetGrid(ctx, identityOf(ctx).scope, in.Deployment, in.Names, in.revision())
	if err != nil {
		return nil, s.fail(err)
	}
	return atRevision(g, g.Revision, in.Known), nil
}

func (s *server) listGridNames(ctx context.Context, in *struct {
	DeploymentPath
	From  int `query:"from" minimum:"0" doc:"The place of the first one."`
	Limit int `query:"limit" minimum:"1" maximum:"1000" default:"500" doc:"At most so many."`
}) (*output[control.GridNames], error) {
	names, err := s.Control.GridNames(ctx, identityOf(ctx).scope, in.Deployment, in.From, in.Limit)
	return answer(names), s.fail(err)
}

func (s *server) listGridDomains(ctx context.Context, in *struct {
	DeploymentPath
	By string `query:"by" maxLength:"128" doc:"The label; when absent that of the strategy, or one that tells the targets apart."`
}) (*output[control.GridDomains], error) {
	domains, err := s.Control.GridDomains(ctx, identityOf(ctx).scope, in.Deployment, in.By)
	return answer(domains), s.fail(err)
}

// Failures are the causes of a deployment's trouble.
type Failures struct {
	Items []deployment.Failure `json:"items" doc:"Those that befell most targets first; targets that were given up are in none."`
}

func (s *server) listFailures(ctx context.Context, in *struct {
	DeploymentPath
	Known
	Cause string `query:"cause" maxLength:"64" doc:"Only the one of this key."`
	Names bool   `query:"names" doc:"Give the names of up to 1,000 targets of each, not of three."`
}) (*tagged[Failures], error) {
	named := 3
	if in.Names {
		named = practice.MaxLimit
	}
	list, revision, err := s.Control.Failures(ctx, identityOf(ctx).scope, in.Deployment, in.Cause, named, in.revision())
	if err != nil {
		return nil, s.fail(err)
	}
	return atRevision(Failures{Items: list}, revision, in.Known), nil
}
