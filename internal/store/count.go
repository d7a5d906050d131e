package store

import (
	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice/deployment"
)

// standing is what a deployment is counted by.
func standing(d deployment.Deployment) control.Standing {
	return control.Standing{Environment: d.Header.Environment, State: d.State, Result: d.Result}
}

// standingOf gives what a stored deployment is counted by now.
func (t *tx) standingOf(id string) (control.Standing, error) {
	return first(t, noDeployment(id), scanStanding,
		`SELECT environment, state, result FROM deployment WHERE scope = ? AND number = ?`, t.scope, deploymentNumber(id))
}

func scanStanding(r row) (control.Standing, error) {
	var s control.Standing
	var state, result string
	err := r.Scan(&s.Environment, &state, &result)
	s.State, s.Result = deployment.State(state), deployment.Result(result)
	return s, err
}

// count adds to how many deployments stand so.
func (t *tx) count(s control.Standing, more int64) error {
	return t.do(`INSERT INTO deployment_count (scope, environment, state, result, number) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (scope, environment, state, result) DO UPDATE SET number = deployment_count.number + excluded.number`,
		t.scope, s.Environment, string(s.State), string(s.Result), more)
}

// recount takes a deployment from where it was counted to where it is now.
func (t *tx) recount(before, after control.Standing) error {
	if before == after {
		return nil
	}
	if err := t.count(before, -1); err != nil {
		return err
	}
	return t.count(after, 1)
}

// CountDeployments counts deployments by state and result, from what is kept
// with each of their changes.
func (t *tx) CountDeployments(environment string) ([]control.DeploymentCount, error) {
	sql, args := `SELECT state, result, CAST(SUM(number) AS BIGINT) FROM deployment_count WHERE scope = ? AND environment > ? AND number > 0`, []any{t.scope, ""}
	if environment != "" {
		sql, args = `SELECT state, result, CAST(SUM(number) AS BIGINT) FROM deployment_count WHERE scope = ? AND environment = ? AND number > 0`, []any{t.scope, environment}
	}
	return list(t, func(r row) (control.DeploymentCount, error) {
		var c control.DeploymentCount
		var state, result string
		err := r.Scan(&state, &result, &c.Number)
		c.State, c.Result = deployment.State(state), deployment.Result(result)
		return c, err
	}, sql+` GROUP BY state, result ORDER BY state, result`, args...)
}

// countInspections is how the kept counts are read for the audit.
func countInspections() map[control.StoredKind]inspection {
	return map[control.StoredKind]inspection{
		control.StoredCount: {`SELECT environment, state, result, number FROM deployment_count
			WHERE scope = ? ORDER BY environment, state, result`, inspectCount},
	}
}

func inspectCount(r row) (control.Stored, error) {
	var c control.StandingCount
	var state, result string
	err := r.Scan(&c.Environment, &state, &result, &c.Number)
	c.State, c.Result = deployment.State(state), deployment.Result(result)
	return control.Stored{Where: c.Standing.Where(), Value: c}, err
}
