package journey_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/approval"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/party"
	"tranship.dev/tranship/internal/practice/record"
	"tranship.dev/tranship/test/house"
)

// tonight is a window that begins in an hour.
func tonight() practice.Window {
	start := time.Now().Add(time.Hour).UTC().Truncate(time.Second)
	return practice.Window{Start: start, End: start.Add(4 * time.Hour)}
}

// TestPain01MovedWithinTheWindow: the start moves within the approved window
// without a new vote; leaving the window says what it costs first, and asks again.
func TestPain01MovedWithinTheWindow(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := ready(t, twoAndOne)
	w := tonight()
	d := request(t, h, anna, control.AskRequest{Window: w})
	approve(t, h, d.ID, "ben", "carla", "dora")
	subject := stateIs(t, h, d.ID, deployment.Scheduled).Subject

	a, err := h.Control.Reschedule(ctx, practice.DefaultScope, person("ben"), d.ID, control.RescheduleRequest{StartAfter: w.Start.Add(2 * time.Hour), Reason: "the lorry is late"})
	if err != nil || a.Voids {
		t.Fatalf("within the window: %+v, %v", a, err)
	}
	if d = stateIs(t, h, d.ID, deployment.Scheduled); d.Subject != subject || !d.StartAfter.Equal(w.Start.Add(2*time.Hour)) {
		t.Errorf("within the window: subject %s, start %s", d.Subject, d.StartAfter)
	}
	if _, err = h.Control.Reschedule(ctx, practice.DefaultScope, anna, d.ID, control.RescheduleRequest{StartAfter: w.End.Add(time.Hour), Reason: "later"}); practice.CodeOf(err) != practice.Invalid {
		t.Errorf("outside the window without asking for another: %v", err)
	}
	another := practice.Window{Start: w.Start.Add(24 * time.Hour), End: w.End.Add(24 * time.Hour)}
	move := control.RescheduleRequest{Window: &another, Reason: "not tonight", Dry: true}
	a, err = h.Control.Reschedule(ctx, practice.DefaultScope, anna, d.ID, move)
	if err != nil || !a.Voids || len(a.Votes) != 3 || !a.Dry {
		t.Fatalf("another window, dry: %+v, %v", a, err)
	}
	stateIs(t, h, d.ID, deployment.Scheduled)
	move.Dry = false
	if _, err = h.Control.Reschedule(ctx, practice.DefaultScope, person("ben"), d.ID, move); practice.CodeOf(err) != practice.Forbidden {
		t.Errorf("ben, who could approve it then, moves it out of the window: %v", err)
	}
	if a, err = h.Control.Reschedule(ctx, practice.DefaultScope, anna, d.ID, move); err != nil || !a.Voids {
		t.Fatalf("another window: %+v, %v", a, err)
	}
	if d = stateIs(t, h, d.ID, deployment.Planned); !says(d, "2 of 2 approvals of operations missing") || !d.StartAfter.Equal(another.Start) {
		t.Errorf("in another window: starts %s, %+v", d.StartAfter, d.Waiting)
	}
	approve(t, h, d.ID, "ben", "carla", "dora")
	stateIs(t, h, d.ID, deployment.Scheduled)
	wholeRecord(t, h, d.ID)
}

