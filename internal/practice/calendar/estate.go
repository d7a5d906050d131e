package calendar

import "strings"

// Target is a target as far as the calendar needs it.
type Target struct {
	Name          string
	Environment   string
	Labels        map[string]string
	Parent        string   // the target that it stands in or runs on
	RedundantWith []string // targets that take over when it is away
}

// Service is a service and what it needs.
type Service struct {
	Name      string
	DependsOn []string
}

// Estate is what targets and services there are and how they hang together.
// It is not changed once made.
type Estate struct {
	targets    map[string]*Target
	children   map[string][]string
	redundant  map[string][]string // both ways
	dependants map[string][]string
}

// NewEstate puts targets and services together.
func NewEstate(targets []Target, services []Service) *Estate {
	e := &Estate{
		targets:    make(map[string]*Target, len(targets)),
		children:   map[string][]string{},
		redundant:  map[string][]string{},
		dependants: map[string][]string{},
	}
	for i := range targets {
		t := &targets[i]
		e.targets[t.Name] = t
		if t.Parent != "" {
			e.children[t.Parent] = append(e.children[t.Parent], t.Name)
		}
		for _, other := range t.RedundantWith {
			e.redundant[t.Name] = append(e.redundant[t.Name], other)
			e.redundant[other] = append(e.redundant[other], t.Name)
		}
	}
	for _, s := range services {
		for _, needed := range s.DependsOn {
			e.dependants[needed] = append(e.dependants[needed], s.Name)
		}
	}
	return e
}

// Component is a component as far as the calendar needs it.
type Component struct {
	Name    string
	Kind    string
	Service string // may be empty
}

// Work is what a deployment touches and who works at it, before the estate is looked at.
type Work struct {
	Environment string
	Targets     []string
	Components  []Component
	Suppliers   []string
	Model       string
	Class       string
	Urgency     string
	People      []string // who are needed while it runs
	Groups      []string // the groups of those who asked for it and of People: whose bookings are its own
	Tools       []string // tools, vehicles, staging areas, ports that it needs for itself
}

// Role says how something came into a footprint.
type Role string

// The roles.
const (
	Direct Role = "target" // the deployment changes it
	Above  Role = "parent" // a target of the deployment stands in it or runs on it
	Below  Role = "child"  // it stands in or runs on a target of the deployment
)

// Member is a target in a footprint.
type Member struct {
	Target string
	Role   Role
	Path   string   // how it came in: "web-3 -> parent rack-7"
	From   []string // the deployment's targets that brought it in

	from []int // the same, by their places in Work
}

// Affected is a service in a footprint.
type Affected struct {
	Service string
	Direct  bool   // a component of it is deployed; else it needs one that is
	Path    string // "service db -> needed by service shop"
}

// Footprint is all that a deployment touches or puts at risk, each with the
// path that put it there. It is not changed once made.
type Footprint struct {
	Work
	Members  []Member   // the deployment's targets first, in the order of Work
	Services []Affected // direct ones first

	index     map[string]int // members by name
	every     []int          // all members
	byEnv     map[string][]int
	byLabel   map[string][]int
	redundant map[string]string // a target beside the deployment's: the one it is redundant with
	served    map[string]int    // services by name
	feeds     map[string][]int  // components (index) by the services that they affect
}

// Footprint gives what a deployment touches: its targets, all parents and
// children of them, the services of its components and all that need these.
// Targets that the estate does not know count with what the work says of them.
func (e *Estate) Footprint(w Work) *Footprint {
	f := &Footprint{
		Work:      w,
		Members:   make([]Member, 0, len(w.Targets)+len(w.Targets)/4),
		index:     make(map[string]int, len(w.Targets)*5/4),
		byEnv:     map[string][]int{},
		byLabel:   map[string][]int{},
		redundant: map[string]string{},
		served:    map[string]int{},
		feeds:     map[string][]int{},
	}
	for i, name := range w.Targets {
		f.join(e, Member{Target: name, Role: Direct, Path: name}, i)
	}
	for i := range w.Targets {
		f.climb(e, i)
		f.descend(e, i)
	}
	for _, name := range w.Targets {
		for _, other := range e.redundant[name] {
			if _, own := f.index[other]; !own || f.Members[f.index[other]].Role != Direct {
				f.redundant[other] = name
			}
		}
	}
	f.affect(e)
	return f
}

