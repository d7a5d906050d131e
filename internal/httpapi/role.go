package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tranship.dev/tranship/internal/practice/party"
)

// RoleView is a role, what it allows, and who has it.
type RoleView struct {
	Role   party.Role `json:"role"`
	About  string     `json:"about"`
	Allows []Right    `json:"allows"`
	People int        `json:"people" doc:"How many people can sign in with it."`
	Names  []string   `json:"names,omitempty" doc:"The first hundred of them. Who may give roles is told to everybody; the others to those alone."`
	Tokens int        `json:"tokens" doc:"How many tokens with it are valid."`
}

// Right is an action that a role allows.
type Right struct {
	Action party.Action `json:"action"`
	About  string       `json:"about"`
}

func (s *server) registerRoles() {
	list := route(operation("list-roles", http.MethodGet, "/api/v1/roles", "Sign-in", "List the roles, what each allows, and who has it"), party.View)
	list.Description = "A role holds in every environment. Who may approve what is said by groups and policies.\n\n" + list.Description
	huma.Register(s.api, list, s.listRoles)
}

func (s *server) listRoles(ctx context.Context, _ *struct{}) (*listOutput[RoleView], error) {
	who := identityOf(ctx)
	held, err := s.Control.Holders(ctx, who.scope)
	if err != nil {
		return nil, s.fail(err)
	}
	gives := who.token.Role.May(party.Administer)
	var items []RoleView
	for _, role := range party.Roles() {
		h := held[role]
		v := RoleView{Role: role, About: role.About(), People: h.People, Tokens: h.Tokens, Allows: []Right{}}
		if gives || role.May(party.Administer) {
			v.Names = h.Names
		}
		for _, action := range role.Actions() {
			v.Allows = append(v.Allows, Right{Action: action, About: action.About()})
		}
		items = append(items, v)
	}
	return continued(items, ""), nil
}