// TestPain03Replanned: a plan that is out of date is made again; it says what
// changed, and nobody's vote on the old one counts for the new one.
func TestPain03Replanned(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := ready(t, twoAndOne)
	d := request(t, h, anna, control.AskRequest{StartAfter: time.Now().Add(time.Hour)})
	approve(t, h, d.ID, "ben", "carla", "dora")
	if a, err := h.Control.Replan(ctx, practice.DefaultScope, anna, d.ID, "to be sure"); err != nil || a.Voids || a.Deployment.Plan != d.Plan {
		t.Errorf("a plan that is up to date: %+v, %v", a, err)
	}
	h.Agent("host-3")
	h.Apply("apiVersion: tranship.dev/v1\nkind: Target\nmetadata: {name: host-3}\nspec: {environment: test, kind: host}\n")
	until(t, h, d.ID, "planned again", func(d deployment.Deployment) bool { return d.State == deployment.Planned })
	if _, err := h.Control.Replan(ctx, practice.DefaultScope, person("ben"), d.ID, "mine"); practice.CodeOf(err) != practice.Forbidden {
		t.Errorf("somebody else makes the plan again: %v", err)
	}
	a, err := h.Control.Replan(ctx, practice.DefaultScope, anna, d.ID, "a host was added")
	if err != nil || !a.Voids || len(a.Votes) != 3 || !slices.Contains(a.Changed, "target host-3 would change as well") {
		t.Fatalf("replan: %+v, %v", a, err)
	}
	if d = stateIs(t, h, d.ID, deployment.Planned); d.Header.TargetCount != 3 || !says(d, "2 of 2 approvals of operations missing") {
		t.Errorf("after replan: %d targets, %+v", d.Header.TargetCount, d.Waiting)
	}
	if _, err := h.Control.Reschedule(ctx, practice.DefaultScope, anna, d.ID, control.RescheduleRequest{StartAfter: time.Now(), Reason: "now"}); err != nil {
		t.Fatal(err)
	}
	approve(t, h, d.ID, "ben", "carla", "dora")
	expect(t, h, d.ID, deployment.Succeeded)
	if targets, err := h.Control.DeploymentTargets(ctx, practice.DefaultScope, d.ID, deployment.TargetFilter{}, practice.Page{}); err != nil || len(targets) != 3 {
		t.Errorf("%d targets, %v", len(targets), err)
	}
	wholeRecord(t, h, d.ID)
}

// TestRejectedAndAskedAgain: a rejection goes back to the author, who asks again;
// nobody else can, and no earlier vote counts.
func TestRejectedAndAskedAgain(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := ready(t, twoAndOne)
	d := request(t, h, anna, control.AskRequest{})
	approve(t, h, d.ID, "ben", "dora")
	if _, err := vote(t, h, person("carla"), d.ID, approval.Reject); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Control.AskAgain(ctx, practice.DefaultScope, person("ben"), d.ID, control.AgainRequest{Reason: "please"}); practice.CodeOf(err) != practice.Forbidden {
		t.Errorf("ben asks again: %v", err)
	}
	a, err := h.Control.AskAgain(ctx, practice.DefaultScope, anna, d.ID, control.AgainRequest{Reason: "the test is green now", Change: "CHG-7", Implementers: []string{"emil"}})
	if err != nil || !a.Voids || !slices.Equal(a.Votes, []string{"ben", "dora"}) {
		t.Fatalf("ask again: %+v, %v", a, err)
	}
	if d = stateIs(t, h, d.ID, deployment.Planned); d.Round != 2 || d.Change != "CHG-7" || !says(d, "2 of 2") || !says(d, "1 of 1") {
		t.Errorf("round %d, change %q, %+v", d.Round, d.Change, d.Waiting)
	}
	approve(t, h, d.ID, "ben", "carla", "dora")
	expect(t, h, d.ID, deployment.Succeeded)
	wholeRecord(t, h, d.ID)
}

// TestAcceptedByChangeEnablement: a finished deployment is accepted once, by
// somebody who neither asked for it nor carried it out.
func TestAcceptedByChangeEnablement(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := ready(t)
	d := request(t, h, practice.Actor{Kind: practice.Account, Name: "ci"}, control.AskRequest{Implementers: []string{"emil"}})
	expect(t, h, d.ID, deployment.Succeeded)
	for _, who := range []string{"anna", "anna-2", "emil"} {
		if _, err := h.Control.Accept(ctx, practice.DefaultScope, person(who), d.ID, "fine"); practice.CodeOf(err) != practice.Forbidden {
			t.Errorf("%s accepts: %v", who, err)
		}
	}
	if a, err := h.Control.Accept(ctx, practice.DefaultScope, person("ben"), d.ID, "fine"); err != nil || a.AcceptedBy == nil || a.AcceptedBy.By != person("ben") {
		t.Fatalf("ben accepts: %+v, %v", a.AcceptedBy, err)
	}
	if _, err := h.Control.Accept(ctx, practice.DefaultScope, person("carla"), d.ID, "fine"); practice.CodeOf(err) != practice.Conflict {
		t.Errorf("accepted twice: %v", err)
	}
	wholeRecord(t, h, d.ID)
}

