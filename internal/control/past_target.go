package control

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/plan"
	"tranship.dev/tranship/internal/practice/record"
)

// TargetHistory is what stood on one target at a moment, and what had happened
// to it until then. It is told from the record, the inventory and the revisions of
// the target's document: it outlives the target.
type TargetHistory struct {
	Target  string         `json:"target"`
	At      time.Time      `json:"at" doc:"The moment that is shown."`
	Past    bool           `json:"past" doc:"Whether that is in the past."`
	Then    *TargetThen    `json:"then,omitempty" doc:"What the target was at that moment; absent: it was not there."`
	Removed *TargetRemoval `json:"removed,omitempty" doc:"Where it is not there now: who took it away, and when."`
	Stood   []TargetStood  `json:"stood" doc:"What stood on it at that moment, by component."`
	Events  []TargetEvent  `json:"events" doc:"What had happened to it until that moment, newest first: one for each matter."`
	Next    string         `json:"next,omitempty" doc:"The cursor of the next page of events; absent on the last."`
}

// TargetThen is what a target's document said at a moment.
type TargetThen struct {
	Environment string              `json:"environment"`
	Kind        string              `json:"kind"`
	Description string              `json:"description,omitempty"`
	Address     string              `json:"address,omitempty"`
	Labels      map[string]string   `json:"labels,omitempty"`
	Parameters  map[string]string   `json:"parameters,omitempty"`
	Agent       string              `json:"agent" doc:"The agent that acted for it."`
	Contact     environment.Contact `json:"contact,omitempty" enum:"answering,silent,unheard,revoked,unenrolled" doc:"How its agent is reached; only of now: how agents were reached is not recorded."`
	SeenAt      time.Time           `json:"seenAt,omitzero" required:"false" doc:"When its agent was last heard of; only of now."`
	Revision    int64               `json:"revision" doc:"Of its document."`
	Since       time.Time           `json:"since" doc:"When that revision was applied."`
	By          practice.Actor      `json:"by" doc:"Who applied it."`
}

// TargetRemoval is who took a target away.
type TargetRemoval struct {
	At time.Time      `json:"at"`
	By practice.Actor `json:"by"`
}

// TargetStood is what stood on a target, with who brought it there.
type TargetStood struct {
	environment.Presence
	By *PlaceBrought `json:"by,omitempty" doc:"By whose authority it came: of a deployment, or of who accepted what was found."`
}

// mostRevisions bounds how many revisions of a target's document its history looks at.
const mostRevisions = practice.MaxLimit

// TargetHistory gives what stood on a target at a moment, zero: now, and what had
// happened to it; page.After is the index of the entry that the page before ended
// with. NotFound where there never was such a target.
func (c *Control) TargetHistory(ctx context.Context, scope practice.Scope, name string, when time.Time, page practice.Page) (TargetHistory, error) {
	h := TargetHistory{Target: name, At: c.now(), Past: !when.IsZero(), Stood: []TargetStood{}, Events: []TargetEvent{}}
	if h.Past {
		if when.After(h.At) {
			return h, practice.Faultf(practice.Invalid, "%s has not come yet", when.Format(time.RFC3339)).Final()
		}
		h.At = when.UTC()
	}
	err := c.Store.View(ctx, scope, func(tx Tx) error {
		revisions, err := tx.DocumentHistory(practice.KindTarget, name, practice.Page{Limit: mostRevisions})
		if err != nil {
			return err
		}
		if len(revisions) == 0 {
			return practice.Faultf(practice.NotFound, "target %s does not exist, and never did", name).
				WithHint("list targets with: tranship get targets").Final()
		}
		p := pastTarget{tx: tx, out: &h, revisions: revisions, size: page.Size()}
		if err := p.then(c.now()); err != nil {
			return err
		}
		if err := p.stood(); err != nil {
			return err
		}
		return p.events(page)
	})
	return h, err
}

// pastTarget is the making of a target's history.
type pastTarget struct {
	tx        Tx
	out       *TargetHistory
	revisions []practice.Document // of its document, newest first
	size      int
}

// at gives the revision that held at a moment; false before the first.
func (p *pastTarget) at(when time.Time) (practice.Document, bool) {
	for _, d := range p.revisions {
		if !d.At.After(when) {
			return d, true
		}
	}
	return practice.Document{}, false
}

// then says what the target was.
func (p *pastTarget) then(now time.Time) error {
	if last := p.revisions[0]; last.Removed {
		p.out.Removed = &TargetRemoval{At: last.At, By: last.By}
	}
	d, there := p.at(p.out.At)
	if !there || d.Removed {
		return nil
	}
	t, err := environment.DecodeTarget(d)
	if err != nil {
		return err
	}
	view := []TargetView{targetView(t)}
	then := &TargetThen{
		Environment: t.Spec.Environment, Kind: t.Spec.Kind, Description: t.Spec.Description, Address: t.Spec.Address, Labels: t.Labels,
		Parameters: t.Spec.Parameters, Agent: t.Spec.Agent, Revision: d.Revision, Since: d.At, By: d.By,
	}
	if p.out.Then = then; p.out.Past {
		return nil
	}
	err = contacted(p.tx, view, now)
	then.Contact, then.SeenAt = view[0].Contact, view[0].SeenAt
	return err
}

