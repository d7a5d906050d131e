package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/party"
)

func (s *server) registerInventory() {
	huma.Register(s.api, route(operation("list-inventory", http.MethodGet, "/api/v1/inventory", "Inventory", "List what is where, now or at a past moment"), party.View), s.listInventory)
}

func (s *server) listInventory(ctx context.Context, in *struct {
	Paged
	Environment string    `query:"environment" doc:"Only in this environment."`
	At          time.Time `query:"at" doc:"A past moment (RFC 3339); now when absent."`
}) (*listOutput[environment.Presence], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	list, err := s.Control.Inventory(ctx, identityOf(ctx).scope, in.Environment, in.At, page)
	if err != nil {
		return nil, s.fail(err)
	}
	return listed(list, page, func(p environment.Presence) string { return p.Target + "/" + p.Component }), nil
}
