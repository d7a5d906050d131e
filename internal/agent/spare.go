package agent

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tranship.dev/tranship/internal/driver"
	"tranship.dev/tranship/internal/practice/plan"
)

// inspectionTime bounds one look whether a step is needed at all.
const inspectionTime = time.Minute

// intact says whether a step that is to be inspected first finds everything as it
// says: then it is not done, and its artifact is not fetched. What cannot be
// inspected, or not without the artifact, is done.
func (r *run) intact(ctx context.Context, s plan.Step) (is bool) {
	if !s.Inspect {
		return false
	}
	defer func() {
		if p := recover(); p != nil {
			r.a.o.Log.Error("agent: driver panicked", "driver", s.Uses, "panic", p)
			is = false
		}
	}()
	d, ds, err := r.prepare(s)
	if err != nil {
		return false
	}
	if _, remembers := d.(driver.Rememberer); s.Artifact >= 0 && !remembers && needsArtifact(d) {
		return false
	}
	looking, cancel := context.WithTimeout(ctx, min(s.Timeout.Std(), inspectionTime))
	defer cancel()
	found, err := d.Inspect(looking, ds)
	return err == nil && found.Matches && !found.Untold
}

// without says whether no artifact need be fetched for a step before the first
// effect, where the order goes back to what should still be here.
func (r *run) without(ctx context.Context, s plan.Step) bool {
	if !slices.ContainsFunc(r.h.Order.Steps, func(s plan.Step) bool { return s.Inspect }) {
		return false
	}
	return r.unaided(s) || r.intact(ctx, s)
}

// unaided says whether the driver of a step does its work without the files of the version.
func (r *run) unaided(s plan.Step) bool {
	d, err := r.a.o.Drivers.Lookup(s.Uses)
	return err == nil && !needsArtifact(d)
}

// needsArtifact says whether a driver may look into the files of the version:
// what starts processes there may, whatever it declares.
func needsArtifact(d driver.Driver) bool {
	return slices.ContainsFunc(d.Declare().Needs, func(need driver.Capability) bool {
		return need == driver.NeedsArtifact || need == driver.NeedsProcess || need == driver.NeedsSystemd
	})
}

// spare does without a step that is done already, and says so; errUndone where
// it must be done, with all that it needs fetched.
func (r *run) spare(ctx context.Context, s plan.Step, out *stream) error {
	if r.intact(ctx, s) {
		fmt.Fprintf(out, "%s %s is here as it must be: nothing is done\n", s.Component, s.Version)
		return nil
	}
	if s.Inspect && !r.unaided(s) {
		if err := r.fetchFor(ctx, s); err != nil {
			return err
		}
	}
	return errUndone
}
