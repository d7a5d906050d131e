package store

import (
	"strconv"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/plan"
)

const planPrefix = "P-"

var planTargetBody = scanBody[plan.Target]

// AddPlan stores a plan under a new id.
func (t *tx) AddPlan(p plan.Plan, by practice.Actor, at time.Time) (plan.Record, error) {
	number, err := t.next("plan", 1)
	if err != nil {
		return plan.Record{}, err
	}
	record := plan.Record{ID: planPrefix + strconv.FormatInt(number, 10), Header: p.Header, Digest: p.Digest, By: by, At: at.UTC()}
	body, err := encode(record)
	if err != nil {
		return plan.Record{}, err
	}
	if err := t.do(`INSERT INTO plan (scope, number, body) VALUES (?, ?, ?)`, t.scope, number, body); err != nil {
		return plan.Record{}, err
	}
	all := make([][]any, len(p.Targets))
	for i, target := range p.Targets {
		body, err := encode(target)
		if err != nil {
			return plan.Record{}, err
		}
		start, err := encode(deployment.NewTarget("", target))
		if err != nil {
			return plan.Record{}, err
		}
		all[i] = []any{t.scope, number, target.Name, int64(target.Wave), start, body}
	}
	err = t.insert(`INSERT INTO plan_target (scope, plan, name, wave, start, body)`, all, "")
	return record, err
}

// Plan gives a plan without its targets.
func (t *tx) Plan(id string) (plan.Record, error) {
	return first(t, notFound("plan %s does not exist", id), scanBody[plan.Record],
		`SELECT body FROM plan WHERE scope = ? AND number = ?`, t.scope, numbered(planPrefix, id))
}

// PlanTargets lists a plan's targets; page.After is a name.
func (t *tx) PlanTargets(id string, page practice.Page) ([]plan.Target, error) {
	return list(t, planTargetBody, `SELECT body FROM plan_target WHERE scope = ? AND plan = ? AND name > ? ORDER BY name LIMIT ?`,
		t.scope, numbered(planPrefix, id), page.After, page.Size())
}

// PlanTargetsNamed gives targets by their names, in order of name.
func (t *tx) PlanTargetsNamed(id string, names []string) ([]plan.Target, error) {
	if len(names) == 0 {
		return nil, nil
	}
	if err := fewNames(names); err != nil {
		return nil, err
	}
	some, args := among(names)
	return list(t, planTargetBody, `SELECT body FROM plan_target WHERE scope = ? AND plan = ? AND name IN `+some+` ORDER BY name`,
		append([]any{t.scope, numbered(planPrefix, id)}, args...)...)
}

func fewNames[S ~string](names []S) error {
	if len(names) > maxBatch {
		return practice.Faultf(practice.Invalid, "%d names: at most %d at once", len(names), maxBatch)
	}
	return nil
}
