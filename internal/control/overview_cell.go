package control

import (
	"cmp"
	"context"
	"slices"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/health"
	"tranship.dev/tranship/internal/practice/library"
)

// fill gives the rows of the window their cells.
func (v *overview) fill() error {
	names := make([]string, len(v.out.Rows))
	for i, r := range v.out.Rows {
		names[i] = r.Component
	}
	if len(names) == 0 {
		return nil
	}
	stands, err := v.tx.Stands(v.all, names, v.ask.At)
	if err != nil {
		return err
	}
	numbers, err := v.tx.VersionNumbers(names)
	if err != nil {
		return err
	}
	if err := v.healthOf(stands); err != nil {
		return err
	}
	standing := map[place][]Stand{}
	for _, s := range stands {
		where := at(s.Component, s.Environment)
		standing[where] = append(standing[where], s)
	}
	added := map[string][]VersionNumber{}
	for _, n := range numbers {
		added[n.Component] = append(added[n.Component], n)
	}
	frozen := map[string]bool{}
	for _, e := range v.out.Environments {
		frozen[e.Name] = len(e.Freezes) > 0
	}
	for i := range v.out.Rows {
		r := &v.out.Rows[i]
		before := "" // the version in the last environment that has the component
		for _, env := range v.all {
			where := at(r.Component, env)
			cell := v.cell(env, standing[where], where, frozen[env])
			if len(cell.Versions) > 0 {
				cell.Behind = behind(added[r.Component], cell.Versions[0].Version, before)
				before = cell.Versions[0].Version
			}
			if v.wanted[env] && (len(cell.Versions) > 0 || len(cell.Open) > 0 || len(cell.Pins) > 0 || cell.Drifted > 0 || cell.Health != nil || cell.Uncertain > 0 || cell.Silent > 0) {
				r.Cells = append(r.Cells, cell)
			}
		}
	}
	return v.detail()
}

// detail says of the open deployments of the window how far they are.
func (v *overview) detail() error {
	if v.out.Past {
		return nil // what was under way is told by the record, not by what became of it
	}
	known := map[string]deployment.Deployment{}
	for i := range v.out.Rows {
		r := &v.out.Rows[i]
		for j := range r.Cells {
			open := slices.Clone(r.Cells[j].Open)
			for k := range open {
				d, seen := known[open[k].Deployment]
				if !seen {
					var err error
					if d, err = v.tx.Deployment(open[k].Deployment); err != nil {
						return err
					}
					known[d.ID] = d
				}
				open[k] = openOf(d, r.Component)
			}
			r.Cells[j].Open = open
		}
	}
	return nil
}

// openOf gives how far an open deployment is, of one of its components.
func openOf(d deployment.Deployment, component string) OverviewOpen {
	o := OverviewOpen{
		Deployment: d.ID, State: d.State, Targets: d.Header.TargetCount, Done: d.Executed, Failed: d.Failures, Wave: d.Wave, Waves: len(d.Header.Waves),
	}
	switch {
	case asksApproval(d):
		o.Asks = "approval"
	case d.AtPause() != nil:
		o.Asks = "pause"
	case d.State == deployment.AwaitingGuidance:
		o.Asks = "guidance"
	}
	if d.Started.IsZero() {
		o.Begins = d.StartAfter
	}
	for _, item := range d.Header.Items {
		if item.Component == component {
			o.Version = item.Version
		}
	}
	return o
}

func (v *overview) cell(env string, stands []Stand, where place, frozen bool) OverviewCell {
	cell := OverviewCell{Environment: env, Versions: []OverviewVersion{}, Drifted: v.drifted[where], Pins: v.pins[where], Open: v.open[where],
		Health: v.health[where], Silent: v.silent[where].Number, SilentSince: v.silent[where].Since}
	for _, s := range stands {
		cell.Targets += s.Targets
		cell.Uncertain += s.Uncertain
		cell.Versions = append(cell.Versions, OverviewVersion{s.Version, s.Targets, s.Last})
		if s.Last.After(cell.Since) {
			cell.Since = s.Last
		}
	}
	slices.SortStableFunc(cell.Versions, func(a, b OverviewVersion) int { return cmp.Compare(b.Targets, a.Targets) })
	cell.State = placeState(cell, frozen)
	return cell
}

