package journey_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/approval"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/test/house"
)

// people are who agrees in these tests: two of operations and one of security.
const people = `
apiVersion: tranship.dev/v1
kind: Person
metadata: {name: anna}
spec: {fullName: Anna Lund, mail: anna@example.org}
---
apiVersion: tranship.dev/v1
kind: Person
metadata: {name: anna-2}
spec: {fullName: Anna Lund, mail: Anna@example.org}
---
apiVersion: tranship.dev/v1
kind: Person
metadata: {name: ben}
spec: {mail: ben@example.org}
---
apiVersion: tranship.dev/v1
kind: Person
metadata: {name: carla}
spec: {mail: carla@example.org}
---
apiVersion: tranship.dev/v1
kind: Person
metadata: {name: dora}
spec: {mail: dora@example.org}
---
apiVersion: tranship.dev/v1
kind: Person
metadata: {name: emil}
spec: {mail: emil@example.org}
---
apiVersion: tranship.dev/v1
kind: ServiceAccount
metadata: {name: ci}
spec: {owner: anna}
---
apiVersion: tranship.dev/v1
kind: Group
metadata: {name: operations}
spec: {members: [anna, anna-2, ben, carla], deputies: [{for: anna, person: emil}]}
---
apiVersion: tranship.dev/v1
kind: Group
metadata: {name: security}
spec: {members: [dora]}
`

const twoAndOne = `
apiVersion: tranship.dev/v1
kind: ApprovalPolicy
metadata: {name: test}
spec:
  appliesTo: {environments: [test]}
  needs: [{group: operations, count: 2}, {group: security, count: 1}]
`

func person(name string) practice.Actor { return practice.Actor{Kind: practice.Person, Name: name} }

var anna = person("anna")

// ready gives a house in which a version of the shop can be deployed.
func ready(t *testing.T, more ...string) *house.House {
	t.Helper()
	h := house.Start(t)
	h.Agent("host-1")
	h.Agent("host-2")
	h.Apply(documents)
	for _, text := range append([]string{people}, more...) {
		h.Apply(text)
	}
	h.Add("shop", "1.0.0", map[string]string{"page": "one"}, nil)
	return h
}

