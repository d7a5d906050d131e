package model

import (
	"slices"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
)

// What holds where a model says nothing.
const (
	DefaultStepTimeout = practice.Duration(10 * time.Minute)
	DefaultStopWithin  = practice.Duration(2 * time.Second)
	DefaultSilent      = practice.Duration(2 * time.Minute)
	DefaultEvery       = practice.Duration(10 * time.Second) // between two looks of a watch, or its whole length where that is less
)

// Complete gives the rules with what holds where they say nothing.
func (r TimeoutRules) Complete() TimeoutRules {
	if r.Step == 0 {
		r.Step = DefaultStepTimeout
	}
	if r.Silent == 0 {
		r.Silent = DefaultSilent
	}
	return r
}

// Complete gives the step with what holds where it says nothing: the action of
// its list, the timeout of the model, one attempt, the time between two looks.
func (s Step) Complete(action Action, rules TimeoutRules) Step {
	if s.Action == "" {
		s.Action = action
	}
	if s.Timeout == 0 {
		s.Timeout = rules.Complete().Step
	}
	if s.Retry.Attempts == 0 {
		s.Retry.Attempts = 1
	}
	if s.Watch != nil && s.Watch.Every == 0 {
		watch := *s.Watch
		watch.Every = min(DefaultEvery, watch.For)
		s.Watch = &watch
	}
	return s
}

// Undoable gives the indexes of the install steps that the default removal
// takes back, in its order: the last first. Steps that only check, or remove
// something, have nothing to take back.
func Undoable(install []Step) []int {
	var indexes []int
	for i, step := range slices.Backward(install) {
		if step.Action == "" || step.Action == Apply {
			indexes = append(indexes, i)
		}
	}
	return indexes
}

// TakesOff says whether what the step applied can be taken off again by its driver,
// as the default removal does: all can, but a script only by its undo.
func (s Step) TakesOff() bool {
	_, undo := s.With["undo"]
	return s.Uses != scriptDriver || undo
}

// scriptDriver is the driver whose steps say themselves how they are undone.
const scriptDriver = "script"

// ProcedureFor gives the index of the procedure for a component of that kind, or -1.
func (s Spec) ProcedureFor(kind library.ComponentKind) int {
	for i, p := range s.Procedures {
		if p.Kind == kind {
			return i
		}
	}
	return -1
}

// StageFor gives the index of the stage that enters the environment, or -1.
func (s Spec) StageFor(environment string) int {
	for i, stage := range s.Flow {
		if stage.Environment == environment {
			return i
		}
	}
	return -1
}
