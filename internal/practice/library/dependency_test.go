package library_test

import (
	"testing"

	"tranship.dev/tranship/internal/practice/library"
)

func TestDependencySatisfied(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		versions, version string
		want              bool
	}{
		{"", "build-77", true},
		{"*", "build-77", true},
		{">=2.1 <3", "2.1.0", true},
		{">=2.1 <3", "2.0.9", false},
		{">=2.1 <3", "3.0.0", false},
		{">=2.1", "2.2.0-rc.1", false},
		{">=2.1-0", "2.2.0-rc.1", true},
		{"^1.2 || ^2", "v2.4", true},
		{">=1", "build-77", false},
		{"=build-77", "build-77", true},
		{"=build-77", "build-78", false},
		{"= 1.2.3", "1.2.3", true},
		{"=2.0", "2.1", false},
		{"later", "1", false},
	} {
		d := library.Dependency{Component: "db", Versions: c.versions, When: c.versions}
		if got := d.Satisfied(c.version); got != c.want {
			t.Errorf("%q with %s: %v", c.versions, c.version, got)
		}
		if got := d.Holds(c.version); got != c.want {
			t.Errorf("when %q with %s: %v", c.versions, c.version, got)
		}
	}
}

// A constraint that says nothing is refused when it is written, not when something is deployed.
func TestCheckDependencies(t *testing.T) {
	t.Parallel()
	spec := library.ComponentSpec{DependsOn: []library.Dependency{{Component: "db", Versions: "later", When: "=build-1"}, {Component: "web", When: ">>1"}}}
	problems := library.CheckComponent(spec)
	if len(problems) != 2 || problems[0].Path != "spec.dependsOn[0].versions" || problems[1].Path != "spec.dependsOn[1].when" {
		t.Errorf("got %v", problems)
	}
}
