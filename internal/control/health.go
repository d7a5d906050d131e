package control

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/health"
)

// HealthReports takes in what agents of a scope say of health, many at once. Of
// what is as it was, only when it was heard is stored. What targets are told of
// that the agent does not act for is dropped; of another record than that of now
// too, and its agent is told to ask anew.
func (c *Control) HealthReports(ctx context.Context, scope practice.Scope, batch []health.Sent) error {
	last := map[place]health.Sent{}
	names := map[string]bool{}
	for _, s := range batch {
		last[place{s.Target, s.Component}] = s
		names[s.Target] = true
	}
	outdated := map[string]bool{}
	for some := range slices.Chunk(slices.Sorted(maps.Keys(names)), sightingPage) {
		_, err := c.update(ctx, scope, func(w *work) error {
			clear(outdated)
			v, err := newHealthView(w, some)
			if err != nil {
				return err
			}
			for _, at := range sortedPlaces(last) {
				if slices.Contains(some, at.target) && !v.judge(w, last[at]) {
					outdated[last[at].Agent] = true
				}
			}
			if err := w.PutHealth(v.kept); err != nil {
				return err
			}
			return c.settleHealth(w, v.changed, machineOf(v.by), "")
		})
		if err != nil {
			return err
		}
		if len(outdated) > 0 {
			c.Dispatch.Look(scope, slices.Sorted(maps.Keys(outdated)))
		}
	}
	return nil
}

func sortedPlaces(all map[place]health.Sent) []place {
	return slices.SortedFunc(maps.Keys(all), func(a, b place) int {
		return cmp.Or(cmp.Compare(a.target, b.target), cmp.Compare(a.component, b.component))
	})
}

// machineOf names the agent that told, where it was one.
func machineOf(agents map[string]bool) practice.Actor {
	if len(agents) == 1 {
		for agent := range agents {
			return machine(agent)
		}
	}
	return practice.Tranship
}

// healthView is what is known of some targets when their health is told, and what follows.
type healthView struct {
	targets map[string]environment.Target
	present map[place]environment.Presence
	known   map[place]health.Health
	busy    map[string]bool

	kept    []health.Health
	changed map[health.Place]bool
	by      map[string]bool // the agents whose reports changed something
}

func newHealthView(tx Tx, names []string) (*healthView, error) {
	v := &healthView{
		targets: map[string]environment.Target{}, present: map[place]environment.Presence{}, known: map[place]health.Health{}, busy: map[string]bool{},
		changed: map[health.Place]bool{}, by: map[string]bool{},
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
		v.present[place{p.Target, p.Component}] = p
	}
	known, err := tx.HealthOn(names)
	if err != nil {
		return nil, err
	}
	for _, h := range known {
		v.known[place{h.Target, h.Component}] = h
	}
	busy, err := tx.Busy(names)
	for _, name := range busy {
		v.busy[name] = true
	}
	return v, err
}

// judge takes one report in; false when it is about another record than that of now.
func (v *healthView) judge(w *work, s health.Sent) bool {
	t, known := v.targets[s.Target]
	if !known || t.Spec.Agent != s.Agent || v.busy[s.Target] {
		return true
	}
	at := place{s.Target, s.Component}
	p := v.present[at]
	if p.Uncertain || p.Version == "" || drift.MarkOf(p) != s.Mark {
		return p.Uncertain // nothing to be said of it until it is certain again
	}
	before, is := v.known[at]
	if !is {
		before = health.Health{Target: s.Target, Component: s.Component}
	}
	before.Environment = t.Spec.Environment
	after, changed := health.Judge(before, s.Report, w.now)
	v.kept = append(v.kept, after)
	if changed {
		v.changed[after.PlaceOf()], v.by[s.Agent] = true, true
	}
	return true
}

// settleHealth sees what follows for places whose targets have changed: each
// change of a place's health is recorded, and told. cause is the deployment that
// brought it about; empty: what was checked did.
func (c *Control) settleHealth(w *work, changed map[health.Place]bool, who practice.Actor, cause string) error {
	all := slices.SortedFunc(maps.Keys(changed), func(a, b health.Place) int { return cmp.Compare(a.Name(), b.Name()) })
	for some := range slices.Chunk(all, practice.MaxLimit) {
		counted, err := w.CountHealth(some)
		if err != nil {
			return err
		}
		counts := map[health.Place]health.Count{}
		for _, one := range counted {
			counts[one.Place] = one.Count
		}
		standing, err := w.StandingSpells(some)
		if err != nil {
			return err
		}
		stands := map[health.Place]*health.Spell{}
		for i := range standing {
			stands[standing[i].Place] = &standing[i]
		}
		for _, p := range some {
			if err := c.turnHealth(w, stands[p], p, counts[p], who, cause); err != nil {
				return err
			}
		}
	}
	return nil
}