func placeState(c OverviewCell, frozen bool) PlaceState {
	word := map[string]bool{}
	for _, o := range c.Open {
		word[o.word()] = true
	}
	var how OverviewHealth
	if c.Health != nil {
		how = *c.Health
	}
	switch {
	case word["awaiting"]:
		return PlaceAwaits
	case how.State == health.Failing:
		return PlaceFailing
	case c.Uncertain > 0, c.Silent > 0, how.Counts.Unknown > 0:
		return PlaceUnknown
	case how.State == health.Degraded:
		return PlaceDegraded
	case c.Drifted > 0:
		return PlaceDrifted
	case word["running"]:
		return PlaceRunning
	case how.Counts.Pending > 0: // it was just deployed: not as recorded yet, and no alarm
		return PlaceUnknown
	case frozen:
		return PlaceFrozen
	case len(c.Pins) > 0:
		return PlacePinned
	case word["scheduled"]:
		return PlaceScheduled
	}
	return PlaceAsRecorded
}

// behind counts the admitted versions after one up to that of the environment before.
func behind(added []VersionNumber, here, before string) int {
	from := slices.IndexFunc(added, func(n VersionNumber) bool { return n.Version == here })
	to := slices.IndexFunc(added, func(n VersionNumber) bool { return n.Version == before })
	count := 0
	for i := from + 1; from >= 0 && i <= to; i++ {
		if added[i].State == library.Admitted || i == to {
			count++
		}
	}
	return count
}

// PlaceCard is what is to be known of a component in an environment.
type PlaceCard struct {
	Component   string          `json:"component"`
	Environment string          `json:"environment"`
	At          time.Time       `json:"at"`
	Targets     []StandsOn      `json:"targets" doc:"At most 100, those that changed last first."`
	By          []PlaceBrought  `json:"by" doc:"The deployments that brought there what stands on these targets, the last one first."`
	Open        []OverviewOpen  `json:"open,omitempty"`
	Why         practice.Reason `json:"why,omitzero" doc:"Of the last open deployment: what it waits for."`
	Health      *PlaceHealth    `json:"health,omitempty" doc:"How it does its work now; absent where that is not checked, and of a past moment."`
}

// PlaceBrought is by whose authority something stands where it stands.
type PlaceBrought struct {
	Deployment  string            `json:"deployment"`
	Release     string            `json:"release"`
	RequestedBy practice.Actor    `json:"requestedBy"`
	Reason      string            `json:"reason,omitempty"`
	Authority   string            `json:"authority,omitempty" doc:"Who authorised it, in words."`
	Result      deployment.Result `json:"result,omitempty"`
	Ended       time.Time         `json:"ended,omitzero"`
}

// PlaceCard says what of a component stands in an environment, or stood there
// at a moment, and by whose authority.
func (c *Control) PlaceCard(ctx context.Context, scope practice.Scope, component, env string, when time.Time) (card PlaceCard, err error) {
	card = PlaceCard{Component: component, Environment: env, At: c.now(), By: []PlaceBrought{}}
	if !when.IsZero() {
		card.At = when.UTC()
	}
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		if _, err := tx.Document(practice.KindComponent, component); err != nil {
			return err
		}
		if card.Targets, err = tx.StandsOn(component, env, when, 100); err != nil {
			return err
		}
		seen := map[string]bool{}
		for _, s := range card.Targets {
			if seen[s.Deployment] || len(card.By) == 10 {
				continue
			}
			seen[s.Deployment] = true
			d, err := tx.Deployment(s.Deployment)
			if practice.CodeOf(err) == practice.NotFound {
				continue // what was accepted as found came by no deployment
			}
			if err != nil {
				return err
			}
			card.By = append(card.By, PlaceBrought{d.ID, d.Header.Release, d.RequestedBy, d.Reason, d.Authority, d.Result, d.Ended})
		}
		if !when.IsZero() {
			return wereOpen(tx, &card)
		}
		if card.Health, err = c.placeHealth(tx, health.Place{Environment: env, Component: component}); err != nil {
			return err
		}
		return c.openCard(tx, &card)
	})
	if card.Targets == nil {
		card.Targets = []StandsOn{}
	}
	return card, err
}

func (c *Control) openCard(tx Tx, card *PlaceCard) error {
	list, err := tx.Deployments(deployment.Filter{Component: card.Component, Environment: card.Environment}, practice.Page{Limit: 20})
	for _, d := range list {
		if d.State == deployment.Closed {
			continue
		}
		card.Open = append(card.Open, openOf(d, card.Component))
		if why := deployment.Why(d, c.now()); len(card.Open) == 1 && len(why.Reasons) > 0 {
			card.Why = why.Reasons[0]
		}
	}
	return err
}
