package all_test

import (
	"strings"
	"testing"

	"tranship.dev/tranship/internal/driver/all"
	"tranship.dev/tranship/internal/practice"
)

func TestEveryDriverIsFoundAndAMisspeltOneSuggested(t *testing.T) {
	t.Parallel()
	registry, err := all.Drivers("/usr/bin/tranship", "supervise")
	if err != nil {
		t.Fatal(err)
	}
	const names = "baseline files http link process prometheus script systemd"
	if got := strings.Join(registry.Names(), " "); got != names {
		t.Errorf("there are %s, want %s", got, names)
	}
	for name := range strings.FieldsSeq(names) {
		if d, err := registry.Lookup(name); err != nil || d.Declare().Name != name {
			t.Errorf("%s: %v, %v", name, d, err)
		}
	}
	for name, says := range map[string]string{"sytemd": `mean "systemd"`, "kubernetes-operator": "there are baseline, files"} {
		if _, err := registry.Lookup(name); practice.CodeOf(err) != practice.NotFound || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
