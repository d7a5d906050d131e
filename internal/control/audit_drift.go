package control

import (
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/internal/practice/environment"
)

// driftAudit is what the entries say of drift.
type driftAudit struct {
	drifts     map[string]driftTold
	accepted   map[string]drift.Acceptance // by "target/component"
	references map[string]drift.Reference  // by "target/what it is of", without things
}

func newDriftAudit() driftAudit {
	return driftAudit{map[string]driftTold{}, map[string]drift.Acceptance{}, map[string]drift.Reference{}}
}

// driftTold is what a drift must say by its entries: which file exactly differs
// may change without one.
type driftTold struct {
	drift.Said
	Since   time.Time
	EndedAt time.Time
	EndedBy practice.Actor
	Why     string
}

// driftTold lets an entry about a drift tell.
func (a *audit) driftTold(id string, e practice.Entry) {
	before, known := a.drift.drifts[id]
	told := driftTold{Said: drift.SaidBy(e), Since: before.Since}
	if !known {
		told.Since = e.When
	}
	switch e.Kind {
	case drift.EntryEnded:
		told.EndedAt = e.When
	case drift.EntryAccepted:
		told.EndedAt, told.EndedBy, told.Why = e.When, e.Who, e.Why
		a.acceptedTold(id, e)
	}
	a.drift.drifts[id] = told
}

// acceptedTold lets an acceptance tell: of the inventory, or of what is right from then on.
func (a *audit) acceptedTold(id string, e practice.Entry) {
	component := text(e, "component")
	if text(e, "watch") != "" {
		return // an entry of its own tells of the reference
	}
	landed, is := e.Data["inventory"].(map[string]any)
	if !is {
		a.drift.accepted[e.Target+"/"+component] = drift.Acceptance{
			Target: e.Target, Component: component, Mark: text(e, "mark"), Sum: practice.Digest(text(e, "sum")), Drift: id,
		}
		return
	}
	version, _ := landed["version"].(string)
	digest, _ := landed["digest"].(string)
	a.place(environment.Presence{
		Target: e.Target, Environment: text(e, "environment"), Component: component,
		Version: version, Digest: practice.Digest(digest), Deployment: id, Since: e.When,
	}, e.When)
}

// referenceTold lets an entry about a reference tell.
func (a *audit) referenceTold(id string, e practice.Entry) {
	if e.Kind == drift.EntryForgotten {
		delete(a.drift.references, id)
		return
	}
	a.drift.references[id] = drift.Reference{
		Target: e.Target, Of: environment.Watch(text(e, "watch")), Digest: practice.Digest(text(e, "digest")), Since: e.When, By: text(e, "by"),
	}
}

// compareReferences compares what counts as right on hosts; that its things are
// those of its digest is seen when its row is read.
func (a *audit) compareReferences() error {
	return matched(a, StoredReference, "reference", a.drift.references, func(_ string, r drift.Reference) string { return r.Target + "/" + string(r.Of) },
		func(where string, stored, told drift.Reference) {
			stored.Things, stored.Seen = nil, nil
			a.compare(where, stored, told)
		})
}

// compareDrift compares drifts and acceptances.
func (a *audit) compareDrift() error {
	err := matched(a, StoredDrift, "drift", a.drift.drifts, func(_ string, d drift.Drift) string { return d.ID },
		func(where string, d drift.Drift, told driftTold) {
			stored := driftTold{Said: drift.SaidOf(d), Since: d.Since, EndedAt: d.EndedAt, Why: d.Why}
			if d.EndedBy != nil {
				stored.EndedBy = *d.EndedBy
			}
			a.compare(where, stored, told)
		})
	if err != nil {
		return err
	}
	return matched(a, StoredAcceptance, "acceptance", a.drift.accepted, func(_ string, d drift.Acceptance) string { return d.Target + "/" + d.Component },
		func(where string, stored, told drift.Acceptance) { a.compare(where, stored, told) })
}
