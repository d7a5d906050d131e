package control

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/calendar"
)

// StripFreeze is a span in which a freeze held.
type StripFreeze struct {
	Name         string    `json:"name"`
	Kind         string    `json:"kind" doc:"hard or soft"`
	What         string    `json:"what,omitempty"`
	Environments []string  `json:"environments,omitempty" doc:"Where; absent: everywhere."`
	Start        time.Time `json:"start"`
	End          time.Time `json:"end"`
}

// freezesDuring gives when which freezes held between two moments: each revision
// of a freeze's document from when it was applied until the next one was. So a
// freeze that was lifted or moved since is there as long as it stood, and one that
// was written afterwards is not there before.
func (c *Control) freezesDuring(tx Tx, environment string, from, to time.Time) ([]StripFreeze, error) {
	all, err := freezeRevisions(tx)
	if err != nil {
		return nil, err
	}
	held := []StripFreeze{}
	for i, d := range all {
		begins, ends := later(d.At, from), to
		if i+1 < len(all) && all[i+1].Name == d.Name && all[i+1].At.Before(to) {
			ends = all[i+1].At
		}
		if d.Removed || !begins.Before(ends) {
			continue
		}
		e, err := calendar.Decode(d)
		if err != nil || e.Freeze == nil || !concerns(e.Reach(), environment) {
			continue // one that cannot be read held nothing
		}
		dates, _ := calendar.Compile([]calendar.Entry{e}, calendar.Zones(c.Zones))
		for _, o := range dates.Events(begins, ends, 0) {
			f := StripFreeze{
				Name: e.Name, Kind: string(e.Freeze.Kind), What: e.Freeze.Description, Environments: e.Reach().Environments,
				Start: later(o.Start, begins), End: o.End,
			}
			if f.End.After(ends) {
				f.End = ends
			}
			if f.Start.Before(f.End) {
				held = joined(held, f)
			}
		}
	}
	slices.SortStableFunc(held, func(a, b StripFreeze) int { return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.Name, b.Name)) })
	return held, nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// joined adds a span to those of its freeze: one that goes on where the last ended
// is one with it, where nothing else differs.
func joined(held []StripFreeze, f StripFreeze) []StripFreeze {
	if n := len(held); n > 0 && held[n-1].Name == f.Name && held[n-1].End.Equal(f.Start) && held[n-1].Kind == f.Kind &&
		held[n-1].What == f.What && slices.Equal(held[n-1].Environments, f.Environments) {
		held[n-1].End = f.End
		return held
	}
	return append(held, f)
}

// freezeRevisions gives every revision of every freeze, by name and then in their order.
func freezeRevisions(tx Tx) ([]practice.Document, error) {
	return every(func(p practice.Page) ([]practice.Document, error) { return tx.Revisions(practice.KindFreeze, p) },
		func(d practice.Document) string { return fmt.Sprintf("%s/%d", d.Name, d.Revision) })
}
