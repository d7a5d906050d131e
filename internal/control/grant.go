package control

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/party"
)

// Granted gives an error back, and says in it who can grant the right that is
// missing, where one is: the people who may administer, by their names.
func (c *Control) Granted(ctx context.Context, scope practice.Scope, err error) error {
	fault, is := errors.AsType[*practice.Error](err)
	if !is || fault.Code != practice.Forbidden || fault.Need == "" {
		return err
	}
	granters, found := c.granters(ctx, scope)
	if found != nil {
		return err // what is refused is refused, also when nobody can be named
	}
	said := *fault
	said.Message = strings.TrimSuffix(err.Error(), fault.Error()) + fault.Message
	said.Hint, said.Need = fault.Advice(granters), ""
	return &said
}

// granters names who may give roles and seats in groups: "Petra Novak and 2
// others".
func (c *Control) granters(ctx context.Context, scope practice.Scope) (named string, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		here := known(tx)
		accounts, err := every(tx.Accounts, func(a party.Account) string { return a.Person })
		if err != nil {
			return err
		}
		var people []string
		for _, a := range accounts {
			if a.Role.May(party.Administer) && !a.Closed && here(practice.Actor{Kind: practice.Person, Name: a.Person}) {
				people = append(people, a.Person)
			}
		}
		named, err = namedPeople(tx, people)
		return err
	})
	return named, err
}

// namedPeople names the first of some people as they are called, and counts the others.
func namedPeople(tx Tx, people []string) (string, error) {
	if len(people) == 0 {
		return "whoever holds a token of an administrator", nil
	}
	called := func(name string) (string, error) {
		d, err := tx.Document(practice.KindPerson, name)
		if practice.CodeOf(err) == practice.NotFound {
			return name, nil
		}
		if err != nil {
			return "", err
		}
		p, err := party.DecodePerson(d)
		if err != nil || p.Spec.FullName == "" {
			return name, err
		}
		return p.Spec.FullName, nil
	}
	first, err := called(people[0])
	if err != nil || len(people) == 1 {
		return first, err
	}
	if len(people) == 2 {
		second, err := called(people[1])
		return first + " and " + second, err
	}
	return fmt.Sprintf("%s and %d others", first, len(people)-1), nil
}
