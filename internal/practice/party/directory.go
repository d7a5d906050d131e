package party

import (
	"maps"
	"slices"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// People is everybody, as the documents say it at one moment. It never changes.
type People struct {
	persons     map[string]PersonSpec
	groups      map[string]GroupSpec
	accounts    map[string]ServiceAccountSpec
	delegations map[string][]Delegation // by the person who is represented, then by name
}

// NewPeople makes the directory of all that exist, in any order.
func NewPeople(persons []Person, groups []Group, accounts []ServiceAccount, delegations []Delegation) People {
	p := People{
		persons: map[string]PersonSpec{}, groups: map[string]GroupSpec{}, accounts: map[string]ServiceAccountSpec{},
		delegations: map[string][]Delegation{},
	}
	for _, d := range slices.SortedFunc(slices.Values(delegations), func(a, b Delegation) int { return strings.Compare(a.Name, b.Name) }) {
		p.delegations[d.Spec.From] = append(p.delegations[d.Spec.From], d)
	}
	for _, one := range persons {
		p.persons[one.Name] = one.Spec
	}
	for _, one := range groups {
		p.groups[one.Name] = one.Spec
	}
	for _, one := range accounts {
		p.accounts[one.Name] = one.Spec
	}
	return p
}

// Person gives a person; false when there is none of that name.
func (p People) Person(name string) (PersonSpec, bool) {
	spec, known := p.persons[name]
	return spec, known
}

// Group gives a group; false when there is none of that name.
func (p People) Group(name string) (GroupSpec, bool) {
	spec, known := p.groups[name]
	return spec, known
}

// Here says whether the person exists and has not left.
func (p People) Here(name string) bool {
	spec, known := p.persons[name]
	return known && !spec.Left
}

// Human names the human being behind a person. Two persons with the same mail
// address are one human: a second account is not a second pair of eyes.
func (p People) Human(name string) string {
	if mail := strings.ToLower(strings.TrimSpace(p.persons[name].Mail)); mail != "" {
		return "mail:" + mail
	}
	return "person:" + name
}

// Answering gives the person who answers for what an actor does: the person
// itself, the owner of a service account, and nobody ("") for Tranship. It is
// false when nobody can be named though somebody must be.
func (p People) Answering(a practice.Actor) (person string, known bool) {
	switch a.Kind {
	case practice.Account:
		spec, known := p.accounts[a.Name]
		return spec.Owner, known && spec.Owner != ""
	case practice.System, practice.Machine:
		return "", true
	case practice.Person:
	}
	return a.Name, a.Name != ""
}

// Account says whether there is a service account of that name.
func (p People) Account(name string) bool {
	_, known := p.accounts[name]
	return known
}

// Seat is a place in a group: the member whose it is, and who sits there.
type Seat struct {
	Group  string
	Member string // whose seat it is
	By     string // who acts in it: the member or a deputy
}

// Seats lists the seats of a group that people may take at a moment: those of
// the members, then those of their deputies. Nobody who has left is in it. A
// deputy of a deputy is no deputy.
func (p People) Seats(group string, at time.Time) []Seat {
	spec := p.groups[group]
	var own, deputies []Seat
	for _, member := range slices.Compact(slices.Sorted(slices.Values(spec.Members))) {
		if !p.Here(member) {
			continue
		}
		own = append(own, Seat{group, member, member})
		for _, by := range p.deputies(spec, group, member, at) {
			deputies = append(deputies, Seat{group, member, by})
		}
	}
	return append(own, deputies...)
}

// deputies gives who may act for a member of a group at a moment, by name.
func (p People) deputies(spec GroupSpec, group, member string, at time.Time) []string {
	found := map[string]bool{}
	for _, d := range spec.Deputies {
		if d.For == member {
			found[d.Person] = true
		}
	}
	for _, d := range p.delegations[member] {
		if d.At(at, group) {
			found[d.Spec.To] = true
		}
	}
	delete(found, member)
	maps.DeleteFunc(found, func(name string, _ bool) bool { return !p.Here(name) })
	return slices.Sorted(maps.Keys(found))
}

// Holds says whether a seat may be taken at a moment. It is Seats for one seat.
func (p People) Holds(s Seat, at time.Time) bool {
	spec := p.groups[s.Group]
	if !p.Here(s.Member) || !p.Here(s.By) || !slices.Contains(spec.Members, s.Member) {
		return false
	}
	return s.By == s.Member || slices.Contains(p.deputies(spec, s.Group, s.Member, at), s.By)
}

// Lapsed gives the delegation by which the person could act for the member in
// the group before that moment and cannot any more; false when there was none.
func (p People) Lapsed(s Seat, at time.Time) (Delegation, bool) {
	var last Delegation
	found := false
	for _, d := range p.delegations[s.Member] {
		if d.Spec.To != s.By || at.Before(d.Spec.Ends) {
			continue
		}
		if d.At(d.Spec.Begins, s.Group) && (!found || last.Spec.Ends.Before(d.Spec.Ends)) {
			last, found = d, true
		}
	}
	return last, found
}
