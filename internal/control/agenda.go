package control

import (
	"context"
	"slices"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/calendar"
	"tranship.dev/tranship/internal/practice/deployment"
)

// AgendaItem is something in the calendar.
type AgendaItem struct {
	Kind        string          `json:"kind" doc:"window, freeze, booking or deployment"`
	Name        string          `json:"name"`
	Start       time.Time       `json:"start"`
	End         time.Time       `json:"end"`
	Zone        string          `json:"zone,omitempty" doc:"The zone in which it was written."`
	Environment string          `json:"environment,omitempty"`
	Reach       *calendar.Reach `json:"reach,omitempty" doc:"What a window or a freeze applies to; everything when absent."`
	State       string          `json:"state,omitempty" doc:"Of a freeze hard or soft, of a booking pending or approved, of a deployment its state or result."`
	What        string          `json:"what,omitempty"`
	By          string          `json:"by,omitempty"`

	Release   string           `json:"release,omitempty" doc:"Of a deployment."`
	Gate      string           `json:"gate,omitempty" doc:"The first gate for which a deployment waits."`
	Window    practice.Window  `json:"window,omitzero" doc:"The window for which the votes of a deployment are given."`
	Teams     []string         `json:"teams,omitempty" doc:"The groups of who asked for a deployment and of who carries it out; of a booking who booked."`
	Movable   bool             `json:"movable,omitempty" doc:"A deployment that has not begun: it may be given another time."`
	Conflicts []JudgedConflict `json:"conflicts,omitempty" doc:"What speaks against a deployment that has not begun, when that was asked for."`
}

// AgendaRequest asks for a part of the calendar.
type AgendaRequest struct {
	Environments []string // only what concerns one of them; none: all
	Team         string   // only deployments and bookings of this group; empty: all
	From, To     time.Time
	Judge        bool // say what speaks against those that have not begun
}

// The bounds of what is shown of a calendar at once: the items, and of these
// the deployments that are judged.
const (
	maxAgenda = 1000
	maxJudged = 100
)

// Agenda lists what is in the calendar in a span, the earliest first, at most
// 1,000; of the deployments that have not begun, the first 100 are judged.
func (c *Control) Agenda(ctx context.Context, scope practice.Scope, r AgendaRequest) (items []AgendaItem, err error) {
	if !r.To.After(r.From) || r.To.Sub(r.From) > 400*24*time.Hour {
		return nil, practice.Faultf(practice.Invalid, "from %s to %s is no span of at most 400 days", r.From.Format(time.RFC3339), r.To.Format(time.RFC3339))
	}
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		if err := r.check(tx); err != nil {
			return err
		}
		a, err := c.almanac(tx, scope, c.now(), false)
		if err != nil {
			return err
		}
		items = a.events(r)
		ran, err := a.deployments(r)
		items = append(items, ran...)
		return err
	})
	slices.SortStableFunc(items, func(x, y AgendaItem) int { return x.Start.Compare(y.Start) })
	return items[:min(len(items), maxAgenda)], err
}

// check demands that there is what is asked for.
func (r AgendaRequest) check(tx Tx) error {
	for _, name := range r.Environments {
		if _, err := tx.Document(practice.KindEnvironment, name); err != nil {
			return err
		}
	}
	if r.Team == "" {
		return nil
	}
	_, err := tx.Document(practice.KindGroup, r.Team)
	return err
}

// concerns says whether a reach has to do with any of the environments.
func (r AgendaRequest) concerns(reach calendar.Reach) bool {
	return len(r.Environments) == 0 || slices.ContainsFunc(r.Environments, func(name string) bool { return concerns(reach, name) })
}

func concerns(r calendar.Reach, environment string) bool {
	return environment == "" || len(r.Environments) == 0 || slices.Contains(r.Environments, environment)
}

// events gives windows, freezes and bookings; those that are for everybody are
// also a team's.
func (a *almanac) events(r AgendaRequest) []AgendaItem {
	items := []AgendaItem{}
	for _, e := range a.table.calendar.Events(r.From, r.To, 0) {
		reach := e.Entry.Reach()
		if !r.concerns(reach) || len(items) == maxAgenda {
			continue
		}
		item := AgendaItem{
			Kind: strings.ToLower(string(e.Entry.Kind)), Name: e.Entry.Name, Start: e.Start, End: e.End, Zone: e.Entry.Times().Zone,
			Environment: strings.Join(reach.Environments, ", "), Reach: &reach,
		}
		switch {
		case e.Entry.Window != nil:
			item.What = e.Entry.Window.Description
		case e.Entry.Freeze != nil:
			item.State, item.What = string(e.Entry.Freeze.Kind), e.Entry.Freeze.Description
		case e.Entry.Booking != nil:
			b := e.Entry.Booking
			if r.Team != "" && b.By != r.Team {
				continue
			}
			item.State, item.What, item.By = string(b.State), strings.TrimSpace(string(b.Use)+" "+b.Description), b.By
			item.Reach, item.Teams = nil, []string{b.By}
		}
		items = append(items, item)
	}
	return items
}

// deployments gives those that are planned, under way, or ran in the span.
func (a *almanac) deployments(r AgendaRequest) ([]AgendaItem, error) {
	open, err := a.tx.OpenBetween(r.From, r.To, maxAgenda)
	if err != nil {
		return nil, err
	}
	ran, err := a.tx.RanBetween(r.From, r.To, maxAgenda)
	if err != nil {
		return nil, err
	}
	var items []AgendaItem
	judged := 0
	for _, d := range append(open, ran...) {
		if len(r.Environments) > 0 && !slices.Contains(r.Environments, d.Header.Environment) {
			continue
		}
		item, err := a.item(d)
		if err != nil {
			return nil, err
		}
		if r.Team != "" && !slices.Contains(item.Teams, r.Team) {
			continue
		}
		if r.Judge && item.Movable && judged < maxJudged {
			judged++
			o, err := a.outlook(d, d.ID, time.Time{})
			if err != nil {
				return nil, err
			}
			item.Conflicts = o.Conflicts
		}
		items = append(items, item)
	}
	return items, nil
}

// item gives a deployment as the calendar shows it.
func (a *almanac) item(d deployment.Deployment) (AgendaItem, error) {
	at := d.Time()
	item := AgendaItem{
		Kind: "deployment", Name: d.ID, Start: at.Start, End: at.End, Environment: d.Header.Environment, State: string(d.State),
		What: d.Header.Direction.Verb() + " " + d.Header.Release, By: d.RequestedBy.Name,
		Release: d.Header.Release, Window: d.Window, Movable: beforeStart(d) == nil,
	}
	if d.Result != "" {
		item.State = string(d.Result)
	}
	if len(d.Waiting.Reasons) > 0 {
		item.Gate = d.Waiting.Reasons[0].Gate
	}
	for _, name := range append([]string{d.RequestedBy.Name}, d.Implementers...) {
		groups, err := a.groupsOf(name)
		if err != nil {
			return item, err
		}
		for _, group := range groups {
			if !slices.Contains(item.Teams, group) {
				item.Teams = append(item.Teams, group)
			}
		}
	}
	return item, nil
}
