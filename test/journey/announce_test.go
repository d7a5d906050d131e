package journey_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tranship.dev/tranship/internal/announce"
	"tranship.dev/tranship/internal/announce/announcetest"
	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/approval"
	"tranship.dev/tranship/internal/practice/communication"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/party"
	"tranship.dev/tranship/internal/practice/record"
	"tranship.dev/tranship/internal/wiring"
	"tranship.dev/tranship/test/house"
)

// soon tries again at once, as tests must.
var soon = communication.Backoff{Waits: []time.Duration{10 * time.Millisecond}, GiveUp: time.Hour}

// told starts a house that tells over a mail server, with the shop in two versions.
func told(t *testing.T, smtp string) *house.House {
	t.Helper()
	h := house.Start(t, func(o *wiring.ServerOptions) {
		o.Announce.Inside, o.Backoff = true, soon
		if smtp != "" {
			o.Announce.SMTP = announce.SMTP{Server: smtp, From: "tranship@example.com"}
		}
	})
	h.Agent("host-1")
	h.Agent("host-2")
	h.Apply(documents)
	h.Add("shop", "1.0.0", map[string]string{"page": "one"}, nil)
	h.Add("shop", "2.0.0", map[string]string{"page": "two", "broken": ""}, nil)
	return h
}

// put applies one document.
func put(t *testing.T, h *house.House, kind practice.Kind, name string, spec any) {
	t.Helper()
	d, err := practice.NewDocument(kind, name, "", nil, spec)
	if err == nil {
		_, err = h.Control.Apply(context.Background(), practice.DefaultScope, house.Admin, []control.Proposed{{Document: d}}, false)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func hookTo(url string) communication.SubscriptionSpec {
	return communication.SubscriptionSpec{Via: communication.Via{Webhook: &communication.Webhook{URL: url}}}
}

// announced gives the announcements of a filter, oldest first, when all of them are decided.
func announced(t *testing.T, h *house.House, f communication.Filter) []communication.Announcement {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; {
		list, err := h.Control.Announcements(context.Background(), practice.DefaultScope, f, practice.Page{})
		if err != nil {
			t.Fatal(err)
		}
		pending := slices.ContainsFunc(list, func(a communication.Announcement) bool { return a.State == communication.Pending })
		if !pending {
			slices.Reverse(list)
			return list
		}
		if time.Now().After(deadline) {
			t.Fatalf("announcements are still pending: %+v", list)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// R108, R112: who asked is told by mail, a system by signed CDEvents, a team in
// its chat: when it is planned, starts and ends.
func TestWhoIsConcernedIsTold(t *testing.T) {
	t.Parallel()
	mails := announcetest.NewMailbox(t, nil)
	hook, chat := announcetest.NewHook(t, nil), announcetest.NewHook(t, nil)
	h := told(t, mails.Address)
	put(t, h, practice.KindPerson, "admin", party.PersonSpec{Mail: "admin@example.com"})
	put(t, h, practice.KindPerson, "bert", party.PersonSpec{Mail: "bert@example.com"})
	put(t, h, practice.KindGroup, "team", party.GroupSpec{Members: []string{"admin", "bert"}})
	put(t, h, practice.KindSubscription, "ci", hookTo(hook.URL+"/in?x=1"))
	put(t, h, practice.KindSubscription, "chat", communication.SubscriptionSpec{
		Events: []communication.Event{communication.Ended}, Groups: []string{"team"},
		Via: communication.Via{Chat: &communication.Chat{URL: chat.URL + "/services/T0/secret", Style: communication.Slack}},
	})
	put(t, h, practice.KindSubscription, "team", communication.SubscriptionSpec{
		Events: []communication.Event{communication.Ended}, Environments: []string{"test"},
		Via: communication.Via{Mail: &communication.Mail{To: []string{"team", "list@example.com"}}},
	})
	put(t, h, practice.KindSubscription, "elsewhere", communication.SubscriptionSpec{Services: []string{"bank"}, Via: hookTo(hook.URL + "/never").Via})
	secret, _, err := h.Control.WebhookSecret(context.Background(), practice.DefaultScope, house.Admin, "ci", false)
	if err != nil {
		t.Fatal(err)
	}

	d := h.Deploy("shop@1.0.0", "test")
	expect(t, h, d.ID, deployment.Succeeded)
	all := announced(t, h, communication.Filter{})
	for _, a := range all {
		if a.State != communication.Delivered || a.Deployment != d.ID {
			t.Errorf("%s about %s is %s: %s", a, a.Deployment, a.State, a.Last())
		}
	}

	var types []string
	for _, call := range hook.Calls() {
		types = append(types, signed(t, call, secret).Type)
	}
	for _, want := range []string{"planned", "authorised", "started", "ended"} {
		if !slices.Contains(types, "dev.cdeventsx.tranship-deployment."+want+".0.1.0") {
			t.Errorf("the system was told %v; want %s too", types, want)
		}
	}
	if !slices.Contains(types, "dev.cdevents.service.deployed.0.3.0") {
		t.Errorf("the system was told %v; want that the service is deployed", types)
	}
	if calls := chat.Calls(); len(calls) != 1 || !strings.Contains(string(calls[0].Body), "*D-1: shop@1.0.0 into test has succeeded*") {
		t.Errorf("the chat got %d messages: %s", len(calls), calls)
	}
	heard := map[string][]string{}
	for _, m := range mails.Mails() {
		_, rest, _ := strings.Cut(m.Text, "Subject: ")
		subject, _, _ := strings.Cut(rest, "\n")
		heard[m.To] = append(heard[m.To], strings.TrimSpace(subject))
	}
	for who, last := range map[string]int{"admin@example.com": 3, "bert@example.com": 1, "list@example.com": 1} {
		if got := heard[who]; len(got) != last || !slices.Contains(got, "D-1: shop@1.0.0 into test has succeeded") {
			t.Errorf("%s got %q; want %d mails, one of them about the end", who, got, last)
		}
	}
	recordHolds(t, h)
}

// signed checks a signature as a receiver does, and gives the event.
func signed(t *testing.T, call announcetest.Call, secret []byte) communication.CloudEvent {
	t.Helper()
	mac := hmac.New(sha256.New, secret)
	fmt.Fprintf(mac, "%s.%s.%s", call.Header.Get("Webhook-Id"), call.Header.Get("Webhook-Timestamp"), call.Body)
	want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	if !slices.Contains(strings.Fields(call.Header.Get("Webhook-Signature")), want) {
		t.Errorf("signature %s; want %s", call.Header.Get("Webhook-Signature"), want)
	}
	var event communication.CloudEvent
	if err := json.Unmarshal(call.Body, &event); err != nil || event.ID != call.Header.Get("Webhook-Id") || call.Header.Get("Content-Type") != "application/cloudevents+json" {
		t.Errorf("event %s with id %s as %s, %v", call.Body, call.Header.Get("Webhook-Id"), call.Header.Get("Content-Type"), err)
	}
	return event
}

// R108: nothing that happened is lost: not when the receiver is away, and not
// when the server ends between the commit and the delivery. Repeats have the same id.
func TestNoAnnouncementIsLost(t *testing.T) {
	t.Parallel()
	var awake atomic.Bool
	reached := make(chan struct{}, 100)
	hook := announcetest.NewHook(t, func(n int, w http.ResponseWriter, r *http.Request) {
		switch {
		case awake.Load():
			w.WriteHeader(http.StatusOK)
		case n%2 == 0:
			w.WriteHeader(http.StatusInternalServerError)
		default: // the server ends while it waits for the answer
			reached <- struct{}{}
			<-r.Context().Done()
		}
	})
	h := told(t, "")
	put(t, h, practice.KindSubscription, "ci", hookTo(hook.URL))
	d := h.Deploy("shop@1.0.0", "test")
	expect(t, h, d.ID, deployment.Succeeded)
	<-reached
	h.Close() // attempts under way are cut off
	awake.Store(true)
	before := len(hook.Calls())
	h.Open()
	all := announced(t, h, communication.Filter{Subscription: "ci"})
	ids, arrived := map[string]bool{}, map[string]bool{}
	for _, a := range all {
		var event communication.CloudEvent
		if err := json.Unmarshal(a.Content, &event); err != nil {
			t.Fatal(err)
		}
		ids[event.ID] = true
		if a.State != communication.Delivered || !a.Tries[len(a.Tries)-1].OK {
			t.Errorf("%s is %s: %s", a, a.State, a.Last())
		}
	}
	for _, call := range hook.Calls()[before:] {
		arrived[call.Header.Get("Webhook-Id")] = true
	}
	if len(ids) < 5 || len(ids) != len(all) {
		t.Errorf("%d announcements have %d ids", len(all), len(ids))
	}
	for id := range ids {
		if !arrived[id] {
			t.Errorf("event %s was not delivered after the restart", id)
		}
	}
}

// The delivery log shows what became of it, and by hand it is sent again.
func TestGivenUpIsRecordedAndSentAgain(t *testing.T) {
	t.Parallel()
	var gone atomic.Bool
	gone.Store(true)
	hook := announcetest.NewHook(t, func(_ int, w http.ResponseWriter, r *http.Request) {
		if gone.Load() {
			w.WriteHeader(http.StatusGone)
		}
	})
	h := told(t, "")
	ctx := context.Background()
	put(t, h, practice.KindSubscription, "ci", hookTo(hook.URL))
	made, err := h.Control.TrySubscription(ctx, practice.DefaultScope, house.Admin, "ci")
	if err != nil || len(made) != 1 {
		t.Fatalf("trial: %v, %v", made, err)
	}
	list := announced(t, h, communication.Filter{Subscription: "ci"})
	if len(list) != 1 || list[0].State != communication.GivenUp || list[0].ID != made[0].ID || !strings.Contains(list[0].Last(), "410 Gone") {
		t.Fatalf("given up: %+v", list)
	}
	rows, err := h.Control.Entries(ctx, practice.DefaultScope, record.Filter{Subject: "announcement/" + made[0].ID}, practice.Page{})
	if err != nil || len(rows) != 1 || rows[0].Kind != "announcement.given-up" {
		t.Errorf("the record has %v, %v; want that it was given up", rows, err)
	}
	gone.Store(false)
	if _, err := h.Control.AnnounceAgain(ctx, practice.DefaultScope, house.Admin, made[0].ID); err != nil {
		t.Fatal(err)
	}
	if list := announced(t, h, communication.Filter{Subscription: "ci"}); len(list) != 1 || list[0].State != communication.Delivered || list[0].Attempts != 2 {
		t.Errorf("sent again: %+v", list)
	}
}

// Threat 31: the subscriptions of somebody who has left tell nobody any more, nor
// is told who has left or does not want to be.
func TestWhoHasLeftIsNotTold(t *testing.T) {
	t.Parallel()
	mails := announcetest.NewMailbox(t, nil)
	hook := announcetest.NewHook(t, nil)
	h := told(t, mails.Address)
	put(t, h, practice.KindPerson, "admin", party.PersonSpec{Mail: "admin@example.com", Quiet: true})
	put(t, h, practice.KindPerson, "carla", party.PersonSpec{Mail: "carla@example.com", Left: true})
	orphan := hookTo(hook.URL)
	orphan.Owner = "carla"
	put(t, h, practice.KindSubscription, "orphan", orphan)
	put(t, h, practice.KindSubscription, "mail", communication.SubscriptionSpec{
		Events: []communication.Event{communication.Ended}, Via: communication.Via{Mail: &communication.Mail{To: []string{"carla", "nobody"}}},
	})
	d := h.Deploy("shop@2.0.0", "test")
	expect(t, h, d.ID, deployment.Remediated)
	all := announced(t, h, communication.Filter{})
	for _, a := range all {
		if a.State != communication.GivenUp || !strings.Contains(a.Last(), "left") && !strings.Contains(a.Last(), `no person or group "nobody"`) {
			t.Errorf("%s is %s: %s", a, a.State, a.Last())
		}
	}
	if len(hook.Calls()) > 0 || len(mails.Mails()) > 0 || len(all) < 5 {
		t.Errorf("%d requests and %d mails were sent for %d announcements; want none", len(hook.Calls()), len(mails.Mails()), len(all))
	}
}

// A rotated secret takes over without a gap: for a day both sign.
func TestSecretIsRotatedWithoutAGap(t *testing.T) {
	t.Parallel()
	hook := announcetest.NewHook(t, nil)
	h := told(t, "")
	ctx := context.Background()
	put(t, h, practice.KindSubscription, "ci", hookTo(hook.URL))
	old, first, err := h.Control.WebhookSecret(ctx, practice.DefaultScope, house.Admin, "ci", false)
	if err != nil {
		t.Fatal(err)
	}
	fresh, second, err := h.Control.WebhookSecret(ctx, practice.DefaultScope, house.Admin, "ci", true)
	if err != nil || first != 1 || second != 2 || string(old) == string(fresh) {
		t.Fatalf("rotated from generation %d to %d, %v", first, second, err)
	}
	if again, _, err := h.Control.WebhookSecret(ctx, practice.DefaultScope, house.Admin, "ci", false); err != nil || string(again) != string(fresh) {
		t.Errorf("the secret is another when it is shown again: %v", err)
	}
	if _, err := h.Control.TrySubscription(ctx, practice.DefaultScope, house.Admin, "ci"); err != nil {
		t.Fatal(err)
	}
	call := hook.Next(t, func(announcetest.Call) bool { return true })
	signed(t, call, old)
	signed(t, call, fresh)
}

// R108: who must act is told by mail without a subscription, also when they do
// not want to be told of what they asked for themselves; nobody else is.
func TestWhoMustActIsTold(t *testing.T) {
	t.Parallel()
	mails := announcetest.NewMailbox(t, nil)
	h := told(t, mails.Address)
	put(t, h, practice.KindPerson, "admin", party.PersonSpec{Mail: "admin@example.com"})
	put(t, h, practice.KindPerson, "bert", party.PersonSpec{Mail: "bert@example.com", Quiet: true})
	d := h.Deploy("shop@1.0.0", "test")
	expect(t, h, d.ID, deployment.Succeeded)
	announced(t, h, communication.Filter{})
	before := len(mails.Mails())
	err := h.Control.Note(context.Background(), practice.DefaultScope, practice.Entry{
		Kind: "approval.reminded", Subject: record.DeploymentSubject(d.ID), Who: practice.Tranship, Why: "operations misses an approval",
		Data: map[string]any{"to": []string{"bert", "nobody"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	all := announced(t, h, communication.Filter{})
	last := all[len(all)-1]
	if last.To != "bert" || last.State != communication.Delivered || last.Event != communication.Reminder {
		t.Errorf("last told: %s of %s, %s: %s", last, last.Event, last.State, last.Last())
	}
	if got := mails.Mails()[before:]; len(got) != 1 || got[0].To != "bert@example.com" || !strings.Contains(got[0].Text, "misses an approval") {
		t.Errorf("mails: %+v; want one to bert", got)
	}
}

// R108: with real approvals: who must approve is asked, who asked is told that it
// waits, that it was rejected, and that it goes on; systems hear of every vote.
func TestApprovalIsTold(t *testing.T) {
	t.Parallel()
	mails := announcetest.NewMailbox(t, nil)
	hook := announcetest.NewHook(t, nil)
	h := told(t, mails.Address)
	h.Apply(people)
	h.Apply(twoAndOne)
	put(t, h, practice.KindSubscription, "ci", hookTo(hook.URL))
	d := request(t, h, anna, control.AskRequest{})
	announced(t, h, communication.Filter{})
	heard := func() map[string][]string {
		by := map[string][]string{}
		for _, m := range mails.Mails() {
			_, rest, _ := strings.Cut(m.Text, "Subject: D-1: shop@1.0.0 into test ")
			subject, _, _ := strings.Cut(rest, "\r\n")
			subject, _, _ = strings.Cut(subject, "\n")
			by[m.To] = append(by[m.To], strings.TrimSpace(subject))
		}
		return by
	}
	for _, who := range []string{"anna", "ben", "carla", "dora"} {
		if got := heard()[who+"@example.org"]; !slices.Equal(got, []string{"waits for approval"}) {
			t.Errorf("%s was told %q; want that it waits for approval", who, got)
		}
	}
	if got := heard()["emil@example.org"]; len(got) > 0 {
		t.Errorf("a deputy was told %q", got)
	}
	if _, err := vote(t, h, person("dora"), d.ID, approval.Reject); err != nil {
		t.Fatal(err)
	}
	announced(t, h, communication.Filter{})
	if got := heard()["anna@example.org"]; len(got) != 2 || got[1] != "was rejected" {
		t.Errorf("who asked was told %q; want that it was rejected too", got)
	}
	var types []string
	for _, call := range hook.Calls() {
		var e communication.CloudEvent
		if err := json.Unmarshal(call.Body, &e); err != nil {
			t.Fatal(err)
		}
		types = append(types, e.Type)
	}
	for _, want := range []string{"dev.cdevents.approval.created.0.1.0", "dev.cdevents.approval.closed.0.1.0", "dev.cdeventsx.tranship-deployment.rejected.0.1.0"} {
		if !slices.Contains(types, want) {
			t.Errorf("the system was told %v; want %s too", types, want)
		}
	}
}
