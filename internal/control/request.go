package control

import (
	"context"
	"fmt"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/model"
	"tranship.dev/tranship/internal/practice/plan"
	"tranship.dev/tranship/internal/practice/record"
)

// DeploymentRequest asks for a deployment of a stored plan.
type DeploymentRequest struct {
	Plan       string          `json:"plan"`
	Digest     practice.Digest `json:"digest,omitempty"` // the digest that the requester saw; refused when it is another
	Reason     string          `json:"reason,omitempty"`
	Remediates string          `json:"remediates,omitempty"`
	SkipFlow   bool            `json:"skipFlow,omitempty"` // enter the environment before the flow's earlier ones; needs a reason
	Journey    string          `json:"journey,omitempty"`  // the journey that it is a part of; only the journey itself may say so
	AskRequest
}

// Deploy requests a deployment of a stored plan. It is authorised and starts as
// soon as every gate is open, at once where all are. Refused when the plan is out
// of date, when another deployment of the same components changes the environment
// and this one is to start at once, when the release has not passed the flow's
// environment before, or when no time within the calendar's horizon could fit.
func (c *Control) Deploy(ctx context.Context, scope practice.Scope, by practice.Actor, r DeploymentRequest) (deployment.Deployment, error) {
	var d deployment.Deployment
	w, err := c.update(ctx, scope, func(w *work) error {
		planned, err := w.Plan(r.Plan)
		if err != nil {
			return err
		}
		if r.Digest != "" && r.Digest != planned.Digest {
			return practice.Faultf(practice.Conflict, "plan %s has digest %s, not %s", r.Plan, planned.Digest, r.Digest).Final()
		}
		if err := c.checkRequest(w, by, r, planned); err != nil {
			return err
		}
		asked, start, err := r.ask(w, w.now, planned.Header.Direction, r.Remediates+planned.Header.Restores != "")
		if err != nil {
			return err
		}
		d, err = w.AddDeployment(deployment.Deployment{
			Plan: planned.ID, PlanDigest: planned.Digest, Header: planned.Header,
			RequestedBy: by, RequestedAt: w.now, Reason: r.Reason, Ask: asked, Round: 1,
			StartAfter: start, Remediates: or(planned.Header.Restores, r.Remediates), SkipFlow: r.SkipFlow, Journey: r.Journey,
			State: deployment.Requested, Since: w.now, Waiting: practice.Pass(),
			Estimate: lastTook(w, planned.Header),
		})
		if err != nil {
			return err
		}
		if d, err = c.rated(w, d); err != nil {
			return err
		}
		if d, err = pose(w, d); err != nil {
			return err
		}
		if err := c.checkCalendar(w, d); err != nil {
			return err
		}
		noteRequest(w, d)
		if err := pinWhileRolledBack(w, d); err != nil {
			return err
		}
		if err := joinJourney(w, d); err != nil {
			return err
		}
		d, _, err = c.settle(w, d, deployment.PlanFrozen{By: by})
		return err
	})
	if err != nil {
		return d, err
	}
	c.advanceAgain(ctx, w)
	return d, nil
}

// noteRequest adds the entry of the request: what is asked for, by which plan.
func noteRequest(w *work, d deployment.Deployment) {
	h, data := d.Header, deployment.PlanData(d)
	data[record.DataRelease], data[record.DataEnvironment], data[record.DataDirection] = h.Release, h.Environment, string(h.Direction)
	data["skipFlow"], data["sum"] = d.SkipFlow, requestSum(d)
	if d.Remediates != "" {
		data[record.DataRemediates] = d.Remediates
	}
	addAsk(data, d)
	w.note(practice.Entry{Kind: record.Requested, Subject: deploymentSubject(d.ID), Who: d.RequestedBy, Why: d.Reason, Data: data})
}

// addAsk adds what is asked for besides the plan to the data of an entry.
func addAsk(data map[string]any, d deployment.Deployment) {
	for key, value := range map[string]string{
		"class": string(d.Class), "valueStream": string(d.ValueStream), "urgency": string(d.Urgency), "change": d.Change,
	} {
		if value != "" {
			data[key] = value
		}
	}
	if d.Priority > 0 {
		data["priority"] = d.Priority
	}
	if len(d.Implementers) > 0 {
		data["implementers"] = d.Implementers
	}
	if d.Risk != nil {
		data["risk"] = map[string]any{"score": d.Risk.Score, "level": string(d.Risk.Level)}
	}
	data["round"], data["subject"] = d.Round, string(d.Subject)
	addTimes(data, d)
}

// addTimes adds when a deployment is to start and to have ended.
func addTimes(data map[string]any, d deployment.Deployment) {
	start := d.StartAfter
	if start.IsZero() {
		start = d.Window.Start
	}
	if !start.IsZero() {
		data[record.DataPlannedStart] = start.Format(time.RFC3339)
	}
	if !d.Window.End.IsZero() {
		data[record.DataPlannedEnd] = d.Window.End.Format(time.RFC3339)
	}
}

func deploymentSubject(id string) string { return record.DeploymentSubject(id) }

