package store

import (
	"strconv"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/health"
)

var healthBody = scanBody[health.Health]

// PutHealth stores how components on targets are, many with one statement.
func (t *tx) PutHealth(healths []health.Health) error {
	all := make([][]any, len(healths))
	for i, h := range healths {
		body, err := encode(h)
		if err != nil {
			return err
		}
		all[i] = []any{t.scope, h.Target, h.Component, h.Environment, string(h.State), flag(h.Pending), int64(h.Percent), dueMicros(h.HeardAt), body}
	}
	return t.insert(`INSERT INTO health (scope, target, component, environment, state, pending, percent, heard_at, body)`, all,
		`ON CONFLICT (scope, target, component) DO UPDATE SET environment = excluded.environment, state = excluded.state, pending = excluded.pending,
		percent = excluded.percent, heard_at = excluded.heard_at, body = excluded.body`)
}

// pairs gives the marks and arguments of a list of pairs, of which there is at least one.
func pairs[T any](all []T, of func(T) (string, string)) (string, []any) {
	length := stepOf(len(all))
	args := make([]any, 0, 2*length)
	for i := range length {
		one, other := of(all[min(i, len(all)-1)])
		args = append(args, one, other)
	}
	return `(VALUES (?, ?)` + strings.Repeat(`, (?, ?)`, length-1) + `)`, args
}

// DropHealth forgets components on targets.
func (t *tx) DropHealth(healths []health.Health) error {
	for _, batch := range pieces(healths) {
		some, args := pairs(batch, func(h health.Health) (string, string) { return h.Target, h.Component })
		if err := t.do(`DELETE FROM health WHERE scope = ? AND (target, component) IN `+some, append([]any{t.scope}, args...)...); err != nil {
			return err
		}
	}
	return nil
}

// HealthOn gives all of the targets.
func (t *tx) HealthOn(targets []string) ([]health.Health, error) {
	return amongTargets(t, healthBody, targets, `SELECT body FROM health WHERE scope = ? AND target IN `, ` ORDER BY target, component`)
}

// HealthOf lists them by target and component.
func (t *tx) HealthOf(f health.Filter, page practice.Page) ([]health.Health, error) {
	target, component, both := strings.Cut(page.After, "/") // names have no slash
	if page.After != "" && !both {
		return nil, badPage(page.After, "a target and a component")
	}
	sql, args := `SELECT body FROM health WHERE scope = ?`, []any{t.scope}
	for _, part := range []struct{ column, value string }{
		{"environment", f.Environment}, {"component", f.Component}, {"target", f.Target}, {"state", string(f.State)},
	} {
		if part.value != "" {
			sql, args = sql+` AND `+part.column+` = ?`, append(args, part.value)
		}
	}
	return list(t, healthBody, sql+` AND (target, component) > (?, ?) ORDER BY target, component LIMIT ?`, append(args, target, component, page.Size())...)
}

func placePairs(places []health.Place) (string, []any, error) {
	if len(places) > maxBatch {
		return "", nil, practice.Faultf(practice.Invalid, "%d places: at most %d at once", len(places), maxBatch)
	}
	some, args := pairs(places, func(p health.Place) (string, string) { return p.Environment, p.Component })
	return some, args, nil
}

// CountHealth counts the targets of places.
func (t *tx) CountHealth(places []health.Place) ([]health.Counted, error) {
	if len(places) == 0 {
		return nil, nil
	}
	some, args, err := placePairs(places)
	if err != nil {
		return nil, err
	}
	return list(t, func(r row) (health.Counted, error) {
		var c health.Counted
		err := r.Scan(&c.Environment, &c.Component, &c.Targets, &c.Failing, &c.Degraded, &c.Unknown, &c.Pending, &c.Percent)
		return c, err
	}, `SELECT environment, component, COUNT(*), COUNT(CASE WHEN state = 'failing' THEN 1 END), COUNT(CASE WHEN state = 'degraded' THEN 1 END),
		COUNT(CASE WHEN state = 'unknown' AND pending = 0 THEN 1 END), COUNT(CASE WHEN pending = 1 THEN 1 END), MIN(CASE WHEN percent = 0 THEN 100 ELSE percent END)
		FROM health WHERE scope = ? AND (environment, component) IN `+some+` GROUP BY environment, component ORDER BY environment, component`, append([]any{t.scope}, args...)...)
}

func scanQuiet(r row) (health.Quiet, error) {
	var q health.Quiet
	var state string
	var pending int64
	err := r.Scan(&q.Environment, &q.Component, &state, &pending, &q.Number)
	q.State, q.Pending = health.State(state), pending != 0
	return q, err
}

