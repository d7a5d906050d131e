package store

import "tranship.dev/tranship/internal/practice/deployment"

// RunsOf gives the deployments with a model that have ended, newest first.
func (t *tx) RunsOf(model string, limit int) ([]deployment.Run, error) {
	return list(t, scanRun, `SELECT number, result FROM deployment
		WHERE scope = ? AND model = ? AND closed = 1 AND result <> ? ORDER BY number DESC LIMIT ?`,
		t.scope, model, string(deployment.Cancelled), bounded(limit))
}

// RunsInto gives those of a component into an environment, newest first. The
// model is compared as an expression, so that the component's index gives the order.
func (t *tx) RunsInto(environment, component, model string, limit int) ([]deployment.Run, error) {
	return list(t, scanRun, `SELECT d.number, d.result FROM deployment_component AS c JOIN deployment AS d ON d.scope = c.scope AND d.number = c.deployment
		WHERE c.scope = ? AND c.component = ? AND d.environment = ? AND coalesce(d.model, '') = ? AND d.closed = 1 AND d.result <> ?
		AND c.deployment < ? ORDER BY c.deployment DESC LIMIT ?`, t.scope, component, environment, model, string(deployment.Cancelled), int64(1<<62), bounded(limit))
}

func scanRun(r row) (deployment.Run, error) {
	var number int64
	var run deployment.Run
	err := r.Scan(&number, &run.Result)
	run.ID = deploymentID(number)
	return run, err
}

// EndedWith gives the deployments with a model that have ended, newest first.
func (t *tx) EndedWith(model string, limit int) ([]deployment.Deployment, error) {
	return list(t, deploymentBody, `SELECT body FROM deployment
		WHERE scope = ? AND model = ? AND closed = 1 ORDER BY number DESC LIMIT ?`, t.scope, model, bounded(limit))
}