// turnHealth changes the health of one place, where it does change.
func (c *Control) turnHealth(w *work, before *health.Spell, p health.Place, n health.Count, who practice.Actor, cause string) error {
	state := health.Overall(n)
	if before != nil && before.State == state {
		return nil
	}
	worst, err := worstTarget(w, p, state, n)
	if err != nil {
		return err
	}
	turn, changes := health.Change(before, p, n, worst, cause, w.now)
	if !changes {
		return nil
	}
	if turn.Ended != nil {
		if err := w.PutSpells([]health.Spell{*turn.Ended}); err != nil {
			return err
		}
	}
	if turn.Begun != nil {
		begun, err := w.AddSpells([]health.Spell{*turn.Begun})
		if err != nil {
			return err
		}
		turn.Begun = &begun[0]
	}
	w.note(turn.Entry(who))
	return c.announceHealth(w, turn.Begun)
}

// worstTarget gives one target that explains the state of a place; nil when none does.
func worstTarget(tx Tx, p health.Place, state health.State, n health.Count) (*health.Health, error) {
	say := state
	switch {
	case state == "" || state == health.Healthy || state == health.Unknown && n.Unknown == 0:
		return nil, nil //nolint:nilnil // none is an answer
	case state == health.Degraded && n.Failing > 0:
		say = health.Failing
	}
	list, err := tx.HealthOf(health.Filter{Environment: p.Environment, Component: p.Component, State: say}, practice.Page{Limit: 10})
	for i := range list {
		if !list[i].Pending {
			return &list[i], err
		}
	}
	return nil, err
}

// landHealth forgets what was known of what has just been changed: nobody knows
// how it is until the first answer. What is left in doubt is not asked about.
func (c *Control) landHealth(w *work, d deployment.Deployment, landed, doubtful []environment.Presence) error {
	changed, last := map[health.Place]bool{}, map[place]health.Health{}
	take := func(p environment.Presence, mark string) {
		h := health.Landed(p.Environment, p.Target, p.Component, d.ID, mark, d.Header.FailingPercent, w.now)
		changed[h.PlaceOf()], last[place{p.Target, p.Component}] = true, h
	}
	for _, p := range landed {
		take(p, drift.MarkOf(p))
	}
	for _, p := range doubtful {
		take(p, inDoubt)
	}
	if len(last) == 0 {
		return nil
	}
	if len(d.Header.Health) == 0 { // then there may still be something to forget: only where it is told
		standing, err := w.StandingSpells(slices.Collect(maps.Keys(changed)))
		if err != nil || len(standing) == 0 {
			return err
		}
	}
	var fresh, gone []health.Health
	for _, h := range last {
		if h.Mark != "" && d.Header.Watched(h.Component) {
			fresh = append(fresh, h)
		} else {
			gone = append(gone, h)
		}
	}
	if err := w.DropHealth(gone); err != nil {
		return err
	}
	if err := w.PutHealth(fresh); err != nil {
		return err
	}
	return c.settleHealth(w, changed, practice.Tranship, d.ID)
}

// inDoubt is the mark of what nobody knows how a deployment has left it: no
// answer is about that.
const inDoubt = "in doubt"

// endHealth forgets the health of a target that is taken away.
func (c *Control) endHealth(w *work, d practice.Document, by practice.Actor) error {
	if d.Kind != practice.KindTarget {
		return nil
	}
	known, err := w.HealthOn([]string{d.Name})
	if err != nil || len(known) == 0 {
		return err
	}
	changed := map[health.Place]bool{}
	for _, h := range known {
		changed[h.PlaceOf()] = true
	}
	if err := w.DropHealth(known); err != nil {
		return err
	}
	return c.settleHealth(w, changed, by, "")
}

// acceptHealth forgets the health of what was found and made the record.
func (c *Control) acceptHealth(w *work, p environment.Presence, by practice.Actor) error {
	known, err := w.HealthOn([]string{p.Target})
	if err != nil {
		return err
	}
	for _, h := range known {
		if h.Component != p.Component {
			continue
		}
		if p.Version == "" {
			err = w.DropHealth([]health.Health{h})
		} else {
			err = w.PutHealth([]health.Health{health.Landed(h.Environment, h.Target, h.Component, p.Deployment, drift.MarkOf(p), h.Percent, w.now)})
		}
		if err != nil {
			return err
		}
		return c.settleHealth(w, map[health.Place]bool{h.PlaceOf(): true}, by, p.Deployment)
	}
	return nil
}
