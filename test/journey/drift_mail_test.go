package journey_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/announce"
	"tranship.dev/tranship/internal/announce/announcetest"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/communication"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/party"
	"tranship.dev/tranship/internal/wiring"
	"tranship.dev/tranship/test/house"
)

// TestR92WhoAcceptsDriftIsTold: where an environment names who accepts what was
// found, they are told by mail like its owner, each of them once, and that it is for them.
func TestR92WhoAcceptsDriftIsTold(t *testing.T) {
	t.Parallel()
	mails := announcetest.NewMailbox(t, nil)
	h := house.Start(t, func(o *wiring.ServerOptions) {
		o.Announce.Inside, o.Backoff, o.Announce.SMTP = true, soon, announce.SMTP{Server: mails.Address, From: "tranship@example.com"}
	})
	root := agents(h, "host-1", "host-2")["host-1"]
	h.Apply(documents)
	for _, name := range []string{"bert", "cleo", "dora"} {
		put(t, h, practice.KindPerson, name, party.PersonSpec{Mail: name + "@example.com"})
	}
	put(t, h, practice.KindGroup, "security", party.GroupSpec{Members: []string{"bert"}}) // it owns the environment
	put(t, h, practice.KindGroup, "operations", party.GroupSpec{Members: []string{"bert", "cleo"}})
	h.Apply(accepting)
	h.Add("shop", "1.0.0", map[string]string{"page": "one"}, nil)
	expect(t, h, h.Deploy("shop@1.0.0", "test").ID, deployment.Succeeded)
	write(t, filepath.Join(root, "shop", "current", "page"), "by hand")
	looked(t, h)

	var to []string
	comesTo(t, "bert and cleo are told", func() bool {
		to = nil
		for _, a := range announced(t, h, communication.Filter{}) {
			if a.Event != communication.DriftFound {
				continue
			}
			to = append(to, a.To)
			if want := "the members of operations accept what was found"; !strings.Contains(a.Message.Text, want) {
				t.Errorf("%s is not told that %s: %s", a.To, want, a.Message.Text)
			}
		}
		return len(to) > 0
	})
	if slices.Sort(to); !slices.Equal(to, []string{"bert", "cleo"}) {
		t.Errorf("%v were told, want bert, who owns it and accepts, once, and cleo", to)
	}
	for end := time.Now().Add(time.Minute); len(mails.Mails()) < 2; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("only %d mails came", len(mails.Mails()))
		}
	}
}
