package control

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"sync"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/calendar"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/library"
)

// timed are the kinds of document from which the calendar is compiled.
var timed = []practice.Kind{practice.KindWindow, practice.KindFreeze, practice.KindBooking, practice.KindTarget, practice.KindService}

// noteTimed notes a change of a document that the calendar is compiled from:
// all of one transaction have one number.
func (w *work) noteTimed(d practice.Document) (err error) {
	if !slices.Contains(timed, d.Kind) {
		return nil
	}
	if w.changed == 0 {
		if w.changed, err = w.NextDocumentChange(); err != nil {
			return err
		}
	}
	return w.NoteDocumentChange(d.Kind, d.Name, w.changed)
}

// timetable is the calendar and the estate, compiled from all documents up to
// a change. It is not changed once made, but for what it remembers.
type timetable struct {
	change   int64
	entries  map[calendar.Ref]calendar.Entry // without revision
	targets  map[string]calendar.Target
	services map[string]calendar.Service
	calendar *calendar.Calendar
	estate   *calendar.Estate

	mu         sync.Mutex
	footprints map[string]*calendar.Footprint
}

// timetables remembers the last timetable of each scope.
type timetables struct {
	mu    sync.Mutex
	known map[practice.Scope]*timetable
	names map[string][]string // targets of plans, by scope and plan: a plan never changes
}

// timetable gives the timetable as the transaction sees it. Only what changed
// since it was last asked for is read. fresh says that the transaction itself
// changed documents: nobody else may see what comes of them before it commits.
func (c *Control) timetable(tx Tx, scope practice.Scope, fresh bool) (*timetable, error) {
	change, err := tx.DocumentChange()
	if err != nil {
		return nil, err
	}
	c.timetables.mu.Lock()
	defer c.timetables.mu.Unlock()
	known := c.timetables.known[scope]
	if known == nil {
		known = emptyTimetable()
	}
	if known.change >= change && known.calendar != nil {
		return known, nil // a newer one than this transaction sees is as good
	}
	next, err := known.with(tx, change, c.Zones)
	if err != nil || fresh {
		return next, err
	}
	if c.timetables.known == nil {
		c.timetables.known = map[practice.Scope]*timetable{}
	}
	c.timetables.known[scope] = next
	return next, nil
}

func emptyTimetable() *timetable {
	return &timetable{
		entries: map[calendar.Ref]calendar.Entry{}, targets: map[string]calendar.Target{}, services: map[string]calendar.Service{},
	}
}

// with gives the timetable with what changed since.
func (t *timetable) with(tx Tx, change int64, zones Zones) (*timetable, error) {
	next := &timetable{
		change: change, entries: maps.Clone(t.entries), targets: maps.Clone(t.targets), services: maps.Clone(t.services),
		calendar: t.calendar, estate: t.estate, footprints: map[string]*calendar.Footprint{},
	}
	dates, things := t.calendar == nil, t.estate == nil
	for page := (practice.Page{Limit: practice.MaxLimit}); ; {
		list, err := tx.DocumentsChanged(t.change, page)
		if err != nil {
			return nil, err
		}
		for _, d := range list {
			if d.Kind == practice.KindTarget || d.Kind == practice.KindService {
				things = true
			} else {
				dates = true
			}
			if err := next.take(d.Document); err != nil {
				return nil, err
			}
		}
		if len(list) < page.Limit {
			break
		}
		page.After = list[len(list)-1].Key()
	}
	if dates {
		next.calendar, _ = calendar.Compile(sorted(next.entries, func(e calendar.Entry) string { return string(e.Kind) + "/" + e.Name }), calendar.Zones(zones))
	}
	if things {
		next.estate = calendar.NewEstate(
			sorted(next.targets, func(t calendar.Target) string { return t.Name }),
			sorted(next.services, func(s calendar.Service) string { return s.Name }))
	}
	return next, nil
}

func sorted[K comparable, T any](all map[K]T, key func(T) string) []T {
	return slices.SortedFunc(maps.Values(all), func(a, b T) int { return cmp.Compare(key(a), key(b)) })
}

// take puts one document into the timetable, or takes it out. An entry of the
// calendar that cannot be read stays, with its defect: it holds up what it may reach.
func (t *timetable) take(d practice.Document) error {
	switch d.Kind {
	case practice.KindTarget:
		delete(t.targets, d.Name)
		if d.Removed {
			return nil
		}
		target, err := environment.DecodeTarget(d)
		t.targets[d.Name] = calendar.Target{
			Name: d.Name, Environment: target.Spec.Environment, Labels: d.Labels, Parent: target.Spec.Parent, RedundantWith: target.Spec.Redundant,
		}
		return err
	case practice.KindService:
		delete(t.services, d.Name)
		if d.Removed {
			return nil
		}
		service, err := library.DecodeService(d)
		t.services[d.Name] = calendar.Service{Name: d.Name, DependsOn: service.DependsOn}
		return err
	default:
		key := calendar.Ref{Kind: d.Kind, Name: d.Name}
		delete(t.entries, key)
		if d.Removed {
			return nil
		}
		e, err := calendar.Decode(d)
		if err != nil {
			e.Defect = fmt.Sprintf("its document cannot be read: %v", err)
		}
		t.entries[key] = e
		return nil
	}
}

// footprint gives what work touches; key tells apart what is asked for besides the estate.
func (t *timetable) footprint(key string, work calendar.Work) *calendar.Footprint {
	t.mu.Lock()
	defer t.mu.Unlock()
	if f, found := t.footprints[key]; found {
		return f
	}
	f := t.estate.Footprint(work)
	if len(t.footprints) >= 256 {
		clear(t.footprints)
	}
	t.footprints[key] = f
	return f
}

// planTargets gives the names of a plan's targets.
func (c *Control) planTargets(tx Tx, scope practice.Scope, plan string) ([]string, error) {
	key := string(scope) + "/" + plan
	c.timetables.mu.Lock()
	names, found := c.timetables.names[key]
	c.timetables.mu.Unlock()
	if found {
		return names, nil
	}
	for page := (practice.Page{Limit: practice.MaxLimit}); ; {
		list, err := tx.PlanTargetNames(plan, page)
		if err != nil {
			return nil, err
		}
		names = append(names, list...)
		if len(list) < page.Limit {
			break
		}
		page.After = list[len(list)-1]
	}
	c.timetables.mu.Lock()
	defer c.timetables.mu.Unlock()
	if len(c.timetables.names) >= 256 || c.timetables.names == nil {
		c.timetables.names = map[string][]string{}
	}
	c.timetables.names[key] = names
	return names, nil
}
