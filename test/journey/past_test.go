package journey_test

import (
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/internal/practice/party"
	"tranship.dev/tranship/internal/practice/plan"
	"tranship.dev/tranship/test/house"
)

// matters writes events as a page would, the newest first.
func matters(events []control.TargetEvent) []string {
	lines := []string{}
	for _, e := range events {
		switch e.Kind {
		case "deployment":
			line := fmt.Sprintf("%s %s %s", e.Deployment.ID, e.Deployment.Release, e.Deployment.Look)
			for _, c := range e.Deployment.Changes {
				line += fmt.Sprintf(", %s %q to %q", c.Component, c.From, c.To)
			}
			if e.Deployment.BroughtBack {
				line += ", brought back"
			}
			lines = append(lines, line)
		case "drift":
			lines = append(lines, fmt.Sprintf("%s %s %s", e.Drift.Component, e.Drift.What, e.Drift.End))
		case "document":
			lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %s", e.Document.Change, e.Document.MovedFrom, e.Document.MovedTo)))
		case "agent":
			lines = append(lines, e.Agent.Name+" "+e.Agent.What)
		default:
			lines = append(lines, e.What)
		}
	}
	return lines
}

func stood(h control.TargetHistory) string {
	var parts []string
	for _, p := range h.Stood {
		by := ""
		if p.By != nil {
			by = " by " + p.By.RequestedBy.Name
		}
		parts = append(parts, p.Component+"@"+p.Version+" of "+p.Deployment+by)
	}
	return strings.Join(parts, ", ")
}

