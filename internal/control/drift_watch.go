package control

import (
	"maps"
	"slices"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/internal/practice/environment"
)

// hostView is what is known of what some targets are watched for.
type hostView struct {
	environments map[string]environment.Environment
	references   map[string][]drift.Reference // without things
	orders       map[string]string
	after        map[string]map[string]string
}

// newHostView reads it of targets; of those that are not watched, and never
// were, that is little.
func newHostView(tx Tx, names []string, targets map[string]environment.Target) (*hostView, error) {
	v := &hostView{
		environments: map[string]environment.Environment{}, references: map[string][]drift.Reference{},
		orders: map[string]string{}, after: map[string]map[string]string{},
	}
	references, err := tx.References(names)
	if err != nil {
		return nil, err
	}
	for _, r := range references {
		v.references[r.Target] = append(v.references[r.Target], r)
	}
	watched := map[string]bool{}
	for _, t := range targets {
		e, err := v.environment(tx, t.Spec.Environment)
		if err != nil {
			return nil, err
		}
		if len(e.Watched(t)) > 0 {
			watched[t.Name] = true
		}
	}
	some := slices.Sorted(maps.Keys(watched))
	orders, err := tx.LastOrders(some)
	if err != nil {
		return nil, err
	}
	for _, o := range orders {
		v.orders[o.Target] = o.Order
	}
	looked, err := tx.Looked(some)
	for _, l := range looked {
		v.after[l.Target] = l.After
	}
	return v, err
}

// environment gives an environment; an empty one where there is none any more.
func (v *hostView) environment(tx Tx, name string) (environment.Environment, error) {
	e, known := v.environments[name]
	if known {
		return e, nil
	}
	doc, err := tx.Document(practice.KindEnvironment, name)
	if err == nil {
		e, err = environment.Decode(doc)
	} else if practice.CodeOf(err) == practice.NotFound {
		err = nil
	}
	v.environments[name] = e
	return e, err
}

// of gives what is known of the host of a target when a sighting of it comes:
// references with their things where what was seen is other.
func (v *hostView) of(tx Tx, t environment.Target, seen drift.Sighting) (drift.Hosts, error) {
	e, err := v.environment(tx, t.Spec.Environment)
	if err != nil {
		return drift.Hosts{}, err
	}
	h := drift.Hosts{Watched: e.Watched(t), References: slices.Clone(v.references[t.Name]), Order: v.orders[t.Name], After: v.after[t.Name], Changed: map[environment.Watch]string{}}
	for i, r := range h.References {
		if slices.ContainsFunc(seen.Stocks, func(s drift.Stock) bool { return s.Of == r.Of && !s.Same && s.CannotSay == "" }) {
			if h.References[i], err = tx.Reference(t.Name, r.Of); err != nil {
				return h, err
			}
			if h.Changed[r.Of], err = touchedSince(tx, t.Name, h.After[string(r.Of)], h.Order); err != nil {
				return h, err
			}
		}
	}
	return h, nil
}

// touchedSince gives the last deployment of the orders between two that changed
// something on a target; "" when none did.
func touchedSince(tx Tx, target, after, last string) (string, error) {
	if after == last {
		return "", nil
	}
	deployments, err := tx.DeploymentsSince(target, after)
	if err != nil {
		return "", err
	}
	for _, id := range deployments {
		rows, err := tx.DeploymentTargetsNamed(id, []string{target})
		if err != nil {
			return "", err
		}
		if len(rows) > 0 && rows[0].Touched {
			return id, nil
		}
	}
	return "", nil
}

// noteReference records that a reference was made, or changed.
func (w *work) noteReference(c drift.Change, in string, by practice.Actor, why string) {
	data := c.Data()
	data["environment"] = in
	w.note(practice.Entry{Kind: drift.EntryReference, Subject: c.Reference.Subject(), Target: c.Reference.Target, Who: by, Why: why, Data: data})
}

// forget removes references of what is not watched any more.
func (w *work) forget(references []drift.Reference, in string, by practice.Actor) error {
	for _, r := range references {
		w.note(practice.Entry{
			Kind: drift.EntryForgotten, Subject: r.Subject(), Target: r.Target, Who: by, Data: map[string]any{"environment": in, "watch": string(r.Of)},
		})
	}
	return w.ForgetReferences(references)
}

// acceptHost makes what was found on a host its reference.
func (c *Control) acceptHost(w *work, d drift.Drift, by practice.Actor, entry practice.Entry) error {
	before, err := w.Reference(d.Target, d.Watch)
	if err != nil {
		return err
	}
	after, err := before.Accepted(d, w.now)
	if err != nil {
		return err
	}
	w.note(entry)
	w.noteReference(drift.Change{Reference: after, Differences: d.Found.Differences}, d.Environment, by, entry.Why)
	return w.PutReferences([]drift.Reference{after})
}

// watching says what agents are to look at of the hosts of targets.
func watching(tx Tx, targets map[string]environment.Target, environments map[string]environment.Environment) (map[string][]drift.Watching, error) {
	watched := map[string][]environment.Watch{}
	for name, t := range targets {
		if list := environments[t.Spec.Environment].Watched(t); len(list) > 0 {
			watched[name] = list
		}
	}
	names := slices.Sorted(maps.Keys(watched))
	references, err := tx.References(names)
	if err != nil {
		return nil, err
	}
	digests := map[string]practice.Digest{}
	for _, r := range references {
		digests[r.Subject()] = r.Digest
	}
	orders, err := tx.LastOrders(names)
	if err != nil {
		return nil, err
	}
	last := map[string]string{}
	for _, o := range orders {
		last[o.Target] = o.Order
	}
	told := map[string][]drift.Watching{}
	for name, list := range watched {
		for _, of := range list {
			subject := drift.Reference{Target: name, Of: of}.Subject()
			told[name] = append(told[name], drift.Watching{Of: of, Order: last[name], Digest: digests[subject]})
		}
	}
	return told, nil
}
