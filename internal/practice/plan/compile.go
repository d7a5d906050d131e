package plan

import (
	"fmt"
	"slices"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/model"
)

// Compile makes the frozen plan of one transition, or says why there can be
// none. The same input, with its targets in any order, gives the same plan.
//
// Checks are made in this order, and all defects of the first kind that has any
// come together as problems of one error: the model applies to every item; the
// environment is in the model's flow; deployments may be executed there; every
// version is admitted (not for a removal); there is a procedure for every kind;
// the named targets exist, and something changes; every reference has a value.
func Compile(in Input) (Plan, error) {
	for _, check := range []func(Input) error{wellFormed, modelApplies, inFlow, environmentOpen, admitted, proceduresExist} {
		if err := check(in); err != nil {
			return Plan{}, err
		}
	}
	p := Plan{Header: header(in)}
	var err error
	if p.Targets, p.Header.Unchanged, err = choose(in, p.Header.Items); err != nil {
		return Plan{}, err
	}
	strategy := in.Model.Spec.Flow[in.Model.Spec.StageFor(in.Environment.Name)].Strategy
	p.Header.Waves, p.Header.MaxFailures = spread(strategy, len(p.Targets)), strategy.MaxFailures
	p.Header.TargetCount = len(p.Targets)
	assign(p.Targets, p.Header.Waves)
	if err := referencesHold(in.Model.Spec, p); err != nil {
		return Plan{}, err
	}
	if p.Header.TargetsSum, err = SumTargets(p.Targets); err != nil {
		return Plan{}, err
	}
	p.Digest, err = p.Header.Digest()
	return p, err
}

// ArtifactOf gives what an executor needs to fetch and check the version.
func ArtifactOf(c library.Component, v library.Version) Artifact {
	return Artifact{
		Component: v.Component, Version: v.Version, Digest: v.Digest, Size: v.Size, Reference: v.Reference,
		Signed: c.Spec.Signature.Required, Publishers: c.Spec.Signature.Publishers, Signature: v.Signature,
	}
}

// header gives all that does not depend on the targets.
func header(in Input) Header {
	spec := in.Model.Spec
	rules := spec.Timeouts.Complete()
	h := Header{
		Scope: in.Scope, Release: in.Release, Direction: in.Direction,
		Environment: in.Environment.Name, EnvRevision: in.Environment.Revision,
		Model:     ModelRef{Name: in.Model.Name, Revision: in.Model.Revision, Digest: in.Model.Digest},
		Checks:    complete(spec.Checks.Target, model.Check, rules),
		OnFailure: spec.OnFailure, Silent: rules.Silent,
		Redeploy: in.Redeploy, Only: slices.Compact(slices.Sorted(slices.Values(in.Only))),
	}
	if h.OnFailure == "" {
		h.OnFailure = model.Guidance
	}
	acceptance := spec.Checks.Acceptance
	if in.Direction == Remove {
		acceptance = spec.Checks.Removal
	}
	h.Acceptance = complete(acceptance, model.Check, rules)
	for _, item := range in.Items {
		h.Items = append(h.Items, headerItem(in, item))
	}
	return h
}

func headerItem(in Input, item ItemInput) Item {
	spec := in.Model.Spec
	rules := spec.Timeouts.Complete()
	procedure := spec.Procedures[spec.ProcedureFor(item.Component.Spec.Kind)]
	i := Item{
		Component: item.Component.Name, Kind: item.Component.Spec.Kind,
		Version: item.Version.Version, Digest: item.Version.Digest,
		Install:   complete(procedure.Install, model.Apply, rules),
		Remove:    complete(procedure.Remove, model.Remove, rules),
		Remediate: complete(procedure.Remediate, model.Apply, rules),
	}
	if len(procedure.Remove) == 0 {
		for _, index := range model.Undoable(procedure.Install) {
			step := procedure.Install[index]
			step.Action = model.Remove
			i.Remove = append(i.Remove, step.Complete(model.Remove, rules))
		}
	}
	if in.Direction == Install {
		artifact := ArtifactOf(item.Component, item.Version)
		artifact.Signed = artifact.Signed || slices.Contains(spec.Checks.Component, model.CheckSigned)
		i.Artifact = &artifact
	}
	return i
}

func complete(steps []model.Step, action model.Action, rules model.TimeoutRules) []model.Step {
	var completed []model.Step
	for _, s := range steps {
		completed = append(completed, s.Complete(action, rules))
	}
	return completed
}

// wellFormed refuses input that only a defect of the caller can make, and releases without sense.
func wellFormed(in Input) error {
	if in.Direction != Install && in.Direction != Remove {
		return practice.Faultf(practice.Invalid, "direction %q is neither install nor remove", in.Direction)
	}
	if len(in.Items) == 0 {
		return practice.Faultf(practice.Invalid, "release %s has no components", in.Release).Final()
	}
	components := map[string]bool{}
	for _, item := range in.Items {
		if components[item.Component.Name] {
			return practice.Faultf(practice.Invalid, "component %s is in release %s twice", item.Component.Name, in.Release).Final()
		}
		components[item.Component.Name] = true
		if item.Version.Component != item.Component.Name {
			return fmt.Errorf("compile %s: version of %q given for component %q", in.Release, item.Version.Component, item.Component.Name)
		}
	}
	names := make(map[string]bool, len(in.Targets))
	for i := range in.Targets {
		t := &in.Targets[i]
		if t.Name == "" || names[t.Name] {
			return fmt.Errorf("compile %s: target %q is given twice or has no name", in.Release, t.Name)
		}
		names[t.Name] = true
		if len(t.Before) != len(in.Items) {
			return fmt.Errorf("compile %s: target %s says what was before of %d items, not of %d", in.Release, t.Name, len(t.Before), len(in.Items))
		}
	}
	return nil
}
