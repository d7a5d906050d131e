package model

import (
	"slices"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
)

// Criterion is a condition on a stage of a deployment's lifecycle (R73): for
// entering it, for leaving it, or for accepting the deployment. It is judged by
// exactly one of Question, Evidence, Check and Bound.
type Criterion struct {
	Name  string         `json:"name" minLength:"1" maxLength:"63" pattern:"^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$" doc:"What people call it, as they type it: customers-told."`
	Kind  CriterionKind  `json:"kind" enum:"entry,exit,acceptance" doc:"entry: the stage is held until it is met; exit: the stage is not done until it is met; acceptance: the deployment does not succeed unless it is met."`
	Stage LifecycleStage `json:"stage,omitempty" enum:"verify-components,verify-targets,execute,accept" doc:"The stage that is entered or left; an acceptance criterion is of the whole deployment and names none."`
	Wave  int            `json:"wave,omitempty" minimum:"0" doc:"Of execute: this wave only; by default each wave."`

	For []string `json:"for,omitempty" enum:"install,remove" doc:"Whether it holds for bringing a release in, for taking one off, or for both; install by default. A rollback waits for nobody."`

	Environments []string `json:"environments,omitempty" doc:"Where it holds; by default in every environment of the flow."`

	Question string             `json:"question,omitempty" doc:"Judged by hand: a person confirms or refuses it."`
	Group    string             `json:"group,omitempty" doc:"Of a question: the group whose members may answer; by default whoever may answer for the deployment."`
	Evidence *library.Threshold `json:"evidence,omitempty" doc:"Judged by the results of a test suite in the environment; for an exit or acceptance criterion the tests must have ended after the targets had changed."`
	Check    string             `json:"check,omitempty" doc:"Judged by one of the model's checks, by its name, on every target; or by baseline, what the environment requires of its targets."`
	Bound    *Bound             `json:"bound,omitempty" doc:"Judged by a number of the deployment that may not be exceeded."`

	Within practice.Duration `json:"within,omitempty" doc:"How long an answer or a result may take once it is asked for; then the criterion is not met. By default any time."`
}

// CriterionKind says what a criterion decides.
type CriterionKind string

// The kinds of criterion.
const (
	EntryCriterion      CriterionKind = "entry"      // whether the stage may begin
	ExitCriterion       CriterionKind = "exit"       // whether the stage is done
	AcceptanceCriterion CriterionKind = "acceptance" // whether the deployment succeeds
)

// LifecycleStage is a part of every deployment.
type LifecycleStage string

// The stages, in their order.
const (
	VerifyComponents LifecycleStage = "verify-components" // the versions are looked at; entering it is the start
	VerifyTargets    LifecycleStage = "verify-targets"    // the target checks
	ExecuteWave      LifecycleStage = "execute"           // a wave changes, soaks, and is checked
	AcceptChange     LifecycleStage = "accept"            // the acceptance checks after the last wave
)

// Bound is a number that may not be exceeded.
type Bound struct {
	Of  Measure `json:"of" enum:"failures,failed-percent,given-up,minutes" doc:"failures: targets that failed or are unknown, over all waves; failed-percent: their share of all targets, rounded up; given-up: targets that people gave up; minutes: since the first order was issued, rounded up."`
	Max int     `json:"max" minimum:"0" doc:"The highest number that is allowed."`
}

// Measure is a number of a deployment that a bound is about.
type Measure string

// The measures.
const (
	Failures      Measure = "failures"
	FailedPercent Measure = "failed-percent"
	GivenUp       Measure = "given-up"
	Minutes       Measure = "minutes"
)

// What a criterion can be for.
const (
	forInstall = "install"
	forRemove  = "remove"
)

// HoldsFor says whether the criterion is for deployments of a direction.
func (k Criterion) HoldsFor(direction string) bool {
	if len(k.For) == 0 {
		return direction == forInstall
	}
	return slices.Contains(k.For, direction)
}

// CriteriaFor gives the criteria that hold for deployments of a direction into, or
// out of, an environment in so many waves.
func (s Spec) CriteriaFor(direction, environment string, waves int) []Criterion {
	var found []Criterion
	for _, c := range s.Criteria {
		if c.HoldsFor(direction) && (len(c.Environments) == 0 || slices.Contains(c.Environments, environment)) && c.Wave <= waves {
			found = append(found, c)
		}
	}
	return found
}
