package store

import (
	"strconv"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice/health"
)

func healthInspections() map[control.StoredKind]inspection {
	return map[control.StoredKind]inspection{
		control.StoredSpell: {`SELECT number, environment, component, state, standing, untold, told_at, since, until, body FROM health_spell
			WHERE scope = ? ORDER BY number`, inspectSpell},
	}
}

func inspectSpell(r row) (control.Stored, error) {
	var number, standing, untold, told, since, until int64
	var environment, component, state, body string
	if err := r.Scan(&number, &environment, &component, &state, &standing, &untold, &told, &since, &until, &body); err != nil {
		return control.Stored{}, err
	}
	id := spellPrefix + strconv.FormatInt(number, 10)
	var s health.Spell
	return inspected("health "+id, body, &s, func() []pair {
		return []pair{{"number", id, s.ID}, {"environment", environment, s.Environment}, {"component", component, s.Component}, {"state", state, string(s.State)},
			{"standing", standing, flag(s.Stands())}, {"untold", untold, flag(s.Untold())}, {"told_at", told, dueMicros(s.ToldAt)},
			{"since", since, dueMicros(s.Since)}, {"until", until, dueMicros(s.Until)}}
	}), nil
}
