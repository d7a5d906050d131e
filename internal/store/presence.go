package store

import (
	"maps"
	"slices"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/environment"
)

const presenceColumns = `target, component, since, until, environment, version, digest, deployment, uncertain, slot`

func scanPresence(r row) (environment.Presence, error) {
	var p environment.Presence
	var digest string
	var since, until, uncertain int64
	err := r.Scan(&p.Target, &p.Component, &since, &until, &p.Environment, &p.Version, &digest, &p.Deployment, &uncertain, &p.Slot)
	p.Digest, p.Since, p.Until, p.Uncertain = practice.Digest(digest), moment(since), moment(until), uncertain != 0
	return p, err
}

// Presences lists what was where at a moment.
func (t *tx) Presences(in string, at time.Time, page practice.Page) ([]environment.Presence, error) {
	sql, args := `SELECT `+presenceColumns+` FROM presence WHERE scope = ?`, []any{t.scope}
	if at.IsZero() {
		sql += ` AND until = 0`
	} else {
		sql, args = sql+` AND since <= ? AND (until = 0 OR until > ?)`, append(args, micros(at), micros(at))
	}
	if in != "" {
		sql, args = sql+` AND environment = ?`, append(args, in)
	}
	target, component, _ := strings.Cut(page.After, "/") // names have no slash
	sql, args = sql+` AND (target, component) > (?, ?) ORDER BY target, component LIMIT ?`, append(args, target, component, page.Size())
	return list(t, scanPresence, sql, args...)
}

// StandsByDigest counts what stands in an environment now.
func (t *tx) StandsByDigest(in string) ([]environment.Stand, error) {
	return list(t, func(r row) (environment.Stand, error) {
		var s environment.Stand
		var digest string
		var uncertain int64
		err := r.Scan(&s.Component, &s.Version, &digest, &uncertain, &s.Targets)
		s.Digest, s.Uncertain = practice.Digest(digest), uncertain != 0
		return s, err
	}, `SELECT component, version, digest, uncertain, COUNT(*) FROM presence
		WHERE scope = ? AND until = 0 AND environment = ? GROUP BY component, version, digest, uncertain ORDER BY component, version, digest, uncertain`, t.scope, in)
}

// SomeOfEach gives the first targets that have each version of the components.
func (t *tx) SomeOfEach(in string, components []string, limit int) ([]environment.Presence, error) {
	if len(components) == 0 {
		return nil, nil
	}
	if err := fewNames(components); err != nil {
		return nil, err
	}
	some, args := among(components)
	return list(t, func(r row) (environment.Presence, error) {
		p := environment.Presence{Environment: in}
		var digest string
		var uncertain int64
		err := r.Scan(&p.Target, &p.Component, &p.Version, &digest, &uncertain)
		p.Digest, p.Uncertain = practice.Digest(digest), uncertain != 0
		return p, err
	}, `SELECT target, component, version, digest, uncertain FROM
		(SELECT target, component, version, digest, uncertain, ROW_NUMBER() OVER (PARTITION BY component, version, digest, uncertain ORDER BY target) AS n
		FROM presence WHERE scope = ? AND until = 0 AND environment = ? AND component IN `+some+`) AS numbered
		WHERE n <= ? ORDER BY component, version, digest, uncertain, target`,
		append(append([]any{t.scope, in}, args...), bounded(limit))...)
}

// TargetsIn lists the names of the present targets of an environment.
func (t *tx) TargetsIn(in string, page practice.Page) ([]string, error) {
	return list(t, scanOne[string], `SELECT name FROM document
		WHERE scope = ? AND kind = ? AND parent = ? AND present = 1 AND removed = 0 AND name > ? ORDER BY name LIMIT ?`,
		t.scope, string(practice.KindTarget), in, page.After, page.Size())
}

// PresencesOf gives what is now on each of the targets.
func (t *tx) PresencesOf(targets, components []string) ([]environment.Presence, error) {
	if len(targets) > maxBatch || len(components) > maxBatch {
		return nil, practice.Faultf(practice.Invalid, "presences of %d targets and %d components: at most %d at once", len(targets), len(components), maxBatch)
	}
	if len(targets) == 0 || len(components) == 0 {
		return nil, nil
	}
	some, args := among(targets)
	parts, more := among(components)
	args = append(append([]any{t.scope}, args...), more...)
	return list(t, scanPresence, `SELECT `+presenceColumns+` FROM presence
		WHERE scope = ? AND until = 0 AND target IN `+some+` AND component IN `+parts+` ORDER BY target, component`, args...)
}

