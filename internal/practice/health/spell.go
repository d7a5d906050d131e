package health

import (
	"time"

	"tranship.dev/tranship/internal/practice"
)

// The entries of health.
const (
	EntryChanged = "health.changed" // data: spell, environment, component, state, before, counts, and which check said what where
	EntryEnded   = "health.ended"   // its health is not checked any more; data: spell, environment, component, before
)

// Spell is a time during which the health of a place was one. A change ends one
// and begins the next, and the record tells of it.
type Spell struct {
	ID string `json:"id"` // "H-12"
	Place
	State  State     `json:"state"`
	Before State     `json:"before,omitempty"` // what it was; empty: it was not checked
	Since  time.Time `json:"since"`
	Until  time.Time `json:"until,omitzero"` // zero: it goes on
	Count  Count     `json:"count"`          // when it began
	Target string    `json:"target,omitempty"`
	Check  string    `json:"check,omitempty"` // that said so there
	Says   string    `json:"says,omitempty"`
	Cause  string    `json:"cause,omitempty"` // the deployment that brought it about; empty: what was checked did
	Told   State     `json:"told,omitempty"`  // what people were told last of the place
	ToldAt time.Time `json:"toldAt,omitzero"`
}

// Stands says whether it goes on.
func (s Spell) Stands() bool { return s.Until.IsZero() }

// Untold says whether there is something that people were not told: that it is
// degraded or failing, or healthy again after they were told so.
func (s Spell) Untold() bool {
	return s.Stands() && (bad(s.State) && s.Told != s.State || s.State == Healthy && bad(s.Told))
}

// Turn is what follows when the count of a place has changed.
type Turn struct {
	Ended *Spell // the one that stood
	Begun *Spell // the new one, without an id; nil: its health is not checked any more
}

// Change gives what follows for a place; false when nothing does. before is the
// spell that stands, nil when there is none; worst is a target that explains the
// state, where one does.
func Change(before *Spell, place Place, c Count, worst *Health, cause string, now time.Time) (Turn, bool) {
	state := Overall(c)
	if before == nil && state == "" || before != nil && before.State == state {
		return Turn{}, false
	}
	var turn Turn
	next := Spell{Place: place, State: state, Since: now, Count: c, Cause: cause}
	if before != nil {
		ended := *before
		ended.Until = now
		turn.Ended = &ended
		next.Before, next.Told, next.ToldAt = before.State, before.Told, before.ToldAt
	}
	if state == "" {
		return turn, true
	}
	if worst != nil && state != Healthy {
		next.Target = worst.Target
		if a, is := worst.Worst(); is {
			next.Check, next.Says = a.Check, a.Says
		}
	}
	turn.Begun = &next
	return turn, true
}

// Entry gives what the record tells of a turn.
func (t Turn) Entry(who practice.Actor) practice.Entry {
	if t.Begun == nil {
		e := t.Ended
		return practice.Entry{Kind: EntryEnded, Subject: e.Subject(), Who: who, Data: map[string]any{
			"spell": e.ID, "environment": e.Environment, "component": e.Component, "before": string(e.State),
		}}
	}
	s := t.Begun
	data := map[string]any{
		"spell": s.ID, "environment": s.Environment, "component": s.Component, "state": string(s.State),
		"targets": s.Count.Targets, "failing": s.Count.Failing, "degraded": s.Count.Degraded, "unknown": s.Count.Unknown + s.Count.Pending,
	}
	for key, value := range map[string]string{"before": string(s.Before), "check": s.Check, "says": s.Says, "deployment": s.Cause} {
		if value != "" {
			data[key] = value
		}
	}
	return practice.Entry{Kind: EntryChanged, Subject: s.Subject(), Target: s.Target, Who: who, Data: data}
}

// Said is what the entries say of a spell: what the stored row must say too.
type Said struct {
	Place
	State State
	Since time.Time
	Until time.Time
}

// SaidOf gives what the row says.
func SaidOf(s Spell) Said { return Said{s.Place, s.State, s.Since, s.Until} }