const confirmed = `
apiVersion: tranship.dev/v1
kind: ApprovalPolicy
metadata: {name: change}
spec: {change: confirmed}
`

// TestChangeOfAnOutsideTool: nothing starts before the tool that keeps the change
// has confirmed what is asked; a change that is revoked, or whose time is over, holds it again.
func TestChangeOfAnOutsideTool(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := ready(t, confirmed)
	tool := practice.Actor{Kind: practice.Account, Name: "itsm"}
	h.Apply("apiVersion: tranship.dev/v1\nkind: ServiceAccount\nmetadata: {name: itsm}\nspec: {owner: dora}\n")
	say := func(by practice.Actor, word control.ChangeWord) error {
		_, err := h.Control.SayOfChange(ctx, practice.DefaultScope, by, "CHG-1", word)
		return err
	}
	if err := say(tool, control.ChangeWord{State: approval.ConfirmedChange}); practice.CodeOf(err) != practice.NotFound {
		t.Errorf("nothing names the change: %v", err)
	}
	d := request(t, h, anna, control.AskRequest{Change: "CHG-1", StartAfter: time.Now().Add(time.Hour)})
	if !says(d, "change CHG-1 is not confirmed yet") {
		t.Fatalf("%+v", d.Waiting)
	}
	if err := say(anna, control.ChangeWord{State: approval.ConfirmedChange}); practice.CodeOf(err) != practice.Forbidden {
		t.Errorf("anna confirms the change of her own: %v", err)
	}
	if err := say(practice.Actor{Kind: practice.Account, Name: "ci"}, control.ChangeWord{State: approval.ConfirmedChange}); practice.CodeOf(err) != practice.Forbidden {
		t.Errorf("anna's account confirms it: %v", err)
	}
	if err := say(tool, control.ChangeWord{State: approval.ConfirmedChange, Subject: practice.DigestOf(nil)}); practice.CodeOf(err) != practice.Conflict {
		t.Errorf("something else is confirmed: %v", err)
	}
	for range 2 { // webhooks come twice
		if err := say(tool, control.ChangeWord{State: approval.ConfirmedChange, Subject: d.Subject}); err != nil {
			t.Fatal(err)
		}
	}
	stateIs(t, h, d.ID, deployment.Scheduled)
	if err := say(tool, control.ChangeWord{State: approval.RefusedChange, Reason: "the board met"}); err != nil {
		t.Fatal(err)
	}
	if d = stateIs(t, h, d.ID, deployment.Planned); !says(d, "change CHG-1 was refused by itsm: the board met") {
		t.Errorf("revoked: %+v", d.Waiting)
	}
	if err := say(tool, control.ChangeWord{State: approval.ConfirmedChange, ValidUntil: time.Now().Add(ahead)}); err != nil {
		t.Fatal(err)
	}
	stateIs(t, h, d.ID, deployment.Scheduled)
	h.Ahead(ahead)
	until(t, h, d.ID, "held again", func(d deployment.Deployment) bool { return d.State == deployment.Planned })
	wholeRecord(t, h, d.ID)
}

const shortPath = `
apiVersion: tranship.dev/v1
kind: ApprovalPolicy
metadata: {name: test}
spec:
  needs: [{group: operations, count: 2}, {group: security, count: 1}]
  emergency: {needs: [{group: security, count: 1}], review: {group: operations, within: 1ms}}
`

