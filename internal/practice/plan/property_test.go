package plan_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/model"
	"tranship.dev/tranship/internal/practice/plan"
)

// softwareModel is a model with a reference of each kind.
func softwareModel(strategy model.Strategy) model.Model {
	return modelOf(model.Spec{
		Flow: []model.Stage{{Environment: "live", Strategy: strategy}},
		Procedures: []model.Procedure{{Kind: library.Software, Install: []model.Step{
			{Name: "release", Uses: "files", With: map[string]any{"path": "/opt/${component}/${version}", "digest": "${digest}", "keep": 3.0}},
			{Name: "run", Uses: "process", With: map[string]any{"argv": []any{"./web", "--zone", "${target.labels.zone}"}, "env": map[string]any{"HOST": "${target.name}"}}},
		}}},
		Checks: model.Checks{Acceptance: []model.Step{{Name: "answers", Uses: "http", With: map[string]any{"url": "http://${target.address}/", "body": "${version}"}}}},
	})
}

func version(name string) library.Version {
	return library.Version{Component: "web", Version: name, Digest: practice.DigestOf([]byte(name)), Size: 1, Reference: "web", State: library.Admitted}
}

func fleet(count int, strategy model.Strategy) plan.Input {
	component := library.Component{Name: "web", Spec: library.ComponentSpec{Kind: library.Software}}
	old := plan.ArtifactOf(component, version("1"))
	in := plan.Input{
		Scope: practice.DefaultScope, Release: "web@2", Direction: plan.Install, Model: softwareModel(strategy),
		Environment: plan.EnvironmentInput{Name: "live", Revision: 1, Verdict: practice.Pass()},
		Items:       []plan.ItemInput{{Component: component, Version: version("2")}},
		Targets:     make([]plan.TargetInput, count),
	}
	for i := range in.Targets {
		name := fmt.Sprintf("web-%d", i)
		in.Targets[i] = plan.TargetInput{
			Name: name, Agent: name, Address: fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255),
			Labels: map[string]string{"zone": string(rune('a' + i%3))}, Before: []plan.Before{{Version: "1", Artifact: &old}},
		}
	}
	return in
}

func drawStrategy(t *rapid.T) model.Strategy {
	s := model.Strategy{Soak: practice.Duration(rapid.Int64Range(0, 1e9).Draw(t, "soak"))}
	switch rapid.IntRange(0, 5).Draw(t, "kind") {
	case 0:
		s.Rolling = &model.Rolling{Count: rapid.IntRange(1, 40).Draw(t, "rolling")}
	case 1:
		s.Rolling = &model.Rolling{Percent: rapid.IntRange(1, 100).Draw(t, "rolling")}
	case 2:
		s.Rolling = &model.Rolling{By: rapid.SampledFrom([]string{"zone", "rack"}).Draw(t, "rolling")}
	case 3:
		s.Waves = append(s.Waves, model.Wave{Labels: map[string]string{"zone": rapid.SampledFrom([]string{"b", "x"}).Draw(t, "zone")}})
	}
	for range rapid.IntRange(0, 5).Draw(t, "waves") {
		if rapid.Bool().Draw(t, "percent?") {
			s.Waves = append(s.Waves, model.Wave{Percent: rapid.IntRange(0, 100).Draw(t, "percent")})
		} else {
			s.Waves = append(s.Waves, model.Wave{Count: rapid.IntRange(0, 40).Draw(t, "count")})
		}
	}
	return s
}

