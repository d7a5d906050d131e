package journey_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/announce"
	"tranship.dev/tranship/internal/announce/announcetest"
	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/communication"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/internal/practice/party"
	"tranship.dev/tranship/internal/practice/record"
	"tranship.dev/tranship/internal/wiring"
	"tranship.dev/tranship/test/house"
)

// looked has the targets of an environment looked at, and gives how they are.
func looked(t *testing.T, h *house.House) map[string]control.LookedAt {
	t.Helper()
	return lookedAtLeast(t, h, -1)
}

// lookedAtLeast waits for so many targets only; -1: for all.
func lookedAtLeast(t *testing.T, h *house.House, least int) map[string]control.LookedAt {
	t.Helper()
	const in = "test"
	ctx := context.Background()
	asked, err := h.Control.CheckDrift(ctx, practice.DefaultScope, in, nil)
	if err != nil {
		t.Fatal(err)
	}
	for end, again := time.Now().Add(time.Minute), time.Now().Add(2*time.Second); ; time.Sleep(20 * time.Millisecond) {
		list, err := h.Control.LookedAts(ctx, practice.DefaultScope, in, practice.Page{})
		if err != nil {
			t.Fatal(err)
		}
		found, missing := map[string]control.LookedAt{}, 0
		for _, l := range list {
			found[l.Target] = l
			if l.ToldAt.Before(asked.At) {
				missing++
			}
		}
		if missing == 0 || least >= 0 && len(list)-missing >= least {
			return found
		}
		if time.Now().After(end) {
			t.Fatalf("%d targets were not looked at within a minute: %+v", missing, list)
		}
		if time.Now().After(again) { // an order was just ending there
			again = time.Now().Add(2 * time.Second)
			if _, err := h.Control.CheckDrift(ctx, practice.DefaultScope, in, nil); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func standing(t *testing.T, h *house.House, f drift.Filter) []drift.Drift {
	t.Helper()
	list, err := h.Control.Drifts(context.Background(), practice.DefaultScope, f, practice.Page{})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// saidOf counts the entries of a kind about a drift.
func saidOf(t *testing.T, h *house.House, id, kind string) int {
	t.Helper()
	rows, err := h.Control.Entries(context.Background(), practice.DefaultScope, record.Filter{Subject: "drift/" + id}, practice.Page{Limit: practice.MaxLimit})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, r := range rows {
		if strings.Contains(string(r.Bytes), `"kind":"`+kind+`"`) {
			n++
		}
	}
	return n
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
}

// TestR92DriftIsFoundAndRepaired: what somebody changes behind the record's back
// is found by the agent, told once, and put right by a planned deployment of
// what is recorded onto exactly that target.
func TestR92DriftIsFoundAndRepaired(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	mails, hook := announcetest.NewMailbox(t, nil), announcetest.NewHook(t, nil)
	h := house.Start(t, func(o *wiring.ServerOptions) {
		o.Announce.Inside, o.Backoff, o.Announce.SMTP = true, soon, announce.SMTP{Server: mails.Address, From: "tranship@example.com"}
	})
	root := h.Agent("host-1")
	h.Agent("host-2")
	h.Apply(documents)
	put(t, h, practice.KindPerson, "bert", party.PersonSpec{Mail: "bert@example.com"})
	put(t, h, practice.KindGroup, "team", party.GroupSpec{Members: []string{"bert"}}) // it owns the environment
	ci := hookTo(hook.URL)
	ci.Events = []communication.Event{communication.DriftFound, communication.DriftEnded}
	put(t, h, practice.KindSubscription, "ci", ci)
	h.Add("shop", "1.0.0", map[string]string{"page": "one", "etc/shop.conf": "colour = red\n"}, nil)
	expect(t, h, h.Deploy("shop@1.0.0", "test").ID, deployment.Succeeded)

	for target, l := range looked(t, h) {
		if l.State != drift.AsRecorded || len(l.Blind) > 0 {
			t.Fatalf("%s is %s (%v) right after it was deployed to", target, l.State, l.Blind)
		}
	}
	conf := filepath.Join(root, "shop", "current", "etc", "shop.conf")
	write(t, conf, "colour = blue\n")
	seen := looked(t, h)
	if seen["host-1"].State != drift.Drifted || seen["host-2"].State != drift.AsRecorded {
		t.Fatalf("host-1 is %s and host-2 %s, want drifted and as recorded", seen["host-1"].State, seen["host-2"].State)
	}
	list := standing(t, h, drift.Filter{Environment: "test"})
	if len(list) != 1 || list[0].Target != "host-1" || len(list[0].Found.Differences) != 1 || list[0].Found.Differences[0].What != "file etc/shop.conf" ||
		list[0].Found.Differences[0].Recorded == list[0].Found.Differences[0].Found {
		t.Fatalf("what stands is %+v, want the changed file of host-1", list)
	}
	found := list[0]

	// Seen again it is the same; changed further it is still the same story.
	looked(t, h)
	write(t, conf, "colour = green\n")
	looked(t, h)
	if n := saidOf(t, h, found.ID, drift.EntryFound) + saidOf(t, h, found.ID, drift.EntryChanged); n != 1 {
		t.Errorf("the record tells %d times of it, want once", n)
	}

	announcedDrift(t, h, communication.DriftFound, "shop is not as recorded on host-1", "drifted: file etc/shop.conf ("+found.ID+")")

	asked, err := h.Control.RepairDrift(ctx, practice.DefaultScope, house.Admin, control.DriftChoice{Drifts: []string{found.ID}}, "changed by hand", control.AskRequest{})
	if err != nil || len(asked) != 1 {
		t.Fatalf("repair: %v, %v", asked, err)
	}
	repair := asked[0]
	if repair.Header.TargetCount != 1 || !repair.Header.Redeploy || repair.Header.Release != "shop@1.0.0" || repair.Reason != "changed by hand" {
		t.Errorf("the repair is %+v, want shop@1.0.0 onto host-1 alone", repair.Header)
	}
	expect(t, h, repair.ID, deployment.Succeeded)
	if text, err := os.ReadFile(conf); err != nil || string(text) != "colour = red\n" {
		t.Errorf("after the repair the file says %q, %v", text, err)
	}
	if seen := looked(t, h); seen["host-1"].State != drift.AsRecorded {
		t.Errorf("after the repair host-1 is %s: %v", seen["host-1"].State, seen["host-1"].Blind)
	}
	ended, err := h.Control.Drift(ctx, practice.DefaultScope, found.ID)
	if err != nil || ended.End != drift.Repaired || saidOf(t, h, found.ID, drift.EntryEnded) != 1 {
		t.Errorf("the drift ended as %q, want repaired, once: %v", ended.End, err)
	}
	h.Ahead(6 * time.Minute) // people are told of one environment every five minutes at most
	if err := h.Control.TellDrift(ctx, practice.DefaultScope, "test"); err != nil {
		t.Fatal(err)
	}
	announcedDrift(t, h, communication.DriftEnded, "the drift of shop on host-1 has ended", "host-1: repaired")
	recordHolds(t, h)
}

// announcedDrift waits until the owner by mail and a system were told once, in
// these words.
func announcedDrift(t *testing.T, h *house.House, event communication.Event, words ...string) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		var told []string
		for _, a := range announced(t, h, communication.Filter{}) {
			if a.Event == event && a.State == communication.Delivered && a.Deployment == "" {
				told = append(told, string(a.Channel)+" "+a.To)
				for _, word := range words {
					if !strings.Contains(a.Message.Text, word) {
						t.Errorf("%s does not say %q: %s", a, word, a.Message.Text)
					}
				}
			}
		}
		slices.Sort(told)
		if len(told) == 2 && told[0] == "mail bert" && strings.HasPrefix(told[1], "webhook ") {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("of %s were told %q, want bert by mail and a webhook, once each", event, told)
		}
	}
}
