package control

import (
	"fmt"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/model"
	"tranship.dev/tranship/internal/practice/plan"
	"tranship.dev/tranship/internal/practice/record"
)

const (
	orderPage = 500 // orders issued in one transaction
	// beginWithin is how long an order may wait for its agent. Not begun until
	// then, it is never begun.
	beginWithin = 15 * time.Minute
)

// issue stores the next page of a stage's orders.
func (c *Control) issue(w *work, d deployment.Deployment) error {
	rows, err := w.TargetsToOrder(d.ID, d.Stage, orderPage)
	if err != nil {
		return err
	}
	last := len(rows) < orderPage
	if len(rows) > 0 {
		if rows, err = c.order(w, d, rows); err != nil {
			return err
		}
		if err := w.PutDeploymentTargets(rows); err != nil {
			return err
		}
	}
	d, _, err = c.settle(w, d, deployment.OrdersIssued{Stage: d.Stage.Number, Count: len(rows), Last: last})
	if err != nil {
		return err
	}
	return c.watchSilence(w, d)
}

// order makes, signs and stores the orders of some rows, and gives the rows as they are then.
func (c *Control) order(w *work, d deployment.Deployment, rows []deployment.Target) ([]deployment.Target, error) {
	expander, err := c.expanders.expander(d.PlanDigest, d.Header)
	if err != nil {
		return nil, err
	}
	planned, err := plannedTargets(w, d, rows)
	if err != nil {
		return nil, err
	}
	counters, err := nextCounters(w, rows)
	if err != nil {
		return nil, err
	}
	orders := make([]deployment.OrderRow, 0, len(rows))
	for i, row := range rows {
		steps, artifacts, err := expander.Steps(planned[row.Name], string(d.Stage.Phase), d.ID)
		if err != nil {
			return nil, fmt.Errorf("steps of %s for %s: %w", d.ID, row.Name, err)
		}
		id := c.Identify.NewID()
		begin := w.now.Add(min(beginWithin, max(d.Header.Silent.Std(), time.Second)))
		rows[i] = deployment.Issue(row, d.Stage, id, grace(steps, d.Header.Silent), begin)
		rows[i].Step = min(rows[i].Step, len(steps)) // nothing is left to do: it ends at once
		order := deployment.Order{
			ID: id, Scope: w.scope, Deployment: d.ID, Agent: row.Agent, Target: row.On(), Part: row.Part(),
			Phase: d.Stage.Phase, Wave: d.Stage.Wave, Stage: d.Stage.Number, Attempt: rows[i].Attempt,
			Steps: steps, From: rows[i].Step, Artifacts: artifacts, PlanDigest: d.PlanDigest,
			Epoch: c.Keys.Epoch(), Counter: counters[row.Agent], IssuedAt: w.now, Expires: begin,
			Until: deployment.LastBegin(begin, steps[min(rows[i].Step, len(steps)):], d.Header.Silent),
		}
		counters[row.Agent]++
		envelope, err := order.Seal(c.Keys.SignOrder)
		if err != nil {
			return nil, err
		}
		orders = append(orders, deployment.OrderRow{
			ID: id, Deployment: d.ID, Target: row.Name, Agent: row.Agent, Stage: d.Stage.Number,
			Counter: order.Counter, Envelope: envelope, Open: true, IssuedAt: w.now,
		})
		entry := orderEntry(order, d.Stage.First)
		if d.Stage.Skips(row) {
			entry.Data["skip"] = true
		}
		w.note(entry)
		w.hint(row.Agent)
	}
	return rows, w.AddOrders(orders)
}

// orderEntry says what an order is; series is the first stage of its stage's series.
func orderEntry(o deployment.Order, series int) practice.Entry {
	names := make([]string, len(o.Steps))
	for i, s := range o.Steps {
		names[i] = s.Name
	}
	e := practice.Entry{
		Kind: record.OrderIssued, Subject: deploymentSubject(o.Deployment), Target: o.Target, Who: practice.Tranship, When: o.IssuedAt,
		Data: map[string]any{
			record.DataOrder: o.ID, record.DataPhase: string(o.Phase), record.DataWave: o.Wave, record.DataAttempt: o.Attempt,
			"agent": o.Agent, "stage": o.Stage, "series": series,
			"steps": names, "from": o.From, "epoch": o.Epoch, "counter": o.Counter, "planDigest": o.PlanDigest,
		},
	}
	if o.Part != "" {
		e.Data["part"] = o.Part
	}
	return e
}

func plannedTargets(w *work, d deployment.Deployment, rows []deployment.Target) (map[string]plan.Target, error) {
	names := make([]string, len(rows))
	for i, row := range rows {
		names[i] = row.Name
	}
	list, err := w.PlanTargetsNamed(d.Plan, names)
	if err != nil {
		return nil, err
	}
	planned := make(map[string]plan.Target, len(list))
	for _, t := range list {
		planned[t.Name] = t
	}
	return planned, nil
}

func nextCounters(w *work, rows []deployment.Target) (map[string]int64, error) {
	wanted := map[string]int{}
	for _, row := range rows {
		wanted[row.Agent]++
	}
	return w.NextOrderCounter(wanted)
}

// grace is the longest time that may pass between two reports of an order: its
// longest step with all its tries, its watch and the waits between them, and the
// allowed silence.
func grace(steps []plan.Step, silent practice.Duration) practice.Duration {
	var longest time.Duration
	for _, s := range steps {
		longest = max(longest, s.Longest())
	}
	return practice.Duration(longest) + silent
}

// judgeComponents asks the library about every item, as it stands now.
func judgeComponents(w *work, d deployment.Deployment) (practice.Verdict, error) {
	wanted, err := incoming(w, d)
	if err != nil || len(wanted) == 0 {
		return practice.Pass(), err
	}
	demand, err := demandOf(w, d.Header)
	if err != nil {
		return practice.Verdict{}, err
	}
	verdicts := []practice.Verdict{}
	for _, item := range wanted {
		component, err := componentOf(w, item.Component)
		if err != nil {
			return practice.Verdict{}, err
		}
		version, err := w.Version(item.Component, item.Version)
		if practice.CodeOf(err) == practice.NotFound {
			version, err = library.Version{Component: item.Component, Version: item.Version}, nil
		}
		if err != nil {
			return practice.Verdict{}, err
		}
		verdicts = append(verdicts, library.Admission(component, version, demand))
	}
	return practice.And(verdicts...), nil
}

// demandOf gives what the pinned model asks of versions.
func demandOf(w *work, h plan.Header) (library.Demand, error) {
	d, err := w.DocumentAt(practice.KindModel, h.Model.Name, h.Model.Revision)
	if err != nil {
		return library.Demand{}, err
	}
	m, err := model.Decode(d)
	return plan.DemandOf(m.Spec), err
}
