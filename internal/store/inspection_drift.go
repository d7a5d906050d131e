package store

import (
	"strconv"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice/drift"
)

func driftInspections() map[control.StoredKind]inspection {
	return map[control.StoredKind]inspection{
		control.StoredDrift: {`SELECT number, environment, target, component, state, standing, untold, told_at, since, ended_at, body FROM drift
			WHERE scope = ? ORDER BY number`, inspectDrift},
		control.StoredAcceptance: {`SELECT target, component, body FROM drift_acceptance WHERE scope = ? ORDER BY target, component`, inspectAcceptance},
		control.StoredReference:  {`SELECT target, watch, digest, since, cause, body FROM drift_reference WHERE scope = ? ORDER BY target, watch`, inspectReference},
	}
}

func inspectDrift(r row) (control.Stored, error) {
	var number, standing, untold, told, since, ended int64
	var environment, target, component, state, body string
	if err := r.Scan(&number, &environment, &target, &component, &state, &standing, &untold, &told, &since, &ended, &body); err != nil {
		return control.Stored{}, err
	}
	id := driftPrefix + strconv.FormatInt(number, 10)
	var d drift.Drift
	return inspected("drift "+id, body, &d, func() []pair {
		return []pair{{"number", id, d.ID}, {"environment", environment, d.Environment}, {"target", target, d.Target}, {"component", component, d.Component},
			{"state", state, string(d.State)}, {"standing", standing, flag(d.Stands())}, {"untold", untold, flag(d.Untold())}, {"told_at", told, dueMicros(d.ToldAt)},
			{"since", since, dueMicros(d.Since)}, {"ended_at", ended, dueMicros(d.EndedAt)}}
	}), nil
}

func inspectAcceptance(r row) (control.Stored, error) {
	var target, component, body string
	if err := r.Scan(&target, &component, &body); err != nil {
		return control.Stored{}, err
	}
	var a drift.Acceptance
	return inspected("acceptance of "+component+" on "+target, body, &a, func() []pair {
		return []pair{{"target", target, a.Target}, {"component", component, a.Component}}
	}), nil
}
