package control

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/calendar"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/party"
	"tranship.dev/tranship/internal/practice/plan"
)

// almanac answers for one transaction when deployments may run.
type almanac struct {
	tx     Tx
	scope  practice.Scope
	now    time.Time
	table  *timetable
	rules  map[string]calendar.Rules // by environment
	limits map[string]environment.Limit
	groups map[string][]string // of persons
	c      *Control
}

// almanac gives the calendar as the transaction sees it; fresh: see timetable.
func (c *Control) almanac(tx Tx, scope practice.Scope, now time.Time, fresh bool) (*almanac, error) {
	table, err := c.timetable(tx, scope, fresh)
	return &almanac{
		tx: tx, scope: scope, now: now, table: table, c: c,
		rules: map[string]calendar.Rules{}, limits: map[string]environment.Limit{},
	}, err
}

// forecast is what the calendar says about a deployment at a moment.
type forecast struct {
	slot      calendar.Slot
	rules     calendar.Rules
	conflicts []calendar.Conflict
	waivers   []calendar.Waiver
}

// gate judges a forecast.
func (f forecast) gate() practice.Verdict {
	return calendar.Gate(f.slot, f.slot.Start, f.conflicts, f.waivers)
}

// unknownLength is how long a deployment is held to run at least, of which
// nothing is known: it must not be kept out of a window that it may well fit into.
const unknownLength = time.Second

// overrunning is how much longer one is held to run that takes longer than was thought.
const overrunning = time.Minute

// slot gives a deployment as the calendar sees it, begun at a moment.
func (a *almanac) slot(d deployment.Deployment, start time.Time) (calendar.Slot, error) {
	length := d.Estimate.Std()
	if length <= 0 {
		length = unknownLength
	}
	work, key, err := a.work(d)
	if err != nil {
		return calendar.Slot{}, err
	}
	return calendar.Slot{
		ID: d.ID, Start: start, End: start.Add(length), Footprint: a.table.footprint(key, work),
		Baseline: d.RequestedAt, Begun: d.Started, Approved: d.Authority != "",
	}, nil
}

// work says what a deployment touches and who works at it; key is the same for the same.
func (a *almanac) work(d deployment.Deployment) (calendar.Work, string, error) {
	h := d.Header
	targets, err := a.c.planTargets(a.tx, a.scope, d.Plan)
	if err != nil {
		return calendar.Work{}, "", err
	}
	w := calendar.Work{
		Environment: h.Environment, Targets: targets, Model: h.Model.Name, Class: string(d.Class), Urgency: string(d.Urgency), People: d.Implementers,
	}
	for _, item := range h.Items {
		var c library.ComponentSpec
		if err := specOf(a.tx, practice.KindComponent, item.Component, &c); err != nil {
			return w, "", err
		}
		w.Components = append(w.Components, calendar.Component{Name: item.Component, Kind: string(item.Kind), Service: c.Service})
	}
	if w.Tools, err = a.exclusive(h); err != nil {
		return w, "", err
	}
	for _, name := range append([]string{d.RequestedBy.Name}, d.Implementers...) {
		groups, err := a.groupsOf(name)
		if err != nil {
			return w, "", err
		}
		w.Groups = append(append(w.Groups, name), groups...)
	}
	return w, fmt.Sprint(d.Plan, w.Components, w.Class, w.Urgency, w.People, w.Groups, w.Tools), nil
}

// exclusive gives the tools of a plan that only one deployment may use at a time.
func (a *almanac) exclusive(h plan.Header) ([]string, error) {
	limit, err := a.limit(h.Environment)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, tool := range Tools(h) {
		switch {
		case a.c.Limits.Tools[tool] == 1:
			names = append(names, tool)
		case limit.Tools[tool] == 1:
			names = append(names, tool+" in "+h.Environment)
		}
	}
	return names, nil
}

func (a *almanac) limit(env string) (environment.Limit, error) {
	if _, known := a.rules[env]; !known {
		if _, err := a.rulesOf(env); err != nil {
			return environment.Limit{}, err
		}
	}
	return a.limits[env], nil
}

