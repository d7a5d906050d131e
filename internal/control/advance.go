package control

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/environment"
)

// settle lets Decide take events in, does in this transaction what
// can be done in it, and feeds the answers back until nothing follows. It gives the deployment as it was stored, and the rows that moved.
// Where nothing moved at all, nothing is stored and the revision stays.
// Orders are left for Advance: the stage that is not issued yet says that they are due.
func (c *Control) settle(w *work, d deployment.Deployment, events ...deployment.Event) (deployment.Deployment, map[string]deployment.Target, error) {
	before, was := d.Revision, d
	rows := map[string]deployment.Target{}
	for len(events) > 0 {
		change, err := deployment.Decide(d, withMovedRows(events, rows), w.now)
		if err != nil {
			return d, nil, err
		}
		d, events = change.Deployment, nil
		for _, row := range change.Targets {
			rows[row.Name] = row
		}
		if err := c.keep(w, d, change); err != nil {
			return d, nil, err
		}
		for _, effect := range change.Effects {
			answers, err := c.carryOut(w, d, effect)
			if err != nil {
				return d, nil, err
			}
			events = append(events, answers...)
		}
	}
	if was.State != deployment.Closed && d.State == deployment.Closed {
		if err := dueReviews(w, d); err != nil {
			return d, nil, err
		}
		if err := deploymentOver(w, d); err != nil {
			return d, nil, err
		}
		if err := c.closeLog(w, d); err != nil {
			return d, nil, err
		}
	}
	if len(rows) == 0 && len(w.entries) == 0 && reflect.DeepEqual(was, d) {
		return was, rows, nil // its gates said again what they had said
	}
	d, err := c.store(w, d, before, rows)
	if err != nil {
		return d, nil, err
	}
	return d, rows, c.left(w, was, d)
}

// withMovedRows gives the events with their rows as they are by now.
func withMovedRows(events []deployment.Event, rows map[string]deployment.Target) []deployment.Event {
	for i, event := range events {
		switch e := event.(type) {
		case deployment.Reported:
			e.Target = moved(e.Target, rows)
			events[i] = e
		case deployment.TargetSilent:
			e.Target = moved(e.Target, rows)
			events[i] = e
		case deployment.OrderWithdrawn:
			e.Target = moved(e.Target, rows)
			events[i] = e
		case deployment.OrderInterrupted:
			e.Target = moved(e.Target, rows)
			events[i] = e
		case deployment.PlanFrozen, deployment.AuthorisationGiven, deployment.AuthorisationHeld, deployment.AskedAnew,
			deployment.StartJudged, deployment.EndMoved, deployment.Reconsidered, deployment.ComponentsJudged, deployment.OrdersIssued,
			deployment.TimeCame, deployment.GuidanceGiven, deployment.CancelAsked, deployment.PauseAsked, deployment.ResumeAsked,
			deployment.CriterionAnswered, deployment.CriteriaJudged:
			// of no row; GuidanceGiven comes first, with rows that were just read
		}
	}
	return events
}

func moved(row deployment.Target, rows map[string]deployment.Target) deployment.Target {
	if later, has := rows[row.Name]; has {
		return later
	}
	return row
}

// keep stores what a change says besides the deployment and its rows.
func (c *Control) keep(w *work, d deployment.Deployment, change deployment.Change) error {
	w.entries = append(w.entries, change.Entries...)
	var landed, doubtful []environment.Presence
	for _, l := range change.Landings {
		p := environment.Presence{
			Target: l.Target, Environment: d.Header.Environment, Component: l.Component,
			Version: l.Version, Digest: l.Digest, Slot: l.Slot, Deployment: d.ID, Since: w.now,
		}
		if l.Uncertain {
			doubtful = append(doubtful, p)
		} else {
			landed = append(landed, p)
		}
	}
	if len(landed) > 0 {
		if err := w.Land(landed); err != nil {
			return fmt.Errorf("inventory: %w", err)
		}
	}
	if len(doubtful) > 0 {
		if err := w.Doubt(doubtful); err != nil {
			return fmt.Errorf("inventory: %w", err)
		}
	}
	return c.landHealth(w, d, landed, doubtful)
}

// carryOut does one effect; its answers are events.
func (c *Control) carryOut(w *work, d deployment.Deployment, effect deployment.Effect) ([]deployment.Event, error) {
	switch e := effect.(type) {
	case deployment.JudgeAuthorisation:
		event, err := c.judgeAuthorisation(w, d)
		return []deployment.Event{event}, err
	case deployment.JudgeStart:
		event, err := c.judgeStart(w, d)
		return []deployment.Event{event}, err
	case deployment.JudgeEnd:
		event, err := c.judgeEnd(w, d)
		return []deployment.Event{event}, err
	case deployment.JudgeCriteria:
		found, err := judgeCriteria(w, d, e.At)
		return []deployment.Event{deployment.CriteriaJudged{At: e.At, Found: found}}, err
	case deployment.ReplaceTargets:
		return nil, w.ReplaceDeploymentTargets(d)
	case deployment.JudgeComponents:
		verdict, err := judgeComponents(w, d)
		if err == nil {
			verdict, err = judgeDependencies(w, d, verdict)
		}
		return []deployment.Event{deployment.ComponentsJudged{Verdict: verdict}}, err
	case deployment.IssueOrders:
		w.again = append(w.again, d.ID)
		return nil, c.enqueue(w, d.ID, time.Time{})
	case deployment.WithdrawOrders:
		return withdraw(w, d, e.Stage)
	case deployment.InterruptOrders:
		return interrupt(w, d)
	case deployment.WakeUp:
		return nil, c.enqueue(w, d.ID, e.At)
	}
	return nil, fmt.Errorf("effect %T is not known", effect)
}

