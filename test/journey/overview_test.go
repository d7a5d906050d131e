package journey_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/httpapi"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/journey"
	"tranship.dev/tranship/internal/practice/party"
	"tranship.dev/tranship/test/house"
)

// look reads an answer of the API as somebody's page does.
func look[T any](b *browser, path string) (value T) {
	b.t.Helper()
	text := b.want(http.StatusOK, http.MethodGet, "/api/v1"+path, "")
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		b.t.Fatalf("%s: %v\n%s", path, err, text)
	}
	return value
}

// The overview says what stands where now, and what stood where then.
func TestTheOverviewSaysWhatIsWhere(t *testing.T) {
	t.Parallel()
	h := house.Start(t)
	h.Agent("host-1")
	h.Agent("host-2")
	h.Apply(people)
	h.Apply(documents)
	h.Apply("apiVersion: tranship.dev/v1\nkind: Service\nmetadata: {name: sales}\nspec: {owner: anna}\n")
	h.Apply("apiVersion: tranship.dev/v1\nkind: Component\nmetadata: {name: till}\nspec: {kind: software, service: sales}\n")
	h.Apply("apiVersion: tranship.dev/v1\nkind: Environment\nmetadata: {name: live}\nspec: {purpose: live, order: 9, owner: team}\n")
	h.Add("shop", "1.0.0", map[string]string{"page": "one"}, nil)
	h.Add("shop", "2.0.0", map[string]string{"page": "two"}, nil)
	expect(t, h, h.Deploy("shop@1.0.0", "test").ID, deployment.Succeeded)
	between := time.Now()
	second := h.Deploy("shop@2.0.0", "test")
	expect(t, h, second.ID, deployment.Succeeded)
	b := invited(t, h, "anna", party.Viewer)

	o := look[control.Overview](b, "/overview")
	if len(o.Environments) != 2 || o.Environments[0].Name != "test" || o.Environments[1].Name != "live" || len(o.Rows) != 2 || o.Counts.All != 2 {
		t.Fatalf("overview: %+v", o)
	}
	cell := o.Rows[0].Cells[0]
	if o.Rows[0].Component != "shop" || cell.Environment != "test" || cell.Targets != 2 || len(cell.Versions) != 1 || cell.Versions[0].Version != "2.0.0" || cell.State != control.PlaceAsRecorded || cell.Since.Before(between) {
		t.Errorf("shop in test: %+v", o.Rows[0])
	}
	if len(o.Rows[1].Cells) != 0 {
		t.Errorf("till stands nowhere: %+v", o.Rows[1])
	}
	past := look[control.Overview](b, "/overview?at="+url.QueryEscape(between.Format(time.RFC3339Nano)))
	if cell := past.Rows[0].Cells[0]; !past.Past || cell.Versions[0].Version != "1.0.0" || cell.Targets != 2 {
		t.Errorf("in between: %+v", past.Rows[0])
	}
	card := look[control.PlaceCard](b, "/overview/shop/test")
	if len(card.Targets) != 2 || len(card.By) != 1 || card.By[0].Deployment != second.ID || card.By[0].RequestedBy != house.Admin || card.By[0].Authority == "" {
		t.Errorf("card: %+v", card)
	}
	card = look[control.PlaceCard](b, "/overview/shop/test?at="+url.QueryEscape(between.Format(time.RFC3339Nano)))
	if len(card.By) != 1 || card.By[0].Deployment != "D-1" {
		t.Errorf("card in between: %+v", card)
	}

	// One page at a time, in the order that is asked for.
	page := look[control.Overview](b, "/overview?group=service&limit=1")
	if len(page.Rows) != 1 || page.Rows[0].Component != "till" || page.Next == "" || page.Counts.All != 2 {
		t.Errorf("first page by service: %+v", page)
	}
	page = look[control.Overview](b, "/overview?group=service&limit=1&cursor="+page.Next)
	if len(page.Rows) != 1 || page.Rows[0].Component != "shop" || page.Next != "" {
		t.Errorf("second page by service: %+v", page)
	}
	if found := look[control.Overview](b, "/overview?text=SALES"); len(found.Rows) != 1 || found.Rows[0].Component != "till" {
		t.Errorf("by text: %+v", found.Rows)
	}
	b.want(http.StatusNotFound, http.MethodGet, "/api/v1/overview?environment=none", "")
	b.want(http.StatusUnprocessableEntity, http.MethodGet, "/api/v1/overview?at=2999-01-01T00:00:00Z", "")

	// What is to be said of a place, and only where it is.
	if _, err := h.Control.SetPin(t.Context(), practice.DefaultScope, house.Admin, journey.Pin{Component: "shop", Environment: "live", Version: "2.0.0", Why: "not there"}); err != nil {
		t.Fatal(err)
	}
	pinned := look[control.Overview](b, "/overview?show=pinned")
	if len(pinned.Rows) != 1 || pinned.Counts.Pinned != 1 || pinned.Counts.All != 2 || len(pinned.Rows[0].Cells) != 2 || pinned.Rows[0].Cells[1].State != control.PlacePinned {
		t.Errorf("pinned: %+v", pinned)
	}
	if none := look[control.Overview](b, "/overview?show=pinned&environment=test"); len(none.Rows) != 0 {
		t.Errorf("pinned in test: %+v", none.Rows)
	}
	h.Apply("apiVersion: tranship.dev/v1\nkind: Freeze\nmetadata: {name: ledger}\nspec: {kind: hard, description: The ledger closes., appliesTo: {environments: [test]}, when: {start: 2020-01-01T00:00, end: 2040-01-01T00:00, zone: Europe/Berlin}}\n")
	frozen := look[control.Overview](b, "/overview")
	if len(frozen.Environments[0].Freezes) != 1 || len(frozen.Environments[1].Freezes) != 0 || frozen.Rows[0].Cells[0].State != control.PlaceFrozen {
		t.Errorf("frozen: %+v", frozen)
	}
}

