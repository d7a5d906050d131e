package control

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/calendar"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/journey"
	"tranship.dev/tranship/internal/practice/library"
)

// PlaceState is the most urgent that is true of a component in an environment.
type PlaceState string

// The states of a place, the most urgent first.
const (
	PlaceAwaits     PlaceState = "awaits-guidance" // a deployment into it waits for a person: for guidance, an approval or the end of a pause
	PlaceFailing    PlaceState = "failing"         // it does not do its work: its health checks fail
	PlaceUnknown    PlaceState = "unknown"         // on some target nobody knows what stands or how it is, or its agent is silent
	PlaceDegraded   PlaceState = "degraded"        // it does its work not on all targets, or not as it should
	PlaceDrifted    PlaceState = "drifted"         // something stands other than recorded
	PlaceRunning    PlaceState = "running"         // a deployment into it is under way
	PlaceFrozen     PlaceState = "frozen"          // a freeze holds in the environment
	PlacePinned     PlaceState = "pinned"          // versions are kept out of it
	PlaceScheduled  PlaceState = "scheduled"       // a deployment into it has not begun
	PlaceAsRecorded PlaceState = "as-recorded"
)

// OverviewAsk says which part of the overview is wanted.
type OverviewAsk struct {
	Environments []string  // the columns; none: all
	Text         string    // part of a component's or service's name, or an owner's
	Service      string    // only components of this service
	Show         string    // "": all; or one of the words of OverviewCounts
	ByService    bool      // ordered by service, then name
	At           time.Time // a past moment; zero: now
}

// Overview is what is where: a window of rows of components by environments.
type Overview struct {
	At           time.Time             `json:"at" doc:"The moment that is shown."`
	Past         bool                  `json:"past" doc:"Whether that is in the past: then drift, pins, freezes and the deployments under way are those of that moment, and how agents were reached is not told."`
	Environments []OverviewEnvironment `json:"environments" doc:"The columns, in the order of promotion."`
	Rows         []OverviewRow         `json:"rows"`
	Counts       OverviewCounts        `json:"counts" doc:"Over all rows that the filter allows, not only those of this page."`
	Next         string                `json:"next,omitempty" doc:"The cursor of the next page; absent on the last."`
}

// OverviewEnvironment is a column.
type OverviewEnvironment struct {
	Name    string              `json:"name"`
	Order   int                 `json:"order"`
	Purpose environment.Purpose `json:"purpose"`
	Owner   string              `json:"owner"`
	Targets int                 `json:"targets" doc:"How many there are now."`
	Freezes []OverviewFreeze    `json:"freezes,omitempty" doc:"The freezes that hold in it, or held at that moment."`
}

// OverviewFreeze is a freeze that holds.
type OverviewFreeze struct {
	Name  string    `json:"name"`
	Kind  string    `json:"kind" doc:"hard or soft"`
	Until time.Time `json:"until"`
	What  string    `json:"what,omitempty"`
}

// OverviewRow is a component.
type OverviewRow struct {
	Component string                `json:"component"`
	Kind      library.ComponentKind `json:"kind"`
	Service   string                `json:"service,omitempty"`
	Owner     string                `json:"owner,omitempty"`
	Cells     []OverviewCell        `json:"cells" doc:"Where it stands or something is to be said of it; where no cell is, it does not stand."`
}

// OverviewCell is a component in an environment.
type OverviewCell struct {
	Environment string            `json:"environment"`
	State       PlaceState        `json:"state,omitempty" enum:"awaits-guidance,failing,unknown,degraded,drifted,running,frozen,pinned,scheduled,as-recorded" doc:"The most urgent that is true."`
	Versions    []OverviewVersion `json:"versions" doc:"What stands, the most targets first."`
	Targets     int               `json:"targets" doc:"On how many targets it stands."`
	Since       time.Time         `json:"since,omitzero" doc:"When it last changed."`
	Uncertain   int               `json:"uncertain,omitempty" doc:"On how many targets nobody knows what stands."`
	Silent      int               `json:"silent,omitempty" doc:"On how many targets the agent is silent: what stands there was not confirmed lately."`
	SilentSince time.Time         `json:"silentSince,omitzero" required:"false" doc:"When the first of these agents was last heard of."`
	Drifted     int               `json:"drifted,omitempty" doc:"On how many targets something stands other than recorded."`
	Health      *OverviewHealth   `json:"health,omitempty" doc:"How it does its work; absent where its health is not checked, and of a past moment where it was healthy."`
	Behind      int               `json:"behind,omitempty" doc:"How many admitted versions it is behind the environment before it."`
	Pins        []string          `json:"pins,omitempty" doc:"The versions that are kept out."`
	Open        []OverviewOpen    `json:"open,omitempty" doc:"The deployments into it that are not closed."`
}

