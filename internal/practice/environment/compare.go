package environment

import (
	"cmp"
	"maps"
	"slices"

	"tranship.dev/tranship/internal/practice"
)

// The bounds of what a comparison tells one by one.
const (
	SomeTargets = 20 // that have the same
	someGroups  = 20
)

// Comparison is two environments side by side, or one beside its baseline (R10).
// What differs comes first.
type Comparison struct {
	One        string                `json:"one"`
	Other      string                `json:"other,omitempty" doc:"Empty: the baseline of the one."`
	Components []ComponentComparison `json:"components,omitempty" doc:"A page of them."`
	Parameters []ValueComparison     `json:"parameters,omitempty" doc:"The parameters that the environments' documents give; with the first page."`
	Facts      []FactComparison      `json:"facts,omitempty" doc:"What agents read on the targets when they last looked; with the first page."`
	Baseline   []BaselineComparison  `json:"baseline,omitempty"`
	Different  int                   `json:"different" doc:"How many of all these differ, on whichever page."`
	Alike      int                   `json:"alike" doc:"How many are the same on both sides."`
	Next       string                `json:"next,omitempty" doc:"The cursor of the next page of components; absent on the last."`
}

// ComponentComparison is one component on both sides, by version.
type ComponentComparison struct {
	Component string      `json:"component"`
	Same      bool        `json:"same"`
	One       []VersionAt `json:"one,omitempty"`
	Other     []VersionAt `json:"other,omitempty"`
}

// VersionAt is one version with where it is.
type VersionAt struct {
	Version   string          `json:"version"`
	Digest    practice.Digest `json:"digest,omitempty"`
	Uncertain bool            `json:"uncertain,omitempty" doc:"Nobody knows whether it is still there."`
	Group
}

// Stand is a version of a component with how many targets of an environment have it.
type Stand struct {
	Component string
	VersionAt
}

// Group is targets that are alike in something.
type Group struct {
	Targets int      `json:"targets"`
	Some    []string `json:"some,omitempty" doc:"The first 20 of them."`
}

func (g *Group) add(target string) {
	g.Targets++
	if len(g.Some) < SomeTargets {
		g.Some = append(g.Some, target)
	}
}

// ValueComparison is one parameter on both sides.
type ValueComparison struct {
	Parameter string `json:"parameter"`
	Same      bool   `json:"same"`
	One       string `json:"one,omitempty"`
	Other     string `json:"other,omitempty"`
}

// FactComparison is one parameter of the targets on both sides, by value.
type FactComparison struct {
	Parameter string    `json:"parameter"`
	Same      bool      `json:"same" doc:"Both sides have the same values, on however many targets."`
	One       []ValueAt `json:"one,omitempty"`
	Other     []ValueAt `json:"other,omitempty"`
}

// ValueAt is one value with where it is.
type ValueAt struct {
	Value string `json:"value,omitempty" doc:"Empty: it is not there, or was not read yet."`
	Shown string `json:"shown,omitempty" doc:"The value as people read it, where that is another: 7.8GiB for bytes."`
	Group
}

// BaselineComparison is one requirement with the targets where it does not hold.
type BaselineComparison struct {
	Requirement Requirement `json:"requirement"`
	Same        bool        `json:"same" doc:"It holds on every target that it is for."`
	Holds       int         `json:"holds" doc:"On how many targets."`
	NotRead     Group       `json:"notRead" doc:"Targets that nobody has looked at yet."`
	Differs     []MessageAt `json:"differs,omitempty" doc:"Where it does not hold, grouped by what is there."`
}

// MessageAt is what is there in the place of what is required.
type MessageAt struct {
	Message string `json:"message"`
	Group
}

// Side is one side of a comparison, as it is gathered: a page of targets after the other.
type Side struct {
	parameters map[string]string
	components map[string][]VersionAt
	facts      map[string]map[string]*ValueAt
	wanted     Choice
	baseline   []*BaselineComparison
}

// Choice narrows a comparison; empty lists allow everything.
type Choice struct{ Components, Parameters []string }

func (c Choice) component(name string) bool {
	return (len(c.Components) == 0 || slices.Contains(c.Components, name)) && (len(c.Parameters) == 0 || len(c.Components) > 0)
}

