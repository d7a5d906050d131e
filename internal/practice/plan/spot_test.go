package plan_test

import (
	"maps"
	"testing"

	"pgregory.net/rapid"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/model"
	"tranship.dev/tranship/internal/practice/plan"
)

// A plan that is limited to some components on each of some targets changes exactly
// these, with and without levels, whether they are recorded there or not (pain 8).
func TestPain08SpotsAreExactlyWhatChanges(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := fleet(rapid.IntRange(1, 5).Draw(t, "targets"), drawStrategy(t))
		in.Items, in.Model.Spec.Checks, in.Redeploy = nil, model.Checks{}, true
		if rapid.Bool().Draw(t, "removal") {
			in.Direction = plan.Remove
		}
		names := []string{"a", "b", "c"}
		for i, name := range names {
			c := library.Component{Name: name, Spec: library.ComponentSpec{Kind: library.Software}}
			for _, needed := range names[:i] {
				if rapid.Bool().Draw(t, name+" needs "+needed) {
					c.Spec.DependsOn = append(c.Spec.DependsOn, library.Dependency{Component: needed})
				}
			}
			v := version("1")
			v.Component = name
			in.Items = append(in.Items, plan.ItemInput{Component: c, Version: v})
		}
		wanted := map[[2]string]bool{}
		for i := range in.Targets {
			in.Targets[i].Before = make([]plan.Before, len(names))
			spot := plan.Spot{Target: in.Targets[i].Name}
			for j, item := range in.Items {
				artifact := plan.ArtifactOf(item.Component, item.Version)
				in.Targets[i].Before[j] = plan.Before{Version: "1", Artifact: &artifact}
				if rapid.Bool().Draw(t, spot.Target+" "+names[j]) {
					spot.Components = append(spot.Components, names[j])
					wanted[[2]string{spot.Target, names[j]}] = true
				}
			}
			if len(spot.Components) > 0 {
				in.Spots, in.Only = append(in.Spots, spot), append(in.Only, spot.Target)
			}
		}
		if len(in.Spots) == 0 {
			t.Skip("nothing is named")
		}
		in.Spots = rapid.Permutation(in.Spots).Draw(t, "order")
		p, err := plan.Compile(in)
		if err != nil {
			t.Fatal(err)
		}
		changed := map[[2]string]bool{}
		for _, row := range p.Targets {
			for i, item := range p.Header.Items {
				at := [2]string{row.On(), item.Component}
				if !row.Concerns(i) {
					continue
				}
				if changed[at] {
					t.Fatalf("%v changes twice", at)
				}
				changed[at] = true
			}
		}
		if !maps.Equal(changed, wanted) {
			t.Fatalf("%v change, want %v", changed, wanted)
		}
	})
}

// What is named and does not belong on its target makes the plan impossible: it must
// not be left out in silence.
func TestSpotsThatDoNotBelongAreRefused(t *testing.T) {
	t.Parallel()
	in := fleet(2, model.Strategy{})
	in.Redeploy, in.Only = true, []string{"web-0", "web-1"}
	in.Spots = plan.Spots{{Target: "web-0", Components: []string{"web"}}, {Target: "web-1", Components: []string{"web"}}}
	in.Items[0].Component.Spec.RunsOn = map[string]string{"zone": "a"}
	if _, err := plan.Compile(in); practice.CodeOf(err) != practice.Refused {
		t.Errorf("web-1 of zone b is left out: %v", err)
	}
}
