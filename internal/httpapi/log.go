package httpapi

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/party"
)

func (s *server) registerLogs() {
	huma.Register(s.api, route(operation("search-deployment-log", http.MethodGet, "/api/v1/deployments/{deployment}/log/lines", "Deployments", "Find lines in what steps printed"), party.View), s.searchLog)
	op := route(operation("download-deployment-log", http.MethodGet, "/api/v1/deployments/{deployment}/log", "Deployments", "Download what steps printed as text, line by line as the lines ended"), party.View)
	op.Responses = map[string]*huma.Response{"200": {
		Description: "Each line begins with the time, the target and the step.",
		Content:     map[string]*huma.MediaType{"text/plain": {Schema: &huma.Schema{Type: huma.TypeString}}},
	}}
	huma.Register(s.api, op, s.downloadLog)
}

// LogPart chooses a part of a log.
type LogPart struct {
	Target string `query:"target" doc:"Only of this target."`
	Step   string `query:"step" doc:"Only of the steps of this name."`
}

func (s *server) searchLog(ctx context.Context, in *struct {
	DeploymentPath
	Paged
	LogPart
	Text  string `query:"text" required:"true" minLength:"1" maxLength:"1000" doc:"What the lines contain, in whatever case."`
	Regex bool   `query:"regex" doc:"The text is a regular expression (RE2), which says itself whether case matters."`
}) (*listOutput[control.FoundLine], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	search := deployment.Search{Text: in.Text, Regex: in.Regex, Target: in.Target, Step: in.Step}
	list, err := s.Control.SearchLog(ctx, identityOf(ctx).scope, in.Deployment, search, page)
	if err != nil {
		return nil, s.fail(err)
	}
	return listed(list, page, func(l control.FoundLine) string { return l.Key }), nil
}

func (s *server) downloadLog(ctx context.Context, in *struct {
	DeploymentPath
	LogPart
}) (*huma.StreamResponse, error) {
	scope := identityOf(ctx).scope
	if err := s.Control.LogWhole(ctx, scope, in.Deployment); err != nil { // while an answer can still say so
		return nil, s.fail(err)
	}
	return &huma.StreamResponse{Body: func(hctx huma.Context) {
		hctx.SetHeader("Content-Type", "text/plain; charset=utf-8")
		hctx.SetHeader("Content-Disposition", `attachment; filename="`+in.Deployment+`.log"`)
		if err := s.Control.WriteLog(hctx.Context(), scope, in.Deployment, in.Target, in.Step, hctx.BodyWriter()); err != nil {
			if hctx.Context().Err() == nil {
				s.Log.Error("download of a log failed", slog.String("deployment", in.Deployment), slog.Any("error", err))
			}
			panic(http.ErrAbortHandler) // break the answer off, so that nobody takes it for whole
		}
	}}, nil
}
