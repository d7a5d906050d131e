package control

import (
	"slices"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/approval"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/party"
)

// desk gathers what approvals are judged by, each document once for all the
// judgements of one transaction, and of people only those who are concerned.
type desk struct {
	tx          Tx
	policies    []approval.Policy
	delegations []party.Delegation
	persons     map[string]*party.Person // nil: there is none of that name
	groups      map[string]*party.Group
	accounts    map[string]*party.ServiceAccount
	changed     map[documentKey][]practice.Document // revisions of what decides, newest first, as far as they were read
}

func newDesk(tx Tx) (*desk, error) {
	k := &desk{tx: tx, persons: map[string]*party.Person{}, groups: map[string]*party.Group{}, accounts: map[string]*party.ServiceAccount{},
		changed: map[documentKey][]practice.Document{}}
	err := everyDocument(tx, practice.KindApprovalPolicy, func(d practice.Document) error {
		p, err := approval.Decode(d)
		k.policies = append(k.policies, p)
		return err
	})
	if err != nil {
		return nil, err
	}
	return k, everyDocument(tx, practice.KindDelegation, func(d practice.Document) error {
		g, err := party.DecodeDelegation(d)
		k.delegations = append(k.delegations, g)
		return err
	})
}

// desk gives the desk of the transaction.
func (w *work) desk() (k *desk, err error) {
	if w.gathered == nil {
		w.gathered, err = newDesk(w.Tx)
	}
	return w.gathered, err
}

// everyDocument gives every present document of a kind, by name.
func everyDocument(tx Tx, kind practice.Kind, f func(practice.Document) error) error {
	for page := (practice.Page{Limit: practice.MaxLimit}); ; {
		list, err := tx.Documents(kind, "", page)
		if err != nil {
			return err
		}
		for _, d := range list {
			if err := f(d); err != nil {
				return err
			}
		}
		if len(list) < page.Limit {
			return nil
		}
		page.After = list[len(list)-1].Name
	}
}

// kept gives what a document says, read once; nil when there is none.
func kept[T any](k *desk, known map[string]*T, kind practice.Kind, name string, decode func(practice.Document) (T, error)) (*T, error) {
	if found, read := known[name]; read {
		return found, nil
	}
	d, err := k.tx.Document(kind, name)
	if practice.CodeOf(err) == practice.NotFound {
		known[name] = nil
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	value, err := decode(d)
	known[name] = &value
	return &value, err
}

// input gives what the approval of a deployment is judged by at a moment.
func (k *desk) input(d deployment.Deployment, now time.Time) (approval.Input, error) {
	in := approval.Input{Policies: k.policies, Now: now}
	var err error
	if in.Votes, err = k.tx.VotesOf(d.ID); err != nil {
		return in, err
	}
	if in.Ask, err = k.ask(d, now); err != nil {
		return in, err
	}
	if in.Ask.Rulers, err = k.rulers(in, d.RequestedAt); err != nil {
		return in, err
	}
	in.People, err = k.people(in)
	return in, err
}

// ask gives what is asked for by a deployment as it is.
func (k *desk) ask(d deployment.Deployment, now time.Time) (approval.Ask, error) {
	a := approval.Ask{
		Deployment: d.ID, Plan: d.PlanDigest, Environment: d.Header.Environment, Model: d.Header.Model.Name, Direction: d.Header.Direction,
		Class: d.Class, Urgency: d.Urgency, Window: d.Window, Requester: d.RequestedBy, Implementers: d.Implementers, Round: d.Round,
		Change: approval.Change{Reference: d.Change}, At: d.RequestedAt,
	}
	for _, item := range d.Header.Items {
		a.Components = append(a.Components, approval.Component{Name: item.Component, Kind: item.Kind})
	}
	if d.Risk != nil {
		a.Risk = d.Risk.Level
	}
	planned, err := k.tx.Plan(d.Plan)
	if err != nil {
		return a, err
	}
	if planned.By != d.RequestedBy {
		a.Authors = append(a.Authors, planned.By)
	}
	asked, err := k.tx.AskedOf(d.ID, d.Subject)
	switch {
	case err == nil:
		a.At = asked.At
	case practice.CodeOf(err) != practice.NotFound:
		return a, err
	}
	if d.Change == "" {
		return a, nil
	}
	said, err := k.tx.Confirmation(d.Change, d.ID)
	switch {
	case err == nil:
		a.Change = said.Known(d.Change, now)
	case practice.CodeOf(err) != practice.NotFound:
		return a, err
	}
	return a, nil
}

// people gives everybody whom the judgement may speak of.
func (k *desk) people(in approval.Input) (party.People, error) {
	names := concernedNames(in)
	groups := concernedGroups(in)
	for _, name := range groups {
		g, err := kept(k, k.groups, practice.KindGroup, name, party.DecodeGroup)
		if err != nil {
			return party.People{}, err
		}
		if g == nil {
			continue
		}
		names = append(names, g.Spec.Members...)
		for _, d := range g.Spec.Deputies {
			names = append(names, d.Person)
		}
	}
	for _, d := range k.delegations {
		if slices.Contains(names, d.Spec.From) {
			names = append(names, d.Spec.To)
		}
	}
	return k.directory(names, groups)
}

// directory gives the people of some names, and who answers for accounts among them.
func (k *desk) directory(names, groups []string) (party.People, error) {
	var persons []party.Person
	var accounts []party.ServiceAccount
	var found []party.Group
	seen := map[string]bool{}
	for i := 0; i < len(names); i++ {
		name := names[i]
		if seen[name] || name == "" {
			continue
		}
		seen[name] = true
		p, err := kept(k, k.persons, practice.KindPerson, name, party.DecodePerson)
		if err != nil {
			return party.People{}, err
		}
		if p != nil {
			persons = append(persons, *p)
		}
		a, err := kept(k, k.accounts, practice.KindServiceAccount, name, party.DecodeServiceAccount)
		if err != nil {
			return party.People{}, err
		}
		if a != nil {
			accounts, names = append(accounts, *a), append(names, a.Spec.Owner)
		}
	}
	for _, name := range groups {
		if g := k.groups[name]; g != nil {
			found = append(found, *g)
		}
	}
	return party.NewPeople(persons, found, accounts, k.delegations), nil
}

// concernedNames lists who asked, carries out and voted.
func concernedNames(in approval.Input) []string {
	names := append([]string{in.Ask.Requester.Name}, in.Ask.Implementers...)
	for _, author := range slices.Concat(in.Ask.Authors, in.Ask.Rulers) {
		names = append(names, author.Name)
	}
	for _, v := range in.Votes {
		names = append(names, v.By, v.For)
	}
	return names
}

// concernedGroups lists the groups that the policies in question speak of.
func concernedGroups(in approval.Input) []string {
	var groups []string
	for _, p := range approval.Applying(in.Policies, in.Ask) {
		for _, n := range p.Spec.Needs {
			groups = append(groups, n.Group)
		}
		groups = append(groups, p.Spec.EscalateTo)
		if e := p.Spec.Emergency; e != nil {
			for _, n := range e.Needs {
				groups = append(groups, n.Group)
			}
			groups = append(groups, e.Review.Group)
		}
	}
	for _, v := range in.Votes {
		groups = append(groups, v.Group, v.Through)
	}
	groups = slices.Compact(slices.Sorted(slices.Values(groups)))
	return slices.DeleteFunc(groups, func(name string) bool { return name == "" })
}