func (c Choice) parameter(name string) bool {
	return (len(c.Parameters) == 0 || slices.Contains(c.Parameters, name)) && (len(c.Components) == 0 || len(c.Parameters) > 0)
}

// NewSide begins a side. Requirements are held against its targets; none where
// it is compared with another environment.
func NewSide(parameters map[string]string, wanted Choice, requirements []Requirement) *Side {
	s := &Side{parameters: parameters, components: map[string][]VersionAt{}, facts: map[string]map[string]*ValueAt{}, wanted: wanted}
	for _, r := range requirements {
		if wanted.parameter(r.Parameter) {
			s.baseline = append(s.baseline, &BaselineComparison{Requirement: r, Same: true})
		}
	}
	return s
}

// Stands adds a version of a component; each only once.
func (s *Side) Stands(one Stand) {
	if s.wanted.component(one.Component) {
		s.components[one.Component] = append(s.components[one.Component], one.VersionAt)
	}
}

// Target adds a target with the values that were read on it; looked false: nobody
// has looked at it.
func (s *Side) Target(t Target, values, unread map[string]string, looked bool) {
	for _, b := range s.baseline {
		b.target(t, values, unread, looked)
	}
	for name, value := range values {
		if !s.wanted.parameter(name) {
			continue
		}
		if s.facts[name] == nil {
			s.facts[name] = map[string]*ValueAt{}
		}
		if s.facts[name][value] == nil {
			s.facts[name][value] = &ValueAt{Value: value, Shown: shownOf(name, value)}
		}
		s.facts[name][value].add(t.Name)
	}
}

// target holds one requirement against a target.
func (b *BaselineComparison) target(t Target, values, unread map[string]string, looked bool) {
	if !b.Requirement.Concerns(t.Labels) {
		return
	}
	if !looked {
		b.NotRead.add(t.Name)
		return
	}
	wrong := Judge([]Requirement{b.Requirement}, values, unread)
	if len(wrong) == 0 {
		b.Holds++
		return
	}
	b.Same = false
	at := slices.IndexFunc(b.Differs, func(m MessageAt) bool { return m.Message == wrong[0].Message })
	if at < 0 {
		at = len(b.Differs)
		b.Differs = append(b.Differs, MessageAt{Message: wrong[0].Message})
	}
	b.Differs[at].add(t.Name)
}

// CompareBaseline gives how an environment is to its baseline.
func CompareBaseline(name string, s *Side) Comparison {
	c := Comparison{One: name}
	for _, b := range s.baseline {
		slices.SortStableFunc(b.Differs, func(x, y MessageAt) int { return cmp.Compare(y.Targets, x.Targets) })
		b.Differs = b.Differs[:min(len(b.Differs), someGroups)]
		c.Baseline = append(c.Baseline, *b)
		c.count(b.Same)
	}
	slices.SortStableFunc(c.Baseline, func(x, y BaselineComparison) int { return differentFirst(x.Same, y.Same) })
	return c
}

// Compare gives how two environments are to each other.
func Compare(one, other string, a, b *Side) Comparison {
	c := Comparison{One: one, Other: other}
	for _, name := range keys(a.components, b.components) {
		entry := ComponentComparison{Component: name, One: most(a.components[name]), Other: most(b.components[name])}
		entry.Same = sameVersions(a.components[name], b.components[name])
		c.count(entry.Same)
		c.Components = append(c.Components, entry)
	}
	for _, name := range keys(a.parameters, b.parameters) {
		if !a.wanted.parameter(name) {
			continue
		}
		_, here := a.parameters[name]
		_, there := b.parameters[name]
		entry := ValueComparison{Parameter: name, One: a.parameters[name], Other: b.parameters[name]}
		entry.Same = here == there && entry.One == entry.Other
		c.count(entry.Same)
		c.Parameters = append(c.Parameters, entry)
	}
	for _, name := range keys(a.facts, b.facts) {
		entry := FactComparison{Parameter: name, One: values(a.facts[name]), Other: values(b.facts[name])}
		entry.Same = slices.Equal(keysOf(a.facts[name]), keysOf(b.facts[name]))
		c.count(entry.Same)
		c.Facts = append(c.Facts, entry)
	}
	slices.SortStableFunc(c.Components, func(x, y ComponentComparison) int { return differentFirst(x.Same, y.Same) })
	slices.SortStableFunc(c.Parameters, func(x, y ValueComparison) int { return differentFirst(x.Same, y.Same) })
	slices.SortStableFunc(c.Facts, func(x, y FactComparison) int { return differentFirst(x.Same, y.Same) })
	return c
}

