package journey_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tranship.dev/tranship/internal/announce"
	"tranship.dev/tranship/internal/announce/announcetest"
	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/communication"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/health"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/model"
	"tranship.dev/tranship/internal/practice/party"
	"tranship.dev/tranship/internal/practice/record"
	"tranship.dev/tranship/internal/wiring"
	"tranship.dev/tranship/test/house"
)

// service is a real HTTP endpoint that can go bad.
type service struct {
	*httptest.Server
	bad   atomic.Bool
	asked atomic.Int64
}

func newService(t *testing.T) *service {
	t.Helper()
	s := &service{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		s.asked.Add(1)
		if s.bad.Load() {
			http.Error(w, "the database is away", http.StatusServiceUnavailable)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

// watched is the model of the shop with a health check that is made often.
func watched(checks ...model.HealthCheck) model.Spec {
	return model.Spec{
		AppliesTo:  model.AppliesTo{Components: []string{"shop"}},
		Flow:       []model.Stage{{Environment: "test"}},
		Procedures: []model.Procedure{{Kind: library.Software, Install: []model.Step{{Name: "place", Uses: "files", With: map[string]any{"path": "shop"}}}}},
		Checks: model.Checks{
			Acceptance: []model.Step{{Name: "it is whole", Uses: "script", With: map[string]any{"check": []any{"test", "-e", "page"}, "directory": "shop/current"}}},
			Health:     checks,
		},
	}
}

func itAnswers(after int) model.HealthCheck {
	return model.HealthCheck{
		Name: "it answers", Uses: "http", With: map[string]any{"url": "${target.parameters.url}", "timeout": "2s"},
		Every: practice.Duration(100 * time.Millisecond), After: after, Timeout: practice.Duration(5 * time.Second),
	}
}

// awaitHealth waits until the health of the shop is recorded as one.
func awaitHealth(t *testing.T, h *house.House, want health.State) control.PlaceHealth {
	t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		list, err := h.Control.PlaceHealths(context.Background(), practice.DefaultScope, health.Filter{Environment: "test", Component: "shop"}, practice.Page{})
		if err != nil {
			t.Fatal(err)
		}
		if len(list) == 1 && list[0].State == want && list[0].Counts.Pending == 0 {
			return list[0]
		}
		if time.Now().After(end) {
			t.Fatalf("the shop is %+v, want %s", list, want)
		}
	}
}

// cellOf gives the overview's cell of the shop.
func cellOf(t *testing.T, h *house.House, at time.Time) (control.OverviewCell, control.OverviewCounts) {
	t.Helper()
	o, err := h.Control.Overview(context.Background(), practice.DefaultScope, control.OverviewAsk{At: at}, practice.Page{})
	if err != nil || len(o.Rows) != 1 || len(o.Rows[0].Cells) != 1 {
		t.Fatalf("the overview: %+v, %v", o, err)
	}
	return o.Rows[0].Cells[0], o.Counts
}

// TestHealthOfWhatStands: a component that goes bad after its deployment has
// ended is found by the agents, by the checks of the plan that brought it there;
// the record, people and the overview tell; and a deployment of it begins anew.
func TestHealthOfWhatStands(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	mails, hook := announcetest.NewMailbox(t, nil), announcetest.NewHook(t, nil)
	h := house.Start(t, func(o *wiring.ServerOptions) {
		o.Announce.Inside, o.Backoff, o.Announce.SMTP = true, soon, announce.SMTP{Server: mails.Address, From: "tranship@example.com"}
	})
	h.Agent("host-1")
	h.Agent("host-2")
	one, two := newService(t), newService(t)
	put(t, h, practice.KindPerson, "bert", party.PersonSpec{Mail: "bert@example.com"})
	put(t, h, practice.KindGroup, "team", party.GroupSpec{Members: []string{"bert"}})
	h.Apply("apiVersion: tranship.dev/v1\nkind: Environment\nmetadata: {name: test}\nspec: {purpose: test, order: 1, owner: team, inspection: {off: true}}\n")
	for name, s := range map[string]*service{"host-1": one, "host-2": two} {
		h.Apply("apiVersion: tranship.dev/v1\nkind: Target\nmetadata: {name: " + name + "}\nspec: {environment: test, kind: host, parameters: {url: '" + s.URL + "'}}\n")
	}
	put(t, h, practice.KindComponent, "shop", library.ComponentSpec{Kind: library.Software})
	put(t, h, practice.KindModel, "shop", watched(itAnswers(2)))
	ci := hookTo(hook.URL)
	ci.Events = []communication.Event{communication.HealthFailing, communication.HealthDegraded, communication.HealthRestored}
	put(t, h, practice.KindSubscription, "ci", ci)
	h.Add("shop", "1.0.0", map[string]string{"page": "one"}, nil)
	h.Add("shop", "2.0.0", map[string]string{"page": "two"}, nil)
	expect(t, h, h.Deploy("shop@1.0.0", "test").ID, deployment.Succeeded)

	if p := awaitHealth(t, h, health.Healthy); p.Counts.Targets != 2 || p.Healthy != 2 {
		t.Errorf("healthy is %+v, want both targets", p)
	}
	if cell, counts := cellOf(t, h, time.Time{}); cell.State != control.PlaceAsRecorded || cell.Health == nil || cell.Health.State != health.Healthy || counts.Failing+counts.Degraded > 0 {
		t.Errorf("the cell of what is healthy: %+v, %+v", cell, counts)
	}

	one.bad.Store(true)
	p := awaitHealth(t, h, health.Degraded)
	if p.Target != "host-1" || p.Check != "it answers" || !strings.Contains(p.Says, "503") || p.Counts.Failing != 1 || p.Healthy != 1 {
		t.Errorf("degraded is %+v, want host-1 by its check", p)
	}
	counted, err := h.Control.EnvironmentHealths(ctx, practice.DefaultScope, practice.Page{})
	if want := (control.HealthSummary{Checked: 1, Degraded: 1}); err != nil || len(counted) != 1 || counted[0].Environment != "test" || counted[0].Health != want {
		t.Errorf("by environment there is %+v, %v, want %+v", counted, err, want)
	}
	if cell, counts := cellOf(t, h, time.Time{}); cell.State != control.PlaceDegraded || counts.Degraded != 1 || counts.Failing != 0 || cell.Health.Check != "it answers" {
		t.Errorf("the cell of what is degraded: %+v, %+v", cell, counts)
	}
	was := h.Control.Clock.Now()
	list, err := h.Control.TargetHealths(ctx, practice.DefaultScope, health.Filter{Target: "host-1"}, practice.Page{})
	if err != nil || len(list) != 1 || list[0].State != health.Failing || len(list[0].Checks) != 1 || list[0].HeardAt.IsZero() {
		t.Errorf("host-1 is %+v, %v; want failing by one check", list, err)
	}
	announcedHealth(t, h, communication.HealthDegraded, "shop is degraded, on 1 of 2 targets", "it answers on host-1")

	two.bad.Store(true)
	awaitHealth(t, h, health.Failing)
	if cell, counts := cellOf(t, h, time.Time{}); cell.State != control.PlaceFailing || counts.Failing != 1 || counts.Degraded != 0 {
		t.Errorf("the cell of what is failing: %+v, %+v", cell, counts)
	}
	tellHealth(t, h)
	announcedHealth(t, h, communication.HealthFailing, "shop is failing, on 2 of 2 targets")

	one.bad.Store(false)
	two.bad.Store(false)
	awaitHealth(t, h, health.Healthy)
	tellHealth(t, h)
	announcedHealth(t, h, communication.HealthRestored, "shop is healthy again")
	if cell, _ := cellOf(t, h, was); cell.Health == nil || cell.Health.State != health.Degraded {
		t.Errorf("the cell of the moment when it was degraded: %+v", cell)
	}

	// What stands goes by the plan that brought it there, not by the newest model.
	put(t, h, practice.KindModel, "shop", watched())
	one.bad.Store(true)
	awaitHealth(t, h, health.Degraded)
	one.bad.Store(false)
	awaitHealth(t, h, health.Healthy)

	// A deployment begins anew; one without health checks ends them.
	put(t, h, practice.KindModel, "shop", watched(itAnswers(1)))
	again := h.Deploy("shop@2.0.0", "test").ID
	expect(t, h, again, deployment.Succeeded)
	awaitHealth(t, h, health.Healthy)
	told := healthTold(t, h)
	if !slices.Contains(told, "unknown by "+again) || told[len(told)-1] != "healthy" {
		t.Errorf("the record tells %q, want that %s made it unknown, and healthy after that", told, again)
	}
	put(t, h, practice.KindModel, "shop", watched())
	expect(t, h, h.Deploy("shop@1.0.0", "test").ID, deployment.Succeeded)
	if told := healthTold(t, h); told[len(told)-1] != "ended" {
		t.Errorf("the record tells %q, want an end", told)
	}
	if cell, _ := cellOf(t, h, time.Time{}); cell.Health != nil || cell.State != control.PlaceAsRecorded {
		t.Errorf("the cell of what is not checked any more: %+v", cell)
	}
	recordHolds(t, h)
	findsEach(t, h, []tampering{
		{"a failure was none", `UPDATE health_spell SET state = 'healthy', body = json_set(body, '$.state', 'healthy') WHERE state = 'failing'`, "health H-"},
		{"it was longer so", `UPDATE health_spell SET until = until + 1000000 WHERE state = 'failing'`, "health H-"},
		{"it was somewhere else", `UPDATE health_spell SET environment = 'live', body = json_set(body, '$.environment', 'live') WHERE state = 'failing'`, "health H-"},
		{"a failure vanishes", `DELETE FROM health_spell WHERE state = 'failing'`, "health H-"},
		{"one appears", `INSERT INTO health_spell SELECT scope, 99, environment, component, state, standing, untold, told_at, since, until, json_set(body, '$.id', 'H-99') FROM health_spell WHERE number = 1`, "health H-99"},
	})
}

// tellHealth has people told now: they are told of one environment every 30 seconds at most.
func tellHealth(t *testing.T, h *house.House) {
	t.Helper()
	h.Ahead(31 * time.Second)
	if err := h.Control.TellHealth(context.Background(), practice.DefaultScope, "test"); err != nil {
		t.Fatal(err)
	}
}

// healthTold gives what the record tells of the shop's health, in order.
func healthTold(t *testing.T, h *house.House) (told []string) {
	t.Helper()
	rows, err := h.Control.Entries(context.Background(), practice.DefaultScope, record.Filter{Subject: "health/test/shop"}, practice.Page{Limit: practice.MaxLimit})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		var leaf record.Leaf
		if err := json.Unmarshal(r.Bytes, &leaf); err != nil {
			t.Fatal(err)
		}
		e := leaf.Entry
		word, _ := e.Data["state"].(string)
		if by, is := e.Data["deployment"].(string); is {
			word += " by " + by
		}
		if e.Kind == health.EntryEnded {
			word = "ended"
		}
		told = append(told, word)
	}
	return told
}

// announcedHealth waits until the owner by mail and a system were told, in these words.
func announcedHealth(t *testing.T, h *house.House, event communication.Event, words ...string) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		var told []string
		for _, a := range announced(t, h, communication.Filter{}) {
			if a.Event == event && a.State == communication.Delivered {
				told = append(told, string(a.Channel))
				for _, word := range words {
					if !strings.Contains(a.Message.Text, word) {
						t.Errorf("%s does not say %q: %s", event, word, a.Message.Text)
					}
				}
			}
		}
		slices.Sort(told)
		if slices.Equal(told, []string{"mail", "webhook"}) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("of %s were told %q, want bert by mail and a webhook, once each", event, told)
		}
	}
}
