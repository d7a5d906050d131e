package journey_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/journey"
	"tranship.dev/tranship/internal/practice/record"
	"tranship.dev/tranship/test/house"
)

const wayPolicy = `
apiVersion: tranship.dev/v1
kind: Person
metadata: {name: anna}
spec: {}
---
apiVersion: tranship.dev/v1
kind: Person
metadata: {name: ben}
spec: {}
---
apiVersion: tranship.dev/v1
kind: Group
metadata: {name: operations}
spec: {members: [anna, ben]}
---
apiVersion: tranship.dev/v1
kind: ApprovalPolicy
metadata: {name: staging}
spec:
  appliesTo: {environments: [staging]}
  needs: [{group: operations, count: 2}]
`

// awaitAsked waits until the only deployment of a journey into where it stands
// waits for approval in a round of asking.
func awaitAsked(t *testing.T, h *house.House, id string, round int) deployment.Deployment {
	t.Helper()
	var d deployment.Deployment
	await(t, h, id, "asking for approval", func(j journey.Journey) bool {
		made := j.Here().Deployments
		if len(made) != 1 {
			return false
		}
		var err error
		d, err = h.Control.Deployment(context.Background(), practice.DefaultScope, made[0])
		return err == nil && d.State == deployment.Planned && d.Round == round
	})
	return d
}

// What a journey asked for and nobody approved yet makes way for a newer version,
// and is planned again when its plan goes out of date: it keeps its number, no vote
// on the old plan counts, and approvers see what changed. Nothing approves itself.
func TestJourneysThatWaitForApproval(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := wayHouse(t, "  {on: push, component: shop, as: robot, mode: deployment, until: staging}")
	h.Apply(wayPolicy)
	h.Add("shop", "1.0.0", map[string]string{"page": "one"}, nil)
	evidence(t, h, "1.0.0", 1, 0)
	first := awaitAsked(t, h, "J-1", 1)
	if first.RequestedBy.Kind != practice.Account || first.Journey != "J-1" {
		t.Errorf("it was asked for by %s as a part of %q", first.RequestedBy, first.Journey)
	}
	why, err := h.Control.WhyJourney(ctx, practice.DefaultScope, "J-1")
	if err != nil || why.Open || !strings.Contains(why.Reasons[0].How, first.ID) {
		t.Errorf("why: %+v, %v", why, err)
	}
	if _, err := h.Control.Deploy(ctx, practice.DefaultScope, first.RequestedBy, control.DeploymentRequest{Plan: first.Plan, Digest: first.PlanDigest, Journey: "J-1"}); practice.CodeOf(err) != practice.Conflict {
		t.Errorf("a second deployment of the journey into the same environment: %v", err)
	}

	approve(t, h, first.ID, "anna")
	h.Apply(strings.Replace(wayDocuments("  {on: push, component: shop, as: robot, mode: deployment, until: staging}"), "path: shop}", "path: shop, keep: 3}", 1))
	second := awaitAsked(t, h, "J-1", 2)
	if second.ID != first.ID || second.PlanDigest == first.PlanDigest {
		t.Errorf("after the model changed it asks for %s with plan %s, and asked for %s with %s before", second.ID, second.PlanDigest, first.ID, first.PlanDigest)
	}
	sheet, err := h.Control.Sheet(ctx, practice.DefaultScope, person("ben"), second.ID)
	if err != nil || len(sheet.Votes) != 1 || sheet.Votes[0].Counts || sheet.Needs[0].Missing != 2 {
		t.Errorf("what approvers see: %+v, %+v, %v", sheet.Votes, sheet.Needs, err)
	}
	const changed = "model shop was revision 1, is revision 2"
	asked, err := h.Control.Entries(ctx, practice.DefaultScope, record.Filter{Subject: "deployment/" + second.ID, Kinds: []string{"deployment.asked-anew"}}, practice.Page{})
	if err != nil || len(asked) != 1 || strings.Count(string(asked[0].Bytes), changed) != 2 { // as what changed, and as the reason
		t.Errorf("%d entries, %v; want one that says twice that %s", len(asked), err, changed)
	}

	h.Add("shop", "2.0.0", map[string]string{"page": "two"}, nil)
	evidence(t, h, "2.0.0", 1, 0)
	awaitEnd(t, h, "J-1", journey.Superseded)
	third := awaitAsked(t, h, "J-2", 1)
	d, err := h.Control.Deployment(ctx, practice.DefaultScope, second.ID)
	if err != nil || d.Result != deployment.Cancelled || third.Header.Release != "shop@2.0.0" || present(t, h, "staging") != "" {
		t.Errorf("%s is %s %s; %s; staging has %q; %v", d.ID, d.State, d.Result, third.Header.Release, present(t, h, "staging"), err)
	}
	recordHolds(t, h)
}

// R89: the rounds of deploying, testing and mending are counted until a version goes on.
func TestRoundsAreCounted(t *testing.T) {
	t.Parallel()
	h := wayHouse(t, "  {on: push, component: shop, as: robot, mode: deployment, until: staging}")
	for i, version := range []string{"1.0.0", "1.0.1", "1.0.2"} {
		h.Add("shop", version, map[string]string{"page": version}, nil)
		awaitGate(t, h, "J-"+string(rune('1'+i)), "quality")
		evidence(t, h, version, 1, 5)
	}
	loop := func() journey.Loop {
		t.Helper()
		v, err := h.Control.ReleaseJourney(context.Background(), practice.DefaultScope, "shop@1.0.2")
		if err != nil || len(v.Stages) != 2 || len(v.Stages[0].Loops) != 1 {
			t.Fatalf("%+v, %v", v, err)
		}
		return v.Stages[0].Loops[0]
	}
	if l := loop(); l.Deployments != 3 || l.Versions != 3 || l.Left || l.Since.IsZero() || time.Since(l.Since) > time.Minute {
		t.Errorf("before it goes on: %+v", l)
	}
	evidence(t, h, "1.0.2", 6, 0)
	awaitEnd(t, h, "J-3", journey.Arrived)
	if l := loop(); l.Deployments != 3 || !l.Left {
		t.Errorf("after it went on: %+v", l)
	}
}
