package control

import (
	"encoding/json"
	"slices"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/communication"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/party"
	"tranship.dev/tranship/internal/practice/plan"
)

// matter gathers what is said about a deployment, as it is at the end of the transaction.
func (o *outbox) matter(id string, told []communication.Happening) (communication.Matter, error) {
	w := o.work
	d, err := w.Deployment(id)
	if err != nil {
		return communication.Matter{}, err
	}
	m := communication.Matter{
		Deployment: d.ID, Release: d.Header.Release, Environment: d.Header.Environment, Removal: d.Header.Direction == plan.Remove, Rollback: d.Header.Direction == plan.Restore,
		RequestedBy: d.RequestedBy, Reason: d.Reason, Waiting: d.Waiting,
	}
	for _, item := range d.Header.Items {
		one := communication.Item{Component: item.Component, Version: item.Version}
		if item.Artifact != nil {
			one.Digest = item.Artifact.Digest
		}
		m.Items = append(m.Items, one)
	}
	if slices.ContainsFunc(told, func(h communication.Happening) bool { return slices.Contains(h.Events, communication.Ended) }) {
		if err := wasBefore(w, d, m.Items); err != nil {
			return m, err
		}
	}
	owners, services, err := answering(w, d)
	if err != nil {
		return m, err
	}
	m.Services, m.Groups = services, owners
	if !slices.ContainsFunc(o.subscriptions, func(s communication.Subscription) bool { return len(s.Spec.Groups) > 0 }) {
		return m, nil
	}
	return m, eachDocument(w, practice.KindGroup, func(doc practice.Document) {
		if g, err := party.DecodeGroup(doc); err == nil && d.RequestedBy.Kind == practice.Person && slices.Contains(g.Spec.Members, d.RequestedBy.Name) {
			m.Groups = append(m.Groups, g.Name)
		}
	})
}

// wasBefore adds to each item what was there before, by the first targets that
// had something: environments whose targets differ are told by those. Of a
// rollback it is what is there again.
func wasBefore(tx Tx, d deployment.Deployment, items []communication.Item) error {
	targets, err := tx.PlanTargets(d.Plan, practice.Page{Limit: practice.DefaultLimit})
	if err != nil {
		return err
	}
	for i := range items {
		for _, t := range targets {
			found := t.Before
			if d.Header.Direction == plan.Restore {
				found = t.Goal
			}
			if i >= len(found) || found[i].Version == "" || !t.Concerns(i) {
				continue
			}
			before := found[i]
			items[i].Before = &communication.Item{Component: items[i].Component, Version: before.Version}
			if before.Artifact != nil {
				items[i].Before.Digest = before.Artifact.Digest
			}
			break
		}
	}
	return nil
}

// answering gives who answers for the environment, the components and their
// services, and the services with their products. What was removed meanwhile
// answers nothing.
func answering(tx Tx, d deployment.Deployment) (owners, services []string, err error) {
	add := func(list *[]string, name string) {
		if name != "" && !slices.Contains(*list, name) {
			*list = append(*list, name)
		}
	}
	var env environment.Spec
	if err := specOf(tx, practice.KindEnvironment, d.Header.Environment, &env); err != nil {
		return nil, nil, err
	}
	add(&owners, env.Owner)
	for _, item := range d.Header.Items {
		var component library.ComponentSpec
		if err := specOf(tx, practice.KindComponent, item.Component, &component); err != nil {
			return nil, nil, err
		}
		add(&owners, component.Owner)
		if component.Service == "" {
			continue
		}
		var service library.ServiceSpec
		if err := specOf(tx, practice.KindService, component.Service, &service); err != nil {
			return nil, nil, err
		}
		add(&owners, service.Owner)
		add(&services, component.Service)
		add(&services, service.Product)
	}
	return owners, services, nil
}

// specOf reads the spec of a document; it stays as it is when there is none.
func specOf(tx Tx, kind practice.Kind, name string, into any) error {
	d, err := tx.Document(kind, name)
	if practice.CodeOf(err) == practice.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	return json.Unmarshal(d.Spec, into)
}
