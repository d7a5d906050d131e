package journey_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/party"
	"tranship.dev/tranship/test/house"
)

// withCriteria is the model of the shop with criteria of every kind; what
// follows of a failure stands in for FAILURE.
func withCriteria(onFailure string) string {
	at := strings.LastIndex(documents, "apiVersion:")
	return strings.Replace(documents[at:], "  onFailure: remediate\n", `  onFailure: `+onFailure+`
  criteria:
    - {name: desk-told, kind: entry, stage: verify-components, question: "is the service desk told?", group: security}
    - {name: shell, kind: exit, stage: verify-targets, check: there is a shell}
    - {name: smoke, kind: exit, stage: execute, evidence: {suite: smoke}}
    - {name: looks-well, kind: entry, stage: execute, wave: 2, question: "does the first host look well?"}
    - {name: whole, kind: acceptance, check: it is whole}
    - {name: no-failures, kind: acceptance, bound: {of: failures, max: 0}}
    - {name: agreed, kind: acceptance, question: "does the business agree?", group: operations, within: 24h}
`, 1)
}

func judge(h *house.House, by practice.Actor, id, criterion string) error {
	_, err := h.Control.AnswerCriterion(context.Background(), practice.DefaultScope, by, id, control.CriterionAnswer{
		Criterion: criterion, Met: true, Reason: "I looked", Operates: by == anna,
	})
	return err
}

