package control

import (
	"context"
	"slices"
	"strings"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/internal/practice/environment"
)

// DriftChoice names drifts that stand: by their numbers, or all of an
// environment that fit.
type DriftChoice struct {
	Drifts      []string `json:"drifts,omitempty" maxItems:"1000" doc:"These, by number: DR-12."`
	Environment string   `json:"environment,omitempty" doc:"Or those of this environment."`
	Targets     []string `json:"targets,omitempty" maxItems:"1000" doc:"With environment: only on these targets."`
	Component   string   `json:"component,omitempty" doc:"With environment: only of this component."`
}

// chosen gives the drifts of a choice, by number. Refused when one of those that
// are named has ended, or when there are none.
func chosen(tx Tx, choice DriftChoice) ([]drift.Drift, error) {
	if len(choice.Drifts) > 0 {
		return numberedDrifts(tx, choice.Drifts)
	}
	if choice.Environment == "" {
		return nil, practice.Faultf(practice.Invalid, "no drift is named").WithHint("name drifts, DR-12, or an environment: tranship drift list shows what stands")
	}
	var all []drift.Drift
	for page := (practice.Page{Limit: practice.MaxLimit}); ; {
		list, err := tx.Drifts(drift.Filter{Environment: choice.Environment, Component: choice.Component}, page)
		if err != nil {
			return nil, err
		}
		for _, d := range list {
			if len(choice.Targets) == 0 || slices.Contains(choice.Targets, d.Target) {
				all = append(all, d)
			}
		}
		if len(list) < page.Limit {
			break
		}
		page.After = list[len(list)-1].ID
	}
	if len(all) == 0 {
		return nil, practice.Faultf(practice.NotFound, "nothing of that differs from the record in %s", choice.Environment).WithHint("tranship drift list shows what stands").Final()
	}
	return all, nil
}

func numberedDrifts(tx Tx, ids []string) ([]drift.Drift, error) {
	var all []drift.Drift
	for _, id := range slices.Compact(slices.Sorted(slices.Values(ids))) {
		d, err := tx.Drift(id)
		if err != nil {
			return nil, err
		}
		if !d.Stands() {
			return nil, practice.Faultf(practice.Refused, "%s has ended at %s: %s", d.ID, shownTime(d.EndedAt), d.End).Final()
		}
		all = append(all, d)
	}
	return all, nil
}

// AcceptDrift makes what was found the record. Where a version was found that the
// library knows, the inventory says so from now on; where nothing was found, the
// inventory says that; otherwise exactly what was found is right as long as the
// record says the same. Where the environment names groups for it, only their
// members may.
func (c *Control) AcceptDrift(ctx context.Context, scope practice.Scope, by practice.Actor, choice DriftChoice, reason string) ([]drift.Drift, error) {
	if reason = strings.TrimSpace(reason); reason == "" {
		return nil, practice.Faultf(practice.Invalid, "accepting needs a reason").WithHint("say why with --reason")
	}
	if by.Kind != practice.Person {
		return nil, practice.Faultf(practice.Forbidden, "%s is no person: only people accept what came without a deployment", by.Called()).Final()
	}
	var all []drift.Drift
	_, err := c.update(ctx, scope, func(w *work) (err error) {
		if all, err = chosen(w, choice); err != nil {
			return err
		}
		if err := noneBusy(w, all); err != nil {
			return err
		}
		groups, err := mayAccept(w, all, by)
		if err != nil {
			return err
		}
		for i := range all {
			if all[i], err = c.accept(w, all[i], by, reason, groups[all[i].Environment]); err != nil {
				return err
			}
		}
		if err := w.PutDrifts(all); err != nil {
			return err
		}
		return c.announceDrift(w, all)
	})
	return all, err
}

// noneBusy refuses to judge what is being changed.
func noneBusy(tx Tx, all []drift.Drift) error {
	for some := range slices.Chunk(all, practice.MaxLimit) {
		var names []string
		for _, d := range some {
			names = append(names, d.Target)
		}
		busy, err := tx.Busy(names)
		if err != nil {
			return err
		}
		if len(busy) > 0 {
			return practice.Faultf(practice.Conflict, "%s is being worked on by a deployment", busy[0]).WithHint("wait until it is over")
		}
	}
	return nil
}

// accept ends one drift with what was found as the record. group is the one for
// which that is accepted, where the environment names some.
func (c *Control) accept(w *work, d drift.Drift, by practice.Actor, reason, group string) (drift.Drift, error) {
	d.End, d.EndedAt, d.EndedBy, d.Why = drift.Taken, w.now, &by, reason
	entry := practice.Entry{Kind: drift.EntryAccepted, Subject: driftSubject(d.ID), Target: d.Target, Who: by, Why: reason, Data: forGroup(d.Data(), group)}
	if d.Watch != "" {
		return d, c.acceptHost(w, d, by, entry)
	}
	landed, known, err := landing(w, d)
	if err != nil {
		return d, err
	}
	if known {
		entry.Data["inventory"] = map[string]any{"version": landed.Version, "digest": string(landed.Digest)}
		w.note(entry)
		if err := w.Land([]environment.Presence{landed}); err != nil {
			return d, err
		}
		return d, c.acceptHealth(w, landed, by)
	}
	sum, err := d.Found.Sum()
	if err != nil {
		return d, err
	}
	entry.Data["sum"], entry.Data["mark"] = string(sum), d.Recorded.Mark
	w.note(entry)
	return d, w.AddAcceptances([]drift.Acceptance{{Target: d.Target, Component: d.Component, Mark: d.Recorded.Mark, Sum: sum, Drift: d.ID}})
}

// landing gives what the inventory says of what was found; false where no
// version of the library says it.
func landing(tx Tx, d drift.Drift) (environment.Presence, bool, error) {
	p := environment.Presence{Target: d.Target, Environment: d.Environment, Component: d.Component, Deployment: d.ID, Since: d.EndedAt}
	switch d.State {
	case drift.Missing:
		return p, true, nil
	case drift.Unmanaged:
		v, err := tx.Version(d.Component, d.Found.Version)
		if practice.CodeOf(err) == practice.NotFound || err == nil && d.Found.Digest != "" && d.Found.Digest != v.Digest {
			return p, false, nil
		}
		p.Version, p.Digest = v.Version, v.Digest
		return p, err == nil, err
	case drift.Drifted, drift.AsRecorded, drift.Unknown:
	}
	return p, false, nil
}