// A past moment is told with what held then, though it was lifted since: the
// freeze from its revisions, the pin from the record.
func TestThePastIsToldWithItsFreezesAndPins(t *testing.T) {
	t.Parallel()
	h := ready(t)
	expect(t, h, h.Deploy("shop@1.0.0", "test").ID, deployment.Succeeded)
	before := time.Now()
	const freeze = "apiVersion: tranship.dev/v1\nkind: Freeze\nmetadata: {name: ledger}\nspec: {kind: hard, appliesTo: {environments: [test]}, when: {start: 2020-01-01T00:00, end: %s, zone: Europe/Berlin}}\n"
	h.Apply(strings.Replace(freeze, "%s", "2040-01-01T00:00", 1))
	pin := journey.Pin{Component: "shop", Environment: "test", Version: "1.0.0", Why: "it is slow"}
	if _, err := h.Control.SetPin(t.Context(), practice.DefaultScope, house.Admin, pin); err != nil {
		t.Fatal(err)
	}
	held := time.Now()
	h.Apply(strings.Replace(freeze, "%s", "2020-02-01T00:00", 1))
	if err := h.Control.LiftPin(t.Context(), practice.DefaultScope, house.Admin, "shop", "test", "1.0.0", "mended"); err != nil {
		t.Fatal(err)
	}
	b := invited(t, h, "anna", party.Viewer)
	for when, expected := range map[time.Time]string{before: "0 freezes, pins []: as-recorded", held: "1 freezes, pins [1.0.0]: frozen", {}: "0 freezes, pins []: as-recorded"} {
		path := "/overview"
		if !when.IsZero() {
			path += "?at=" + url.QueryEscape(when.Format(time.RFC3339Nano))
		}
		o := look[control.Overview](b, path)
		cell := o.Rows[0].Cells[0]
		if told := fmt.Sprintf("%d freezes, pins %v: %s", len(o.Environments[0].Freezes), cell.Pins, cell.State); told != expected {
			t.Errorf("at %v: %s, expected %s", when, told, expected)
		}
	}
	// The strip of days shades what was frozen then, as it was written then: applied
	// after the first moment, lifted after the second.
	strip := look[control.Strip](b, "/activity?steps=10&from="+url.QueryEscape(before.Add(-time.Hour).Format(time.RFC3339Nano))+"&to="+url.QueryEscape(held.Add(time.Hour).Format(time.RFC3339Nano)))
	if len(strip.Freezes) != 1 || strip.Freezes[0].Name != "ledger" || strip.Freezes[0].Start.Before(before) || strip.Freezes[0].Start.After(held) || strip.Freezes[0].End.Before(held) || strip.Freezes[0].End.After(time.Now()) {
		t.Errorf("frozen between %v and %v: %+v", before, held, strip.Freezes)
	}
	if elsewhere := look[control.Strip](b, "/activity?steps=10&environment=live&from="+url.QueryEscape(before.Format(time.RFC3339Nano))+"&to="+url.QueryEscape(before.Add(time.Hour).Format(time.RFC3339Nano))); len(elsewhere.Freezes) != 0 {
		t.Errorf("frozen in another environment: %+v", elsewhere.Freezes)
	}
	if found := look[control.Overview](b, "/overview?show=pinned&at="+url.QueryEscape(held.Format(time.RFC3339Nano))); len(found.Rows) != 1 || found.Counts.Pinned != 1 {
		t.Errorf("what was kept out then: %+v", found)
	}
}