func tested(t *testing.T, h *house.House, failed int, at time.Time) {
	t.Helper()
	_, err := h.Control.AddEvidence(context.Background(), practice.DefaultScope, practice.Actor{Kind: practice.Account, Name: "ci"}, library.Evidence{
		Component: "shop", Version: "1.0.0", Suite: "smoke", Environment: "test", Passed: 40 - failed, Failed: failed, At: at,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Control.Reconsider(context.Background(), practice.DefaultScope); err != nil {
		t.Fatal(err)
	}
}

// TestR73CriteriaHoldTheirStages: nothing begins, and nothing succeeds, before
// its criteria are met: confirmed by those who are asked, or shown by test
// results and checks. What was judged, by whom and with what value, is sealed.
func TestR73CriteriaHoldTheirStages(t *testing.T) {
	t.Parallel()
	h := ready(t, withCriteria("remediate"))
	tested(t, h, 0, time.Now()) // before anything changed: it shows nothing
	d := request(t, h, anna, control.AskRequest{})
	if d = show(t, h, d.ID); d.State != deployment.Scheduled || !strings.Contains(d.Waiting.Reasons[0].Message, "is the service desk told?") {
		t.Fatalf("it is %s: %+v", d.State, d.Waiting)
	}
	for who, mine := range map[practice.Actor]bool{person("dora"): true, anna: false} {
		tasks, _, err := h.Control.Tasks(t.Context(), practice.DefaultScope, who, party.Manager, "", practice.Page{})
		if err != nil || len(tasks) != 1 || tasks[0].Kind != control.TaskCriterion || tasks[0].ID != d.ID+".desk-told" || tasks[0].Mine != mine || tasks[0].Why != "is the service desk told?" {
			t.Errorf("what %s is asked: %+v, %v", who.Name, tasks, err)
		}
	}
	if err := judge(h, anna, d.ID, "desk-told"); practice.CodeOf(err) != practice.Forbidden || !strings.Contains(err.Error(), "group security") {
		t.Errorf("anna answers for security: %v", err)
	}
	_, err := h.Control.AnswerCriterion(control.Handed(t.Context()), practice.DefaultScope, person("dora"), d.ID, control.CriterionAnswer{Criterion: "desk-told", Met: true, Reason: "I looked"})
	if practice.CodeOf(err) != practice.Forbidden || !strings.Contains(err.Error(), "by their own hand") {
		t.Errorf("somebody answers for security with a token that they made for dora: %v", err)
	}
	if err := judge(h, person("dora"), d.ID, "desk-told"); err != nil {
		t.Fatal(err)
	}
	d = h.Await(d.ID)
	if d.Touched != 1 || len(d.Waiting.Reasons) != 1 || !strings.Contains(d.Waiting.Reasons[0].Message, "before the targets had changed") {
		t.Fatalf("after the first wave: %+v", d.Waiting)
	}
	tested(t, h, 0, time.Now())
	if d = show(t, h, d.ID); len(d.Waiting.Reasons) != 1 || !strings.Contains(d.Waiting.Reasons[0].Message, "does the first host look well?") {
		t.Fatalf("once it is tested: %s %+v", d.State, d.Waiting)
	}
	if err := judge(h, person("dora"), d.ID, "looks-well"); practice.CodeOf(err) != practice.Forbidden {
		t.Errorf("dora, who may not operate deployments, answers: %v", err)
	}
	if err := judge(h, anna, d.ID, "looks-well"); err != nil {
		t.Fatal(err)
	}
	if d = h.Await(d.ID); d.Executed != 2 || !strings.Contains(d.Waiting.Reasons[0].Message, "smoke of execute, wave 2 of 2") {
		t.Fatalf("after the second wave: %+v", d.Waiting)
	}
	tested(t, h, 0, time.Now())
	if d = h.Await(d.ID); d.State == deployment.Closed || !strings.Contains(d.Waiting.Reasons[0].Message, "does the business agree?") || d.Waiting.Reasons[0].Until.IsZero() {
		t.Fatalf("in the end it is %s: %+v", d.State, d.Waiting)
	}
	if err := judge(h, person("ben"), d.ID, "agreed"); err != nil {
		t.Fatal(err)
	}
	if d = h.Await(d.ID); d.Result != deployment.Succeeded {
		t.Fatalf("it ended as %s: %s", d.Result, d.Cause)
	}
	var told strings.Builder
	for _, row := range entries(t, h, d.ID, deployment.EntryCriterion) {
		told.Write(row.Bytes)
	}
	for _, says := range []string{
		`"criterion":"desk-told"`, `"name":"dora"`, "passed on 2 targets", "40 of 40 tests passed", `"name":"ben"`, "0 targets failed or unknown", `"bound":"at most 0"`,
	} {
		if !strings.Contains(told.String(), says) {
			t.Errorf("the record does not say %s:\n%s", says, told.String())
		}
	}
	recordHolds(t, h)
}

// TestR73AcceptanceDecides: a test suite that fails after the first wave, or a
// business that does not agree, is as a failed check: what was before is brought
// back, and no further target is touched. Who may not waive cannot go on over it.
func TestR73AcceptanceDecides(t *testing.T) {
	t.Parallel()
	for _, onFailure := range []string{"remediate", "fail", "guidance"} {
		t.Run(onFailure, func(t *testing.T) {
			t.Parallel()
			h := ready(t, withCriteria(onFailure))
			d := request(t, h, anna, control.AskRequest{})
			if err := judge(h, person("dora"), d.ID, "desk-told"); err != nil {
				t.Fatal(err)
			}
			h.Await(d.ID)
			tested(t, h, 3, time.Now())
			d = h.Await(d.ID)
			switch onFailure {
			case "remediate":
				if d.Result != deployment.Remediated || !strings.Contains(d.Cause, "37 of 40 tests passed") {
					t.Errorf("it ended as %s: %s", d.Result, d.Cause)
				}
			case "fail":
				if d.Result != deployment.Failed || d.Touched != 1 {
					t.Errorf("it ended as %s with %d touched: %s", d.Result, d.Touched, d.Cause)
				}
			case "guidance":
				waives(t, h, d)
			}
			recordHolds(t, h)
		})
	}
}

// waives: who asked for it may not have it go on in spite of a criterion; who may
// waive in the environment can, and the record says so.
func waives(t *testing.T, h *house.House, d deployment.Deployment) {
	t.Helper()
	ctx := context.Background()
	h.Apply(strings.Replace(demanding, "  baseline:", "  parameters: {a: b}\n  baseline:", 1)) // operations may waive there
	goOn := control.Advice{Advice: deployment.GoOn, Reason: "the known three"}
	if _, err := h.Control.Guide(ctx, practice.DefaultScope, anna, d.ID, goOn); practice.CodeOf(err) != practice.Forbidden {
		t.Errorf("anna waives her own: %v", err)
	}
	if _, err := h.Control.Guide(ctx, practice.DefaultScope, person("ben"), d.ID, goOn); err != nil {
		t.Fatal(err)
	}
	if d = h.Await(d.ID); !strings.Contains(d.Waiting.Reasons[0].Message, "does the first host look well?") {
		t.Errorf("it waits for %+v", d.Waiting)
	}
	if rows := entries(t, h, d.ID, deployment.EntryCriterion); !strings.Contains(string(rows[len(rows)-2].Bytes), `"standing":"waived"`) {
		t.Errorf("the record does not tell of the waiver: %s", rows[len(rows)-2].Bytes)
	}
}
