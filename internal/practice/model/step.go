package model

import "tranship.dev/tranship/internal/practice"

// Step is one thing that a driver does or checks.
type Step struct {
	Name       string            `json:"name" minLength:"1" doc:"What people call it; unique within its list."`
	Uses       string            `json:"uses" minLength:"1" doc:"The driver: files, link, process, systemd, script, http, prometheus, baseline."`
	Action     Action            `json:"action,omitempty" enum:"apply,remove,check" doc:"apply makes it so, remove makes it not so, check only looks. By default apply in install and remediate, remove in remove, check in checks."`
	With       map[string]any    `json:"with,omitempty" doc:"The driver's inputs. Texts may refer to ${target.name}, ${target.address}, ${target.labels.NAME}, ${target.parameters.NAME}, ${environment.name}, ${environment.parameters.NAME}, ${component}, ${version}, ${digest}, ${version.COMPONENT}, ${digest.COMPONENT}, ${release}, ${deployment}, ${slot}, ${slot.other}; ${secret.NAME} is filled in on the target. Write $${ for a plain ${."`
	Timeout    practice.Duration `json:"timeout,omitempty" doc:"How long one attempt may take, or one look of a check that is watched, for example 2m."`
	StopWithin practice.Duration `json:"stopWithin,omitempty" doc:"How long what the step runs may take to end when it is asked to, because its timeout is over or somebody ends it at once, before it is killed: at most 1m; 2s by default. What the process driver keeps running has its own stopTimeout."`
	Retry      Retry             `json:"retry,omitempty" doc:"Whether and how it is tried again."`
	Watch      *Watch            `json:"watch,omitempty" doc:"Of a check: it is looked at again and again for a time, not once."`

	// Irreversible says of a step that changes something what nothing brings back.
	Irreversible string `json:"irreversible,omitempty" minLength:"1" maxLength:"200" doc:"Of a step that changes something: what it does that no way back undoes, in words: the old columns are dropped. Plans, approvals and rollbacks say it."`

	OnDoubt OnDoubt `json:"onDoubt,omitempty" enum:"probe,repeat,ask" doc:"What the executor does when it was stopped in the middle and cannot know: probe looks what is there, repeat does it again, ask reports unknown. By default what the driver declares."`
}

// Action is what a step does with its driver.
type Action string

// The actions.
const (
	Apply  Action = "apply"
	Remove Action = "remove"
	Check  Action = "check"
)

// OnDoubt is what happens when an executor was stopped between the start and the end of a step.
type OnDoubt string

// What can happen.
const (
	Probe  OnDoubt = "probe"
	Repeat OnDoubt = "repeat"
	Ask    OnDoubt = "ask"
)

// Retry says how often and when a failed step is tried again.
type Retry struct {
	Attempts int               `json:"attempts,omitempty" minimum:"0" maximum:"100" doc:"How often in all; 1 by default."`
	Delay    practice.Duration `json:"delay,omitempty" doc:"Wait between attempts; doubled each time up to 1m."`
}

// Watch has a check looked at for a time: health during a soak. The first look is
// made at once, the others every Every until For has passed. The check fails as
// soon as more than Failures looks have failed.
type Watch struct {
	For      practice.Duration `json:"for" doc:"How long it is watched, for example 5m."`
	Every    practice.Duration `json:"every,omitempty" doc:"How long between two looks; 10s by default."`
	Failures int               `json:"failures,omitempty" minimum:"0" doc:"How many looks may fail."`
}

// Looks gives how many looks a watch makes when none takes longer than Every.
func (w Watch) Looks() int {
	if w.Every <= 0 {
		return 1
	}
	return int(w.For/w.Every) + 1
}
