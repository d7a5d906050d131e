package store

import (
	"encoding/json"
	"strconv"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/internal/practice/environment"
)

const driftPrefix = "DR-"

var driftBody = scanBody[drift.Drift]

func driftNumber(id string) int64 { return numbered(driftPrefix, id) }

// AddDrifts stores new ones under new ids.
func (t *tx) AddDrifts(drifts []drift.Drift) ([]drift.Drift, error) {
	if len(drifts) == 0 {
		return nil, nil
	}
	number, err := t.next("drift", len(drifts))
	if err != nil {
		return nil, err
	}
	for i := range drifts {
		drifts[i].ID = driftPrefix + strconv.FormatInt(number+int64(i), 10)
	}
	return drifts, t.PutDrifts(drifts)
}

// PutDrifts stores drifts with all their columns. What a drift is about never changes.
func (t *tx) PutDrifts(drifts []drift.Drift) error {
	all := make([][]any, len(drifts))
	for i, d := range drifts {
		body, err := encode(d)
		if err != nil {
			return err
		}
		all[i] = []any{t.scope, driftNumber(d.ID), d.Environment, d.Target, d.Component, string(d.State), flag(d.Stands()), flag(d.Untold()), dueMicros(d.ToldAt), dueMicros(d.Since), dueMicros(d.EndedAt), body}
	}
	return t.insert(`INSERT INTO drift (scope, number, environment, target, component, state, standing, untold, told_at, since, ended_at, body)`, all,
		`ON CONFLICT (scope, number) DO UPDATE SET state = excluded.state, standing = excluded.standing, untold = excluded.untold,
		told_at = excluded.told_at, since = excluded.since, ended_at = excluded.ended_at, body = excluded.body`)
}

// Drift gives one.
func (t *tx) Drift(id string) (drift.Drift, error) {
	return first(t, notFound("drift %s does not exist", id), driftBody, `SELECT body FROM drift WHERE scope = ? AND number = ?`, t.scope, driftNumber(id))
}

// Drifts lists them newest first.
func (t *tx) Drifts(f drift.Filter, page practice.Page) ([]drift.Drift, error) {
	before := int64(1 << 62)
	if page.After != "" {
		if before = driftNumber(page.After); before == 0 {
			return nil, badPage(page.After, "a drift's id")
		}
	}
	sql, args := `SELECT body FROM drift WHERE scope = ?`, []any{t.scope}
	for _, part := range []struct{ column, value string }{
		{"environment", f.Environment}, {"target", f.Target}, {"component", f.Component},
	} {
		if part.value != "" {
			sql, args = sql+` AND `+part.column+` = ?`, append(args, part.value)
		}
	}
	if !f.Ended {
		sql += ` AND standing = 1`
	}
	return list(t, driftBody, sql+` AND number < ? ORDER BY number DESC LIMIT ?`, append(args, before, page.Size())...)
}

// StandingDrifts gives those that stand on any of the targets.
func (t *tx) StandingDrifts(targets []string) ([]drift.Drift, error) {
	return amongTargets(t, driftBody, targets, `SELECT body FROM drift WHERE scope = ? AND standing = 1 AND target IN `, ` ORDER BY target, component`)
}

// amongTargets reads rows of at most maxBatch targets; there may be none.
func amongTargets[T any](t *tx, scan func(row) (T, error), targets []string, sql, tail string) ([]T, error) {
	if len(targets) == 0 {
		return nil, nil
	}
	if err := fewNames(targets); err != nil {
		return nil, err
	}
	some, args := among(targets)
	return list(t, scan, sql+some+tail, append([]any{t.scope}, args...)...)
}

// CountDrifts counts those that stand.
func (t *tx) CountDrifts(in string) ([]drift.Count, error) {
	sql, args := `SELECT environment, state, COUNT(*) FROM drift WHERE scope = ? AND standing = 1`, []any{t.scope}
	if in != "" {
		sql, args = sql+` AND environment = ?`, append(args, in)
	} else {
		sql += ` AND environment > ''`
	}
	return list(t, func(r row) (drift.Count, error) {
		var c drift.Count
		var state string
		err := r.Scan(&c.Environment, &state, &c.Number)
		c.State = drift.State(state)
		return c, err
	}, sql+` GROUP BY environment, state ORDER BY environment, state`, args...)
}

// AddAcceptances stores acceptances.
func (t *tx) AddAcceptances(accepted []drift.Acceptance) error {
	all := make([][]any, len(accepted))
	for i, a := range accepted {
		body, err := encode(a)
		if err != nil {
			return err
		}
		all[i] = []any{t.scope, a.Target, a.Component, body}
	}
	return t.insert(`INSERT INTO drift_acceptance (scope, target, component, body)`, all, `ON CONFLICT (scope, target, component) DO UPDATE SET body = excluded.body`)
}