// Every target is in exactly one wave, no wave is empty, nothing soaks after
// the last, redundant targets share a wave only where all change at once, a wave
// that is a zone holds no other zone (pain 14), and the order in which targets are given means nothing.
func TestCompileSpreadsEveryTargetOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := fleet(rapid.IntRange(1, 60).Draw(t, "targets"), drawStrategy(t))
		settled := 0
		current := plan.ArtifactOf(in.Items[0].Component, in.Items[0].Version)
		for i := 1; i < len(in.Targets); i++ {
			if rapid.IntRange(0, 3).Draw(t, "settled") == 0 {
				in.Targets[i].Before = []plan.Before{{Version: "2", Artifact: &current}}
				settled++
			}
		}
		for i := range in.Targets {
			if rapid.IntRange(0, 3).Draw(t, "redundant") == 0 {
				in.Targets[i].Redundant = []string{in.Targets[rapid.IntRange(0, len(in.Targets)-1).Draw(t, "with")].Name}
			}
		}
		p, err := plan.Compile(in)
		if err != nil {
			t.Fatal(err)
		}
		keptApart(t, in, p)
		if len(p.Targets)+p.Header.Unchanged != len(in.Targets) || p.Header.Unchanged != settled || p.Header.TargetCount != len(p.Targets) {
			t.Fatalf("%d targets change and %d do not, of %d of which %d are settled", len(p.Targets), p.Header.Unchanged, len(in.Targets), settled)
		}
		sizes := map[int]int{}
		for i, target := range p.Targets {
			sizes[target.Wave]++
			if i > 0 && target.Wave < p.Targets[i-1].Wave {
				t.Fatalf("%s of wave %d comes after wave %d", target.Name, target.Wave, p.Targets[i-1].Wave)
			}
		}
		for i, w := range p.Header.Waves {
			if w.Number != i+1 || w.Size < 1 || sizes[w.Number] != w.Size {
				t.Fatalf("wave %+v holds %d targets", w, sizes[w.Number])
			}
		}
		if last := p.Header.Waves[len(p.Header.Waves)-1]; last.Soak != 0 || len(sizes) != len(p.Header.Waves) {
			t.Fatalf("last wave %+v of %d, targets in %d", last, len(p.Header.Waves), len(sizes))
		}
		in.Targets = rapid.Permutation(in.Targets).Draw(t, "order")
		again, err := plan.Compile(in)
		if err != nil || !reflect.DeepEqual(p, again) {
			t.Fatalf("another order of targets gives another plan: %v", err)
		}
	})
}

// keptApart demands that failure domains and redundant targets do not change together.
func keptApart(t *rapid.T, in plan.Input, p plan.Plan) {
	strategy, wave := in.Model.Spec.Flow[0].Strategy, map[string]int{}
	for _, target := range p.Targets {
		wave[target.Name] = target.Wave
		domain := p.Header.Waves[target.Wave-1].Domain
		if r := strategy.Rolling; r != nil && r.By == "zone" && domain != "zone "+target.Labels["zone"] {
			t.Fatalf("%s of zone %s changes with %q", target.Name, target.Labels["zone"], domain)
		}
	}
	if strategy.Rolling == nil && len(strategy.Waves) < 2 {
		return
	}
	for _, target := range in.Targets {
		for _, other := range target.Redundant {
			if n := wave[target.Name]; other != target.Name && n > 0 && n == wave[other] {
				t.Fatalf("%s and %s are redundant and both in wave %d", target.Name, other, n)
			}
		}
	}
}

// The steps of every phase hold no reference but secrets, whatever the values are.
func TestStepsNeverTurnValuesIntoReferences(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := fleet(1, model.Strategy{})
		value := rapid.StringMatching(`[$]{0,3}[{]?(secret\.A|x)?[}]?[$]{0,3}`).Draw(t, "value")
		in.Targets[0].Labels["zone"] = value
		run := &in.Model.Spec.Procedures[0].Install[1]
		run.With = map[string]any{"argv": []any{"${target.labels.zone}${secret.TOKEN}"}}
		p, err := plan.Compile(in)
		if err != nil {
			t.Fatal(err)
		}
		e, err := plan.NewExpander(p.Header)
		if err != nil {
			t.Fatal(err)
		}
		steps, _, err := e.Steps(p.Targets[0], plan.PhaseExecute, "D-1")
		if err != nil {
			t.Fatal(err)
		}
		with, err := plan.FillSecrets(steps[1].With, func(name string) (string, error) { return "<" + name + ">", nil })
		if err != nil {
			t.Fatal(err)
		}
		if got, want := with["argv"].([]any)[0], value+"<TOKEN>"; got != want {
			t.Fatalf("value %q became %q, not %q", value, got, want)
		}
	})
}

