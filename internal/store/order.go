package store

import (
	"encoding/json"
	"fmt"

	"tranship.dev/tranship/internal/practice/deployment"
)

const orderColumns = `id, deployment, target, agent, stage, counter, open, begun, issued_at, envelope`

func scanOrder(r row) (deployment.OrderRow, error) {
	var o deployment.OrderRow
	var number, stage, open, begun, issued int64
	var envelope string
	if err := r.Scan(&o.ID, &number, &o.Target, &o.Agent, &stage, &o.Counter, &open, &begun, &issued, &envelope); err != nil {
		return o, err
	}
	o.Deployment, o.Stage, o.Open, o.Begun, o.IssuedAt = deploymentID(number), int(stage), open != 0, begun != 0, moment(issued)
	if err := json.Unmarshal([]byte(envelope), &o.Envelope); err != nil {
		return o, fmt.Errorf("stored order %s cannot be read: %w", o.ID, err)
	}
	return o, nil
}

// AddOrders stores orders.
func (t *tx) AddOrders(orders []deployment.OrderRow) error {
	all := make([][]any, len(orders))
	for i, o := range orders {
		envelope, err := encode(o.Envelope)
		if err != nil {
			return err
		}
		all[i] = []any{t.scope, o.ID, deploymentNumber(o.Deployment), o.Target, o.Agent, int64(o.Stage), o.Counter, flag(o.Open), flag(o.Begun), micros(o.IssuedAt), envelope}
	}
	return t.insert(`INSERT INTO deployment_order (scope, `+orderColumns+`)`, all, "")
}

// OpenOrders gives an agent's open orders by counter.
func (t *tx) OpenOrders(agent string, limit int) ([]deployment.OrderRow, error) {
	return list(t, scanOrder, `SELECT `+orderColumns+` FROM deployment_order WHERE scope = ? AND agent = ? AND open = 1 ORDER BY counter LIMIT ?`,
		t.scope, agent, bounded(limit))
}

// OrdersNamed gives orders by id, in order of id.
func (t *tx) OrdersNamed(ids []string) ([]deployment.OrderRow, error) {
	var found []deployment.OrderRow
	for _, batch := range pieces(ids) {
		some, args := among(batch)
		part, err := list(t, scanOrder, `SELECT `+orderColumns+` FROM deployment_order WHERE scope = ? AND id IN `+some+` ORDER BY id`, append([]any{t.scope}, args...)...)
		if err != nil {
			return nil, err
		}
		found = append(found, part...)
	}
	return found, nil
}

// BeginOrders marks orders as begun.
func (t *tx) BeginOrders(ids []string) error {
	return t.mark(`UPDATE deployment_order SET begun = 1 WHERE scope = ? AND id IN `, ids)
}

// EndOrders marks orders as no longer open.
func (t *tx) EndOrders(ids []string) error {
	return t.mark(`UPDATE deployment_order SET open = 0 WHERE scope = ? AND id IN `, ids)
}

func (t *tx) mark(sql string, ids []string) error {
	for _, batch := range pieces(ids) {
		some, args := among(batch)
		if err := t.do(sql+some, append([]any{t.scope}, args...)...); err != nil {
			return err
		}
	}
	return nil
}

// WithdrawOrders ends the orders of a stage that have not begun and gives their targets' names.
func (t *tx) WithdrawOrders(id string, stage int) ([]string, error) {
	return list(t, scanOne[string], `UPDATE deployment_order SET open = 0
		WHERE scope = ? AND deployment = ? AND stage = ? AND open = 1 AND begun = 0 RETURNING target`, t.scope, deploymentNumber(id), int64(stage))
}
