package control

import (
	"context"
	"slices"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/party"
)

// About is what pages need to know of who looks at them.
type About struct {
	FullName string
	Zone     string
	Password bool // whether there is one
	Groups   []Sits
}

// Sits is a group that a person can act for.
type Sits struct {
	Group string   `json:"group"`
	For   []string `json:"for,omitempty" doc:"The members in whose place the person can act; none when the person is a member."`
}

// About gives what is known of who asks.
func (c *Control) About(ctx context.Context, scope practice.Scope, who practice.Actor) (about About, err error) {
	about.Groups = []Sits{}
	if who.Kind != practice.Person {
		return about, nil
	}
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		p, err := personOf(tx, who.Name)
		if practice.CodeOf(err) != practice.NotFound {
			if err != nil {
				return err
			}
			about.FullName, about.Zone = p.Spec.FullName, p.Spec.Zone
		}
		a, err := tx.Account(who.Name)
		if err != nil && practice.CodeOf(err) != practice.NotFound {
			return err
		}
		about.Password = a.Password != ""
		about.Groups, err = c.groupsOf(tx, who.Name)
		return err
	})
	return about, err
}

// groupsOf gives the groups that a person can act for now, by name.
func (c *Control) groupsOf(tx Tx, person string) ([]Sits, error) {
	groups, people, err := around(tx, person)
	if err != nil {
		return nil, err
	}
	now, found := c.now(), []Sits{}
	for _, g := range groups {
		sits := Sits{Group: g.Name}
		member := false
		for _, seat := range people.Seats(g.Name, now) {
			switch {
			case seat.By != person:
			case seat.Member == person:
				member = true
			default:
				sits.For = append(sits.For, seat.Member)
			}
		}
		if member || len(sits.For) > 0 {
			if member {
				sits.For = nil
			}
			found = append(found, sits)
		}
	}
	return found, nil
}

// around gives the groups that may have to do with a person, and the people in them.
func around(tx Tx, person string) ([]party.Group, party.People, error) {
	delegations, err := decodedAll(tx, practice.KindDelegation, party.DecodeDelegation)
	if err != nil {
		return nil, party.People{}, err
	}
	delegations = slices.DeleteFunc(delegations, func(d party.Delegation) bool { return d.Spec.To != person })
	all, err := decodedAll(tx, practice.KindGroup, party.DecodeGroup)
	if err != nil {
		return nil, party.People{}, err
	}
	names := map[string]bool{person: true}
	var groups []party.Group
	for _, g := range all {
		near := slices.Contains(g.Spec.Members, person)
		for _, d := range g.Spec.Deputies {
			if d.Person == person {
				near, names[d.For] = true, true
			}
		}
		for _, d := range delegations {
			if slices.Contains(g.Spec.Members, d.Spec.From) {
				near, names[d.Spec.From] = true, true
			}
		}
		if near {
			groups = append(groups, g)
		}
	}
	var persons []party.Person
	for name := range names {
		p, err := personOf(tx, name)
		if practice.CodeOf(err) == practice.NotFound {
			continue
		}
		if err != nil {
			return nil, party.People{}, err
		}
		persons = append(persons, p)
	}
	return groups, party.NewPeople(persons, groups, nil, delegations), nil
}

// decodedAll reads all documents of a kind.
func decodedAll[T any](tx Tx, kind practice.Kind, decode func(practice.Document) (T, error)) (all []T, err error) {
	err = everyDocument(tx, kind, func(d practice.Document) error {
		one, err := decode(d)
		all = append(all, one)
		return err
	})
	return all, err
}
