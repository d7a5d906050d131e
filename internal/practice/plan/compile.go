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
// version is admitted (not for a removal; of a restore, what it brings back); what
// depends on what has it, before and after, and not in a circle; every component
// belongs on some target; there is a procedure for every kind; the named targets
// exist, and something changes; every reference has a value.
func Compile(in Input) (Plan, error) {
	in.Spots = in.Spots.sorted()
	for _, check := range []func(Input) error{wellFormed, modelApplies, inFlow, environmentOpen, admitted, dependenciesHold, levelsExist, belongsSomewhere, spotsBelong, proceduresExist} {
		if err := check(in); err != nil {
			return Plan{}, err
		}
	}
	p := Plan{Header: header(in)}
	var err error
	if p.Targets, p.Header.Unchanged, err = choose(in, p.Header.Items); err != nil {
		return Plan{}, err
	}
	if err := goalsAdmitted(in, p.Targets); err != nil {
		return Plan{}, err
	}
	restoreChecks(in, &p)
	strategy := in.Model.Spec.Flow[in.Model.Spec.StageFor(in.Environment.Name)].Strategy
	p.Header.Waves = spread(strategy, p.Targets, redundancyOf(in.Targets))
	if n := len(p.Header.Waves); n > MaxWaves {
		return Plan{}, practice.Faultf(practice.Invalid, "the strategy of model %s for %s puts %d targets into %d waves, and %d are possible",
			in.Model.Name, in.Environment.Name, len(p.Targets), n, MaxWaves).
			WithHint("let each wave take more targets: a higher count or percent, or a coarser failure domain").Final()
	}
	p.Header.MaxFailures, p.Header.MaxFailuresTotal = strategy.MaxFailures, strategy.MaxFailuresTotal
	p.Header.Pause = strategy.Pause
	p.Header.TargetCount, p.Header.PartCount = counted(p.Targets)
	p.Header.Slots = strategy.Slots
	p.Header.Criteria = slices.DeleteFunc(in.Model.Spec.CriteriaFor(string(in.Direction), in.Environment.Name, len(p.Header.Waves)), func(k model.Criterion) bool {
		return k.Check == Baseline && p.Header.Baseline == 0
	})
	if err := referencesHold(in.Model.Spec, p); err != nil {
		return Plan{}, err
	}
	if err := irreversible(in, &p); err != nil {
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
		Checks:    complete(slices.Concat(baselineOf(in), spec.Checks.Target), model.Check, rules),
		OnFailure: spec.OnFailure, Silent: rules.Silent,
		Restores: in.Restores, Redeploy: in.Redeploy, Only: slices.Compact(slices.Sorted(slices.Values(in.Only))), Spots: in.Spots,
	}
	h.Parameters = in.Environment.Parameters
	if h.Health = spec.Checks.HealthIn(in.Environment.Name); len(h.Health) > 0 {
		h.FailingPercent = spec.Checks.FailingPercent
	}
	if in.Direction != Remove {
		h.Baseline = len(in.Environment.Baseline)
	}
	if h.OnFailure == "" {
		h.OnFailure = model.Guidance
	}
	acceptance := spec.Checks.Acceptance
	if in.Direction == Remove {
		acceptance = spec.Checks.Removal
	}
	h.Acceptance = complete(acceptance, model.Check, rules)
	levels, _ := levelsOf(in) // levelsExist has asked
	for i, item := range in.Items {
		h.Items = append(h.Items, headerItem(in, item))
		h.Items[i].Level = levels[i]
	}
	return h
}

// counted gives the number of targets among rows, and of the rows where that is another.
func counted(rows []Target) (targets, parts int) {
	names := map[string]bool{}
	for i := range rows {
		if rows[i].Target != "" {
			parts = len(rows)
			names[rows[i].Target] = true
		} else {
			targets++
		}
	}
	return targets + len(names), parts
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
		DependsOn: library.Holding(item.Component.Spec.DependsOn, item.Version.Version),
	}
	if in.Direction != Restore {
		i.RunsOn = item.Component.Spec.RunsOn
	}
	if len(procedure.Remove) == 0 {
		for _, index := range model.Undoable(procedure.Install) {
			step := procedure.Install[index]
			step.Action, step.Irreversible = model.Remove, "" // what it does is what it takes back
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
	if !slices.Contains([]Direction{Install, Remove, Restore}, in.Direction) {
		return practice.Faultf(practice.Invalid, "direction %q is none of install, remove and restore", in.Direction)
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
		if t.Goal != nil && (len(t.Goal) != len(in.Items) || len(t.Left) != len(in.Items)) {
			return fmt.Errorf("compile %s: target %s says what is to be there again of %d items, not of %d", in.Release, t.Name, len(t.Goal), len(in.Items))
		}
	}
	return nil
}