func (c *Control) enqueue(w *work, id string, at time.Time) error {
	job := Job{Kind: JobAdvance, Scope: w.scope, Subject: id}
	if !at.IsZero() {
		job.Due = at.Unix()
	}
	return w.Enqueue(job, at)
}

// store writes the deployment and the rows that moved.
func (c *Control) store(w *work, d deployment.Deployment, before int64, rows map[string]deployment.Target) (deployment.Deployment, error) {
	if len(rows) > 0 {
		list := make([]deployment.Target, 0, len(rows))
		for _, row := range rows {
			list = append(list, row)
		}
		if err := w.PutDeploymentTargets(list); err != nil {
			return d, err
		}
	}
	d.Revision = before
	if err := w.PutDeployment(d); err != nil {
		return d, err
	}
	d.Revision = before + 1
	return d, nil
}

func withdraw(w *work, d deployment.Deployment, stage int) ([]deployment.Event, error) {
	names, err := w.WithdrawOrders(d.ID, stage)
	if err != nil {
		return nil, err
	}
	var events []deployment.Event
	for len(names) > 0 {
		part := names[:min(len(names), practice.MaxLimit)]
		names = names[len(part):]
		list, err := w.DeploymentTargetsNamed(d.ID, part)
		if err != nil {
			return nil, err
		}
		for _, row := range list {
			events = append(events, deployment.OrderWithdrawn{Target: row})
		}
	}
	return events, nil
}

// advanceAgain goes on with what a transaction left to do.
func (c *Control) advanceAgain(ctx context.Context, w *work) {
	for _, id := range w.again {
		c.advanceSoon(ctx, w.scope, id)
	}
}

// advanceSoon does at once what a job would do a little later; the job is the safety net.
func (c *Control) advanceSoon(ctx context.Context, scope practice.Scope, id string) {
	c.soon.Go(func() {
		if err := c.Advance(context.WithoutCancel(ctx), scope, id); err != nil {
			c.Log.Warn("advance failed, its job will try again", "deployment", id, "error", err)
		}
	})
}

// Advance does everything that is due for a deployment: timers, silent
// targets, orders to issue. It may be called at any time, any number of times.
func (c *Control) Advance(ctx context.Context, scope practice.Scope, id string) error {
	for {
		more := false
		_, err := c.update(ctx, scope, func(w *work) error {
			d, err := w.Deployment(id)
			if err != nil {
				return err
			}
			more, err = c.step(w, d)
			return err
		})
		if err != nil || !more {
			return err
		}
	}
}

// step does one transaction's worth of what is due, and says whether there is more.
func (c *Control) step(w *work, d deployment.Deployment) (bool, error) {
	if d.State == deployment.Closed {
		return false, nil
	}
	if d.Stage.Number > 0 && d.Issuing(d.Stage.Number) {
		return true, c.issue(w, d)
	}
	silent, err := w.SilentTargets(d.ID, w.now, practice.MaxLimit)
	if err != nil {
		return false, err
	}
	if len(silent) > 0 {
		events := make([]deployment.Event, len(silent))
		for i, row := range silent {
			events[i] = deployment.TargetSilent{Target: row}
		}
		_, _, err := c.settle(w, d, events...)
		return true, err
	}
	if timer := d.Timer(); !timer.IsZero() && !w.now.Before(timer) {
		after, _, err := c.settle(w, d, deployment.TimeCame{})
		return err == nil && after.State != deployment.Closed, err
	}
	return false, c.watchSilence(w, d)
}

// watchSilence makes sure that somebody looks again when the next target would be silent for too long.
func (c *Control) watchSilence(w *work, d deployment.Deployment) error {
	next, err := w.NextDeadline(d.ID)
	if err != nil || next.IsZero() {
		return err
	}
	return c.enqueue(w, d.ID, next.Add(time.Second))
}

// Recover looks after every open deployment once: after the server started.
func (c *Control) Recover(ctx context.Context, scope practice.Scope) (int, error) {
	count := 0
	for page := (practice.Page{Limit: practice.DefaultLimit}); ; {
		var open []deployment.Deployment
		err := c.Store.View(ctx, scope, func(tx Tx) (err error) {
			open, err = tx.Deployments(deployment.Filter{Open: true}, page)
			return err
		})
		if err != nil {
			return count, err
		}
		for _, d := range open {
			if err := c.Advance(ctx, scope, d.ID); err != nil {
				return count, fmt.Errorf("resume %s: %w", d.ID, err)
			}
			count++
		}
		if len(open) < page.Limit {
			return count, c.Queue(ctx, scope)
		}
		page.After = open[len(open)-1].ID
	}
}
