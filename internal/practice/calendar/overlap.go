package calendar

import (
	"fmt"
	"slices"
	"time"
)

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// clashes says whether two deployments are at the same time by the rules:
// half-open, so that one may begin when the other ends, unless they must lie apart.
func (r Rules) clashes(a, b Span) bool {
	if !a.Start.Before(a.End) || !b.Start.Before(b.End) {
		return false
	}
	a.End, b.End = a.End.Add(r.Settle), b.End.Add(r.Settle)
	if r.Apart && r.Settle == 0 {
		return !a.Start.After(b.End) && !b.Start.After(a.End)
	}
	return a.Overlaps(b)
}

// against finds the conflicts with one other deployment (rules 1 to 4, 7, 8, 13 and 15).
func against(slot, other Slot, rules Rules) []Conflict {
	if other.ID == slot.ID {
		return nil
	}
	if !rules.clashes(slot.Busy(), other.Busy()) {
		return stale(slot, other, rules)
	}
	return overlapping(slot, other, rules)
}

// overlapping finds the conflicts of two deployments that are at the same time.
func overlapping(slot, other Slot, rules Rules) []Conflict {
	list := append(sameTargets(slot, other, rules), sameOthers(slot, other, rules)...)
	for i := range list {
		list[i].With = Ref{Kind: DeploymentKind, Name: other.ID}
		list[i].Span = other.Busy()
		list[i].Until = list[i].Span.End.Add(rules.Settle)
	}
	return list
}

// sameTargets finds shared targets, parents, children and redundant pairs.
func sameTargets(slot, other Slot, rules Rules) []Conflict {
	byRole := map[Role][]int{}
	var pairs, alone []string
	mine, theirs := slot.Footprint, other.Footprint
	if len(mine.Members) <= len(theirs.Targets) {
		for i, m := range mine.Members {
			if theirs.direct(m.Target) {
				byRole[m.Role] = append(byRole[m.Role], i)
			}
		}
	} else {
		for _, name := range theirs.Targets {
			if i, in := mine.index[name]; in {
				byRole[mine.Members[i].Role] = append(byRole[mine.Members[i].Role], i)
			}
		}
	}
	if len(mine.redundant) > 0 {
		for _, name := range theirs.Targets {
			if own, is := mine.redundant[name]; is {
				pairs, alone = append(pairs, own+" and "+name), append(alone, own)
			}
		}
	}
	var list []Conflict
	add := func(rule Rule, role Role, format string) {
		severity, members := rules.Severity(rule), byRole[role]
		if severity == Off || len(members) == 0 {
			return
		}
		slices.Sort(members)
		names := make([]string, len(members))
		for i, m := range members {
			names[i] = mine.Members[m].Target
		}
		list = append(list, Conflict{Rule: rule, Severity: severity, Targets: mine.targetsOf(members),
			Path: mine.Members[members[0]].Path + " -> deployment " + other.ID, Message: fmt.Sprintf(format, other.ID, some(names))})
	}
	add(SameTarget, Direct, "deployment %s changes the same at that time: %s")
	add(ParentTarget, Above, "deployment %s changes what the targets stand in or run on at that time: %s")
	add(ChildTarget, Below, "deployment %s changes what stands in or runs on the targets at that time: %s")
	if severity := rules.Severity(Redundancy); severity != Off && len(pairs) > 0 {
		slices.Sort(alone)
		list = append(list, Conflict{Rule: Redundancy, Severity: severity, Targets: slices.Compact(alone),
			Path: pairs[0] + " are redundant -> deployment " + other.ID, Message: fmt.Sprintf("deployment %s changes the other one of redundant targets at that time: %s", other.ID, some(pairs))})
	}
	return list
}

func (f *Footprint) direct(target string) bool {
	i, in := f.index[target]
	return in && f.Members[i].Role == Direct
}

// sameOthers finds shared services, people and tools.
func sameOthers(slot, other Slot, rules Rules) []Conflict {
	var list []Conflict
	mine, theirs := slot.Footprint, other.Footprint
	add := func(rule Rule, names []string, path, format string) {
		if severity := rules.Severity(rule); severity != Off && len(names) > 0 {
			list = append(list, Conflict{Rule: rule, Severity: severity, Targets: mine.Targets,
				Path: path + " -> deployment " + other.ID, Message: fmt.Sprintf(format, other.ID, some(names))})
		}
	}
	var services []string
	path := ""
	if mine.Environment == theirs.Environment {
		for _, s := range mine.Services {
			at, affected := theirs.served[s.Service]
			if affected && (s.Direct || theirs.Services[at].Direct) { // one changes what the other changes or needs
				services = append(services, s.Service)
				if path == "" {
					path = s.Path
				}
			}
		}
	}
	add(SharedService, services, path, "deployment %s touches the same services at that time: %s")
	if people := shared(mine.People, theirs.People); len(people) > 0 {
		add(SamePerson, people, "person "+people[0], "deployment %s needs the same people at that time: %s")
	}
	if tools := shared(mine.Tools, theirs.Tools); len(tools) > 0 {
		add(SameTool, tools, "tool "+tools[0], "deployment %s needs the same tools at that time: %s")
	}
	return list
}

func shared(a, b []string) []string {
	var both []string
	for _, name := range a {
		if slices.Contains(b, name) && !slices.Contains(both, name) {
			both = append(both, name)
		}
	}
	return both
}

// stale finds a deployment that lands first, after the slot's plan was made,
// and changes the same components on the same targets: what was verified then
// is not what will be there (rule 15).
func stale(slot, other Slot, rules Rules) []Conflict {
	severity := rules.Severity(StaleBaseline)
	if severity == Off || slot.Baseline.IsZero() || other.Start.After(slot.Start) || !other.End.After(slot.Baseline) {
		return nil
	}
	mine, theirs := slot.Footprint, other.Footprint
	if mine.Environment != theirs.Environment {
		return nil
	}
	var components []string
	for _, c := range mine.Components {
		if slices.ContainsFunc(theirs.Components, func(o Component) bool { return o.Name == c.Name }) {
			components = append(components, c.Name)
		}
	}
	if len(components) == 0 {
		return nil
	}
	var targets []string
	for _, name := range mine.Targets {
		if theirs.direct(name) {
			targets = append(targets, name)
		}
	}
	if len(targets) == 0 {
		return nil
	}
	return []Conflict{{
		Rule: StaleBaseline, Severity: severity, With: Ref{Kind: DeploymentKind, Name: other.ID}, Span: other.Busy(), Targets: targets,
		Path: targets[0] + " -> component " + components[0] + " -> deployment " + other.ID,
		Message: fmt.Sprintf("deployment %s lands before it and changes %s on %s: the plan was made for what is there now",
			other.ID, some(components), some(targets)),
	}}
}
