package journey_test

import (
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/health"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/model"
	"tranship.dev/tranship/test/house"
)

// A health check whose process does not end when its time is over and it is asked
// to is killed when its stopWithin is over, with what it started; it counts as wrong and says why.
func TestPain10AHealthCheckThatDoesNotEndIsKilled(t *testing.T) {
	t.Parallel()
	h := house.Start(t)
	root := h.Agent("host-1")
	h.Apply("apiVersion: tranship.dev/v1\nkind: Environment\nmetadata: {name: test}\nspec: {purpose: test, order: 1, owner: team, inspection: {off: true}}\n")
	h.Apply("apiVersion: tranship.dev/v1\nkind: Target\nmetadata: {name: host-1}\nspec: {environment: test, kind: host}\n")
	put(t, h, practice.KindComponent, "shop", library.ComponentSpec{Kind: library.Software})
	put(t, h, practice.KindModel, "shop", watched(model.HealthCheck{
		Name: "it ends", Uses: "script", Every: practice.Duration(40 * time.Second), After: 1,
		With:    map[string]any{"check": []any{"sh", "-c", "trap '' TERM; echo $$ >> ../pids; while :; do sleep 0.01; done"}, "directory": "shop"},
		Timeout: practice.Duration(3 * time.Second), StopWithin: practice.Duration(150 * time.Millisecond),
	}))
	h.Add("shop", "1.0.0", map[string]string{"page": "one"}, nil)
	expect(t, h, h.Deploy("shop@1.0.0", "test").ID, deployment.Succeeded)
	p := awaitHealth(t, h, health.Failing)
	if want := "no answer within 3s; asked to end, it did not within 150ms and was killed"; !strings.Contains(p.Says, want) {
		t.Errorf("the check says %q, want %q", p.Says, want)
	}
	if !isThere(root, "pids") {
		t.Fatal("the process did not say its number")
	}
	noneRuns(t, root)
}