// OverviewVersion is how many targets have a version.
type OverviewVersion struct {
	Version string    `json:"version" doc:"Empty: nobody knows which."`
	Targets int       `json:"targets"`
	Since   time.Time `json:"since" doc:"When the last of them got it."`
}

// OverviewOpen is a deployment that is not closed.
type OverviewOpen struct {
	Deployment string           `json:"deployment"`
	State      deployment.State `json:"state"`
	Asks       string           `json:"asks,omitempty" enum:"approval,guidance,pause" doc:"What it waits for from a person."`
	Version    string           `json:"version,omitempty" doc:"Of this component, which it brings; absent when it takes it away."`
	Targets    int              `json:"targets,omitempty" doc:"How many targets it is for."`
	Done       int              `json:"done,omitempty" doc:"On how many of them it is done."`
	Failed     int              `json:"failed,omitempty" doc:"On how many it failed or nobody knows."`
	Wave       int              `json:"wave,omitempty" doc:"The last wave that began."`
	Waves      int              `json:"waves,omitempty"`
	Begins     time.Time        `json:"begins,omitzero" required:"false" doc:"Not before, where that is set and it has not begun."`
}

// OverviewCounts counts components: how many there are, and with what. Its
// words are what Show takes.
type OverviewCounts struct {
	All       int `json:"all"`
	Awaiting  int `json:"awaiting" doc:"With a deployment that waits for a person."`
	Failing   int `json:"failing" doc:"Which do not do their work somewhere."`
	Unknown   int `json:"unknown" doc:"With targets on which nobody knows what stands or how it is, or whose agents are silent."`
	Degraded  int `json:"degraded" doc:"Which do their work somewhere, but not on all targets or not as they should."`
	Drifted   int `json:"drifted"`
	Running   int `json:"running" doc:"With a deployment under way."`
	Scheduled int `json:"scheduled" doc:"With a deployment that has not begun."`
	Pinned    int `json:"pinned"`
}

// Overview gives a window of what is where; page.After is the key of a row.
func (c *Control) Overview(ctx context.Context, scope practice.Scope, ask OverviewAsk, page practice.Page) (o Overview, err error) {
	o.At, o.Past = c.now(), !ask.At.IsZero()
	if o.Past {
		if ask.At.After(o.At) {
			return o, practice.Faultf(practice.Invalid, "%s has not come yet", ask.At.Format(time.RFC3339)).Final()
		}
		o.At = ask.At.UTC()
	}
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		v := &overview{tx: tx, ask: ask, out: &o}
		if err := v.columns(c, scope); err != nil {
			return err
		}
		if err := v.exceptions(c); err != nil {
			return err
		}
		list, err := c.componentsNow(tx, scope)
		if err != nil {
			return err
		}
		rows, err := v.rows(list)
		if err != nil {
			return err
		}
		v.window(rows, page)
		return v.fill()
	})
	return o, err
}

// overview is the making of one.
type overview struct {
	tx  Tx
	ask OverviewAsk
	out *Overview

	all     []string        // every environment, in order
	wanted  map[string]bool // the columns
	drifted map[place]int   // place.target is the environment here
	doubted map[place]int
	pins    map[place][]string
	silent  map[place]PlaceSilence
	health  map[place]*OverviewHealth
	open    map[place][]OverviewOpen
	asking  map[string]bool            // the open deployments that wait for approval
	marked  map[string]map[string]bool // by the word of Show: the components
}

// at names a cell.
func at(component, environment string) place {
	return place{target: environment, component: component}
}

