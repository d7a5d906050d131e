package journey_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/httpapi"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/party"
	"tranship.dev/tranship/test/house"
)

// rights says once more, apart from the code, what each role may.
var rights = map[party.Role]string{
	party.Administrator: "view configure stock fetch plan deploy approve integrate enrol administer",
	party.Manager:       "view configure stock fetch plan deploy approve enrol",
	party.Practitioner:  "view stock fetch plan deploy approve",
	party.Approver:      "view approve",
	party.Integrator:    "view stock fetch integrate",
	party.Viewer:        "view fetch",
}

// operation is one operation of the API, and the right that it needs; "" for none.
type operation struct{ method, path, right string }

var needed = regexp.MustCompile(`Needs the right to ([a-z]+)\.`)

// operations reads the API's description.
func operations(t *testing.T) []operation {
	t.Helper()
	text, err := httpapi.Description("test", false)
	if err != nil {
		t.Fatal(err)
	}
	var api struct {
		Paths map[string]map[string]struct {
			Description string                `yaml:"description"`
			Security    []map[string][]string `yaml:"security"`
		} `yaml:"paths"`
	}
	if err := yaml.Unmarshal(text, &api); err != nil {
		t.Fatal(err)
	}
	var all []operation
	for path, methods := range api.Paths {
		for method, op := range methods {
			right := needed.FindStringSubmatch(op.Description)
			switch {
			case len(op.Security) == 0:
				all = append(all, operation{strings.ToUpper(method), path, ""})
			case right == nil:
				t.Errorf("%s %s does not say which right it needs", method, path)
			default:
				all = append(all, operation{strings.ToUpper(method), path, right[1]})
			}
		}
	}
	return all
}

var parameter = regexp.MustCompile(`\{[^}]*\}`)

// knock sends a request that is good for nothing, and gives the status and the detail of the answer.
func knock(t *testing.T, h *house.House, op operation, token string) (status int, detail string) {
	t.Helper()
	return send(t, h, op, token, "{}")
}

// approveOver approves a deployment by the API.
func approveOver(t *testing.T, h *house.House, id, subject, token string) (status int, detail string) {
	t.Helper()
	return send(t, h, operation{http.MethodPost, "/api/v1/deployments/" + id + "/votes", "approve"}, token, `{"decision": "approve", "subject": "`+subject+`"}`)
}

func send(t *testing.T, h *house.House, op operation, token, body string) (status int, detail string) {
	t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), 20*time.Second)
	defer stop()
	r, err := http.NewRequestWithContext(ctx, op.method, h.URL+parameter.ReplaceAllString(op.path, "none"), strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatalf("%s %s: %v", op.method, op.path, err)
	}
	defer answer.Body.Close()
	if answer.StatusCode < 400 {
		return answer.StatusCode, "" // it may be a stream without an end
	}
	raw, _ := io.ReadAll(answer.Body)
	var problem struct{ Detail string }
	_ = json.Unmarshal(raw, &problem)
	return answer.StatusCode, problem.Detail
}