// Acceptances gives those of targets.
func (t *tx) Acceptances(targets []string) ([]drift.Acceptance, error) {
	return amongTargets(t, scanBody[drift.Acceptance], targets, `SELECT body FROM drift_acceptance WHERE scope = ? AND target IN `, ` ORDER BY target, component`)
}

// PutLooked stores when targets were last looked at, many with one statement.
func (t *tx) PutLooked(looked []drift.Looked) error {
	all := make([][]any, len(looked))
	for i, l := range looked {
		body, err := encode(l)
		if err != nil {
			return err
		}
		all[i] = []any{t.scope, l.Target, l.Environment, micros(l.At), body}
	}
	return t.insert(`INSERT INTO drift_look (scope, target, environment, looked_at, body)`, all,
		`ON CONFLICT (scope, target) DO UPDATE SET environment = excluded.environment, looked_at = excluded.looked_at, body = excluded.body`)
}

// Looked gives when targets were last looked at.
func (t *tx) Looked(targets []string) ([]drift.Looked, error) {
	return amongTargets(t, scanBody[drift.Looked], targets, `SELECT body FROM drift_look WHERE scope = ? AND target IN `, ` ORDER BY target`)
}

// CountLooked counts the targets that were looked at since.
func (t *tx) CountLooked(in string, since time.Time) (int, error) {
	return first(t, nil, scanOne[int], `SELECT COUNT(*) FROM drift_look WHERE scope = ? AND environment = ? AND looked_at >= ?`, t.scope, in, micros(since))
}

// UntoldDrifts gives drifts that people were not told of, the oldest first.
func (t *tx) UntoldDrifts(in string, limit int) ([]drift.Drift, error) {
	return list(t, driftBody, `SELECT body FROM drift WHERE scope = ? AND environment = ? AND untold = 1 ORDER BY number LIMIT ?`, t.scope, in, bounded(limit))
}

// LastTold gives when something was last told of an environment.
func (t *tx) LastTold(in string) (time.Time, error) {
	at, err := first(t, nil, scanOne[int64], `SELECT told_at FROM drift WHERE scope = ? AND environment = ? ORDER BY told_at DESC LIMIT 1`, t.scope, in)
	return moment(at), err
}

// Busy gives those of the targets for which an order is open.
func (t *tx) Busy(targets []string) ([]string, error) {
	return amongTargets(t, scanOne[string], targets, `SELECT DISTINCT target FROM deployment_order WHERE scope = ? AND open = 1 AND target IN `, ` ORDER BY target`)
}

// PresencesOn gives all that is now on the targets.
func (t *tx) PresencesOn(targets []string) ([]environment.Presence, error) {
	return amongTargets(t, scanPresence, targets, `SELECT `+presenceColumns+` FROM presence WHERE scope = ? AND until = 0 AND target IN `, ` ORDER BY target, component`)
}

// Examples is Standing with one deployment each.
func (t *tx) Examples(in string) ([]environment.Standing, error) {
	return list(t, func(r row) (environment.Standing, error) {
		var s environment.Standing
		err := r.Scan(&s.Component, &s.Version, &s.Targets, &s.Deployment)
		return s, err
	}, `SELECT component, version, COUNT(*), MAX(deployment) FROM presence
		WHERE scope = ? AND until = 0 AND environment = ? AND version <> '' AND uncertain = 0 GROUP BY component, version ORDER BY component, version`, t.scope, in)
}

// TargetsOf gives the documents of the targets that an agent acts for.
func (t *tx) TargetsOf(agent string, page practice.Page) ([]practice.Document, error) {
	return list(t, documentBody, `SELECT body FROM document WHERE scope = ? AND agent = ? AND agent <> '' AND present = 1 AND removed = 0 AND name > ? ORDER BY name LIMIT ?`,
		t.scope, agent, page.After, page.Size())
}

// TargetsNamed gives the documents of targets.
func (t *tx) TargetsNamed(names []string) ([]practice.Document, error) {
	return amongTargets(t, documentBody, names, `SELECT body FROM document WHERE scope = ? AND kind = 'Target' AND present = 1 AND removed = 0 AND name IN `, ` ORDER BY name`)
}

// CountTargets counts the targets of an environment.
func (t *tx) CountTargets(in string) (int, error) {
	return first(t, nil, scanOne[int], `SELECT COUNT(*) FROM document WHERE scope = ? AND kind = 'Target' AND parent = ? AND present = 1 AND removed = 0`, t.scope, in)
}

// agentOf gives the agent that acts for the target of a document; "" of other kinds.
func agentOf(d practice.Document) string {
	if d.Kind != practice.KindTarget || d.Removed {
		return ""
	}
	var spec struct {
		Agent string `json:"agent"`
	}
	if json.Unmarshal(d.Spec, &spec) != nil || spec.Agent == "" {
		return d.Name
	}
	return spec.Agent
}