func (c *Control) checkRequest(w *work, by practice.Actor, r DeploymentRequest, planned plan.Record) error {
	if err := checkFresh(w, planned); err != nil {
		return err
	}
	w.fresh = planned.ID
	if err := checkAlone(w, planned.Header, r.StartAfter); err != nil {
		return err
	}
	if err := checkPins(w, by, r.Reason, planned.Header); err != nil {
		return err
	}
	if err := checkRollback(r, planned.Header); err != nil {
		return err
	}
	if r.SkipFlow && r.Reason == "" {
		return practice.Faultf(practice.Invalid, "leaving the flow needs a reason").WithHint("say why with --reason")
	}
	if r.SkipFlow || planned.Header.Direction != plan.Install {
		return nil
	}
	if err := checkFlow(w, planned.Header); err != nil || r.Remediates != "" {
		return err
	}
	return checkQuality(w, planned.Header)
}

// checkFresh compiles the plan again: anything that changed since gives another digest.
func checkFresh(w *work, planned plan.Record) error {
	h := planned.Header
	in, err := gather(w, w.scope, requestOf(h))
	if err != nil {
		return err
	}
	now, err := plan.Compile(in)
	if err != nil {
		return fmt.Errorf("plan %s cannot be made any more: %w", planned.ID, err)
	}
	if now.Digest != planned.Digest {
		return practice.Faultf(practice.Refused, "plan %s is out of date: the environment, the model or what is present has changed since it was made", planned.ID).
			WithHint("plan again: %s", h.Again()).Final()
	}
	return nil
}

// checkAlone refuses what wants to start at once while another deployment of the
// same component changes the environment. One for later may wait for its start.
func checkAlone(w *work, h plan.Header, start time.Time) error {
	if start.After(w.now) {
		return nil
	}
	for _, item := range h.Items {
		other, err := changing(w, h.Environment, item.Component, "")
		if err != nil {
			return err
		}
		if other != nil {
			return practice.Faultf(practice.Conflict, "%s of %s into %s is still %s", other.ID, item.Component, h.Environment, other.State).
				WithHint("wait for it, plan this one for later with --at, or end it: tranship deployment cancel %s", other.ID).Final()
		}
	}
	return nil
}

// changing gives the deployment of a component that has begun in an environment, but for one; nil when there is none.
func changing(tx Tx, env, component, but string) (*deployment.Deployment, error) {
	for page := (practice.Page{Limit: practice.MaxLimit}); ; {
		open, err := tx.Deployments(deployment.Filter{Environment: env, Component: component, Open: true}, page)
		if err != nil {
			return nil, err
		}
		for i, d := range open {
			if d.ID != but && d.Begun() {
				return &open[i], nil
			}
		}
		if len(open) < page.Limit {
			return nil, nil //nolint:nilnil // none is an answer
		}
		page.After = open[len(open)-1].ID
	}
}

// lastTook gives how long the last deployment of the same components took there; 0: none.
func lastTook(tx Tx, h plan.Header) practice.Duration {
	var names []string
	for _, item := range h.Items {
		names = append(names, item.Component)
	}
	last, err := tx.LastSucceeded(h.Environment, names)
	if err != nil || last.Started.IsZero() {
		return 0 // it is only a guess: nothing depends on it but when it is held to end
	}
	return practice.Duration(last.Ended.Sub(last.Started).Truncate(time.Second) + time.Second)
}

// checkFlow demands that every item is present, whole and certain, in the
// flow's environment before (R33).
func checkFlow(tx Tx, h plan.Header) error {
	d, err := tx.DocumentAt(practice.KindModel, h.Model.Name, h.Model.Revision)
	if err != nil {
		return err
	}
	m, err := model.Decode(d)
	if err != nil {
		return err
	}
	before := ""
	for _, stage := range m.Spec.Flow {
		if stage.Environment == h.Environment {
			break
		}
		before = stage.Environment
	}
	if before == "" {
		return nil
	}
	for _, item := range h.Items {
		passed, err := hasPassed(tx, before, item)
		if err != nil {
			return err
		}
		if !passed {
			return practice.Faultf(practice.Refused, "%s %s has not passed %s, which comes before %s in model %s", item.Component, item.Version, before, h.Environment, m.Name).
				WithHint("deploy it to %s first, or leave the flow with --skip-flow --reason WHY", before).Final()
		}
	}
	return nil
}

// hasPassed says whether some deployment of exactly this version into the environment succeeded.
func hasPassed(tx Tx, env string, item plan.Item) (bool, error) {
	for page := (practice.Page{Limit: practice.DefaultLimit}); ; {
		list, err := tx.Deployments(deployment.Filter{Environment: env, Component: item.Component}, page)
		if err != nil {
			return false, err
		}
		for _, d := range list {
			if d.Result == deployment.Succeeded && d.Header.Direction == plan.Install && contains(d.Header.Items, item) {
				return true, nil
			}
		}
		if len(list) < page.Limit {
			return false, nil
		}
		page.After = list[len(list)-1].ID
	}
}

func contains(items []plan.Item, wanted plan.Item) bool {
	for _, item := range items {
		if item.Component == wanted.Component && item.Artifact != nil && wanted.Artifact != nil && item.Artifact.Digest == wanted.Artifact.Digest {
			return true
		}
	}
	return false
}
