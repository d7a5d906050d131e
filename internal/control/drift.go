package control

import (
	"context"
	"maps"
	"slices"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/internal/practice/environment"
)

// sightingPage is how many targets are judged in one transaction.
const sightingPage = 500

// Sightings takes in what agents of a scope saw, many at once: what differs from
// the record is drift from then on, what is right again is none any more. Of a
// target that is as it was, only when it was looked at is stored. Sightings of
// targets that the agent does not act for are dropped.
func (c *Control) Sightings(ctx context.Context, scope practice.Scope, batch []drift.Sent) error {
	last := map[string]drift.Sent{}
	for _, s := range batch {
		last[s.Target] = s
	}
	for names := range slices.Chunk(slices.Sorted(maps.Keys(last)), sightingPage) {
		_, err := c.update(ctx, scope, func(w *work) error {
			v, err := newView(w, names)
			if err != nil {
				return err
			}
			for _, name := range names {
				if err := v.judge(w, last[name]); err != nil {
					return err
				}
			}
			return c.storeView(w, v)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// driftView is what is known of some targets when they were looked at, and what follows.
type driftView struct {
	targets  map[string]environment.Target
	present  map[string][]environment.Presence
	standing map[string][]drift.Drift
	accepted map[string][]drift.Acceptance
	busy     map[string]bool
	hosts    *hostView

	changes   []change
	forgotten []forgotten
	looked    []drift.Looked
	fresh     []drift.Drift
	freshBy   []string // the agents that saw them
	kept      []drift.Drift
	moves     []move
}

// move is one change of state of a kept drift.
type move struct {
	kind  string
	drift drift.Drift
	agent string
}

// change is a change of a reference, and forgotten the end of some.
type change struct {
	drift.Change
	in, agent string
}

type forgotten struct {
	references []drift.Reference
	in, agent  string
}

func newView(tx Tx, names []string) (*driftView, error) {
	v := &driftView{
		targets: map[string]environment.Target{}, present: map[string][]environment.Presence{},
		standing: map[string][]drift.Drift{}, accepted: map[string][]drift.Acceptance{}, busy: map[string]bool{},
	}
	docs, err := tx.TargetsNamed(names)
	if err != nil {
		return nil, err
	}
	for _, d := range docs {
		if v.targets[d.Name], err = environment.DecodeTarget(d); err != nil {
			return nil, err
		}
	}
	present, err := tx.PresencesOn(names)
	if err != nil {
		return nil, err
	}
	for _, p := range present {
		v.present[p.Target] = append(v.present[p.Target], p)
	}
	standing, err := tx.StandingDrifts(names)
	if err != nil {
		return nil, err
	}
	for _, d := range standing {
		v.standing[d.Target] = append(v.standing[d.Target], d)
	}
	accepted, err := tx.Acceptances(names)
	if err != nil {
		return nil, err
	}
	for _, a := range accepted {
		v.accepted[a.Target] = append(v.accepted[a.Target], a)
	}
	busy, err := tx.Busy(names)
	if err != nil {
		return nil, err
	}
	for _, name := range busy {
		v.busy[name] = true
	}
	v.hosts, err = newHostView(tx, names, v.targets)
	return v, err
}

// judge takes one sighting in.
func (v *driftView) judge(w *work, s drift.Sent) error {
	t, known := v.targets[s.Target]
	if !known || t.Spec.Agent != s.Agent {
		return nil
	}
	hosts, err := v.hosts.of(w, t, s.Sighting)
	if err != nil {
		return err
	}
	out, err := drift.Judge(drift.Input{
		Target: s.Target, Environment: t.Spec.Environment, Sighting: s.Sighting, Present: v.present[s.Target],
		Standing: v.standing[s.Target], Accepted: v.accepted[s.Target], Busy: v.busy[s.Target],
		Hosts: hosts,
	}, w.now)
	if err != nil {
		return err
	}
	if out.Looked != nil {
		v.looked = append(v.looked, *out.Looked)
	}
	for _, e := range out.Entries {
		if !e.New {
			v.moves = append(v.moves, move{e.Kind, out.Kept[e.Drift], s.Agent})
		}
	}
	for _, one := range out.Changes {
		v.changes = append(v.changes, change{one, t.Spec.Environment, s.Agent})
	}
	if len(out.Forgotten) > 0 {
		v.forgotten = append(v.forgotten, forgotten{out.Forgotten, t.Spec.Environment, s.Agent})
	}
	v.kept = append(v.kept, out.Kept...)
	for _, d := range out.New {
		v.fresh, v.freshBy = append(v.fresh, d), append(v.freshBy, s.Agent)
	}
	return nil
}

// storeView keeps what follows, and records each change of state.
func (c *Control) storeView(w *work, v *driftView) error {
	for _, one := range v.changes {
		if !one.Silent {
			w.noteReference(one.Change, one.in, machine(one.agent), "")
		}
		if err := w.PutReferences([]drift.Reference{one.Reference}); err != nil {
			return err
		}
	}
	for _, one := range v.forgotten {
		if err := w.forget(one.references, one.in, machine(one.agent)); err != nil {
			return err
		}
	}
	fresh, err := w.AddDrifts(v.fresh)
	if err != nil {
		return err
	}
	for i, d := range fresh {
		w.noteDrift(drift.EntryFound, d, machine(v.freshBy[i]), "")
	}
	for _, m := range v.moves {
		w.noteDrift(m.kind, m.drift, machine(m.agent), "")
	}
	if err := w.PutDrifts(v.kept); err != nil {
		return err
	}
	if err := w.PutLooked(v.looked); err != nil {
		return err
	}
	return c.announceDrift(w, slices.Concat(fresh, v.kept))
}

func machine(agent string) practice.Actor {
	return practice.Actor{Kind: practice.Machine, Name: agent}
}

func driftSubject(id string) string { return "drift/" + id }

// noteDrift records a change of state of a drift.
func (w *work) noteDrift(kind string, d drift.Drift, by practice.Actor, why string) {
	w.note(practice.Entry{Kind: kind, Subject: driftSubject(d.ID), Target: d.Target, Who: by, Why: why, Data: d.Data()})
}

// endDrift ends what stands on a target that is taken away.
func endDrift(w *work, d practice.Document, by practice.Actor) error {
	if d.Kind != practice.KindTarget {
		return nil
	}
	standing, err := w.StandingDrifts([]string{d.Name})
	if err != nil {
		return err
	}
	for i := range standing {
		standing[i].End, standing[i].EndedAt = drift.Gone, w.now
		w.noteDrift(drift.EntryEnded, standing[i], by, "")
	}
	references, err := w.References([]string{d.Name})
	if err != nil {
		return err
	}
	if err := w.forget(references, d.Parent, by); err != nil {
		return err
	}
	return w.PutDrifts(standing)
}