// A change of any field of the header or of a target changes the digest that people approve.
func TestDigestCoversEveryField(t *testing.T) {
	t.Parallel()
	var h plan.Header
	fill(reflect.ValueOf(&h).Elem())
	digest := func() string {
		d, err := h.Digest()
		if err != nil {
			t.Fatal(err)
		}
		return string(d)
	}
	if n := eachChange(t, reflect.ValueOf(&h).Elem(), "header", digest); n < 60 {
		t.Errorf("only %d fields of the header were changed", n)
	}
	var target plan.Target
	fill(reflect.ValueOf(&target).Elem())
	sum := func() string {
		d, err := plan.SumTargets([]plan.Target{target})
		if err != nil {
			t.Fatal(err)
		}
		return string(d)
	}
	if n := eachChange(t, reflect.ValueOf(&target).Elem(), "target", sum); n < 15 {
		t.Errorf("only %d fields of the target were changed", n)
	}
}

// fill gives every field a value that is not zero.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for _, field := range v.Fields() {
			fill(field)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Map:
		element := reflect.New(v.Type().Elem()).Elem()
		fill(element)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf("key"), element)
	case reflect.Interface:
		v.Set(reflect.ValueOf("value"))
	default:
		change(v)
	}
}

// change gives a leaf another value.
func change(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(v.String() + "x")
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Int, reflect.Int64:
		v.SetInt(v.Int() + 1)
	case reflect.Float64:
		v.SetFloat(v.Float() + 0.25)
	default:
		panic("no way to change a " + v.Type().String())
	}
}

// eachChange changes one leaf at a time and expects another digest; it gives the number of leaves.
func eachChange(t *testing.T, v reflect.Value, path string, digest func() string) int {
	t.Helper()
	count := 0
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			count += eachChange(t, v.Field(i), path+"."+v.Type().Field(i).Name, digest)
		}
		return count
	case reflect.Pointer:
		return eachChange(t, v.Elem(), path, digest)
	case reflect.Slice:
		return eachChange(t, v.Index(0), path+"[0]", digest)
	}
	before, old := digest(), reflect.New(v.Type()).Elem()
	old.Set(v)
	switch v.Kind() {
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
	default:
		change(v)
	}
	if digest() == before {
		t.Errorf("the digest does not cover %s", path)
	}
	v.Set(old)
	if digest() != before {
		t.Errorf("the digest of the same value differs after a change of %s", path)
	}
	return 1
}

// A sum can be computed page by page, and refuses another order and repeated targets.
func TestSumStreams(t *testing.T) {
	t.Parallel()
	p, err := plan.Compile(fleet(25, model.Strategy{}))
	if err != nil {
		t.Fatal(err)
	}
	targets := slices.Clone(p.Targets)
	slices.SortFunc(targets, func(a, b plan.Target) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	sum := plan.NewSum()
	for _, target := range targets {
		if err := sum.Add(target); err != nil {
			t.Fatal(err)
		}
	}
	if sum.Digest() != p.Header.TargetsSum {
		t.Errorf("streamed sum %s, compiled sum %s", sum.Digest(), p.Header.TargetsSum)
	}
	if err := sum.Add(targets[3]); err == nil {
		t.Error("a target that was added before is taken again")
	}
	p.Targets[0].Address = "elsewhere"
	if err := plan.Verify(p.Header, p.Targets, p.Digest); practice.CodeOf(err) != practice.Refused {
		t.Errorf("an altered target is accepted: %v", err)
	}
}