// TestEmergencyIsReviewedAfterwards: the short path needs one vote instead of
// three; its price is a review by somebody else, of which people are reminded once.
func TestEmergencyIsReviewedAfterwards(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := ready(t, shortPath)
	d := request(t, h, anna, control.AskRequest{Urgency: practice.Emergency})
	if d.Priority != 90 || says(d, "operations") {
		t.Errorf("priority %d, %+v", d.Priority, d.Waiting)
	}
	approve(t, h, d.ID, "dora")
	expect(t, h, d.ID, deployment.Succeeded)
	list, err := h.Control.Reviews(ctx, practice.DefaultScope, approval.ReviewFilter{Deployment: d.ID}, practice.Page{})
	if err != nil || len(list) != 1 || list[0].State != approval.ReviewOpen || list[0].Group != "operations" {
		t.Fatalf("reviews: %+v, %v", list, err)
	}
	id := list[0].ID
	complete := func(name string) error {
		_, err := h.Control.CompleteReview(ctx, practice.DefaultScope, person(name), id, control.ReviewResult{Outcome: approval.Justified, Reason: "the site was down"})
		return err
	}
	until(t, h, d.ID, "reminded of", func(deployment.Deployment) bool {
		r, err := h.Control.Review(ctx, practice.DefaultScope, id)
		return err == nil && !r.Overdue.IsZero()
	})
	for name, want := range map[string]practice.Code{"anna": practice.Forbidden, "emil": practice.Forbidden, "dora": practice.Forbidden} {
		if err := complete(name); practice.CodeOf(err) != want {
			t.Errorf("%s reviews: %v", name, err)
		}
	}
	if err := complete("ben"); err != nil {
		t.Fatal(err)
	}
	if err := complete("carla"); practice.CodeOf(err) != practice.Conflict {
		t.Errorf("reviewed twice: %v", err)
	}
	if n := len(entries(t, h, d.ID, "review.overdue")); n != 1 {
		t.Errorf("%d reminders of the review", n)
	}
	wholeRecord(t, h, d.ID)
}

const impatient = `
apiVersion: tranship.dev/v1
kind: ApprovalPolicy
metadata: {name: test}
spec:
  needs: [{group: operations, count: 1}]
  escalateAfter: 60s
  escalateTo: security
  remindAfter: 60s
`

// TestRemindedAndEscalatedOnce: who does not answer is reminded, others are let
// in after a while; each is told once, however often the gates are asked.
func TestRemindedAndEscalatedOnce(t *testing.T) {
	t.Parallel()
	h := ready(t)
	h.Apply(impatient)
	d := request(t, h, anna, control.AskRequest{})
	if refusal(t, h, person("dora"), d.ID) == "" {
		t.Error("security approves before it is let in")
	}
	h.Ahead(90 * time.Second)
	for range 3 {
		if err := h.Control.Reconsider(context.Background(), practice.DefaultScope); err != nil {
			t.Fatal(err)
		}
	}
	for _, kind := range []string{"approval.reminded", "approval.escalated"} {
		if n := len(entries(t, h, d.ID, kind)); n != 1 {
			t.Errorf("%d entries %s, want 1", n, kind)
		}
	}
	approve(t, h, d.ID, "dora")
	expect(t, h, d.ID, deployment.Succeeded)
	wholeRecord(t, h, d.ID)
}

// entries gives the entries of a kind about a deployment.
func entries(t *testing.T, h *house.House, id, kind string) []record.Row {
	t.Helper()
	var found []record.Row
	rows, err := h.Control.Entries(context.Background(), practice.DefaultScope, record.Filter{Subject: record.DeploymentSubject(id)}, practice.Page{Limit: practice.MaxLimit})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if strings.Contains(string(r.Bytes), `"kind":"`+kind+`"`) {
			found = append(found, r)
		}
	}
	return found
}