// PlacesOf gives where a component is now, of the environments that are named.
func (t *tx) PlacesOf(component string, environments []string) ([]environment.Place, error) {
	if len(environments) > maxBatch {
		return nil, practice.Faultf(practice.Invalid, "%d environments: at most %d at once", len(environments), maxBatch)
	}
	if len(environments) == 0 {
		return nil, nil
	}
	some, args := among(environments)
	return list(t, func(r row) (environment.Place, error) {
		var p environment.Place
		err := r.Scan(&p.Environment, &p.Version, &p.Targets, &p.Uncertain)
		return p, err
	}, `SELECT environment, version, COUNT(*), COUNT(CASE WHEN uncertain = 1 THEN 1 END) FROM presence
		WHERE scope = ? AND until = 0 AND environment IN `+some+` AND component = ? GROUP BY environment, version ORDER BY environment, version`,
		append(append([]any{t.scope}, args...), component)...)
}

// Standing gives which versions are now in the environment.
func (t *tx) Standing(in string) ([]environment.Standing, error) {
	return list(t, func(r row) (environment.Standing, error) {
		var s environment.Standing
		err := r.Scan(&s.Component, &s.Version, &s.Targets)
		return s, err
	}, `SELECT component, version, COUNT(*) FROM presence
		WHERE scope = ? AND until = 0 AND environment = ? AND version <> '' GROUP BY component, version ORDER BY component, version`, t.scope, in)
}

// Land ends the present presences and begins the new ones. When one target and
// component comes more than once, the later one counts last. An end is never
// before its beginning, whatever Since says.
func (t *tx) Land(presences []environment.Presence) error {
	for _, round := range rounds(presences) {
		if err := t.endPresences(round); err != nil {
			return err
		}
		var begun []environment.Presence
		for _, p := range round {
			if p.Version != "" {
				begun = append(begun, p)
			}
		}
		if err := t.beginPresences(begun, ""); err != nil {
			return err
		}
	}
	return nil
}

// Doubt marks present presences as uncertain, or begins uncertain ones.
func (t *tx) Doubt(presences []environment.Presence) error {
	for _, round := range rounds(presences) {
		for i := range round {
			round[i].Version, round[i].Digest, round[i].Slot, round[i].Uncertain = "", "", "", true
		}
		if err := t.beginPresences(round, `ON CONFLICT (scope, target, component) WHERE until = 0 DO UPDATE SET uncertain = 1`); err != nil {
			return err
		}
	}
	return nil
}

// endPresences ends those that end at one moment, which nearly always are all, together.
func (t *tx) endPresences(ended []environment.Presence) error {
	together := map[int64][]environment.Presence{}
	for _, p := range ended {
		together[micros(p.Since)] = append(together[micros(p.Since)], p)
	}
	for _, since := range slices.Sorted(maps.Keys(together)) {
		for _, batch := range pieces(together[since]) {
			args := []any{since, since, t.scope}
			length := stepOf(len(batch))
			for i := range length {
				p := batch[min(i, len(batch)-1)]
				args = append(args, p.Target, p.Component)
			}
			if err := t.do(`UPDATE presence SET until = CASE WHEN since > ? THEN since ELSE ? END
				WHERE scope = ? AND until = 0 AND (target, component) IN (VALUES (?, ?)`+strings.Repeat(`, (?, ?)`, length-1)+`)`, args...); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *tx) beginPresences(begun []environment.Presence, tail string) error {
	all := make([][]any, len(begun))
	for i, p := range begun {
		all[i] = []any{t.scope, p.Target, p.Component, micros(p.Since), int64(0), p.Environment, p.Version, string(p.Digest), p.Deployment, flag(p.Uncertain), p.Slot}
	}
	return t.insert(`INSERT INTO presence (scope, `+presenceColumns+`)`, all, tail)
}

// rounds sorts presences into groups, in none of which a target and component comes twice.
func rounds(presences []environment.Presence) [][]environment.Presence {
	var out [][]environment.Presence
	times := map[[2]string]int{}
	for _, p := range presences {
		key := [2]string{p.Target, p.Component}
		n := times[key]
		times[key]++
		if n == len(out) {
			out = append(out, nil)
		}
		out[n] = append(out[n], p)
	}
	return out
}
