package calendar

import (
	"slices"
	"strconv"
)

// touch is how an entry meets a footprint.
type touch struct {
	members []int  // the members that it reaches; never changed
	path    string // how the first of them, or the deployment as a whole, is reached
}

// meeting remembers how reaches meet a footprint.
type meeting struct {
	footprint  *Footprint
	reaches    []Reach
	dependants bool // services that merely need a deployed one count
	known      []remembered
}

type remembered struct {
	touch
	asked, met bool
}

func (c *Calendar) meeting(f *Footprint, dependants bool) *meeting {
	return &meeting{f, c.reaches, dependants, make([]remembered, len(c.reaches))}
}

func (m *meeting) meet(reach int) (touch, bool) {
	r := &m.known[reach]
	if !r.asked {
		r.asked = true
		r.touch, r.met = m.footprint.meet(&m.reaches[reach], m.dependants)
	}
	return r.touch, r.met
}

func number(n int) string { return strconv.Itoa(n) }

// meet says whether and where a reach meets the footprint. Services that
// merely need a deployed one count where dependants is true.
func (f *Footprint) meet(r *Reach, dependants bool) (touch, bool) {
	if len(r.Models) > 0 && !slices.Contains(r.Models, f.Model) {
		return touch{}, false
	}
	if len(r.Suppliers) > 0 && !slices.ContainsFunc(f.Suppliers, func(s string) bool { return slices.Contains(r.Suppliers, s) }) {
		return touch{}, false
	}
	path, ok := f.meetComponents(r, dependants)
	if !ok {
		return touch{}, false
	}
	t, ok := f.meetTargets(r)
	if !ok {
		return touch{}, false
	}
	switch {
	case path != "" && t.path != "":
		t.path = path + ", " + t.path
	case path != "":
		t.path = path
	}
	return t, true
}

// meetComponents looks for one component that meets services, components and kinds together.
func (f *Footprint) meetComponents(r *Reach, dependants bool) (path string, ok bool) {
	if len(r.Services) == 0 {
		if len(r.Components) == 0 && len(r.Kinds) == 0 {
			return "", true
		}
		for i := range f.Components {
			if f.fits(i, r) {
				return "component " + f.Components[i].Name, true
			}
		}
		return "", false
	}
	for _, service := range r.Services {
		at, affected := f.served[service]
		if !affected || !f.Services[at].Direct && !dependants {
			continue
		}
		for _, i := range f.feeds[service] {
			if (dependants || f.Components[i].Service == service) && f.fits(i, r) {
				return f.Services[at].Path, true
			}
		}
	}
	return "", false
}

func (f *Footprint) fits(component int, r *Reach) bool {
	c := &f.Components[component]
	return (len(r.Components) == 0 || slices.Contains(r.Components, c.Name)) && (len(r.Kinds) == 0 || slices.Contains(r.Kinds, c.Kind))
}

// meetTargets looks for the members that meet environments, targets and labels together.
func (f *Footprint) meetTargets(r *Reach) (touch, bool) {
	if len(r.Targets) == 0 && len(r.Labels) == 0 {
		return f.meetEnvironments(r)
	}
	var members []int
	switch {
	case len(r.Targets) > 0:
		for _, name := range r.Targets {
			if i, in := f.index[name]; in {
				members = append(members, i)
			}
		}
		members = f.keep(members, r.Labels, f.byLabel)
	default:
		for _, label := range r.Labels {
			members = join(members, f.byLabel[label])
		}
	}
	members = f.keep(members, r.Environments, f.byEnv)
	if len(r.Targets) > 1 {
		slices.Sort(members)
		members = slices.Compact(members)
	}
	if len(members) == 0 {
		return touch{}, false
	}
	return touch{members, f.Members[members[0]].Path}, true
}

func (f *Footprint) meetEnvironments(r *Reach) (touch, bool) {
	if len(r.Environments) == 0 {
		return touch{members: f.every}, true
	}
	var t touch
	met := false
	for _, name := range r.Environments {
		switch list := f.byEnv[name]; {
		case name == f.Environment:
			t = touch{join(t.members, list), "environment " + name}
			met = true
		case len(list) > 0:
			t.members = join(t.members, list)
			if !met {
				t.path = f.Members[list[0]].Path + " in environment " + name
			}
			met = true
		}
	}
	return t, met
}

// keep leaves the members that stand in one of the named lists; no names keep all.
func (f *Footprint) keep(members []int, names []string, lists map[string][]int) []int {
	if len(names) == 0 || len(members) == 0 {
		return members
	}
	var kept []int
	for _, m := range members {
		if slices.ContainsFunc(names, func(name string) bool {
			_, found := slices.BinarySearch(lists[name], m)
			return found
		}) {
			kept = append(kept, m)
		}
	}
	return kept
}

// join gives the members of both sorted lists, without changing either.
func join(a, b []int) []int {
	switch {
	case len(a) == 0:
		return b
	case len(b) == 0:
		return a
	}
	both := slices.Concat(a, b)
	slices.Sort(both)
	return slices.Compact(both)
}