// TestEveryRouteAsksForItsRight: each operation lets exactly the roles through
// that have its right, and nobody without a token or whose person has left (threats 20 and 31).
func TestEveryRouteAsksForItsRight(t *testing.T) {
	t.Parallel()
	h := house.Start(t)
	h.Apply(people)
	tokens := map[party.Role]string{}
	for _, role := range party.Roles() {
		tokens[role] = token(t, h, role, anna)
	}
	gone := token(t, h, party.Administrator, person("ben"))
	account := token(t, h, party.Administrator, practice.Actor{Kind: practice.Account, Name: "ci"})
	all := operations(t)
	if len(all) < 60 {
		t.Fatalf("only %d operations are described", len(all))
	}
	for _, op := range all {
		if op.right == "" {
			continue
		}
		if status, _ := knock(t, h, op, ""); status != http.StatusUnauthorized {
			t.Errorf("%s %s without a token: %d", op.method, op.path, status)
		}
		for role, written := range tokens {
			status, detail := knock(t, h, op, written)
			refused := status == http.StatusForbidden && strings.Contains(detail, "may not "+op.right)
			if may := slices.Contains(strings.Fields(rights[role]), op.right); may == refused || status == http.StatusUnauthorized {
				t.Errorf("%s %s needs %s: role %s gets %d %s", op.method, op.path, op.right, role, status, detail)
			}
		}
	}
	leave := func(name string) {
		h.Apply(strings.Replace(people, "metadata: {name: "+name+"}\nspec: {", "metadata: {name: "+name+"}\nspec: {left: true, ", 1))
	}
	whoami := operation{http.MethodGet, "/api/v1/whoami", "view"}
	if status, detail := knock(t, h, whoami, gone); status != http.StatusOK {
		t.Errorf("before ben left: %d %s", status, detail)
	}
	leave("ben")
	if status, detail := knock(t, h, whoami, gone); status != http.StatusUnauthorized || !strings.Contains(detail, "ben has left") {
		t.Errorf("after ben left: %d %s", status, detail)
	}
	leave("anna")
	if status, detail := knock(t, h, whoami, account); status != http.StatusUnauthorized || !strings.Contains(detail, "anna, who answers for service account ci, has left") {
		t.Errorf("after the owner of ci left: %d %s", status, detail)
	}
	if _, _, err := h.Control.CreateToken(context.Background(), practice.DefaultScope, house.Admin, "x", party.Viewer, anna, time.Time{}); practice.CodeOf(err) != practice.Invalid {
		t.Errorf("a token for somebody who has left: %v", err)
	}
	if _, _, err := h.Control.CreateToken(context.Background(), practice.DefaultScope, house.Admin, "x", party.Viewer, person("ghost"), time.Time{}); practice.CodeOf(err) != practice.Invalid {
		t.Errorf("a token for nobody: %v", err)
	}
	if err := h.Control.Remove(context.Background(), practice.DefaultScope, house.Admin, practice.KindServiceAccount, "ci", 0); err != nil {
		t.Fatal(err)
	}
	if report := verified(t, h); !report.OK() {
		t.Errorf("verify: %v", report)
	}
}

func token(t *testing.T, h *house.House, role party.Role, who practice.Actor) string {
	t.Helper()
	written, _, err := h.Control.CreateToken(context.Background(), practice.DefaultScope, house.Admin, string(role), role, who, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	return written
}

// ownToken is a token that somebody made.
func ownToken(t *testing.T, h *house.House, role party.Role, who practice.Actor) string {
	t.Helper()
	written, _, err := h.Control.CreateToken(context.Background(), practice.DefaultScope, who, string(role), role, who, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	return written
}

// TestPain03AdministratorOverTheAPI: the way in over HTTP is no other way around.
func TestPain03AdministratorOverTheAPI(t *testing.T) {
	t.Parallel()
	h := ready(t, twoAndOne)
	d := request(t, h, anna, control.AskRequest{})
	for who, written := range map[string]string{
		"the administrator": h.Token, "the requester": token(t, h, party.Manager, anna),
		"a stranger": token(t, h, party.Approver, person("emil")), "an account": token(t, h, party.Practitioner, practice.Actor{Kind: practice.Account, Name: "ci"}),
	} {
		status, detail := approveOver(t, h, d.ID, string(d.Subject), written)
		if status != http.StatusForbidden {
			t.Errorf("%s approves over HTTP: %d %s", who, status, detail)
		}
	}
	if status, detail := approveOver(t, h, d.ID, string(practice.DigestOf(nil)), ownToken(t, h, party.Approver, person("carla"))); status != http.StatusConflict {
		t.Errorf("a stale page: %d %s", status, detail)
	}
	if status, detail := approveOver(t, h, d.ID, string(d.Subject), token(t, h, party.Approver, person("carla"))); status != http.StatusForbidden || !strings.Contains(detail, "own hand") {
		t.Errorf("carla, by a token that the administrator made: %d %s", status, detail)
	}
	if status, detail := approveOver(t, h, d.ID, string(d.Subject), ownToken(t, h, party.Approver, person("carla"))); status != http.StatusOK {
		t.Errorf("carla: %d %s", status, detail)
	}
}