// join adds a member, or that another target of the work (by its place) brings it in; false when that was known.
func (f *Footprint) join(e *Estate, m Member, from int) bool {
	if i, there := f.index[m.Target]; there {
		known := &f.Members[i]
		if known.from[len(known.from)-1] == from {
			return false
		}
		known.From, known.from = append(known.From, f.Targets[from]), append(known.from, from)
		return true
	}
	i := len(f.Members)
	f.every = append(f.every, i)
	m.From, m.from = f.Targets[from:from+1:from+1], []int{from}
	f.Members = append(f.Members, m)
	f.index[m.Target] = i
	environment := f.Environment
	if t := e.targets[m.Target]; t != nil {
		environment = t.Environment
		for name, value := range t.Labels {
			key := name + "=" + value
			f.byLabel[key] = append(f.byLabel[key], i)
		}
	}
	f.byEnv[environment] = append(f.byEnv[environment], i)
	return true
}

func (f *Footprint) climb(e *Estate, from int) {
	name := f.Targets[from]
	path := name
	for at, steps := e.targets[name], 0; at != nil && at.Parent != "" && steps < len(e.targets); steps++ {
		path = strings.Join([]string{path, at.Parent}, " -> parent ")
		if at.Parent == name || !f.join(e, Member{Target: at.Parent, Role: Above, Path: path}, from) {
			return
		}
		at = e.targets[at.Parent]
	}
}

func (f *Footprint) descend(e *Estate, from int) {
	name := f.Targets[from]
	if len(e.children[name]) == 0 {
		return
	}
	type step struct{ at, path string }
	seen := map[string]bool{name: true}
	for todo := []step{{name, name}}; len(todo) > 0; todo = todo[1:] {
		for _, child := range e.children[todo[0].at] {
			if seen[child] {
				continue
			}
			seen[child] = true
			path := todo[0].path + " -> child " + child
			f.join(e, Member{Target: child, Role: Below, Path: path}, from)
			todo = append(todo, step{child, path})
		}
	}
}

// affect finds the services of the components and, by what needs them, all others that are at risk.
func (f *Footprint) affect(e *Estate) {
	reach := func(service string, direct bool, path string) {
		if _, there := f.served[service]; !there {
			f.served[service] = len(f.Services)
			f.Services = append(f.Services, Affected{service, direct, path})
		}
	}
	for _, c := range f.Components {
		if c.Service != "" {
			reach(c.Service, true, "service "+c.Service)
		}
	}
	for next := 0; ; next++ { // it grows meanwhile
		if next == len(f.Services) {
			break
		}
		s := f.Services[next]
		for _, dependant := range e.dependants[s.Service] {
			reach(dependant, false, s.Path+" -> needed by service "+dependant)
		}
	}
	for i, c := range f.Components {
		seen := map[string]bool{}
		for todo := []string{c.Service}; len(todo) > 0 && c.Service != ""; todo = todo[1:] {
			if !seen[todo[0]] {
				seen[todo[0]] = true
				f.feeds[todo[0]] = append(f.feeds[todo[0]], i)
				todo = append(todo, e.dependants[todo[0]]...)
			}
		}
	}
}

// targetsOf gives the deployment's targets that brought the members in, each once, in the order of the work.
func (f *Footprint) targetsOf(members []int) []string {
	switch {
	case len(members) == 1:
		return f.Members[members[0]].From
	case len(members) == len(f.Members):
		return f.Targets
	}
	named, count := make([]bool, len(f.Targets)), 0
	for _, m := range members {
		for _, i := range f.Members[m].from {
			if !named[i] {
				named[i] = true
				count++
			}
		}
	}
	if count == len(f.Targets) {
		return f.Targets
	}
	list := make([]string, 0, count)
	for i, name := range f.Targets {
		if named[i] {
			list = append(list, name)
		}
	}
	return list
}

// roll remembers the targets of members, so that conflicts of the same ones share a list.
type roll map[listKey][]string

// listKey tells lists apart that are never changed.
type listKey struct {
	first *int
	size  int
}

func keyOf(list []int) listKey {
	if len(list) == 0 {
		return listKey{}
	}
	return listKey{&list[0], len(list)}
}

func (r roll) targetsOf(f *Footprint, members []int) []string {
	if len(members) < 2 {
		return f.targetsOf(members)
	}
	targets, known := r[keyOf(members)]
	if !known {
		targets = f.targetsOf(members)
		r[keyOf(members)] = targets
	}
	return targets
}

// few is how many names a message lists.
const few = 5

// some writes a few names and how many more there are.
func some(names []string) string {
	if len(names) <= few {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:few-1], ", ") + " and " + number(len(names)-few+1) + " more"
}
