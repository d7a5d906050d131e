package model

import "tranship.dev/tranship/internal/practice"

// Strategy says in which groups the targets are changed, when it stops, and who
// is asked in between (R37, R104). Waves and Rolling exclude each other; without
// either all targets change at once.
type Strategy struct {
	Waves   []Wave            `json:"waves,omitempty" doc:"Groups of targets, one after the other; without any, all at once. The last wave takes all that are left."`
	Rolling *Rolling          `json:"rolling,omitempty" doc:"Waves of one kind, as many as it takes; in the place of waves."`
	Soak    practice.Duration `json:"soak,omitempty" doc:"How long to wait after each wave but the last, before it is checked, for example 5m."`
	Slots   []string          `json:"slots,omitempty" maxItems:"2" doc:"Blue-green: two places on each target, such as [blue, green]. A release goes into the one that is not in use, which steps name ${slot}; a step switches over, and going back only switches again."`
	Pause   *Pause            `json:"pause,omitempty" doc:"A person is asked before the first wave, after the targets were verified."`

	MaxFailures      int  `json:"maxFailures,omitempty" minimum:"0" doc:"How many targets of a wave may fail or stay unknown before the wave counts as failed."`
	MaxFailuresTotal *int `json:"maxFailuresTotal,omitempty" minimum:"0" doc:"How many targets may fail or stay unknown over all waves before the deployment stops; by default as many as the waves allow."`
}

// Wave is a group of targets by number, by share, or by labels.
type Wave struct {
	Count       int                `json:"count,omitempty" minimum:"0" doc:"This many targets; the last wave takes all that are left and needs no number."`
	Percent     int                `json:"percent,omitempty" minimum:"0" maximum:"100" doc:"This share of all targets, rounded up; counts from the start: 10, 50, 100."`
	Labels      map[string]string  `json:"labels,omitempty" doc:"The targets that carry all these labels, as far as no earlier wave took them: {zone: a}."`
	Soak        *practice.Duration `json:"soak,omitempty" doc:"How long to wait after this wave; overrides the strategy's."`
	Pause       *Pause             `json:"pause,omitempty" doc:"A person is asked after this wave has been checked, before the next one begins."`
	MaxFailures *int               `json:"maxFailures,omitempty" minimum:"0" doc:"How many targets of this wave may fail or stay unknown; overrides the strategy's."`
}

// Rolling makes waves of one kind: exactly one of its parts is given.
type Rolling struct {
	Count   int    `json:"count,omitempty" minimum:"0" doc:"Waves of this many targets."`
	Percent int    `json:"percent,omitempty" minimum:"0" maximum:"100" doc:"Waves of this share of all targets, rounded up."`
	By      string `json:"by,omitempty" doc:"One wave for each value of this label, a failure domain such as zone or rack, in natural order of the values; targets without the label come last."`
}

// Pause asks a person to go on (R101).
type Pause struct {
	Message string `json:"message" minLength:"1" doc:"What the person is to look at or decide."`
	Group   string `json:"group,omitempty" doc:"The group whose members may let it go on; by default whoever may answer for the deployment."`
}