// wholeRecord demands that the state is what the record tells, and that the
// deployment's bundle verifies.
func wholeRecord(t *testing.T, h *house.House, id string) {
	t.Helper()
	if report := verified(t, h); !report.OK() {
		t.Errorf("verify: %v", report)
	}
	bundle, err := h.Control.Export(context.Background(), practice.DefaultScope, id)
	if err != nil {
		t.Fatal(err)
	}
	if report := record.VerifyBundle(bundle, h.Keys.RecordKeys()...); !report.OK() {
		t.Errorf("the record of %s: %v", id, report)
	}
}

// TestPain03NobodyApprovesWhatIsOutOfDate: while a plan is out of date nobody can
// approve it and nobody is asked to; whoever asked for it has the task to ask
// anew, and only they. After a rejection it is the same.
func TestPain03NobodyApprovesWhatIsOutOfDate(t *testing.T) {
	t.Parallel()
	h := ready(t, twoAndOne)
	ctx := context.Background()
	d := request(t, h, anna, control.AskRequest{})
	tasksOf(t, h, "ben", "approval:"+d.ID)
	tasksOf(t, h, "anna")
	h.Agent("host-3")
	h.Apply("apiVersion: tranship.dev/v1\nkind: Target\nmetadata: {name: host-3}\nspec: {environment: test, kind: host}\n")
	until(t, h, d.ID, "told to be out of date", func(d deployment.Deployment) bool { return says(d, "is out of date") })
	tasksOf(t, h, "ben")
	tasksOf(t, h, "anna", "anew:"+d.ID+".anew")
	_, err := vote(t, h, person("ben"), d.ID, approval.Approve)
	if practice.CodeOf(err) != practice.Conflict || !strings.Contains(err.Error(), "is out of date") {
		t.Errorf("an approval of a plan that is out of date: %v", err)
	}
	ways(t, h, "anna", d.ID, control.Ways{Ask: true})
	ways(t, h, "ben", d.ID, control.Ways{})
	if _, err := h.Control.Replan(ctx, practice.DefaultScope, anna, d.ID, "a host was added"); err != nil {
		t.Fatal(err)
	}
	tasksOf(t, h, "anna")
	tasksOf(t, h, "ben", "approval:"+d.ID)
	approve(t, h, d.ID, "ben")
	ways(t, h, "ben", d.ID, control.Ways{Withdraw: true})

	if _, err := vote(t, h, person("carla"), d.ID, approval.Reject); err != nil {
		t.Fatal(err)
	}
	tasksOf(t, h, "dora")
	tasksOf(t, h, "anna", "anew:"+d.ID+".anew")
	if _, err := h.Control.AskAgain(ctx, practice.DefaultScope, anna, d.ID, control.AgainRequest{Reason: "talked it over"}); err != nil {
		t.Fatal(err)
	}
	tasksOf(t, h, "anna")
	approve(t, h, d.ID, "ben", "carla", "dora")
	expect(t, h, d.ID, deployment.Succeeded)
	ways(t, h, "anna", d.ID, control.Ways{})
	ways(t, h, "dora", d.ID, control.Ways{Accept: true})
}

// tasksOf wants exactly these tasks of a manager, "kind:id".
func tasksOf(t *testing.T, h *house.House, name string, want ...string) {
	t.Helper()
	tasks, _, err := h.Control.Tasks(t.Context(), practice.DefaultScope, person(name), party.Manager, control.TasksMine, practice.Page{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, one := range tasks {
		got = append(got, string(one.Kind)+":"+one.ID)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s is asked %v, want %v", name, got, want)
	}
}

// ways wants what somebody may do about a deployment besides approving it.
func ways(t *testing.T, h *house.House, name, id string, want control.Ways) {
	t.Helper()
	s, err := h.Control.Sheet(t.Context(), practice.DefaultScope, person(name), id)
	if err != nil || s.Ways != want {
		t.Errorf("%s may do %+v about %s, want %+v (%v)", name, s.Ways, id, want, err)
	}
}
