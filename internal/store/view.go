package store

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/library"
)

func scanStand(r row) (control.Stand, error) {
	var s control.Stand
	var first, last int64
	err := r.Scan(&s.Component, &s.Environment, &s.Version, &s.Targets, &s.Uncertain, &first, &last)
	s.First, s.Last = moment(first), moment(last)
	return s, err
}

// Stands counts what stands or stood where.
func (t *tx) Stands(environments, components []string, at time.Time) ([]control.Stand, error) {
	if len(environments) == 0 || len(components) == 0 {
		return nil, nil
	}
	if err := errors.Join(fewNames(environments), fewNames(components)); err != nil {
		return nil, err
	}
	some, args := among(environments)
	parts, more := among(components)
	sql, args := `SELECT component, environment, version, COUNT(*), SUM(uncertain), MIN(since), MAX(since) FROM presence
		WHERE scope = ? AND environment IN `+some+` AND component IN `+parts, append(append([]any{t.scope}, args...), more...)
	if at.IsZero() {
		sql += ` AND until = 0`
	} else {
		sql, args = sql+` AND since <= ? AND (until = 0 OR until > ?)`, append(args, micros(at), micros(at))
	}
	return list(t, scanStand, sql+` GROUP BY component, environment, version ORDER BY component, environment, version`, args...)
}

// StandsOn gives where a component stands or stood.
func (t *tx) StandsOn(component, environment string, at time.Time, limit int) ([]control.StandsOn, error) {
	sql, args := `SELECT target, version, digest, deployment, since, until, uncertain FROM presence
		WHERE scope = ? AND component = ? AND environment = ?`, []any{t.scope, component, environment}
	if at.IsZero() {
		sql += ` AND until = 0`
	} else {
		sql, args = sql+` AND since <= ? AND (until = 0 OR until > ?)`, append(args, micros(at), micros(at))
	}
	return list(t, func(r row) (control.StandsOn, error) {
		var s control.StandsOn
		var digest string
		var since, until, uncertain int64
		err := r.Scan(&s.Target, &s.Version, &digest, &s.Deployment, &since, &until, &uncertain)
		s.Digest, s.Since, s.Until, s.Uncertain = practice.Digest(digest), moment(since), moment(until), uncertain != 0
		return s, err
	}, sql+` ORDER BY since DESC LIMIT ?`, append(args, bounded(limit))...)
}

func scanPlaceCount(r row) (control.PlaceCount, error) {
	var p control.PlaceCount
	err := r.Scan(&p.Component, &p.Environment, &p.Number)
	return p, err
}

// DriftPlaces counts what stands other than recorded.
func (t *tx) DriftPlaces() ([]control.PlaceCount, error) {
	return list(t, scanPlaceCount, `SELECT component, environment, COUNT(*) FROM drift
		WHERE scope = ? AND component > '' AND standing = 1 GROUP BY component, environment ORDER BY component, environment`, t.scope)
}

// DriftPlacesAt counts what stood other than recorded at a moment.
func (t *tx) DriftPlacesAt(at time.Time) ([]control.PlaceCount, error) {
	stands, err := list(t, scanPlaceCount, `SELECT component, environment, COUNT(*) FROM drift
		WHERE scope = ? AND component > '' AND standing = 1 AND since <= ? GROUP BY component, environment ORDER BY component, environment`, t.scope, micros(at))
	if err != nil {
		return nil, err
	}
	stood, err := list(t, scanPlaceCount, `SELECT component, environment, COUNT(*) FROM drift
		WHERE scope = ? AND ended_at > 0 AND ended_at > ? AND since <= ? GROUP BY component, environment ORDER BY component, environment`, t.scope, micros(at), micros(at))
	return append(stands, stood...), err
}

// SilentPlaces counts the targets whose agents were not heard of since. It begins with the agents: few are silent.
func (t *tx) SilentPlaces(since time.Time) ([]control.PlaceSilence, error) {
	return list(t, func(r row) (control.PlaceSilence, error) {
		var p control.PlaceSilence
		var heard int64
		err := r.Scan(&p.Component, &p.Environment, &p.Number, &heard)
		p.Since = moment(heard)
		return p, err
	}, `SELECT p.component, p.environment, COUNT(*), MIN(a.heard) FROM agent AS a CROSS JOIN document AS d CROSS JOIN presence AS p
		WHERE a.scope = ? AND a.heard > 0 AND a.heard < ? AND d.scope = ? AND d.agent = a.name AND d.agent <> '' AND d.present = 1 AND d.removed = 0
		AND p.scope = ? AND p.environment = d.parent AND p.target = d.name AND p.until = 0 GROUP BY p.component, p.environment ORDER BY p.component, p.environment`,
		t.scope, micros(since), t.scope, t.scope)
}

// Revisions gives every revision of the documents of a kind.
func (t *tx) Revisions(kind practice.Kind, page practice.Page) ([]practice.Document, error) {
	name, after, both := strings.Cut(page.After, "/")
	number := int64(0)
	if page.After != "" {
		var err error
		if number, err = strconv.ParseInt(after, 10, 64); err != nil || !both {
			return nil, badPage(page.After, "a name and a revision")
		}
	}
	return list(t, documentBody, `SELECT body FROM document WHERE scope = ? AND kind = ? AND name >= ? AND (name > ? OR revision > ?) ORDER BY name, revision LIMIT ?`,
		t.scope, string(kind), name, name, number, page.Size())
}

