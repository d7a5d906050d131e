package control

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/approval"
	"tranship.dev/tranship/internal/practice/calendar"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/model"
	"tranship.dev/tranship/internal/practice/plan"
)

// byHand is the driver of steps that people carry out.
const byHand = "manual"

// scoreRisk scores how dangerous a plan is, from the plan, the documents and the record.
func scoreRisk(tx Tx, planID string, h plan.Header, now time.Time) (practice.Risk, error) {
	in, err := riskFacts(tx, planID, h, now)
	return approval.Score(in), err
}

// riskFacts gathers what a risk is scored from, but for what the calendar knows.
func riskFacts(tx Tx, planID string, h plan.Header, now time.Time) (approval.RiskInput, error) {
	in := approval.RiskInput{
		Now: now, Plan: planID, Environment: h.Environment, Model: h.Model.Name, Targets: h.TargetCount, Changes: len(h.Items),
		Remediable: remediable(h), HumanSteps: humanSteps(h),
	}
	in.Steps, in.Checked = verifications(h)
	for _, step := range h.Irreversible {
		in.Irreversible = append(in.Irreversible, fmt.Sprintf("%s of %s (%s)", step.Step, step.Component, step.What))
	}
	for _, item := range h.Items {
		if item.Kind == library.Data || item.Kind == library.Hardware {
			in.Irreversible = append(in.Irreversible, item.Component+", which is "+string(item.Kind))
		}
	}
	for _, fill := range []func(Tx, plan.Header, *approval.RiskInput) error{addServices, addParty, addModelRuns, addRuns} {
		if err := fill(tx, h, &in); err != nil {
			return in, err
		}
	}
	return in, nil
}

// remediable says whether there is a way back for every item.
func remediable(h plan.Header) bool {
	for _, item := range h.Items {
		if len(item.Remediate) == 0 && (len(item.Install) == 0 || len(item.Remove) == 0) {
			return false
		}
	}
	return true
}

// stepsOf gives the steps that change something, in the direction of the plan.
func stepsOf(h plan.Header) []model.Step {
	var steps []model.Step
	for _, item := range h.Items {
		switch {
		case h.Direction == plan.Remove:
			steps = append(steps, item.Remove...)
		case h.Direction == plan.Restore && len(item.Remediate) > 0:
			steps = append(steps, item.Remediate...)
		default:
			steps = append(steps, item.Install...)
		}
	}
	return steps
}

func humanSteps(h plan.Header) int {
	n := 0
	for _, s := range slices.Concat(stepsOf(h), h.Checks, h.Acceptance, h.Removal) {
		if s.Uses == byHand {
			n++
		}
	}
	return n
}

// verifications counts the steps and the targets, and those that are checked:
// the targets before, what the steps did by acceptance.
func verifications(h plan.Header) (steps, checked int) {
	changing := len(stepsOf(h))
	if h.Accepts() {
		checked += changing
	}
	if len(h.Checks) > 0 {
		checked++
	}
	return changing + 1, checked
}

// addServices adds the services that the components are parts of.
func addServices(tx Tx, h plan.Header, in *approval.RiskInput) error {
	seen := map[string]bool{"": true}
	for _, item := range h.Items {
		c, err := componentOf(tx, item.Component)
		if practice.CodeOf(err) == practice.NotFound || err == nil && seen[c.Spec.Service] {
			continue
		}
		if err != nil {
			return err
		}
		seen[c.Spec.Service] = true
		d, err := tx.Document(practice.KindService, c.Spec.Service)
		if practice.CodeOf(err) == practice.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		var s library.ServiceSpec
		if err := json.Unmarshal(d.Spec, &s); err != nil {
			return err
		}
		in.Services = append(in.Services, approval.Service{Name: d.Name, Criticality: s.Criticality})
	}
	return nil
}

// addParty adds who else controls the environment.
func addParty(tx Tx, h plan.Header, in *approval.RiskInput) error {
	d, err := tx.Document(practice.KindEnvironment, h.Environment)
	if err != nil {
		return unlessUser(err)
	}
	env, err := environment.Decode(d)
	if err == nil && env.Spec.Party != "" {
		in.Suppliers = append(in.Suppliers, env.Spec.Party)
	}
	return err
}

func addModelRuns(tx Tx, h plan.Header, in *approval.RiskInput) error {
	runs, err := tx.RunsOf(h.Model.Name, practice.MaxLimit)
	in.ModelRuns = len(runs)
	for _, r := range runs {
		if r.Result == deployment.Succeeded {
			in.ModelSucceeded++
		}
	}
	return err
}

// addRuns adds how often this was done here: as often as for the component for
// which it was done least.
func addRuns(tx Tx, h plan.Header, in *approval.RiskInput) error {
	for i, item := range h.Items {
		runs, err := tx.RunsInto(h.Environment, item.Component, h.Model.Name, practice.MaxLimit)
		if err != nil {
			return err
		}
		if i == 0 || len(runs) < in.Runs {
			in.Runs = len(runs)
		}
		if len(runs) == 0 {
			continue
		}
		last, err := tx.Deployment(runs[0].ID)
		if err != nil {
			return err
		}
		if last.Ended.After(in.LastChange) {
			in.LastChange = last.Ended
		}
		back := slices.IndexFunc(runs, func(r deployment.Run) bool { return r.Result == deployment.Remediated })
		if back < 0 {
			continue
		}
		brought, err := tx.Deployment(runs[back].ID)
		if err != nil {
			return err
		}
		if brought.Ended.After(in.RollbackTested) {
			in.RollbackTested, in.RollbackBy = brought.Ended, brought.ID
		}
	}
	return nil
}

// rated gives a deployment with its risk, scored now, for the time for which it is meant.
func (c *Control) rated(w *work, d deployment.Deployment) (deployment.Deployment, error) {
	in, err := riskFacts(w, d.Plan, d.Header, w.now)
	if err != nil {
		return d, err
	}
	if in.OutsideWindow, err = c.outsideWindow(w, d); err != nil {
		return d, err
	}
	risk := approval.Score(in)
	d.Risk = &risk
	return d, nil
}

// outsideWindow says whether a deployment is meant for a time outside the
// maintenance windows that it needs; where that cannot be told, it counts as outside.
func (c *Control) outsideWindow(w *work, d deployment.Deployment) (bool, error) {
	a, err := c.almanac(w, w.scope, w.now, w.changed > 0)
	if err != nil {
		return false, err
	}
	start := w.now
	if d.StartAfter.After(start) {
		start = d.StartAfter
	}
	f, err := a.forecast(d, start, func(deployment.Deployment) bool { return false })
	if _, told := reasonOf(err, ""); told {
		return true, nil
	}
	return slices.ContainsFunc(f.conflicts, func(c calendar.Conflict) bool { return c.Rule == calendar.OutsideWindow }), err
}