// rulesOf gives the rules of an environment; the defaults where it was removed.
func (a *almanac) rulesOf(env string) (calendar.Rules, error) {
	if rules, known := a.rules[env]; known {
		return rules, nil
	}
	var spec environment.Spec
	if err := specOf(a.tx, practice.KindEnvironment, env, &spec); err != nil {
		return calendar.Rules{}, err
	}
	said := spec.Calendar
	rules, problems := calendar.ReadRules(said.Rules, said.Contiguous, said.Settle, said.WhenWindowEnds, "spec.calendar")
	if len(problems) > 0 {
		return rules, practice.Faultf(practice.Invalid, "the rules of environment %s cannot be read: %s", env, problems[0]).
			WithHint("correct the Environment document and apply it again")
	}
	a.rules[env], a.limits[env] = rules, spec.Limit
	return rules, nil
}

// groupsOf gives the groups that somebody is a member of.
func (a *almanac) groupsOf(person string) ([]string, error) {
	if a.groups == nil {
		a.groups = map[string][]string{}
		err := eachDocument(a.tx, practice.KindGroup, func(d practice.Document) {
			if g, err := party.DecodeGroup(d); err == nil {
				for _, member := range g.Spec.Members {
					a.groups[member] = append(a.groups[member], g.Name)
				}
			}
		})
		if err != nil {
			return nil, err
		}
	}
	return a.groups[person], nil
}

// forecast looks what speaks against a deployment that would begin at a moment.
// Others that have begun count, and of those that are planned the ones that
// before says to; all of them when it is nil.
func (a *almanac) forecast(d deployment.Deployment, start time.Time, before func(deployment.Deployment) bool) (forecast, error) {
	f := forecast{}
	var err error
	if f.rules, err = a.rulesOf(d.Header.Environment); err != nil {
		return f, err
	}
	if f.slot, err = a.slot(d, start); err != nil {
		return f, err
	}
	if f.waivers, err = a.waivers(d); err != nil {
		return f, err
	}
	others, err := a.others(d, calendar.Span{Start: a.now, End: f.slot.End.Add(f.rules.Settle + time.Second)}, before)
	if err != nil {
		return f, err
	}
	f.conflicts = a.table.calendar.Conflicts(f.slot, others, f.rules)
	return f, nil
}

// others gives the deployments that d may meet in a span.
func (a *almanac) others(d deployment.Deployment, span calendar.Span, before func(deployment.Deployment) bool) ([]calendar.Slot, error) {
	begun, err := every(func(page practice.Page) ([]deployment.Deployment, error) { return a.tx.BegunDeployments(page) },
		func(d deployment.Deployment) string { return d.ID })
	if err != nil {
		return nil, err
	}
	planned, err := a.tx.OpenBetween(span.Start, span.End, practice.MaxLimit)
	if err != nil {
		return nil, err
	}
	planned = slices.DeleteFunc(planned, func(o deployment.Deployment) bool { return o.Begun() || before != nil && !before(o) })
	var slots []calendar.Slot
	for _, o := range append(begun, planned...) {
		if o.ID == d.ID || o.Header.Environment == "" {
			continue
		}
		at := o.Time()
		slot, err := a.slot(o, at.Start)
		if err != nil {
			return nil, err
		}
		slot.End = at.End
		if soon := a.now.Add(overrunning); o.Begun() && slot.End.Before(soon) {
			slot.End = soon
		}
		slots = append(slots, slot)
	}
	return slots, nil
}

// waivers gives those that hold for a deployment as it is now asked for.
func (a *almanac) waivers(d deployment.Deployment) ([]calendar.Waiver, error) {
	if d.ID == "" {
		return nil, nil
	}
	stored, err := a.tx.Waivers(d.ID)
	if err != nil {
		return nil, err
	}
	var list []calendar.Waiver
	for _, w := range stored {
		if w.RevokedAt.IsZero() && w.Subject == d.Subject {
			list = append(list, w.Waiver)
		}
	}
	return list, nil
}

// every reads all pages of a list.
func every[T any](list func(practice.Page) ([]T, error), key func(T) string) ([]T, error) {
	var all []T
	for page := (practice.Page{Limit: practice.MaxLimit}); ; {
		some, err := list(page)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
		if len(some) < page.Limit {
			return all, nil
		}
		page.After = key(some[len(some)-1])
	}
}

// refName gives an entry of the calendar as people write it: "freeze/year-end".
func refName(r calendar.Ref) string { return strings.ToLower(string(r.Kind)) + "/" + r.Name }
