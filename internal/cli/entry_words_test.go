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
