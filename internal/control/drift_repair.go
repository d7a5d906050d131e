package control

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/drift"
)

// RepairDrift asks for deployments that put what is recorded onto exactly the
// targets that differ, through every gate: one for all that one model can put right
// together, in which what is needed comes first. What came where nothing is recorded
// is taken off, by another. The steps are done again there although the record says
// that it is present.
func (c *Control) RepairDrift(ctx context.Context, scope practice.Scope, by practice.Actor, choice DriftChoice, reason string, ask AskRequest) ([]deployment.Deployment, error) {
	if reason = strings.TrimSpace(reason); reason == "" {
		return nil, practice.Faultf(practice.Invalid, "repairing needs a reason").WithHint("say why with --reason")
	}
	var wanted []repair
	err := c.Store.View(ctx, scope, func(tx Tx) (err error) {
		wanted, err = repairs(tx, scope, choice)
		return err
	})
	if err != nil {
		return nil, err
	}
	var asked []deployment.Deployment
	for _, r := range wanted {
		d, err := c.repair(ctx, scope, by, r, reason, ask)
		if err != nil {
			return asked, alreadyAsked(asked, err)
		}
		asked = append(asked, d)
	}
	return asked, nil
}

// alreadyAsked adds to an error what was asked for before it.
func alreadyAsked(asked []deployment.Deployment, err error) error {
	fault, is := errors.AsType[*practice.Error](err)
	if len(asked) == 0 || !is {
		return err
	}
	more := *fault
	more.Message = fmt.Sprintf("%s was asked for, but not the next: %s", asked[len(asked)-1].ID, fault.Message)
	return &more
}

// repairable gives the drifts that a deployment can put right: no deployment put
// onto a host what it is watched for. Refused where such a drift is named, or
// where nothing else is left.
func repairable(choice DriftChoice, all []drift.Drift) ([]drift.Drift, error) {
	own := slices.IndexFunc(all, func(d drift.Drift) bool { return d.Watch != "" })
	if own < 0 {
		return all, nil
	}
	d := all[own]
	left := slices.DeleteFunc(slices.Clone(all), func(d drift.Drift) bool { return d.Watch != "" })
	if len(choice.Drifts) > 0 || len(left) == 0 {
		return nil, practice.Faultf(practice.Refused, "%s is about the %s of host %s: no deployment put them there, so none can put them right", d.ID, d.Watch, d.Target).
			WithHint("put it right by hand, or deploy the component that brings it; the drift ends when it is as before. To keep it: tranship drift accept %s --reason WHY", d.ID).Final()
	}
	return left, nil
}

// unrepaired refuses a drift that a deployment is to repair already.
func unrepaired(tx Tx, d drift.Drift) error {
	if d.Repair == "" {
		return nil
	}
	under, err := tx.Deployment(d.Repair)
	if practice.CodeOf(err) == practice.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	if under.State != deployment.Closed {
		return practice.Faultf(practice.Conflict, "%s is to be repaired by %s, which is %s", d.ID, under.ID, under.State).
			WithHint("tranship deployment why %s says what it waits for", under.ID).Final()
	}
	return nil
}

// repair plans and asks for one deployment, and notes it with its drifts.
func (c *Control) repair(ctx context.Context, scope practice.Scope, by practice.Actor, r repair, reason string, ask AskRequest) (deployment.Deployment, error) {
	planned, err := c.Plan(ctx, scope, by, r.request)
	if err != nil {
		return deployment.Deployment{}, err
	}
	d, err := c.Deploy(ctx, scope, by, DeploymentRequest{Plan: planned.ID, Digest: planned.Digest, Reason: reason, AskRequest: ask})
	if err != nil {
		return d, err
	}
	_, err = c.update(ctx, scope, func(w *work) error {
		var kept []drift.Drift
		for _, before := range r.drifts {
			present, err := w.Drift(before.ID)
			if err != nil {
				return err
			}
			if !present.Stands() {
				continue
			}
			present.Repair = d.ID
			w.noteDrift(drift.EntryRepair, present, by, reason)
			kept = append(kept, present)
		}
		return w.PutDrifts(kept)
	})
	return d, err
}
