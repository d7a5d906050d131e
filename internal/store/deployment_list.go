package store

import (
	"slices"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
)

// Deployments lists them newest first.
func (t *tx) Deployments(f deployment.Filter, page practice.Page) ([]deployment.Deployment, error) {
	before := int64(1 << 62)
	if page.After != "" {
		if before = deploymentNumber(page.After); before == 0 {
			return nil, badPage(page.After, "a deployment's id")
		}
	}
	outcomes := outcomesOf(f)
	switch len(outcomes) {
	case 0:
		return listDeployments(t, deploymentBody, "d.body", f, nil, before, page.Size())
	case 1:
		return listDeployments(t, deploymentBody, "d.body", f, &outcomes[0], before, page.Size())
	}
	// Each outcome has its own range of an index: the newest of all are among the newest of each.
	var newest []int64
	for i := range outcomes {
		some, err := listDeployments(t, scanOne[int64], "d.number", f, &outcomes[i], before, page.Size())
		if err != nil {
			return nil, err
		}
		newest = append(newest, some...)
	}
	slices.Sort(newest)
	slices.Reverse(newest)
	return t.deploymentsNumbered(newest[:min(len(newest), page.Size())])
}

// outcome is a state, and of a closed deployment its result.
type outcome struct {
	state  deployment.State
	result deployment.Result
}

// outcomesOf gives those that a filter chooses, each once; none for all.
func outcomesOf(f deployment.Filter) []outcome {
	var all []outcome
	add := func(o outcome) {
		if !slices.Contains(all, o) {
			all = append(all, o)
		}
	}
	for _, state := range f.States {
		add(outcome{state: state})
		if state == deployment.Closed {
			for _, result := range deployment.Results() {
				add(outcome{state, result})
			}
		}
	}
	for _, result := range f.Results {
		add(outcome{deployment.Closed, result})
	}
	return all
}

// listDeployments reads what is chosen of the deployments of a filter and one
// outcome (nil: any) that are older than before.
func listDeployments[T any](t *tx, scan func(row) (T, error), chosen string, f deployment.Filter, o *outcome, before int64, limit int) ([]T, error) {
	sql, number := `SELECT `+chosen+` FROM deployment AS d`, `d.number`
	var args []any
	if f.Component != "" {
		sql, number = `SELECT `+chosen+` FROM deployment_component AS c JOIN deployment AS d ON d.scope = c.scope AND d.number = c.deployment`, `c.deployment`
		sql, args = sql+` WHERE c.scope = ? AND c.component = ?`, append(args, t.scope, f.Component)
	} else {
		sql, args = sql+` WHERE d.scope = ?`, append(args, t.scope)
	}
	for _, part := range []struct{ column, value string }{{"environment", f.Environment}, {"release", f.Release}} {
		if part.value != "" {
			sql, args = sql+` AND d.`+part.column+` = ?`, append(args, part.value)
		}
	}
	if o != nil {
		sql, args = sql+` AND d.state = ? AND d.result = ?`, append(args, string(o.state), string(o.result))
	}
	if f.Open {
		sql += ` AND d.closed = 0`
	}
	return list(t, scan, sql+` AND `+number+` < ? ORDER BY `+number+` DESC LIMIT ?`, append(args, before, limit)...)
}

// deploymentsNumbered gives those of the numbers, at most a page of them, the newest first.
func (t *tx) deploymentsNumbered(numbers []int64) ([]deployment.Deployment, error) {
	var all []deployment.Deployment
	for some := range slices.Chunk(numbers, maxBatch) {
		args := []any{t.scope}
		for i := range stepOf(len(some)) { // the length of a step: few different statements
			args = append(args, some[min(i, len(some)-1)])
		}
		part, err := list(t, deploymentBody, `SELECT body FROM deployment WHERE scope = ? AND number IN (`+marks(len(args)-1)+`) ORDER BY number DESC`, args...)
		if err != nil {
			return nil, err
		}
		all = append(all, part...)
	}
	return all, nil
}
