package store

import (
	"strconv"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/plan"
)

const deploymentPrefix = "D-"

var deploymentBody = scanBody[deployment.Deployment]

func deploymentNumber(id string) int64 { return numbered(deploymentPrefix, id) }

func deploymentID(number int64) string { return deploymentPrefix + strconv.FormatInt(number, 10) }

func noDeployment(id string) error { return notFound("deployment %s does not exist", id) }

// AddDeployment stores a new one with its target rows. Its plan must exist. It
// begins with revision 1.
func (t *tx) AddDeployment(d deployment.Deployment) (deployment.Deployment, error) {
	if _, err := t.Plan(d.Plan); err != nil {
		return d, err
	}
	number, err := t.next("deployment", 1)
	if err != nil {
		return d, err
	}
	d.ID, d.Revision = deploymentID(number), 1
	body, err := encode(d)
	if err != nil {
		return d, err
	}
	planNumber := numbered(planPrefix, d.Plan)
	q := queued(d)
	if err := t.do(`INSERT INTO deployment (scope, number, revision, plan, environment, release, direction, model, state, result, closed, wake_at,
		rank, line, begins, ends, requested_at, ended_at, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		t.scope, number, d.Revision, planNumber, d.Header.Environment, d.Header.Release, string(d.Header.Direction), d.Header.Model.Name,
		string(d.State), string(d.Result), flag(d.State == deployment.Closed), dueMicros(d.Timer()),
		q.rank, q.line, q.begins, q.ends, q.requested, q.ended, body); err != nil {
		return d, err
	}
	if err := t.count(standing(d), 1); err != nil {
		return d, err
	}
	components := make([][]any, len(d.Header.Items))
	for i, item := range d.Header.Items {
		components[i] = []any{t.scope, item.Component, number}
	}
	if err := t.insert(`INSERT INTO deployment_component (scope, component, deployment)`, components,
		`ON CONFLICT (scope, component, deployment) DO NOTHING`); err != nil {
		return d, err
	}
	return d, t.addTargets(number, planNumber)
}

// addTargets adds one row for each target of the plan.
func (t *tx) addTargets(number, planNumber int64) error {
	return t.do(`INSERT INTO deployment_target (scope, deployment, name, wave, stage, state, touched, executed, remediated, deadline, body)
		SELECT scope, CAST(? AS BIGINT), name, wave, 0, CAST(? AS TEXT), 0, 0, 0, 0, start FROM plan_target WHERE scope = ? AND plan = ?`,
		number, string(deployment.Waiting), t.scope, planNumber)
}

// Deployment gives one.
func (t *tx) Deployment(id string) (deployment.Deployment, error) {
	return first(t, noDeployment(id), deploymentBody,
		`SELECT body FROM deployment WHERE scope = ? AND number = ?`, t.scope, deploymentNumber(id))
}

// PutDeployment stores d where the stored revision is d.Revision. What the plan
// says of it (its components, its environment) never changes.
func (t *tx) PutDeployment(d deployment.Deployment) error {
	before := d.Revision
	d.Revision++
	body, err := encode(d)
	if err != nil {
		return err
	}
	stood, err := t.standingOf(d.ID)
	if err != nil {
		return err
	}
	q := queued(d)
	n, err := t.run(`UPDATE deployment SET revision = ?, state = ?, result = ?, closed = ?, wake_at = ?,
		rank = ?, line = ?, begins = ?, ends = ?, requested_at = ?, ended_at = ?, body = ? WHERE scope = ? AND number = ? AND revision = ?`,
		d.Revision, string(d.State), string(d.Result), flag(d.State == deployment.Closed), dueMicros(d.Timer()),
		q.rank, q.line, q.begins, q.ends, q.requested, q.ended, body,
		t.scope, deploymentNumber(d.ID), before)
	if err != nil {
		return err
	}
	if n == 1 {
		return t.recount(stood, standing(d))
	}
	present, err := t.Deployment(d.ID)
	if err != nil {
		return err
	}
	return conflict("deployment %s is at revision %d, not %d", d.ID, present.Revision, before)
}

// ReplaceDeploymentTargets gives a deployment that has not started the targets
// of its present plan.
func (t *tx) ReplaceDeploymentTargets(d deployment.Deployment) error {
	number, planNumber := deploymentNumber(d.ID), numbered(planPrefix, d.Plan)
	if err := t.do(`DELETE FROM deployment_target WHERE scope = ? AND deployment = ?`, t.scope, number); err != nil {
		return err
	}
	if err := t.do(`UPDATE deployment SET plan = ? WHERE scope = ? AND number = ?`, planNumber, t.scope, number); err != nil {
		return err
	}
	return t.addTargets(number, planNumber)
}

// DueDeployments lists the ids of those whose timer has come, the longest due first.
func (t *tx) DueDeployments(now time.Time, limit int) ([]string, error) {
	numbers, err := list(t, scanOne[int64], `SELECT number FROM deployment
		WHERE scope = ? AND closed = 0 AND wake_at > 0 AND wake_at <= ? ORDER BY wake_at LIMIT ?`, t.scope, micros(now), bounded(limit))
	var ids []string
	for _, n := range numbers {
		ids = append(ids, deploymentID(n))
	}
	return ids, err
}

// LastSucceeded gives the newest succeeded installation that had all of the components.
func (t *tx) LastSucceeded(environment string, components []string) (deployment.Deployment, error) {
	missing := notFound("no deployment of %v into %s has succeeded", components, environment)
	if len(components) == 0 {
		return deployment.Deployment{}, missing
	}
	if err := fewNames(components); err != nil {
		return deployment.Deployment{}, err
	}
	// The newest that had the first one is nearly always the answer.
	for after := int64(1 << 62); ; {
		page, err := list(t, deploymentBody, `SELECT d.body FROM deployment_component AS c JOIN deployment AS d ON d.scope = c.scope AND d.number = c.deployment
			WHERE c.scope = ? AND c.component = ? AND d.environment = ? AND d.result = ? AND d.direction = ? AND c.deployment < ? ORDER BY c.deployment DESC LIMIT ?`,
			t.scope, components[0], environment, string(deployment.Succeeded), string(plan.Install), after, 20)
		if err != nil {
			return deployment.Deployment{}, err
		}
		for _, d := range page {
			if hasAll(d.Header, components) {
				return d, nil
			}
			after = deploymentNumber(d.ID)
		}
		if len(page) < 20 {
			return deployment.Deployment{}, missing
		}
	}
}

func hasAll(h plan.Header, components []string) bool {
	had := map[string]bool{}
	for _, item := range h.Items {
		had[item.Component] = true
	}
	for _, c := range components {
		if !had[c] {
			return false
		}
	}
	return true
}

// bounded gives a limit between 1 and practice.MaxLimit.
func bounded(limit int) int64 { return int64(practice.Page{Limit: limit}.Size()) }
