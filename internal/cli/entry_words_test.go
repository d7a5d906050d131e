package cli

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"tranship.dev/tranship/api/client"
)

// Every kind of entry that a deployment leaves is told in words, not by its name.
func TestEveryEntryOfADeploymentHasWords(t *testing.T) {
	t.Parallel()
	var kinds []string
	for _, file := range []string{"entry.go", "replay.go"} {
		source, err := os.ReadFile("../practice/deployment/" + file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range regexp.MustCompile(`Entry\w+\s*= "([a-z.-]+)"`).FindAllStringSubmatch(string(source), -1) {
			kinds = append(kinds, found[1])
		}
	}
	if len(kinds) < 15 {
		t.Fatalf("found the kinds %q only", kinds)
	}
	for _, kind := range kinds {
		if said := words(client.Entry{Kind: kind, Why: "so it is"}); strings.HasPrefix(said, kind) {
			t.Errorf("%s is told as %q", kind, said)
		}
	}
}

func TestWordsOfTheEndOfAWindow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind, why, want string
		data            map[string]any
	}{
		{"end.moved", "", "it may run without an end", map[string]any{"mustEnd": ""}},
		{"end.moved", "freeze year-end begins", "it must end at soon: freeze year-end begins", map[string]any{"mustEnd": "soon"}},
		{"window.ended", "", "its window ended: targets stop after their present step, and what was before is brought back", map[string]any{"overrun": "roll-back"}},
		{"authorisation.voided", "the authorisation does not hold any more: the plan changed", "the authorisation is void: the plan changed", nil},
		{"authorisation.voided", "the plan changed", "the authorisation is void: the plan changed", nil},
		{"deployment.asked-anew", "", "asked anew: the window, the plan", map[string]any{"changed": []any{"the window", "the plan"}}},
		{"deployment.asked-anew", "", "changed, votes stay: the start", map[string]any{"changed": []any{"the start"}, "voids": false}},
		{"deployment.asked-anew", "once more", "asked anew: once more", nil},
		{"deployment.rescheduled", "", "rescheduled: as soon as it may", nil},
		{"deployment.rescheduled", "too early", "rescheduled: from noon to night: too early", map[string]any{"plannedStart": "noon", "plannedEnd": "night"}},
	} {
		if got := words(client.Entry{Kind: c.kind, Why: c.why, Data: c.data}); got != c.want {
			t.Errorf("%s is told as %q", c.kind, got)
		}
	}
}

// Who signed in and out is told as people say it, without the id of a session.
func TestWordsOfSigningIn(t *testing.T) {
	t.Parallel()
	mara := client.Actor{Kind: "person", Name: "mara"}
	tranship := client.Actor{Kind: "system", Name: "tranship"}
	for _, c := range []struct {
		kind, subject, why, want string
		who                      client.Actor
		data                     map[string]any
	}{
		{"session.begun", "session/01a2", "", "mara signed in from 127.0.0.1", mara, map[string]any{"way": "password", "address": "127.0.0.1"}},
		{"session.begun", "session/01a2", "", "mara signed in from ::1, with a code", mara, map[string]any{"way": "code", "address": "::1"}},
		{"session.ended", "session/01a2", "signed out", "mara signed out", mara, map[string]any{"person": "mara"}},
		{"session.ended", "session/01a2", "it was over", "a session of mara ended: it was over", tranship, map[string]any{"person": "mara"}},
		{"session.ended", "session/01a2", "it was over", "a session ended: it was over", tranship, nil},
		{"account.refused", "account/mara", "", "a sign-in as mara failed from 10.0.0.9", tranship, map[string]any{"address": "10.0.0.9"}},
		{"account.refused", "account/", "", "a sign-in failed from 10.0.0.9", tranship, map[string]any{"address": "10.0.0.9"}},
		{"account.invited", "account/jonas", "", "mara gave jonas a code to sign in with, as approver", mara, map[string]any{"role": "approver"}},
		{"account.changed", "account/jonas", "he left", "the account of jonas was closed: he left", mara, map[string]any{"role": "approver", "closed": true}},
	} {
		if got := words(client.Entry{Kind: c.kind, Subject: c.subject, Who: c.who, Why: c.why, Data: c.data}); got != c.want {
			t.Errorf("%s is told as %q, want %q", c.kind, got, c.want)
		}
	}
}
