package model

import "tranship.dev/tranship/internal/practice"

// Step is one thing that a driver does or checks.
type Step struct {
	Name    string            `json:"name" minLength:"1" doc:"What people call it; unique within its list."`
	Uses    string            `json:"uses" minLength:"1" doc:"The driver: files, process, systemd, script, http."`
	Action  Action            `json:"action,omitempty" enum:"apply,remove,check" doc:"apply makes it so, remove makes it not so, check only looks. By default apply in install and remediate, remove in remove, check in checks."`
	With    map[string]any    `json:"with,omitempty" doc:"The driver's inputs. Texts may refer to ${target.name}, ${target.address}, ${target.labels.NAME}, ${target.parameters.NAME}, ${environment.name}, ${component}, ${version}, ${digest}, ${version.COMPONENT}, ${digest.COMPONENT}, ${release}, ${deployment}; ${secret.NAME} is filled in on the target. Write $${ for a plain ${."`
	Timeout practice.Duration `json:"timeout,omitempty" doc:"How long one attempt may take, for example 2m."`
	Retry   Retry             `json:"retry,omitempty" doc:"Whether and how it is tried again."`
	OnDoubt OnDoubt           `json:"onDoubt,omitempty" enum:"probe,repeat,ask" doc:"What the executor does when it was stopped in the middle and cannot know: probe looks what is there, repeat does it again, ask reports unknown. By default what the driver declares."`
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