// R9, R98: what stood on one target at any moment, by whose authority, and what
// had happened to it until then. The record outlives the target.
func TestR9HistoryOfATargetOutlivesIt(t *testing.T) {
	t.Parallel()
	h := house.Start(t)
	root := h.Agent("host-1")
	h.Agent("host-2")
	h.Apply(people)
	h.Apply(documents)
	h.Apply("apiVersion: tranship.dev/v1\nkind: Environment\nmetadata: {name: live}\nspec: {purpose: live, order: 9, owner: team}\n")
	h.Add("shop", "1.0.0", map[string]string{"page": "one"}, nil)
	h.Add("shop", "2.0.0", map[string]string{"page": "two", "broken": "yes"}, nil)
	empty := time.Now()
	expect(t, h, h.Deploy("shop@1.0.0", "test").ID, deployment.Succeeded)
	first := time.Now()
	expect(t, h, h.Deploy("shop@2.0.0", "test").ID, deployment.Remediated)
	b := invited(t, h, "anna", party.Viewer)
	history := func(target string, when time.Time, more string) control.TargetHistory {
		path := "/targets/" + target + "/history?limit=100" + more
		if !when.IsZero() {
			path += "&at=" + url.QueryEscape(when.Format(time.RFC3339Nano))
		}
		return look[control.TargetHistory](b, path)
	}

	now := history("host-1", time.Time{}, "")
	want := []string{`D-2 shop@2.0.0 done, shop "1.0.0" to "2.0.0", brought back`, `D-1 shop@1.0.0 done, shop "" to "1.0.0"`, "added", "host-1 enrolled", "host-1 enrolment-allowed"}
	if got := matters(now.Events); !slices.Equal(got, want) {
		t.Errorf("of host-1:\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if e := now.Events[0]; e.By != house.Admin || e.Deployment.Result != deployment.Remediated || e.Deployment.Authority == "" || !e.Deployment.Touched || e.Since.After(e.At) || e.Since.Before(first) {
		t.Errorf("the last deployment: %+v %+v", e, e.Deployment)
	}
	if now.Past || now.Then == nil || now.Then.Environment != "test" || now.Then.Contact == "" || now.Removed != nil || !strings.HasPrefix(stood(now), "shop@1.0.0 of D-2 by ") {
		t.Errorf("now: %+v, %s", now, stood(now))
	}
	past := history("host-1", first, "")
	if got := matters(past.Events); !past.Past || !slices.Equal(got, want[1:]) || past.Then.Contact != "" || !strings.HasPrefix(stood(past), "shop@1.0.0 of D-1") || past.Stood[0].By.Authority == "" {
		t.Errorf("after the first: %v, %s, %+v", got, stood(past), past.Then)
	}
	if before := history("host-1", empty, ""); len(before.Stood) != 0 || len(before.Events) != 3 {
		t.Errorf("before anything was brought there: %v, %s", matters(before.Events), stood(before))
	}
	if never := history("host-1", empty.Add(-24*time.Hour), ""); never.Then != nil || len(never.Events) != 0 {
		t.Errorf("before it was there: %+v", never)
	}
	b.want(http.StatusNotFound, http.MethodGet, "/api/v1/targets/none/history", "")
	b.want(http.StatusUnprocessableEntity, http.MethodGet, "/api/v1/targets/host-1/history?at=2999-01-01T00:00:00Z", "")

	// Page by page it is the same.
	var paged []string
	for cursor := ""; ; {
		page := look[control.TargetHistory](b, "/targets/host-1/history?limit=2&cursor="+cursor)
		paged = append(paged, matters(page.Events)...)
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	if !slices.Equal(paged, want) {
		t.Errorf("page by page:\n%s", strings.Join(paged, "\n"))
	}

	// What somebody changed by hand and made the record, and a move, are there too.
	h.Ahead(2 * time.Minute)
	write(t, filepath.Join(root, "shop", "current", "page"), "by hand")
	looked(t, h)
	changed := onOne(t, h, "host-1")
	if _, err := h.Control.AcceptDrift(t.Context(), practice.DefaultScope, house.Admin, control.DriftChoice{Drifts: []string{changed.ID}}, "it reads better"); err != nil {
		t.Fatal(err)
	}
	off, err := h.TryDeploy(control.PlanRequest{Release: "shop@1.0.0", Environment: "test", Direction: plan.Remove})
	if err != nil {
		t.Fatal(err)
	}
	expect(t, h, off.ID, deployment.Succeeded)
	if err := h.Control.Remove(t.Context(), practice.DefaultScope, house.Admin, practice.KindTarget, "host-1", 0); err != nil {
		t.Fatal(err)
	}
	gone := history("host-1", time.Time{}, "")
	want = append([]string{"removed", off.ID + ` shop@1.0.0 done, shop "1.0.0" to ""`, "shop accepted " + string(drift.Taken)}, want...)
	if got := matters(gone.Events); !slices.Equal(got, want) || gone.Then != nil || gone.Removed == nil || gone.Removed.By != house.Admin {
		t.Errorf("after it was taken away:\n%s\nwant\n%s\n%+v", strings.Join(got, "\n"), strings.Join(want, "\n"), gone.Removed)
	}
	if gone.Events[2].Why != "it reads better" {
		t.Errorf("why it was accepted: %+v", gone.Events[2])
	}
	h.Apply(strings.Replace(strings.TrimSuffix(host("host-2"), "---\n"), "environment: test", "environment: live", 1))
	if moved := history("host-2", time.Time{}, ""); matters(moved.Events)[0] != "changed test live" || moved.Then.Environment != "live" {
		t.Errorf("after host-2 moved: %v", matters(moved.Events))
	}

	code, out, errs := typed(t, h, h.Token, "target", "history", "host-1")
	for _, part := range []string{"taken away", "brought back what was before", "D-1 install of shop@1.0.0, shop nothing to 1.0.0", "it reads better", "agent host-1"} {
		if code != 0 || !strings.Contains(out, part) {
			t.Errorf("the command line says %d %s\n%s, without %q", code, errs, out, part)
		}
	}
	if code, out, _ := typed(t, h, h.Token, "target", "history", "host-1", "--limit", "2", "--at", "now", "--output", "json"); code != 0 || strings.Count(out, `"entry": `) != 2 || !strings.Contains(out, `"next"`) {
		t.Errorf("as JSON: %d %s", code, out)
	}
	if code, _, errs := typed(t, h, h.Token, "target", "history", "none"); code == 0 || !strings.Contains(errs, "never did") {
		t.Errorf("of a target that never was: %d %s", code, errs)
	}
	recordHolds(t, h)
}

// What was under way at a past moment is told as it was then, though it has ended
// since: its state and its wave, and that a person was waited for.
func TestThePastIsToldWithWhatWasUnderWay(t *testing.T) {
	t.Parallel()
	h := house.Start(t)
	root := h.Agent("host-1")
	h.Agent("host-2")
	h.Apply(people)
	h.Apply(strings.Replace(documents, "onFailure: remediate", "onFailure: guidance", 1))
	h.Add("shop", "1.0.0", map[string]string{"page": "one"}, nil)
	write(t, filepath.Join(root, "shop"), "in the way")
	before := time.Now()
	id := h.Deploy("shop@1.0.0", "test").ID
	if d := h.Await(id); d.State != deployment.AwaitingGuidance || d.Wave != 1 {
		t.Fatalf("%s is %s in wave %d", id, d.State, d.Wave)
	}
	asked := time.Now()
	run(t, "rm", filepath.Join(root, "shop"))
	if _, err := h.Control.Guide(t.Context(), practice.DefaultScope, house.Admin, id, control.Advice{Advice: deployment.RetryTargets, Reason: "it is out of the way"}); err != nil {
		t.Fatal(err)
	}
	expect(t, h, id, deployment.Succeeded)
	after := time.Now()
	b := invited(t, h, "anna", party.Viewer)
	at := func(when time.Time) string { return "at=" + url.QueryEscape(when.Format(time.RFC3339Nano)) }
	for when, many := range map[time.Time]int{before: 0, asked: 1, after: 0} {
		if o := look[control.Overview](b, "/overview?show=awaiting&"+at(when)); len(o.Rows) != many || o.Counts.Awaiting != many || o.Counts.Running != 0 {
			t.Errorf("at %v waited for a person: %+v", when, o)
		}
	}
	cell := look[control.Overview](b, "/overview?"+at(asked)).Rows[0].Cells[0]
	if len(cell.Open) != 1 || cell.State != control.PlaceAwaits || len(cell.Versions) > 1 {
		t.Fatalf("while it waited: %+v", cell)
	}
	if o := cell.Open[0]; o.Deployment != id || o.State != deployment.AwaitingGuidance || o.Asks != "guidance" || o.Wave != 1 || o.Waves != 2 || o.Version != "1.0.0" || o.Done != 0 {
		t.Errorf("what was under way: %+v", o)
	}
	if card := look[control.PlaceCard](b, "/overview/shop/test?"+at(asked)); len(card.Open) != 1 || card.Open[0].State != deployment.AwaitingGuidance {
		t.Errorf("its card then: %+v", card)
	}
	if card := look[control.PlaceCard](b, "/overview/shop/test?"+at(after)); len(card.Open) != 0 || len(card.Targets) != 2 {
		t.Errorf("its card afterwards: %+v", card)
	}
	history := look[control.TargetHistory](b, "/targets/host-1/history?"+at(asked))
	if len(history.Stood) != 1 || !history.Stood[0].Uncertain {
		t.Errorf("what stood on host-1 while nobody knew: %+v", history.Stood)
	}
	if e := history.Events[0]; e.Deployment == nil || e.Deployment.Look != deployment.LookFailed || e.Deployment.Result != "" || e.Deployment.Message == "" || e.Deployment.Attempts < 2 {
		t.Errorf("of host-1 while it waited: %+v %+v", e, e.Deployment)
	}
}
