package plan_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/model"
	"tranship.dev/tranship/internal/practice/plan"
)

// estate is components that are in a release or stand in an environment, for plans and for the oracle.
type estate struct {
	names    []string
	versions map[string][]string // of an item one
	item     map[string]bool
	depends  map[string][]library.Dependency
}

func drawEstate(t *rapid.T) estate {
	e := estate{versions: map[string][]string{}, item: map[string]bool{}, depends: map[string][]library.Dependency{}}
	for i := range rapid.IntRange(2, 7).Draw(t, "components") {
		name := fmt.Sprintf("c%d", i)
		e.names, e.versions[name] = append(e.names, name), []string{"1.0.0"}
		if e.item[name] = i < 2 || rapid.Bool().Draw(t, name+" in the release"); !e.item[name] && rapid.Bool().Draw(t, name+" in two versions") {
			e.versions[name] = []string{"1.0.0", "2.0.0"}
		}
	}
	circles := rapid.IntRange(0, 3).Draw(t, "circles") == 0
	for i, name := range e.names {
		for j, other := range e.names {
			if i == j || j > i && !circles || rapid.IntRange(0, 2).Draw(t, name+" needs "+other) > 0 {
				continue
			}
			d := library.Dependency{Component: other, Versions: rapid.SampledFrom(append([]string{""}, e.versions[other]...)).Draw(t, "versions")}
			if d.When = rapid.SampledFrom([]string{"", "", "<2", ">=2"}).Draw(t, "when"); d.Versions != "" {
				d.Versions = "=" + d.Versions
			}
			e.depends[name] = append(e.depends[name], d)
		}
	}
	return e
}

// input gives the estate as the compiler is told of it, in a random order. A second
// target keeps what a removal takes off the first, so that nothing loses what it needs.
func (e estate) input(t *rapid.T) plan.Input {
	in := fleet(2, model.Strategy{})
	in.Release, in.Items, in.Model.Spec.Checks = "all", nil, model.Checks{}
	for _, name := range rapid.Permutation(e.names).Draw(t, "order") {
		c := library.Component{Name: name, Spec: library.ComponentSpec{Kind: library.Software, DependsOn: e.depends[name]}}
		if !e.item[name] {
			in.Present = append(in.Present, plan.Abiding{Component: name, Versions: e.versions[name], DependsOn: c.Spec.DependsOn})
			continue
		}
		v := version("1.0.0")
		v.Component = name
		in.Items = append(in.Items, plan.ItemInput{Component: c, Version: v})
	}
	if rapid.Bool().Draw(t, "removal") {
		in.Direction, in.Only = plan.Remove, []string{"web-0"}
	}
	for i := range in.Targets {
		in.Targets[i].Before = make([]plan.Before, len(in.Items))
		for j := range in.Items {
			if in.Direction == plan.Remove {
				artifact := plan.ArtifactOf(in.Items[j].Component, in.Items[j].Version)
				in.Targets[i].Before[j] = plan.Before{Version: "1.0.0", Artifact: &artifact}
			}
		}
	}
	return in
}

// reaches is the closure of who needs whom, over every version of every component.
func (e estate) reaches() func(from, to string) bool {
	needs := map[[2]string]bool{}
	var all []string
	for _, name := range e.names {
		for _, v := range e.versions[name] {
			all = append(all, name+"@"+v)
			for _, d := range e.depends[name] {
				for _, needed := range e.versions[d.Component] {
					if d.Holds(v) && d.Satisfied(needed) {
						needs[[2]string{name + "@" + v, d.Component + "@" + needed}] = true
					}
				}
			}
		}
	}
	for _, by := range all {
		for _, from := range all {
			for _, to := range all {
				if needs[[2]string{from, by}] && needs[[2]string{by, to}] {
					needs[[2]string{from, to}] = true
				}
			}
		}
	}
	return func(from, to string) bool { return from != to && needs[[2]string{from + "@1.0.0", to + "@1.0.0"}] }
}

// The level of each item is the length of the longest chain of items that it stands
// on, over everything that needs something, in the release or standing there; a
// removal goes the other way; and a circle is refused only where two items are in it (pain 16).
func TestPain16LevelsLookThroughWhatStandsThere(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		e := drawEstate(t)
		in, reaches := e.input(t), e.reaches()
		circle, levels, top := false, map[string]int{}, 0
		for range in.Items { // long enough for the longest chain
			for _, item := range in.Items {
				from := item.Component.Name
				levels[from] = max(levels[from], 1)
				for _, other := range in.Items {
					if to := other.Component.Name; reaches(from, to) {
						circle = circle || reaches(to, from)
						levels[from] = max(levels[from], levels[to]+1)
					}
				}
				top = max(top, levels[from])
			}
		}
		p, err := plan.Compile(in)
		if circle || err != nil {
			if !circle || err == nil || !strings.Contains(err.Error(), "in a circle") {
				t.Fatalf("a circle: %v; got %v", circle, err)
			}
			return
		}
		for _, item := range p.Header.Items {
			want := levels[item.Component]
			switch {
			case top == 1:
				want = 0
			case in.Direction == plan.Remove:
				want = top + 1 - want
			}
			if item.Level != want {
				t.Fatalf("%s has level %d, not %d", item.Component, item.Level, want)
			}
		}
	})
}

// A needs B, B needs C, and B stands there already: C comes before A, and
// a circle through B names it.
func TestLevelsGoThroughWhatStandsThere(t *testing.T) {
	t.Parallel()
	on := func(names ...string) (all []library.Dependency) {
		for _, name := range names {
			all = append(all, library.Dependency{Component: name})
		}
		return all
	}
	in := fleet(1, model.Strategy{})
	in.Items, in.Model.Spec.Checks = nil, model.Checks{}
	for _, name := range []string{"a", "c"} {
		v := version("2")
		v.Component = name
		in.Items = append(in.Items, plan.ItemInput{Component: library.Component{Name: name, Spec: library.ComponentSpec{Kind: library.Software}}, Version: v})
	}
	in.Items[0].Component.Spec.DependsOn = on("b")
	in.Targets[0].Before = make([]plan.Before, 2)
	in.Present = []plan.Abiding{{Component: "b", Versions: []string{"1"}, DependsOn: on("c")}}
	levels := func() []int {
		p, err := plan.Compile(in)
		if err != nil {
			t.Fatal(err)
		}
		return []int{p.Header.Items[0].Level, p.Header.Items[1].Level}
	}
	if got := levels(); !reflect.DeepEqual(got, []int{2, 1}) {
		t.Errorf("a and c are at levels %v, not at 2 and 1", got)
	}
	in.Items[1].Component.Spec.DependsOn = on("a")
	if _, err := plan.Compile(in); err == nil || !strings.Contains(err.Error(), "a@2 -> b@1 -> c@2 -> a@2") {
		t.Errorf("a circle through b: %v", err)
	}
}