// request plans and asks for the deployment of shop 1.0.0.
func request(t *testing.T, h *house.House, by practice.Actor, ask control.AskRequest) deployment.Deployment {
	t.Helper()
	ctx := context.Background()
	planned, err := h.Control.Plan(ctx, practice.DefaultScope, by, control.PlanRequest{Release: "shop@1.0.0", Environment: "test"})
	if err != nil {
		t.Fatal(err)
	}
	d, err := h.Control.Deploy(ctx, practice.DefaultScope, by, control.DeploymentRequest{Plan: planned.ID, Digest: planned.Digest, AskRequest: ask})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func show(t *testing.T, h *house.House, id string) deployment.Deployment {
	t.Helper()
	d, err := h.Control.Deployment(context.Background(), practice.DefaultScope, id)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// vote decides on what the deployment asks now.
func vote(t *testing.T, h *house.House, by practice.Actor, id string, decision approval.Decision) (control.Voted, error) {
	t.Helper()
	return h.Control.Vote(context.Background(), practice.DefaultScope, by, id, control.VoteRequest{
		Decision: decision, Subject: show(t, h, id).Subject, Reason: "looked at it",
	})
}

func approve(t *testing.T, h *house.House, id string, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := vote(t, h, person(name), id, approval.Approve); err != nil {
			t.Fatalf("%s approves %s: %v", name, id, err)
		}
	}
}

// refusal gives the code with which somebody is refused to approve.
func refusal(t *testing.T, h *house.House, by practice.Actor, id string) practice.Code {
	t.Helper()
	_, err := vote(t, h, by, id, approval.Approve)
	return practice.CodeOf(err)
}

func stateIs(t *testing.T, h *house.House, id string, want ...deployment.State) deployment.Deployment {
	t.Helper()
	d := show(t, h, id)
	if slices.Contains(want, d.State) {
		return d
	}
	t.Fatalf("%s is %s, want %v; %+v", id, d.State, want, d.Waiting)
	return d
}

// says tells whether the deployment gives a reason that has the text.
func says(d deployment.Deployment, text string) bool {
	for _, r := range d.Waiting.Reasons {
		if strings.Contains(r.Message, text) {
			return true
		}
	}
	return false
}

// TestPain01ApproveBeforeNotDuring: what is planned for tonight is approved this
// afternoon; at its time it starts without anybody.
func TestPain01ApproveBeforeNotDuring(t *testing.T) {
	t.Parallel()
	h := ready(t, twoAndOne)
	start := time.Now().Add(ahead)
	d := request(t, h, anna, control.AskRequest{Window: practice.Window{Start: start, End: start.Add(time.Hour)}})
	if d.State != deployment.Planned || !says(d, "2 of 2 approvals of operations missing") || !says(d, "1 of 1 approval of security missing") {
		t.Fatalf("%s is %s, %+v", d.ID, d.State, d.Waiting)
	}
	approve(t, h, d.ID, "ben", "carla", "dora")
	d = stateIs(t, h, d.ID, deployment.Scheduled)
	if !d.Started.IsZero() || !strings.Contains(d.Authority, "ben, carla") {
		t.Errorf("before its window: started %s, authorised %q", d.Started, d.Authority)
	}
	h.Ahead(ahead)
	expect(t, h, d.ID, deployment.Succeeded)
	if d = show(t, h, d.ID); d.Started.Before(start.Truncate(time.Microsecond)) {
		t.Errorf("it started at %s, before its window, %s", d.Started, start)
	}
	if report := verified(t, h); !report.OK() {
		t.Errorf("verify: %v", report)
	}
}

// TestPain02ApprovalIsPolicyOfTheTool: who must agree is a document of the tool,
// for the deployments that it names, and a deployment without a policy needs none.
func TestPain02ApprovalIsPolicyOfTheTool(t *testing.T) {
	t.Parallel()
	h := ready(t, strings.Replace(twoAndOne, "environments: [test]", "classes: [maintenance]", 1))
	free := request(t, h, anna, control.AskRequest{})
	expect(t, h, free.ID, deployment.Succeeded)
	h.Add("shop", "2.0.0", map[string]string{"page": "two"}, nil)
	planned, err := h.Control.Plan(context.Background(), practice.DefaultScope, anna, control.PlanRequest{Release: "shop@2.0.0", Environment: "test"})
	if err != nil {
		t.Fatal(err)
	}
	d, err := h.Control.Deploy(context.Background(), practice.DefaultScope, anna, control.DeploymentRequest{Plan: planned.ID, AskRequest: control.AskRequest{Class: practice.MaintenanceClass}})
	if err != nil {
		t.Fatal(err)
	}
	stateIs(t, h, d.ID, deployment.Planned)
	list, err := h.Control.PendingApprovals(context.Background(), practice.DefaultScope, person("ben"), true, practice.Page{})
	if err != nil || len(list) != 1 || list[0].Deployment != d.ID || !list[0].Mine.May {
		t.Errorf("what waits for ben: %+v, %v", list, err)
	}
	if list, err = h.Control.PendingApprovals(context.Background(), practice.DefaultScope, anna, true, practice.Page{}); err != nil || len(list) != 0 {
		t.Errorf("what waits for anna, who asked: %+v, %v", list, err)
	}
	approve(t, h, d.ID, "ben", "dora", "carla")
	expect(t, h, d.ID, deployment.Succeeded)
}

// TestPain03ApprovalCannotBeBypassed: not by the administrator, the requester, a
// second account, a deputy, a program, a stranger, a stale page, or a second
// deployment that slips in.
func TestPain03ApprovalCannotBeBypassed(t *testing.T) {
	t.Parallel()
	h := ready(t, twoAndOne)
	d := request(t, h, anna, control.AskRequest{Implementers: []string{"carla"}})
	for _, c := range []struct {
		who  practice.Actor
		want practice.Code
	}{
		{house.Admin, practice.Forbidden},
		{anna, practice.Forbidden},
		{person("anna-2"), practice.Forbidden}, // the same human: the same mail
		{person("emil"), practice.Forbidden},   // deputy of anna, who asked
		{person("carla"), practice.Forbidden},  // carries it out
		{practice.Actor{Kind: practice.Account, Name: "ci"}, practice.Forbidden},
		{person("nobody"), practice.Forbidden},
	} {
		if got := refusal(t, h, c.who, d.ID); got != c.want {
			t.Errorf("%s may approve: %q, want %q", c.who, got, c.want)
		}
	}
	_, err := h.Control.Vote(context.Background(), practice.DefaultScope, person("ben"), d.ID, control.VoteRequest{Decision: approval.Approve, Subject: practice.DigestOf([]byte("old")), Reason: "y"})
	if practice.CodeOf(err) != practice.Conflict {
		t.Errorf("a vote on what was seen before: %v", err)
	}
	approve(t, h, d.ID, "ben", "dora")
	if got := refusal(t, h, person("dora"), d.ID); got != "" { // a double click
		t.Errorf("the same vote again: %s", got)
	}
	stateIs(t, h, d.ID, deployment.Planned)
	if sheet, err := h.Control.Sheet(context.Background(), practice.DefaultScope, anna, d.ID); err != nil || len(sheet.Votes) != 2 || sheet.Mine.May {
		t.Errorf("the sheet: %+v, %v", sheet, err)
	}
	second := request(t, h, anna, control.AskRequest{})
	if stateIs(t, h, second.ID, deployment.Planned); !says(second, "2 of 2 approvals of operations missing") {
		t.Errorf("a second deployment while the first waits: %+v", second.Waiting)
	}
	if report := verified(t, h); !report.OK() {
		t.Errorf("verify: %v", report)
	}
}

// TestPain03WhatAnAccountAsksItsOwnerDoesNotApprove: a service account's owner
// counts as whoever asked.
func TestPain03WhatAnAccountAsksItsOwnerDoesNotApprove(t *testing.T) {
	t.Parallel()
	h := ready(t, twoAndOne)
	d := request(t, h, practice.Actor{Kind: practice.Account, Name: "ci"}, control.AskRequest{})
	if got := refusal(t, h, anna, d.ID); got != practice.Forbidden {
		t.Errorf("the owner of the account approves: %q", got)
	}
	approve(t, h, d.ID, "carla", "ben", "dora")
	expect(t, h, d.ID, deployment.Succeeded)
}

// TestPain03NobodyMakesThemselvesAnApprover: who changes the group, the policy or a
// delegation while a deployment waits cannot approve it, and others still can.
func TestPain03NobodyMakesThemselvesAnApprover(t *testing.T) {
	t.Parallel()
	h := ready(t, twoAndOne)
	d := request(t, h, anna, control.AskRequest{})
	h.ApplyAs(person("emil"), `
apiVersion: tranship.dev/v1
kind: Group
metadata: {name: security}
spec: {members: [dora, emil]}
---
apiVersion: tranship.dev/v1
kind: Delegation
metadata: {name: carla-away}
spec: {from: carla, to: emil, begins: "2020-01-01T00:00:00Z", ends: "2099-01-01T00:00:00Z"}
`)
	if got := refusal(t, h, person("emil"), d.ID); got != practice.Forbidden {
		t.Errorf("emil, who made himself a member and a deputy, approves: %q", got)
	}
	approve(t, h, d.ID, "ben", "carla", "dora")
	expect(t, h, d.ID, deployment.Succeeded)
}

// TestPain03WhoMadeThePlanDoesNotApproveIt: though somebody else asks for it.
func TestPain03WhoMadeThePlanDoesNotApproveIt(t *testing.T) {
	t.Parallel()
	h := ready(t, twoAndOne)
	planned, err := h.Control.Plan(context.Background(), practice.DefaultScope, person("ben"), control.PlanRequest{Release: "shop@1.0.0", Environment: "test"})
	if err != nil {
		t.Fatal(err)
	}
	d, err := h.Control.Deploy(context.Background(), practice.DefaultScope, anna, control.DeploymentRequest{Plan: planned.ID})
	if err != nil {
		t.Fatal(err)
	}
	if got := refusal(t, h, person("ben"), d.ID); got != practice.Forbidden {
		t.Errorf("ben, who made the plan, approves it: %q", got)
	}
	approve(t, h, d.ID, "carla", "dora")
	stateIs(t, h, d.ID, deployment.Planned)
}

// TestVotesAtOnce: two who approve at the same moment both count, once.
func TestVotesAtOnce(t *testing.T) {
	t.Parallel()
	h := ready(t, twoAndOne)
	d := request(t, h, anna, control.AskRequest{})
	var all sync.WaitGroup
	for _, name := range []string{"ben", "carla", "dora", "ben", "carla", "dora"} {
		all.Go(func() {
			if _, err := vote(t, h, person(name), d.ID, approval.Approve); err != nil && practice.CodeOf(err) != practice.Refused {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
	all.Wait()
	expect(t, h, d.ID, deployment.Succeeded)
	sheet, err := h.Control.Sheet(context.Background(), practice.DefaultScope, anna, d.ID)
	if err != nil || len(sheet.Votes) != 3 {
		t.Errorf("%d votes are kept, %v; want 3", len(sheet.Votes), err)
	}
}

// TestVotesOutliveTheServer: what was given before the server ended counts after it.
func TestVotesOutliveTheServer(t *testing.T) {
	t.Parallel()
	h := ready(t, twoAndOne)
	d := request(t, h, anna, control.AskRequest{})
	approve(t, h, d.ID, "ben", "carla")
	h.Close()
	h.Open()
	stateIs(t, h, d.ID, deployment.Planned)
	approve(t, h, d.ID, "dora")
	expect(t, h, d.ID, deployment.Succeeded)
}

// TestRejectionAndWithdrawal: a rejection holds, a vote can be taken back before the start.
func TestRejectionAndWithdrawal(t *testing.T) {
	t.Parallel()
	h := ready(t, twoAndOne)
	start := time.Now().Add(time.Hour)
	d := request(t, h, anna, control.AskRequest{StartAfter: start})
	approve(t, h, d.ID, "ben", "carla", "dora")
	stateIs(t, h, d.ID, deployment.Scheduled)
	if _, err := h.Control.WithdrawVote(context.Background(), practice.DefaultScope, person("carla"), d.ID, "saw an alarm"); err != nil {
		t.Fatal(err)
	}
	if d = stateIs(t, h, d.ID, deployment.Planned); d.Authority != "" || !says(d, "1 of 2 approvals of operations missing") {
		t.Errorf("after a vote was taken back: authority %q, %+v", d.Authority, d.Waiting)
	}
	if _, err := vote(t, h, person("carla"), d.ID, approval.Reject); err != nil {
		t.Fatal(err)
	}
	if d = stateIs(t, h, d.ID, deployment.Planned); !says(d, "carla rejected") {
		t.Errorf("after a rejection: %+v", d.Waiting)
	}
	if report := verified(t, h); !report.OK() {
		t.Errorf("verify: %v", report)
	}
}

// TestMembershipEnds: who leaves a group has no voice any more, also after the vote.
func TestMembershipEnds(t *testing.T) {
	t.Parallel()
	h := ready(t, twoAndOne)
	d := request(t, h, anna, control.AskRequest{StartAfter: time.Now().Add(time.Hour)})
	approve(t, h, d.ID, "ben", "carla", "dora")
	stateIs(t, h, d.ID, deployment.Scheduled)
	h.Apply(strings.Replace(people, "spec: {mail: ben@example.org}", "spec: {mail: ben@example.org, left: true}", 1))
	d = until(t, h, d.ID, "planned again", func(d deployment.Deployment) bool { return d.State == deployment.Planned })
	if !says(d, "1 of 2 approvals of operations missing") {
		t.Errorf("%+v", d.Waiting)
	}
}

// TestPain03PolicyAfterApproval: a policy that changes after the approval asks
// everybody anew and says so.
func TestPain03PolicyAfterApproval(t *testing.T) {
	t.Parallel()
	h := ready(t, twoAndOne)
	d := request(t, h, anna, control.AskRequest{StartAfter: time.Now().Add(time.Hour)})
	approve(t, h, d.ID, "ben", "carla", "dora")
	h.Apply(strings.Replace(twoAndOne, "spec:\n", "spec:\n  description: stricter\n", 1))
	d = until(t, h, d.ID, "planned again", func(d deployment.Deployment) bool { return d.State == deployment.Planned })
	if d.Round != 2 || !says(d, "2 of 2 approvals of operations missing") {
		t.Errorf("round %d, %+v", d.Round, d.Waiting)
	}
	h.Apply(twoAndOne)
	d = until(t, h, d.ID, "asked a third time", func(d deployment.Deployment) bool { return d.Round == 3 })
	stateIs(t, h, d.ID, deployment.Planned) // what was given on the first is not given on the third
	if report := verified(t, h); !report.OK() {
		t.Errorf("verify: %v", report)
	}
}

// TestPain03ModelAfterApproval: a model, a target or an environment that changes
// after the approval takes it away and says what changed.
func TestPain03ModelAfterApproval(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct{ from, to, said string }{
		"model":  {"onFailure: remediate", "onFailure: fail", "model shop was revision 1, is revision 2"},
		"target": {"metadata: {name: host-1}\nspec: {environment: test, kind: host}", "metadata: {name: host-1}\nspec: {environment: test, kind: host, address: 192.0.2.7}", "target host-1 has another address"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			h := ready(t, twoAndOne)
			d := request(t, h, anna, control.AskRequest{StartAfter: time.Now().Add(time.Hour)})
			approve(t, h, d.ID, "ben", "carla", "dora")
			stateIs(t, h, d.ID, deployment.Scheduled)
			h.Apply(strings.Replace(documents, c.from, c.to, 1))
			d = until(t, h, d.ID, "planned again", func(d deployment.Deployment) bool { return d.State == deployment.Planned })
			if !says(d, c.said) || d.Authority != "" {
				t.Errorf("it waits for %+v", d.Waiting)
			}
		})
	}
}

// TestNothingStartsForSomebodyWhoHasLeft: what was asked for a later time is held.
func TestNothingStartsForSomebodyWhoHasLeft(t *testing.T) {
	t.Parallel()
	h := ready(t)
	later := control.AskRequest{StartAfter: time.Now().Add(time.Hour)}
	d := request(t, h, person("ben"), later)
	h.Apply("apiVersion: tranship.dev/v1\nkind: Person\nmetadata: {name: ben}\nspec: {left: true}\n")
	held := until(t, h, d.ID, "held for its requester", func(d deployment.Deployment) bool {
		return says(d, "nobody answers for it any more: ben")
	})
	if held.State != deployment.Scheduled {
		t.Errorf("it is %s", held.State)
	}
}
