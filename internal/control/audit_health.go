package control

import (
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/health"
)

// healthAudit is what the entries say of the health of places.
type healthAudit struct {
	spells   map[string]health.Said  // by id
	standing map[health.Place]string // the id of the spell that goes on
}

func newHealthAudit() healthAudit {
	return healthAudit{map[string]health.Said{}, map[health.Place]string{}}
}

// healthTold lets an entry about the health of a place tell: it ends the spell
// that stands and, unless nothing is checked any more, begins one.
func (a *audit) healthTold(id string, e practice.Entry) {
	place := health.Place{Environment: text(e, "environment"), Component: text(e, "component")}
	if place.Name() != id {
		a.find("health "+id, "its entry is about %s", place.Name())
	}
	if before, stands := a.health.standing[place]; stands {
		ended := a.health.spells[before]
		ended.Until = e.When
		a.health.spells[before] = ended
		delete(a.health.standing, place)
	}
	if e.Kind == health.EntryChanged {
		spell := text(e, "spell")
		a.health.spells[spell] = health.Said{Place: place, State: health.State(text(e, "state")), Since: e.When}
		a.health.standing[place] = spell
	}
}

// compareHealth compares the spells.
func (a *audit) compareHealth() error {
	return matched(a, StoredSpell, "health", a.health.spells, func(_ string, s health.Spell) string { return s.ID },
		func(where string, s health.Spell, told health.Said) { a.compare(where, health.SaidOf(s), told) })
}
