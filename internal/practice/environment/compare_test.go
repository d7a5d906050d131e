package environment_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/environment"
)

func on(targets int, component, version string) environment.Stand {
	s := environment.Stand{Component: component}
	s.Version, s.Digest, s.Targets = version, practice.DigestOf([]byte(version)), targets
	return s
}

func at(target string, s environment.Stand) environment.Presence {
	return environment.Presence{Target: target, Component: s.Component, Version: s.Version, Digest: s.Digest, Uncertain: s.Uncertain}
}

func host(name string, labels map[string]string) environment.Target {
	return environment.Target{Name: name, Labels: labels}
}

// R10: what differs comes first, and targets that differ in the same way are one group.
func TestCompareEnvironments(t *testing.T) {
	t.Parallel()
	test := environment.NewSide(map[string]string{"region": "eu", "size": "small"}, environment.Choice{}, nil)
	live := environment.NewSide(map[string]string{"region": "eu", "size": "large"}, environment.Choice{}, nil)
	test.Stands(on(1, "api", "1"))
	test.Stands(on(1, "web", "2"))
	live.Stands(on(30, "api", "1"))
	live.Stands(on(1, "web", "2"))
	live.Stands(on(29, "web", "1"))
	for i := range 30 {
		name := fmt.Sprintf("l-%02d", i)
		live.Target(host(name, nil), map[string]string{"os.id": "debian", "cpu.count": fmt.Sprint(4 + i/15*4)}, nil, true)
	}
	test.Target(host("t-1", nil), map[string]string{"os.id": "debian", "cpu.count": "4"}, nil, true)
	c := environment.Compare("test", "live", test, live)
	if c.Different != 3 || c.Alike != 3 {
		t.Errorf("%d things differ, want 3: web, size, cpu.count; %d are alike, want 3: api, region, os.id", c.Different, c.Alike)
	}
	if apart := c.Apart(); len(apart) != 1 || apart[0] != "web" {
		t.Errorf("several versions of %v stand, want of web", apart)
	}
	some := []environment.Presence{at("l-07", on(1, "web", "2"))}
	for i := range 25 {
		some = append(some, at(fmt.Sprintf("m-%02d", i), on(1, "web", "1")))
	}
	c.Name(some, true)
	web := c.Components[0]
	if web.Component != "web" || web.Same || len(web.Other) != 2 || web.Other[0].Version != "1" || web.Other[0].Targets != 29 || len(web.Other[0].Some) != 20 || web.Other[1].Some[0] != "l-07" {
		t.Errorf("web: %+v", web)
	}
	if !c.Components[1].Same || c.Components[1].Component != "api" {
		t.Errorf("what is the same comes last, and is the same on 1 target and on 30: %+v", c.Components[1])
	}
	if c.Parameters[0].Parameter != "size" || c.Parameters[0].One != "small" || c.Parameters[0].Other != "large" || !c.Parameters[1].Same {
		t.Errorf("parameters: %+v", c.Parameters)
	}
	if f := c.Facts[0]; f.Parameter != "cpu.count" || f.Same || len(f.One) != 1 || len(f.Other) != 2 || f.Other[0].Targets != 15 {
		t.Errorf("facts: %+v", c.Facts)
	}
	raw, err := json.Marshal(c)
	if err != nil || len(raw) > 10_000 {
		t.Errorf("the comparison has %d bytes, %v", len(raw), err)
	}
}

// R10: an environment beside its baseline, with only the targets that a requirement is for.
func TestCompareWithBaseline(t *testing.T) {
	t.Parallel()
	side := environment.NewSide(nil, environment.Choice{}, []environment.Requirement{
		{Parameter: "cpu.count", Operator: environment.AtLeast, Value: "4"},
		{Parameter: "memory.total", Operator: environment.AtLeast, Value: "8GiB", On: map[string]string{"role": "db"}},
	})
	side.Target(host("a", nil), map[string]string{"cpu.count": "4"}, nil, true)
	side.Target(host("b", map[string]string{"role": "db"}), map[string]string{"cpu.count": "8", "memory.total": "4GiB"}, nil, true)
	side.Target(host("c", map[string]string{"role": "db"}), map[string]string{"cpu.count": "8", "memory.total": "4GiB"}, nil, true)
	side.Target(host("d", nil), nil, nil, false)
	c := environment.CompareBaseline("live", side)
	if c.Different != 1 || len(c.Baseline) != 2 {
		t.Fatalf("%+v", c)
	}
	memory, cpus := c.Baseline[0], c.Baseline[1]
	if memory.Same || memory.Holds != 0 || len(memory.Differs) != 1 || memory.Differs[0].Targets != 2 || memory.Differs[0].Message != "memory.total is 4GiB; >= 8GiB is needed" {
		t.Errorf("memory: %+v", memory)
	}
	if !cpus.Same || cpus.Holds != 3 || cpus.NotRead.Targets != 1 || cpus.NotRead.Some[0] != "d" {
		t.Errorf("cpus: %+v", cpus)
	}
}