// Deployments are counted, drawn and found without being read one by one.
func TestDeploymentsAtAGlance(t *testing.T) {
	t.Parallel()
	h := ready(t)
	begun := time.Now().Add(-time.Second)
	expect(t, h, h.Deploy("shop@1.0.0", "test").ID, deployment.Succeeded)
	b := invited(t, h, "anna", party.Viewer)
	for state, many := range map[string]int{"succeeded": 1, "failed,remediated": 0, "executing,succeeded,closed": 1, "planned": 0} {
		args := []string{"deployment", "list", "--output", "json"}
		for one := range strings.SplitSeq(state, ",") {
			args = append(args, "--state", one)
		}
		code, out, errs := typed(t, h, h.Token, args...)
		var listed []deployment.Deployment
		if err := json.Unmarshal([]byte(out), &listed); code != 0 || err != nil || len(listed) != many {
			t.Errorf("deployments %s: %d %s %s, want %d", state, code, out, errs, many)
		}
	}
	if code, _, errs := typed(t, h, h.Token, "deployment", "list", "--state", "lost"); code != 2 || !strings.Contains(errs, "remediated") {
		t.Errorf("a state that there is not: %d %s", code, errs)
	}
	if n := look[httpapi.Counted](b, "/deployments/counts"); n.Closed != 1 || n.Open != 0 || len(n.Counts) != 1 || n.Counts[0].Result != deployment.Succeeded {
		t.Errorf("counts: %+v", n)
	}
	g := look[control.TargetGrid](b, "/deployments/D-1/grid?names=true")
	if g.Total != 2 || g.Looks != "2d" || strings.Join(g.Names, " ") != "host-1 host-2" || len(g.Waves) != 2 || g.Waves[1].First != 1 || g.Waves[1].Counts[deployment.TargetDone] != 1 {
		t.Errorf("grid: %+v", g)
	}
	span := "?steps=10&from=" + url.QueryEscape(begun.Format(time.RFC3339Nano)) + "&to=" + url.QueryEscape(begun.Add(100*time.Second).Format(time.RFC3339Nano))
	strip := look[control.Strip](b, "/activity"+span)
	total := 0
	for _, step := range strip.Steps {
		total += step.Total
	}
	if len(strip.Steps) != 10 || strip.Width != 10 || total != 1 || strip.Steps[0].Total != 1 || strip.Steps[0].Failed != 0 {
		t.Errorf("activity: %+v", strip)
	}
	for text, expected := range map[string]string{
		"D-1": "Deployment D-1", "1": "Deployment D-1", "sho": "Component shop", "ost-2": "Target host-2", "shop@1": "Version 1.0.0", "P-1": "Plan P-1", "ann": "Person anna",
	} {
		found := look[struct{ Items []control.Hit }](b, "/search?q="+url.QueryEscape(text))
		if len(found.Items) == 0 || found.Items[0].Kind+" "+found.Items[0].Name != expected {
			t.Errorf("search %q: %+v, expected %s first", text, found.Items, expected)
		}
	}
	if found := look[struct{ Items []control.Hit }](b, "/search?q=D-99"); len(found.Items) != 0 {
		t.Errorf("search for what is not there: %+v", found.Items)
	}
}

// What waits for a person is listed for those who can answer.
func TestTasksWaitForThoseWhoCanAnswer(t *testing.T) {
	t.Parallel()
	h := ready(t, twoAndOne)
	d := request(t, h, anna, control.AskRequest{})
	tasks := func(b *browser, path string) []control.Task {
		return look[struct{ Items []control.Task }](b, path).Items
	}
	carla, anna := invited(t, h, "carla", party.Approver), invited(t, h, "anna", party.Manager)
	mine := tasks(carla, "/tasks?mine=true")
	if len(mine) != 1 || mine[0].Kind != control.TaskApproval || mine[0].ID != d.ID || !mine[0].Mine || mine[0].Group != "operations" || mine[0].Subject != d.Subject {
		t.Errorf("carla's: %+v", mine)
	}
	if all := tasks(anna, "/tasks"); len(all) != 1 || all[0].Mine {
		t.Errorf("anna, who asked for it: %+v", all)
	}
	if none := tasks(anna, "/tasks?mine=true"); len(none) != 0 {
		t.Errorf("anna's: %+v", none)
	}
	viewer := invited(t, h, "ben", party.Viewer)
	if none := tasks(viewer, "/tasks?mine=true"); len(none) != 0 {
		t.Errorf("ben is of the group, but may only look: %+v", none)
	}
	carla.want(http.StatusOK, http.MethodPost, "/api/v1/deployments/"+d.ID+"/votes", `{"decision": "approve", "subject": "`+string(d.Subject)+`"}`)
	if none := tasks(carla, "/tasks?mine=true"); len(none) != 0 {
		t.Errorf("carla's, after she approved: %+v", none)
	}
	done := look[struct{ Items []control.DoneTask }](carla, "/tasks/done").Items
	if len(done) != 1 || done[0].What != "approved" || done[0].Subject != "deployment/"+d.ID || done[0].Release != d.Header.Release {
		t.Errorf("what carla did: %+v", done)
	}
	if done := look[struct{ Items []control.DoneTask }](anna, "/tasks/done").Items; len(done) != 0 {
		t.Errorf("what anna did: %+v", done)
	}
}
