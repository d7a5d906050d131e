package plan_test

import (
	"strings"
	"testing"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/model"
	"tranship.dev/tranship/internal/practice/plan"
)

// What needs something that is not there, and what something still depends on,
// is refused before anything is touched (pain 5, pain 16).
func TestPain05DependenciesAreAskedBeforehand(t *testing.T) {
	t.Parallel()
	on := func(component, versions string) []library.Dependency {
		return []library.Dependency{{Component: component, Versions: versions}}
	}
	for name, c := range map[string]struct {
		needs   []library.Dependency
		present []plan.Abiding
		remove  bool
		only    []string
		want    string // "": it is planned
	}{
		"nothing there":          {needs: on("db", ">=2"), want: "web@2 needs db >=2, which is neither"},
		"too old there":          {needs: on("db", ">=2"), present: []plan.Abiding{{Component: "db", Versions: []string{"1.0"}}}, want: "the environment has 1.0"},
		"will do":                {needs: on("db", ">=2"), present: []plan.Abiding{{Component: "db", Versions: []string{"1.0", "2.1"}}}},
		"holds for another":      {needs: []library.Dependency{{Component: "db", When: ">=3"}}},
		"others do without it":   {present: []plan.Abiding{{Component: "app", Versions: []string{"1"}, DependsOn: on("web", "<2")}}, want: "app@1 is there and needs web <2; the release has 2"},
		"others do with it":      {present: []plan.Abiding{{Component: "app", Versions: []string{"1"}, DependsOn: on("web", "^2")}}},
		"still needed":           {remove: true, present: []plan.Abiding{{Component: "app", Versions: []string{"1"}, DependsOn: on("web", "")}}, want: "app@1 is there and still depends on web"},
		"elsewhere some is left": {remove: true, only: []string{"web-0"}, present: []plan.Abiding{{Component: "app", Versions: []string{"1"}, DependsOn: on("web", "")}}},
	} {
		in := fleet(2, model.Strategy{})
		in.Items[0].Component.Spec.DependsOn, in.Present, in.Only = c.needs, c.present, c.only
		if c.remove {
			in.Direction = plan.Remove
			for i := range in.Targets {
				in.Targets[i].Before[0].Version = in.Items[0].Version.Version
			}
		}
		_, err := plan.Compile(in)
		if c.want == "" && err != nil || c.want != "" && (practice.CodeOf(err) != practice.Refused || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}
