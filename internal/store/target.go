package store

import (
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
)

// scanTarget reads bodies of a deployment's target rows. A row that no order
// touched yet is the plan's, which names no deployment.
func scanTarget(id string) func(row) (deployment.Target, error) {
	return func(r row) (deployment.Target, error) {
		target, err := scanBody[deployment.Target](r)
		target.Deployment = id
		return target, err
	}
}

// DeploymentTargets lists rows; page.After is a name.
func (t *tx) DeploymentTargets(id string, f deployment.TargetFilter, page practice.Page) ([]deployment.Target, error) {
	sql, args := `SELECT body FROM deployment_target WHERE scope = ? AND deployment = ?`, []any{t.scope, deploymentNumber(id)}
	if f.State != "" {
		sql, args = sql+` AND state = ?`, append(args, string(f.State))
	}
	if f.Look != "" {
		sql += ` AND ` + looks[f.Look]
	}
	if f.Wave != 0 {
		sql, args = sql+` AND wave = ?`, append(args, int64(f.Wave))
	}
	return list(t, scanTarget(id), sql+` AND name > ? ORDER BY name LIMIT ?`, append(args, page.After, page.Size())...)
}

// looks say deployment.LookOf in SQL.
var looks = map[deployment.Look]string{
	deployment.LookRunning: `state = 'running'`,
	deployment.LookDone:    `(state = 'done' AND (executed = 1 OR remediated = 1) OR state IN ('waiting', 'ordered') AND executed = 1 AND given_up = 0)`,
	deployment.LookToDo:    `(state IN ('waiting', 'ordered') AND executed = 0 OR state = 'done' AND executed = 0 AND remediated = 0) AND given_up = 0`,
	deployment.LookFailed:  `state = 'failed' AND given_up = 0`,
	deployment.LookUnknown: `state = 'unknown' AND given_up = 0`,
	deployment.LookHeld:    `state = 'stopped' AND given_up = 0`,
	deployment.LookSkipped: `given_up > 0 AND (state IN ('waiting', 'ordered', 'failed', 'unknown', 'stopped') OR state = 'done' AND executed = 0 AND remediated = 0)`,
}

// DeploymentTargetsNamed gives rows by name, in order of name.
func (t *tx) DeploymentTargetsNamed(id string, names []string) ([]deployment.Target, error) {
	if len(names) == 0 {
		return nil, nil
	}
	if err := fewNames(names); err != nil {
		return nil, err
	}
	some, args := among(names)
	return list(t, scanTarget(id), `SELECT body FROM deployment_target WHERE scope = ? AND deployment = ? AND name IN `+some+` ORDER BY name`,
		append([]any{t.scope, deploymentNumber(id)}, args...)...)
}

// TargetsToOrder says deployment.Belongs in SQL.
func (t *tx) TargetsToOrder(id string, s deployment.Stage, limit int) ([]deployment.Target, error) {
	sql := `SELECT body FROM deployment_target WHERE scope = ? AND deployment = ? AND stage < ? AND (stage < ? OR state IN (?, ?, ?) AND given_up < 2)`
	first := s.First
	if s.Part && s.Retry() {
		first = 0
	}
	again := []any{string(deployment.TargetFailed), string(deployment.TargetUnknown), string(deployment.TargetStopped)}
	if s.Resumes {
		again = []any{string(deployment.TargetStopped), string(deployment.TargetStopped), string(deployment.TargetStopped)}
	}
	args := append([]any{t.scope, deploymentNumber(id), int64(s.Number), int64(first)}, again...)
	if first != s.First {
		sql, args = sql+` AND stage >= ?`, append(args, int64(s.First))
	}
	if s.Phase != deployment.Remediate {
		sql += ` AND given_up = 0`
	}
	byWave := s.Phase == deployment.Execute
	switch s.Phase {
	case deployment.Verify, deployment.Execute:
	case deployment.Accept:
		sql, byWave = sql+` AND executed = 1`, s.Wave != 0
	case deployment.Remediate:
		sql += ` AND touched = 1 AND remediated = 0`
	default:
		return nil, nil
	}
	if s.Phase == deployment.Remediate && s.FromWave > 0 {
		sql, args = sql+` AND wave >= ? AND wave <= ?`, append(args, int64(s.FromWave), int64(s.ToWave))
	}
	if byWave {
		sql, args = sql+` AND wave = ?`, append(args, int64(s.Wave))
	}
	if err := fewNames(s.Only); err != nil {
		return nil, err
	}
	if len(s.Only) > 0 {
		some, names := among(s.Only)
		sql, args = sql+` AND name IN `+some, append(args, names...)
	}
	return list(t, scanTarget(id), sql+` ORDER BY name LIMIT ?`, append(args, bounded(limit))...)
}

// SilentTargets gives rows whose deadline has passed, the longest silent first.
func (t *tx) SilentTargets(id string, now time.Time, limit int) ([]deployment.Target, error) {
	return list(t, scanTarget(id), `SELECT body FROM deployment_target
		WHERE scope = ? AND deployment = ? AND state IN ('ordered', 'running') AND deadline > 0 AND deadline <= ? ORDER BY deadline LIMIT ?`,
		t.scope, deploymentNumber(id), micros(now), bounded(limit))
}

// NextDeadline gives the earliest deadline, up to a microsecond late.
func (t *tx) NextDeadline(id string) (time.Time, error) {
	earliest, err := first(t, nil, scanOne[int64], `SELECT deadline FROM deployment_target
		WHERE scope = ? AND deployment = ? AND state IN ('ordered', 'running') AND deadline > 0 ORDER BY deadline LIMIT 1`,
		t.scope, deploymentNumber(id))
	return moment(earliest), err
}

// PutDeploymentTargets stores rows that AddDeployment made. When one comes more
// than once, the last counts.
func (t *tx) PutDeploymentTargets(targets []deployment.Target) error {
	place := map[[2]string]int{}
	var all [][]any
	for _, target := range targets {
		body, err := encode(target)
		if err != nil {
			return err
		}
		columns := []any{t.scope, deploymentNumber(target.Deployment), target.Name, int64(target.Wave), int64(target.Stage), string(target.State),
			flag(target.Touched), flag(target.Executed), flag(target.Remediated), flag(target.GivenUp) + flag(target.Abandoned), dueMicros(target.Deadline), body}
		key := [2]string{target.Deployment, target.Name}
		if i, twice := place[key]; twice {
			all[i] = columns
			continue
		}
		place[key] = len(all)
		all = append(all, columns)
	}
	return t.insert(`INSERT INTO deployment_target (scope, deployment, name, wave, stage, state, touched, executed, remediated, given_up, deadline, body)`, all,
		`ON CONFLICT (scope, deployment, name) DO UPDATE SET wave = excluded.wave, stage = excluded.stage, state = excluded.state, touched = excluded.touched,
		executed = excluded.executed, remediated = excluded.remediated, given_up = excluded.given_up, deadline = excluded.deadline, body = excluded.body`)
}
