package journey_test

import (
	"context"
	"testing"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/journey"
	"tranship.dev/tranship/test/house"
)

var wayTamperings = []tampering{
	{"a decision is forged", `UPDATE journey SET body = json_set(body, '$.stages[1].decision.by.name', 'eve') WHERE number = 1`, "journey J-1"},
	{"a journey is of another release", `UPDATE journey SET release = 'shop@9', body = json_set(body, '$.release', 'shop@9') WHERE number = 1`, "journey J-1"},
	{"a journey asks as somebody else", `UPDATE journey SET body = json_set(body, '$.as.name', 'eve') WHERE number = 1`, "journey J-1"},
	{"a journey is listed as open", `UPDATE journey SET open = 1 WHERE number = 1`, "journey J-1"},
	{"a journey never ended", `UPDATE journey SET open = 1, body = json_set(json_remove(body, '$.ending'), '$.state', 'waiting') WHERE number = 1`, "journey J-1"},
	{"a journey had another deployment", `UPDATE journey SET body = json_set(body, '$.stages[0].deployments[0]', 'D-9') WHERE number = 1`, "journey J-1"},
	{"a journey vanishes", `DELETE FROM journey WHERE number = 1`, "journey J-1"},
	{"failing tests pass", `UPDATE evidence SET body = json_set(body, '$.failed', 0) WHERE number = 1`, "evidence E-1"},
	{"evidence vanishes", `DELETE FROM evidence WHERE number = 1`, "evidence E-1"},
	{"evidence is invented", `INSERT INTO evidence SELECT scope, 99, component, version, json_set(body, '$.id', 'E-99') FROM evidence WHERE number = 1`, "evidence E-99"},
	{"a pin vanishes", `DELETE FROM pin`, "pin shop/live/1.0.0"},
	{"a pin has another reason", `UPDATE pin SET body = json_set(body, '$.why', 'nothing')`, "pin shop/live/1.0.0"},
	{"a trigger takes the secret before", `UPDATE launcher_post SET body = json_set(body, '$.generation', 1) WHERE launcher = 'hook'`, "trigger hook"},
	{"what is kept of a trigger vanishes", `DELETE FROM launcher_post WHERE launcher = 'hook'`, "trigger hook"},
}

// verify --log finds every change behind the server's back to journeys, evidence,
// pins and what is kept of triggers.
func TestVerifyFindsChangedJourneys(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := wayHouse(t, "  {on: push, component: shop, as: robot, until: staging}")
	h.Apply(`
apiVersion: tranship.dev/v1
kind: Trigger
metadata: {name: hook}
spec: {on: webhook, component: shop, as: robot, webhook: {provider: plain, version: field}}
`)
	secretOf(t, h, "hook", true)
	h.Add("shop", "1.0.0", map[string]string{"page": "one"}, nil)
	evidence(t, h, "1.0.0", 8, 2)
	evidence(t, h, "1.0.0", 10, 0)
	awaitGate(t, h, "J-1", "decision")
	if _, err := h.Control.PromoteJourney(ctx, practice.DefaultScope, house.Admin, "J-1", "the testers agree"); err != nil {
		t.Fatal(err)
	}
	awaitEnd(t, h, "J-1", journey.Arrived)
	if _, err := h.Control.SetPin(ctx, practice.DefaultScope, house.Admin, journey.Pin{Component: "shop", Environment: "live", Version: "1.0.0", Why: "not before Monday"}); err != nil {
		t.Fatal(err)
	}
	findsEach(t, h, wayTamperings)
}