// Bytes are told as people read them; other values stand as they are.
func TestCompareShowsBytes(t *testing.T) {
	t.Parallel()
	sides := [2]*environment.Side{}
	for i, memory := range []string{"8324354048", "536870912"} {
		sides[i] = environment.NewSide(nil, environment.Choice{}, nil)
		sides[i].Target(host("a", nil), map[string]string{"memory.total": memory, "cpu.count": "4"}, nil, true)
	}
	c := environment.Compare("a", "b", sides[0], sides[1])
	memory, cpus := c.Facts[0], c.Facts[1]
	if memory.One[0].Value != "8324354048" || memory.One[0].Shown != "7.8GiB" || memory.Other[0].Shown != "512MiB" || cpus.One[0].Shown != "" {
		t.Errorf("%+v", c.Facts)
	}
}

// A choice of components leaves parameters out, and the other way round.
func TestCompareOnly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		choice                   environment.Choice
		components, facts, spoke int
	}{
		{environment.Choice{}, 2, 2, 1},
		{environment.Choice{Components: []string{"web"}}, 1, 0, 0},
		{environment.Choice{Parameters: []string{"cpu.count"}}, 0, 1, 0},
		{environment.Choice{Components: []string{"web"}, Parameters: []string{"size", "os.id"}}, 1, 1, 1},
	} {
		sides := [2]*environment.Side{}
		for i := range sides {
			s := environment.NewSide(map[string]string{"size": "1"}, c.choice, nil)
			s.Stands(on(1, "web", "1"))
			s.Stands(on(1, "api", "1"))
			s.Target(host("a", nil), map[string]string{"cpu.count": "4", "os.id": "debian"}, nil, true)
			sides[i] = s
		}
		got := environment.Compare("a", "b", sides[0], sides[1])
		if len(got.Components) != c.components || len(got.Facts) != c.facts || len(got.Parameters) != c.spoke || got.Different != 0 {
			t.Errorf("%+v: %d components, %d facts, %d parameters", c.choice, len(got.Components), len(got.Facts), len(got.Parameters))
		}
	}
}

// Page after page gives every component once, what differs first; parameters and
// facts stand on the first only, and what is alike may be left out.
func TestComparePages(t *testing.T) {
	t.Parallel()
	compare := func() environment.Comparison {
		sides := [2]*environment.Side{}
		for i := range sides {
			s := environment.NewSide(map[string]string{"size": fmt.Sprint(i), "region": "eu"}, environment.Choice{}, nil)
			for n := range 10 {
				s.Stands(on(1, fmt.Sprintf("c-%d", n), fmt.Sprint(n%3*i)))
			}
			sides[i] = s
		}
		return environment.Compare("a", "b", sides[0], sides[1])
	}
	names := func(alike bool, size int) (seen []string) {
		for after := ""; ; {
			c := compare()
			if !alike {
				c.OnlyDifferent()
			}
			c.Page(practice.Page{After: after, Limit: size})
			if (len(c.Parameters) > 0) != (after == "") || c.Different != 7 || c.Alike != 5 {
				t.Errorf("after %q: %d parameters, %d differ, %d are alike", after, len(c.Parameters), c.Different, c.Alike)
			}
			for _, one := range c.Components {
				seen = append(seen, one.Component)
			}
			if c.Next == "" {
				return seen
			}
			after = c.Next
		}
	}
	for size := 1; size < 12; size++ {
		if got, want := fmt.Sprint(names(true, size)), "[c-1 c-2 c-4 c-5 c-7 c-8 c-0 c-3 c-6 c-9]"; got != want {
			t.Errorf("pages of %d: %s, want %s", size, got, want)
		}
		if got, want := fmt.Sprint(names(false, size)), "[c-1 c-2 c-4 c-5 c-7 c-8]"; got != want {
			t.Errorf("what differs in pages of %d: %s, want %s", size, got, want)
		}
	}
}

// A version of which nobody knows whether it is there is not the same as one that is.
func TestCompareUncertain(t *testing.T) {
	t.Parallel()
	doubted := on(1, "web", "1")
	doubted.Uncertain = true
	a, b := environment.NewSide(nil, environment.Choice{}, nil), environment.NewSide(nil, environment.Choice{}, nil)
	a.Stands(on(1, "web", "1"))
	b.Stands(doubted)
	if c := environment.Compare("a", "b", a, b); c.Different != 1 {
		t.Errorf("%+v", c)
	}
}