func (v *overview) columns(c *Control, scope practice.Scope) error {
	envs, err := decodedAll(v.tx, practice.KindEnvironment, environment.Decode)
	if err != nil {
		return err
	}
	slices.SortStableFunc(envs, func(a, b environment.Environment) int { return cmp.Compare(a.Spec.Order, b.Spec.Order) })
	v.wanted, v.out.Environments = map[string]bool{}, []OverviewEnvironment{}
	freezes, err := c.freezesShown(v, scope, envs)
	if err != nil {
		return err
	}
	for _, e := range envs {
		v.all = append(v.all, e.Name)
		if len(v.ask.Environments) > 0 && !slices.Contains(v.ask.Environments, e.Name) {
			continue
		}
		v.wanted[e.Name] = true
		one := OverviewEnvironment{Name: e.Name, Order: e.Spec.Order, Purpose: e.Spec.Purpose, Owner: e.Spec.Owner, Freezes: freezes[e.Name]}
		if one.Targets, err = v.tx.CountTargets(e.Name); err != nil {
			return err
		}
		v.out.Environments = append(v.out.Environments, one)
	}
	for _, name := range v.ask.Environments {
		if !v.wanted[name] {
			return practice.Faultf(practice.NotFound, "environment %s does not exist", name).Final()
		}
	}
	return nil
}

// freezesNow gives the freezes that hold now, by environment.
func (c *Control) freezesNow(tx Tx, scope practice.Scope, envs []environment.Environment) (map[string][]OverviewFreeze, error) {
	table, err := c.timetable(tx, scope, false)
	if err != nil {
		return nil, err
	}
	return freezesIn(table.calendar, c.now(), envs), nil
}

// freezesIn gives the freezes of a calendar that hold at a moment, by environment.
func freezesIn(dates *calendar.Calendar, at time.Time, envs []environment.Environment) map[string][]OverviewFreeze {
	found := map[string][]OverviewFreeze{}
	for _, e := range dates.Events(at, at.Add(time.Second), 0) {
		if e.Entry.Freeze == nil {
			continue
		}
		for _, env := range envs {
			if concerns(e.Entry.Reach(), env.Name) {
				found[env.Name] = append(found[env.Name], OverviewFreeze{Name: e.Entry.Name, Kind: string(e.Entry.Freeze.Kind), Until: e.End, What: e.Entry.Freeze.Description})
			}
		}
	}
	return found
}

// exceptions reads what is to be said of any place: there is little of it.
func (v *overview) exceptions(c *Control) error {
	now := c.now()
	v.drifted, v.doubted, v.pins, v.open = map[place]int{}, map[place]int{}, map[place][]string{}, map[place][]OverviewOpen{}
	v.silent, v.asking, v.health = map[place]PlaceSilence{}, map[string]bool{}, map[place]*OverviewHealth{}
	v.marked = map[string]map[string]bool{"awaiting": {}, "failing": {}, "unknown": {}, "degraded": {}, "drifted": {}, "running": {}, "scheduled": {}, "pinned": {}}
	if v.out.Past {
		return v.exceptionsThen()
	}
	drifts, err := v.tx.DriftPlaces()
	if err != nil {
		return err
	}
	doubts, err := v.tx.DoubtedPlaces()
	if err != nil {
		return err
	}
	silent, err := v.tx.SilentPlaces(now.Add(-environment.QuietAfter))
	if err != nil {
		return err
	}
	pins, err := every(func(p practice.Page) ([]journey.Pin, error) { return v.tx.Pins("", "", p) },
		func(p journey.Pin) string { return p.Component + "/" + p.Environment + "/" + p.Version })
	if err != nil {
		return err
	}
	for _, d := range drifts {
		v.drifted[at(d.Component, d.Environment)] = d.Number
		v.mark("drifted", d.Component, d.Environment)
	}
	for _, d := range doubts {
		v.doubted[at(d.Component, d.Environment)] = d.Number
		v.mark("unknown", d.Component, d.Environment)
	}
	for _, s := range silent {
		v.silent[at(s.Component, s.Environment)] = s
		v.mark("unknown", s.Component, s.Environment)
	}
	for _, p := range pins {
		where := at(p.Component, p.Environment)
		v.pins[where] = append(v.pins[where], p.Version)
		v.mark("pinned", p.Component, p.Environment)
	}
	if err := v.opens(); err != nil {
		return err
	}
	return v.healthExceptions(c)
}

