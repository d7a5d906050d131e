package store

import (
	"slices"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/internal/practice/environment"
)

// PutReferences stores what counts as right on hosts.
func (t *tx) PutReferences(references []drift.Reference) error {
	all := make([][]any, len(references))
	for i, r := range references {
		body, err := encode(r)
		if err != nil {
			return err
		}
		all[i] = []any{t.scope, r.Target, string(r.Of), string(r.Digest), micros(r.Since), r.By, body}
	}
	return t.insert(`INSERT INTO drift_reference (scope, target, watch, digest, since, cause, body)`, all,
		`ON CONFLICT (scope, target, watch) DO UPDATE SET digest = excluded.digest, since = excluded.since, cause = excluded.cause, body = excluded.body`)
}

// ForgetReferences removes some.
func (t *tx) ForgetReferences(references []drift.Reference) error {
	for _, r := range references {
		if err := t.do(`DELETE FROM drift_reference WHERE scope = ? AND target = ? AND watch = ?`, t.scope, r.Target, string(r.Of)); err != nil {
			return err
		}
	}
	return nil
}

// References gives those of targets without their things: they may be long, and
// are mostly as they were.
func (t *tx) References(targets []string) ([]drift.Reference, error) {
	return amongTargets(t, func(r row) (drift.Reference, error) {
		var one drift.Reference
		var of, digest string
		var since int64
		err := r.Scan(&one.Target, &of, &digest, &since, &one.By)
		one.Of, one.Digest, one.Since = environment.Watch(of), practice.Digest(digest), moment(since)
		return one, err
	}, targets, `SELECT target, watch, digest, since, cause FROM drift_reference WHERE scope = ? AND target IN `, ` ORDER BY target, watch`)
}

// Reference gives one with its things.
func (t *tx) Reference(target string, of environment.Watch) (drift.Reference, error) {
	return first(t, notFound("%s of target %s were not looked at yet", of, target), scanBody[drift.Reference],
		`SELECT body FROM drift_reference WHERE scope = ? AND target = ? AND watch = ?`, t.scope, target, string(of))
}

// LastOrders gives the last order that was given to each target.
func (t *tx) LastOrders(targets []string) ([]drift.LastOrder, error) {
	if len(targets) == 0 {
		return nil, nil
	}
	if err := fewNames(targets); err != nil {
		return nil, err
	}
	some, args := among(targets)
	return list(t, func(r row) (drift.LastOrder, error) {
		var o drift.LastOrder
		err := r.Scan(&o.Target, &o.Order)
		return o, err
	}, `SELECT o.target, o.id FROM document AS d JOIN deployment_order AS o ON o.scope = ? AND o.id =
			(SELECT l.id FROM deployment_order AS l WHERE l.scope = ? AND l.target = d.name ORDER BY l.issued_at DESC, l.id DESC LIMIT 1)
		WHERE d.scope = ? AND d.kind = 'Target' AND d.present = 1 AND d.removed = 0 AND d.name IN `+some+` ORDER BY o.target`,
		append([]any{t.scope, t.scope, t.scope}, args...)...)
}

// recentOrders is how many orders of a target are looked back at.
const recentOrders = 200

// DeploymentsSince gives the deployments of the orders that were given to a
// target after one of them.
func (t *tx) DeploymentsSince(target, order string) ([]string, error) {
	orders, err := list(t, scanOne[int64], `SELECT deployment FROM deployment_order WHERE scope = ? AND target = ?
		AND issued_at >= COALESCE((SELECT b.issued_at FROM deployment_order AS b WHERE b.scope = ? AND b.id = ?), 0)
		AND (issued_at > COALESCE((SELECT b.issued_at FROM deployment_order AS b WHERE b.scope = ? AND b.id = ?), 0) OR id > ?)
		ORDER BY issued_at DESC, id DESC LIMIT ?`, t.scope, target, t.scope, order, t.scope, order, order, recentOrders)
	var deployments []string
	for _, number := range orders {
		if id := deploymentID(number); !slices.Contains(deployments, id) {
			deployments = append(deployments, id)
		}
	}
	return deployments, err
}

func inspectReference(r row) (control.Stored, error) {
	var target, watch, digest, cause, body string
	var since int64
	if err := r.Scan(&target, &watch, &digest, &since, &cause, &body); err != nil {
		return control.Stored{}, err
	}
	var one drift.Reference
	return inspected("reference "+target+"/"+watch, body, &one, func() []pair {
		things, err := one.Things.Digest()
		if err != nil {
			things = practice.Digest(err.Error())
		}
		return []pair{
			{"target", target, one.Target}, {"watch", watch, string(one.Of)}, {"digest", digest, string(one.Digest)},
			{"since", since, micros(one.Since)}, {"cause", cause, one.By}, {"digest of the things", string(one.Digest), string(things)},
		}
	}), nil
}