func (c *Comparison) count(same bool) {
	if same {
		c.Alike++
	} else {
		c.Different++
	}
}

// OnlyDifferent leaves out what is the same on both sides; it stays counted.
func (c *Comparison) OnlyDifferent() {
	c.Components = slices.DeleteFunc(c.Components, func(one ComponentComparison) bool { return one.Same })
	c.Parameters = slices.DeleteFunc(c.Parameters, func(one ValueComparison) bool { return one.Same })
	c.Facts = slices.DeleteFunc(c.Facts, func(one FactComparison) bool { return one.Same })
}

// Page keeps the components of a page, by differing first and then by name, and
// says in Next after which the next begins. What is told of the whole stands on
// the first page only.
func (c *Comparison) Page(page practice.Page) {
	if page.After != "" {
		c.Parameters, c.Facts = nil, nil
		from := slices.IndexFunc(c.Components, func(one ComponentComparison) bool { return one.place() > page.After })
		c.Components = c.Components[cmp.Or(from+1, len(c.Components)+1)-1:]
	}
	if len(c.Components) > page.Size() {
		c.Components = c.Components[:page.Size()]
		c.Next = c.Components[page.Size()-1].place()
	}
}

// place is where a component stands among the others.
func (c ComponentComparison) place() string {
	if c.Same {
		return "=" + c.Component
	}
	return "!" + c.Component
}

// Apart gives the components of which one of the sides has several versions: there
// it helps to know which targets have which.
func (c *Comparison) Apart() []string {
	var names []string
	for _, one := range c.Components {
		if len(one.One) > 1 || len(one.Other) > 1 {
			names = append(names, one.Component)
		}
	}
	return names
}

// Name says for some of the targets of one side what they have. Other tells of
// the other side.
func (c *Comparison) Name(some []Presence, other bool) {
	for _, p := range some {
		at := slices.IndexFunc(c.Components, func(one ComponentComparison) bool { return one.Component == p.Component })
		if at < 0 {
			continue
		}
		side := c.Components[at].One
		if other {
			side = c.Components[at].Other
		}
		for i := range side {
			if side[i].is(p) && len(side[i].Some) < SomeTargets {
				side[i].Some = append(side[i].Some, p.Target)
			}
		}
	}
}

func (v VersionAt) is(p Presence) bool {
	return v.Version == p.Version && v.Digest == p.Digest && v.Uncertain == p.Uncertain
}

func differentFirst(x, y bool) int {
	switch {
	case x == y:
		return 0
	case x:
		return 1
	}
	return -1
}

func keysOf[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// keys gives the keys of both, each once, in order.
func keys[V any](a, b map[string]V) []string {
	return slices.Compact(slices.Sorted(slices.Values(slices.Concat(keysOf(a), keysOf(b)))))
}

// sameVersions: on however many targets each is.
func sameVersions(a, b []VersionAt) bool {
	within := func(of, in []VersionAt) bool {
		return !slices.ContainsFunc(of, func(v VersionAt) bool {
			return !slices.ContainsFunc(in, func(w VersionAt) bool {
				return w.is(Presence{Version: v.Version, Digest: v.Digest, Uncertain: v.Uncertain})
			})
		})
	}
	return within(a, b) && within(b, a)
}

// most gives the versions by how many targets have them.
func most(all []VersionAt) []VersionAt {
	slices.SortStableFunc(all, func(x, y VersionAt) int { return cmp.Compare(y.Targets, x.Targets) })
	return all[:min(len(all), someGroups)]
}

func values(all map[string]*ValueAt) []ValueAt {
	var list []ValueAt
	for _, key := range keysOf(all) {
		list = append(list, *all[key])
	}
	slices.SortStableFunc(list, func(x, y ValueAt) int { return cmp.Compare(y.Targets, x.Targets) })
	return list[:min(len(list), someGroups)]
}