// stood says what was on it.
func (p *pastTarget) stood() error {
	present, err := p.tx.PresencesAt(p.out.Target, p.out.At)
	if err != nil {
		return err
	}
	for _, one := range present {
		by, err := brought(p.tx, one.Deployment)
		if err != nil {
			return err
		}
		if p.out.Past && one.Uncertain && one.Version != "" {
			if one.Uncertain, err = p.doubted(one); err != nil {
				return err
			}
		}
		p.out.Stood = append(p.out.Stood, TargetStood{Presence: one, By: by})
	}
	return nil
}

// doubted says whether what stood there was in doubt at the moment already: the
// inventory says that it was, but not when. A deployment that had begun to change
// the component, and that was not done, put it in doubt.
func (p *pastTarget) doubted(one environment.Presence) (bool, error) {
	rows, err := p.tx.TargetMatters(p.out.Target, p.out.At, practice.Page{Limit: mostMatters})
	if err != nil {
		return false, err
	}
	for _, row := range rows {
		id, is := strings.CutPrefix(row.Subject, "deployment/")
		if !is || row.When.Before(one.Since) {
			continue
		}
		done, err := p.done(row)
		if err != nil {
			return false, err
		}
		if !done.Touched || done.Look == deployment.LookDone && done.Phase != deployment.Verify {
			continue
		}
		changes, err := p.tx.Deployment(id)
		if err != nil {
			return false, err
		}
		if slices.ContainsFunc(changes.Header.Items, func(i plan.Item) bool { return i.Component == one.Component }) {
			return true, nil
		}
	}
	return false, nil
}

// mostMatters bounds how many matters are looked at for what put something in doubt.
const mostMatters = 20

// brought says by whose authority something came: by a deployment, or by the
// drift that somebody accepted; nil where neither is known.
func brought(tx Tx, id string) (*PlaceBrought, error) {
	d, err := tx.Deployment(id)
	if err == nil {
		return &PlaceBrought{d.ID, d.Header.Release, d.RequestedBy, d.Reason, d.Authority, d.Result, d.Ended}, nil
	}
	if practice.CodeOf(err) != practice.NotFound {
		return nil, err
	}
	found, err := tx.Drift(id)
	if practice.CodeOf(err) == practice.NotFound || err == nil && found.EndedBy == nil {
		return nil, nil //nolint:nilnil // nobody knows
	}
	if err != nil {
		return nil, err
	}
	return &PlaceBrought{Deployment: id, RequestedBy: *found.EndedBy, Reason: found.Why, Authority: found.EndedBy.Called() + " accepted what was found", Ended: found.EndedAt}, nil
}

// events gathers a page: of what is recorded about the target, of its document, and of its agents.
func (p *pastTarget) events(page practice.Page) error {
	rows, err := p.tx.TargetMatters(p.out.Target, p.out.At, page)
	if err != nil {
		return err
	}
	f := record.Filter{Subject: documentSubject(practice.KindTarget, p.out.Target), Newest: true, Until: p.out.At.Add(time.Microsecond)}
	applied, err := p.tx.RecordRows(f, page)
	if err != nil {
		return err
	}
	agents, err := p.agents(f, page.After)
	if err != nil {
		return err
	}
	rows = append(append(rows, applied...), agents...)
	slices.SortFunc(rows, func(a, b record.Row) int { return cmp.Compare(b.Index, a.Index) })
	if len(rows) >= p.size {
		rows = rows[:p.size]
		p.out.Next = strconv.FormatInt(rows[p.size-1].Index, 10)
	}
	for _, row := range rows {
		e, err := p.event(row)
		if err != nil {
			return fmt.Errorf("entry %d of the record: %w", row.Index, err)
		}
		p.out.Events = append(p.out.Events, e)
	}
	return nil
}

// agents gives the entries about the agents that acted for the target, as long
// as they did; before the target was first applied, those about its first one.
func (p *pastTarget) agents(f record.Filter, after string) (rows []record.Row, err error) {
	acting := make([]string, len(p.revisions))
	for i, d := range p.revisions {
		t, err := environment.DecodeTarget(d)
		if err != nil {
			return nil, err
		}
		acting[i] = t.Spec.Agent
	}
	for _, agent := range slices.Compact(slices.Sorted(slices.Values(acting))) {
		f.Subject = agentSubject(agent)
		some, err := p.tx.RecordRows(f, practice.Page{After: after, Limit: practice.MaxLimit})
		if err != nil {
			return nil, err
		}
		for _, row := range some {
			i := slices.IndexFunc(p.revisions, func(d practice.Document) bool { return !d.At.After(row.When) })
			if i < 0 {
				i = len(p.revisions) - 1
			}
			if acting[i] == agent && !p.revisions[i].Removed {
				rows = append(rows, row)
			}
		}
	}
	return rows, nil
}
