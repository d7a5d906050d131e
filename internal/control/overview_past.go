package control

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/calendar"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/record"
)

// freezesShown gives the freezes of the moment that is shown, by environment.
func (c *Control) freezesShown(v *overview, scope practice.Scope, envs []environment.Environment) (map[string][]OverviewFreeze, error) {
	if !v.out.Past {
		return c.freezesNow(v.tx, scope, envs)
	}
	return c.freezesThen(v.tx, v.out.At, envs)
}

// freezesThen gives the freezes that held at a moment: as their documents were
// then, so that a freeze that was lifted or moved since still shows.
func (c *Control) freezesThen(tx Tx, at time.Time, envs []environment.Environment) (map[string][]OverviewFreeze, error) {
	all, err := freezeRevisions(tx)
	if err != nil {
		return nil, err
	}
	last := map[string]practice.Document{}
	for _, d := range all {
		if !d.At.After(at) {
			last[d.Name] = d
		}
	}
	table := emptyTimetable()
	for _, d := range last {
		if err := table.take(d); err != nil {
			return nil, err
		}
	}
	dates, _ := calendar.Compile(sorted(table.entries, func(e calendar.Entry) string { return e.Name }), calendar.Zones(c.Zones))
	return freezesIn(dates, at, envs), nil
}

// exceptionsThen reads what was to be said of any place at the moment that is
// shown: drift from its history, pins and what was under way from the record.
func (v *overview) exceptionsThen() error {
	drifts, err := v.tx.DriftPlacesAt(v.out.At)
	if err != nil {
		return err
	}
	for _, d := range drifts {
		v.drifted[at(d.Component, d.Environment)] += d.Number
		v.mark("drifted", d.Component, d.Environment)
	}
	if err := v.healthThen(); err != nil {
		return err
	}
	pins, err := pinsThen(v.tx, v.out.At)
	for _, p := range pins {
		where := at(p[0], p[1])
		v.pins[where] = append(v.pins[where], p[2])
		v.mark("pinned", p[0], p[1])
	}
	if err != nil {
		return err
	}
	return v.underWay()
}

// pinsThen gives component, environment and version of the pins that were set
// at a moment and not lifted by then, from the record.
func pinsThen(tx Tx, at time.Time) (pins [][3]string, err error) {
	set := map[string]bool{}
	f := record.Filter{Kinds: []string{entryPinSet, entryPinLifted}}
	for page := (practice.Page{Limit: practice.MaxLimit}); ; {
		rows, err := tx.RecordRows(f, page)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			if !r.When.After(at) {
				set[r.Subject] = r.Kind == entryPinSet
			}
		}
		if len(rows) < page.Limit || rows[len(rows)-1].When.After(at) {
			break
		}
		page.After = fmt.Sprint(rows[len(rows)-1].Index)
	}
	for subject, stands := range set {
		if part := strings.SplitN(strings.TrimPrefix(subject, "pin/"), "/", 3); stands && len(part) == 3 {
			pins = append(pins, [3]string(part))
		}
	}
	slices.SortFunc(pins, func(a, b [3]string) int { return slices.Compare(a[:], b[:]) })
	return pins, nil
}