// DoubtedPlaces counts targets on which nobody knows what stands.
func (t *tx) DoubtedPlaces() ([]control.PlaceCount, error) {
	return list(t, scanPlaceCount, `SELECT component, environment, COUNT(*) FROM presence
		WHERE scope = ? AND component > '' AND until = 0 AND uncertain = 1 GROUP BY component, environment ORDER BY component, environment`, t.scope)
}

// OpenPlaces gives the components of all open deployments.
func (t *tx) OpenPlaces() ([]control.OpenPlace, error) {
	return list(t, func(r row) (control.OpenPlace, error) {
		var p control.OpenPlace
		var number int64
		var state string
		err := r.Scan(&p.Component, &p.Environment, &number, &state)
		p.Deployment, p.State = deploymentID(number), deployment.State(state)
		return p, err
	}, `SELECT c.component, d.environment, d.number, d.state
		FROM deployment AS d JOIN deployment_component AS c ON c.scope = ? AND c.deployment = d.number
		WHERE d.scope = ? AND d.closed = 0 AND d.number > 0 ORDER BY d.number`, t.scope, t.scope)
}

// VersionNumbers gives versions in the order in which they were added.
func (t *tx) VersionNumbers(components []string) ([]control.VersionNumber, error) {
	if len(components) == 0 {
		return nil, nil
	}
	if err := fewNames(components); err != nil {
		return nil, err
	}
	some, args := among(components)
	return list(t, func(r row) (control.VersionNumber, error) {
		var v control.VersionNumber
		var state string
		err := r.Scan(&v.Component, &v.Version, &v.Number, &state)
		v.State = library.State(state)
		return v, err
	}, `SELECT component, version, number, state FROM component_version WHERE scope = ? AND component IN `+some+` ORDER BY component, number`,
		append([]any{t.scope}, args...)...)
}

// DeploymentStrip counts deployments by when they began, step by step: each is
// a range of the index, and nothing is sorted.
func (t *tx) DeploymentStrip(environment string, from, to time.Time, width time.Duration) (counts []control.StripCount, err error) {
	sql := `SELECT result, COUNT(*) FROM deployment WHERE scope = ? AND begins >= ? AND begins < ?`
	if environment != "" {
		sql += ` AND environment = ?`
	}
	for step := 0; ; step++ {
		begins := from.Add(time.Duration(step) * width)
		if !begins.Before(to) {
			return counts, nil
		}
		ends := begins.Add(width)
		if ends.After(to) {
			ends = to
		}
		args := []any{t.scope, max(micros(begins), 1), micros(ends)}
		if environment != "" {
			args = append(args, environment)
		}
		found, err := list(t, func(r row) (control.StripCount, error) {
			c := control.StripCount{Step: step}
			var result string
			err := r.Scan(&result, &c.Number)
			c.Result = deployment.Result(result)
			return c, err
		}, sql+` GROUP BY result ORDER BY result`, args...)
		if err != nil {
			return nil, err
		}
		counts = append(counts, found...)
	}
}

// TargetMarks gives what a drawing of all targets needs.
func (t *tx) TargetMarks(id string) ([]control.TargetMark, error) {
	return list(t, func(r row) (control.TargetMark, error) {
		var m control.TargetMark
		var state string
		var executed, remediated, given int64
		err := r.Scan(&m.Name, &m.Wave, &state, &executed, &remediated, &given)
		m.State = deployment.TargetState(state)
		m.Look = deployment.LookOf(m.State, executed != 0, remediated != 0, given != 0)
		return m, err
	}, `SELECT name, wave, state, executed, remediated, given_up FROM deployment_target WHERE scope = ? AND deployment = ? ORDER BY wave, name`, t.scope, deploymentNumber(id))
}

// TargetNames gives a part of the names in the order of the marks.
func (t *tx) TargetNames(id string, skip, limit int) ([]string, error) {
	return list(t, scanOne[string], `SELECT name FROM deployment_target WHERE scope = ? AND deployment = ? ORDER BY wave, name LIMIT ? OFFSET ?`,
		t.scope, deploymentNumber(id), bounded(limit), skip)
}

// NamesLike finds present documents by a part of their names.
func (t *tx) NamesLike(kind practice.Kind, text string, limit int) ([]control.NamedIn, error) {
	scan := func(r row) (control.NamedIn, error) {
		var n control.NamedIn
		err := r.Scan(&n.Name, &n.Parent)
		return n, err
	}
	const chosen = `SELECT name, parent FROM document WHERE scope = ? AND kind = ? AND present = 1 AND removed = 0`
	limit = practice.Page{Limit: limit}.Size()
	found, err := list(t, scan, chosen+` AND name >= ? AND name < ? ORDER BY name LIMIT ?`, t.scope, string(kind), text, text+"\U0010ffff", limit)
	if err != nil || len(found) == limit || len(text) < 2 {
		return found, err
	}
	some := "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text) + "%"
	more, err := list(t, scan, chosen+` AND name > '' AND name LIKE ? ESCAPE '\' ORDER BY name LIMIT ?`, t.scope, string(kind), some, limit)
	for _, n := range more {
		if !strings.HasPrefix(n.Name, text) && len(found) < limit {
			found = append(found, n)
		}
	}
	return found, err
}