// QuietHealth counts what is not known any more. It begins with the agents, of
// which few are silent, and with what was said long ago.
func (t *tx) QuietHealth(agents, reports time.Time) ([]health.Quiet, error) {
	silent, err := list(t, scanQuiet, `SELECT h.environment, h.component, h.state, h.pending, COUNT(*)
		FROM agent AS a CROSS JOIN document AS d CROSS JOIN health AS h
		WHERE a.scope = ? AND a.heard > 0 AND a.heard < ? AND d.scope = ? AND d.agent = a.name AND d.agent <> '' AND d.present = 1 AND d.removed = 0
		AND h.scope = ? AND h.target = d.name GROUP BY h.environment, h.component, h.state, h.pending ORDER BY h.environment, h.component, h.state, h.pending`,
		t.scope, micros(agents), t.scope, t.scope)
	if err != nil {
		return nil, err
	}
	stale, err := list(t, scanQuiet, `SELECT h.environment, h.component, h.state, h.pending, COUNT(*) FROM health AS h
		WHERE h.scope = ? AND h.heard_at > 0 AND h.heard_at < ? AND NOT EXISTS (SELECT 1 FROM document AS d JOIN agent AS a ON a.scope = ? AND a.name = d.agent
		WHERE d.scope = ? AND d.kind = 'Target' AND d.name = h.target AND d.present = 1 AND d.removed = 0 AND a.heard > 0 AND a.heard < ?)
		GROUP BY h.environment, h.component, h.state, h.pending ORDER BY h.environment, h.component, h.state, h.pending`,
		t.scope, micros(reports), t.scope, t.scope, micros(agents))
	return append(silent, stale...), err
}

const spellPrefix = "H-"

var spellBody = scanBody[health.Spell]

// AddSpells stores new ones under new ids.
func (t *tx) AddSpells(spells []health.Spell) ([]health.Spell, error) {
	if len(spells) == 0 {
		return nil, nil
	}
	number, err := t.next("health", len(spells))
	if err != nil {
		return nil, err
	}
	for i := range spells {
		spells[i].ID = spellPrefix + strconv.FormatInt(number+int64(i), 10)
	}
	return spells, t.PutSpells(spells)
}

// PutSpells stores spells with all their columns. What a spell is about never changes.
func (t *tx) PutSpells(spells []health.Spell) error {
	all := make([][]any, len(spells))
	for i, s := range spells {
		body, err := encode(s)
		if err != nil {
			return err
		}
		all[i] = []any{t.scope, numbered(spellPrefix, s.ID), s.Environment, s.Component, string(s.State), flag(s.Stands()), flag(s.Untold()), dueMicros(s.ToldAt), dueMicros(s.Since), dueMicros(s.Until), body}
	}
	return t.insert(`INSERT INTO health_spell (scope, number, environment, component, state, standing, untold, told_at, since, until, body)`, all,
		`ON CONFLICT (scope, number) DO UPDATE SET state = excluded.state, standing = excluded.standing, untold = excluded.untold,
		told_at = excluded.told_at, since = excluded.since, until = excluded.until, body = excluded.body`)
}

// StandingSpells gives those that go on.
func (t *tx) StandingSpells(places []health.Place) ([]health.Spell, error) {
	if len(places) == 0 {
		return nil, nil
	}
	some, args, err := placePairs(places)
	if err != nil {
		return nil, err
	}
	return list(t, spellBody, `SELECT body FROM health_spell WHERE scope = ? AND standing = 1 AND (environment, component) IN `+some+` ORDER BY environment, component`,
		append([]any{t.scope}, args...)...)
}

// Spells lists them newest first.
func (t *tx) Spells(f health.Filter, page practice.Page) ([]health.Spell, error) {
	before := int64(1 << 62)
	if page.After != "" {
		if before = numbered(spellPrefix, page.After); before == 0 {
			return nil, badPage(page.After, "the id of a spell of health")
		}
	}
	sql, args := `SELECT body FROM health_spell WHERE scope = ?`, []any{t.scope}
	for _, part := range []struct{ column, value string }{{"environment", f.Environment}, {"component", f.Component}, {"state", string(f.State)}} {
		if part.value != "" {
			sql, args = sql+` AND `+part.column+` = ?`, append(args, part.value)
		}
	}
	if !f.Ended {
		sql += ` AND standing = 1`
	}
	return list(t, spellBody, sql+` AND number < ? ORDER BY number DESC LIMIT ?`, append(args, before, page.Size())...)
}

// SpellsAt gives those in which a place was not healthy at a moment.
func (t *tx) SpellsAt(at time.Time) ([]health.Spell, error) {
	const standing = `SELECT body FROM health_spell WHERE scope = ? AND component > '' AND standing = 1 AND state <> 'healthy'`
	if at.IsZero() {
		return list(t, spellBody, standing+` ORDER BY component, environment`, t.scope)
	}
	stands, err := list(t, spellBody, standing+` AND since <= ? ORDER BY component, environment`, t.scope, micros(at))
	if err != nil {
		return nil, err
	}
	stood, err := list(t, spellBody, `SELECT body FROM health_spell WHERE scope = ? AND until > 0 AND until > ? AND since <= ? AND state <> 'healthy' ORDER BY until, since`,
		t.scope, micros(at), micros(at))
	return append(stands, stood...), err
}

// UntoldSpells gives those that people are to be told of, the oldest first.
func (t *tx) UntoldSpells(in string, limit int) ([]health.Spell, error) {
	return list(t, spellBody, `SELECT body FROM health_spell WHERE scope = ? AND environment = ? AND untold = 1 ORDER BY number LIMIT ?`, t.scope, in, bounded(limit))
}

// LastToldHealth gives when people were last told of the health in an environment.
func (t *tx) LastToldHealth(in string) (time.Time, error) {
	at, err := first(t, nil, scanOne[int64], `SELECT told_at FROM health_spell WHERE scope = ? AND environment = ? ORDER BY told_at DESC LIMIT 1`, t.scope, in)
	return moment(at), err
}
