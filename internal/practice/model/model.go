// Package model is what a deployment model says: a repeatable description of
// how releases of some components move through environments (R30 to R38).
package model

import (
	"encoding/json"
	"fmt"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
)

// Spec is what a Model document says.
type Spec struct {
	Description string       `json:"description,omitempty" doc:"What people should know about it."`
	Owner       string       `json:"owner,omitempty" doc:"The person or team that answers for it."`
	AppliesTo   AppliesTo    `json:"appliesTo" doc:"Which components it is for."`
	Flow        []Stage      `json:"flow" minItems:"1" doc:"The environments a release moves through, in order."`
	Procedures  []Procedure  `json:"procedures" minItems:"1" doc:"The steps, per kind of component."`
	Checks      Checks       `json:"checks,omitempty" doc:"What must hold before and after."`
	Criteria    []Criterion  `json:"criteria,omitempty" doc:"What must hold before a stage of a deployment begins, before it is done, or before the deployment succeeds."`
	OnFailure   OnFailure    `json:"onFailure,omitempty" enum:"guidance,remediate,fail" default:"guidance" doc:"What follows when a wave fails or acceptance is not met: wait for a person's guidance, remediate by itself, or close as failed."`
	Timeouts    TimeoutRules `json:"timeouts,omitempty" doc:"How long parts may take."`
}

// AppliesTo chooses components: all that match every given part.
type AppliesTo struct {
	Components []string                `json:"components,omitempty" doc:"Names of components; empty means any."`
	Kinds      []library.ComponentKind `json:"kinds,omitempty" enum:"software,hardware,documentation,licence,data,process,other" doc:"Kinds of component; empty means any."`
	Labels     map[string]string       `json:"labels,omitempty" doc:"Labels that a component must carry."`
}

// Stage is one environment of the flow and how it is entered.
type Stage struct {
	Environment string   `json:"environment" minLength:"1" doc:"The environment's name."`
	Strategy    Strategy `json:"strategy,omitempty" doc:"How the targets are reached; by default all at once."`

	Quality []library.Threshold `json:"quality,omitempty" doc:"What test results must have been received before a release goes on from this environment to the next."`
}

// Procedure is how a kind of component gets in, out and back.
type Procedure struct {
	Kind      library.ComponentKind `json:"kind" enum:"software,hardware,documentation,licence,data,process,other" doc:"The kind of component that it is for."`
	Install   []Step                `json:"install" minItems:"1" doc:"The steps that bring a version onto a target."`
	Remove    []Step                `json:"remove,omitempty" doc:"The steps that take it off; by default the install steps in reverse, each removing."`
	Remediate []Step                `json:"remediate,omitempty" doc:"The steps that bring back the version that was there before; by default it is installed again. Where there was none, the component is removed."`
}

// Checks are conditions around the change (R43, R44).
type Checks struct {
	Component  []ComponentCheck `json:"component,omitempty" enum:"signed,origin" doc:"Of the versions, before anything else; admission, digest and a demanded signature are always checked."`
	Target     []Step           `json:"target,omitempty" doc:"Of each target, before the first wave."`
	Acceptance []Step           `json:"acceptance,omitempty" doc:"Of each changed target, after each wave and at the end; at least one."`
	Removal    []Step           `json:"removal,omitempty" doc:"Of each target that a component was taken off, in the place of acceptance."`

	Health         []HealthCheck `json:"health,omitempty" doc:"Of what stands, again and again after the deployment: see the health of what stands."`
	FailingPercent int           `json:"failingPercent,omitempty" minimum:"0" maximum:"100" doc:"From which share of its targets on a component counts as failing in an environment; below it as degraded. 100 by default: all of them."`
}

// ComponentCheck is a further demand on the versions of a release.
type ComponentCheck string

// The component checks.
const (
	CheckSigned ComponentCheck = "signed" // signed by a known publisher, whatever the component itself demands
	CheckOrigin ComponentCheck = "origin" // its source and commit are recorded
)

// OnFailure is what follows a failed wave or failed acceptance.
type OnFailure string

// What can follow.
const (
	Guidance  OnFailure = "guidance"
	Remediate OnFailure = "remediate"
	Fail      OnFailure = "fail"
)

// TimeoutRules bound the parts of a deployment.
type TimeoutRules struct {
	Step   practice.Duration `json:"step,omitempty" doc:"A step without a timeout of its own; 10m by default."`
	Silent practice.Duration `json:"silent,omitempty" doc:"How long a target may be silent beyond the time its steps may take before its outcome counts as unknown; 2m by default."`
}

// Model is a deployment model in one revision.
type Model struct {
	Name     string
	Revision int64
	Digest   practice.Digest
	Spec     Spec
}

// Decode gives the model of its document.
func Decode(d practice.Document) (Model, error) {
	m := Model{Name: d.Name, Revision: d.Revision, Digest: d.Digest}
	if err := json.Unmarshal(d.Spec, &m.Spec); err != nil {
		return m, fmt.Errorf("model %s: %w", d.Name, err)
	}
	return m, nil
}