// opens reads which deployments are open, and which of them wait for approval.
func (v *overview) opens() error {
	open, err := v.tx.OpenPlaces()
	if err != nil {
		return err
	}
	planned, err := v.tx.Deployments(deployment.Filter{States: []deployment.State{deployment.Planned}}, practice.Page{Limit: practice.MaxLimit})
	if err != nil {
		return err
	}
	for _, d := range planned {
		v.asking[d.ID] = asksApproval(d)
	}
	for _, o := range open {
		where := at(o.Component, o.Environment)
		one := OverviewOpen{Deployment: o.Deployment, State: o.State}
		if v.asking[o.Deployment] {
			one.Asks = "approval"
		}
		v.open[where] = append(v.open[where], one)
		v.mark(one.word(), o.Component, o.Environment)
	}
	return nil
}

// asksApproval says whether a deployment waits for votes.
func asksApproval(d deployment.Deployment) bool {
	return d.State == deployment.Planned && slices.ContainsFunc(d.Waiting.Reasons, func(r practice.Reason) bool { return r.Gate == "approval" })
}

func (v *overview) mark(word, component, environment string) {
	if v.wanted[environment] {
		v.marked[word][component] = true
	}
}

// word tells what waits for a person and what has not begun from what is under way.
func (o OverviewOpen) word() string {
	if o.Asks != "" {
		return "awaiting"
	}
	switch o.State {
	case deployment.AwaitingGuidance:
		return "awaiting"
	case deployment.Requested, deployment.Planned, deployment.Authorised, deployment.Scheduled:
		return "scheduled"
	case deployment.VerifyingComponents, deployment.VerifyingTargets, deployment.Executing, deployment.Accepting,
		deployment.Remediating, deployment.Cancelling, deployment.Closed:
	}
	return "running"
}

// rows gives the components that the filter allows, in order, and counts them.
func (v *overview) rows(list []library.Component) ([]OverviewRow, error) {
	if v.ask.Show != "" && v.marked[v.ask.Show] == nil {
		return nil, practice.Faultf(practice.Invalid, "show %q is none of awaiting, failing, unknown, degraded, drifted, running, scheduled, pinned", v.ask.Show).Final()
	}
	rows := []OverviewRow{} // a list without entries, never null
	text := strings.ToLower(v.ask.Text)
	for _, comp := range list {
		s := comp.Spec
		if v.ask.Service != "" && s.Service != v.ask.Service || text != "" && !strings.Contains(strings.ToLower(comp.Name+"\n"+s.Service+"\n"+s.Owner), text) {
			continue
		}
		v.count(comp.Name)
		if v.ask.Show == "" || v.marked[v.ask.Show][comp.Name] {
			rows = append(rows, OverviewRow{Component: comp.Name, Kind: s.Kind, Service: s.Service, Owner: s.Owner, Cells: []OverviewCell{}})
		}
	}
	if v.ask.ByService {
		slices.SortStableFunc(rows, func(a, b OverviewRow) int { return strings.Compare(v.key(a), v.key(b)) })
	}
	return rows, nil
}

func (v *overview) count(component string) {
	n := &v.out.Counts
	n.All++
	for word, number := range map[string]*int{
		"awaiting": &n.Awaiting, "failing": &n.Failing, "unknown": &n.Unknown, "degraded": &n.Degraded, "drifted": &n.Drifted,
		"running": &n.Running, "scheduled": &n.Scheduled, "pinned": &n.Pinned,
	} {
		if v.marked[word][component] {
			*number++
		}
	}
}

// key is what a row is ordered by. Those of no service come last.
func (v *overview) key(r OverviewRow) string {
	if !v.ask.ByService {
		return r.Component
	}
	service := r.Service
	if service == "" {
		service = "\U0010ffff"
	}
	return service + "\x00" + r.Component
}

func (v *overview) window(rows []OverviewRow, page practice.Page) {
	first := 0
	if page.After != "" {
		first, _ = slices.BinarySearchFunc(rows, page.After, func(r OverviewRow, after string) int {
			if v.key(r) <= after {
				return -1
			}
			return 1
		})
	}
	last := min(len(rows), first+page.Size())
	v.out.Rows = rows[first:last]
	if last < len(rows) {
		v.out.Next = v.key(rows[last-1])
	}
}
