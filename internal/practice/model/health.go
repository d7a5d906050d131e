package model

import (
	"slices"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// HealthCheck is a check of what stands: it is made again and again from the
// moment at which a deployment has brought a component onto a target, until
// another deployment changes it there. It never holds or fails a deployment.
type HealthCheck struct {
	Name       string            `json:"name" minLength:"1" maxLength:"128" doc:"What people call it; unique among the health checks."`
	Uses       string            `json:"uses" minLength:"1" doc:"The driver, of those that can check: http, script, process, systemd, files, prometheus."`
	With       map[string]any    `json:"with,omitempty" doc:"The driver's inputs, with the references of any step; ${component}, ${version} and ${digest} are those that stand."`
	Every      practice.Duration `json:"every,omitempty" doc:"How often it is made: 10s to 24h; 1m by default."`
	After      int               `json:"after,omitempty" minimum:"0" maximum:"100" doc:"How often in a row it must fail before it counts, so that a moment is no alarm; 3 by default. It counts as right again after one right answer where this is 1, else after two in a row."`
	Timeout    practice.Duration `json:"timeout,omitempty" doc:"How long it may take: at most 1m and no longer than every; 10s by default."`
	StopWithin practice.Duration `json:"stopWithin,omitempty" doc:"How long what the check runs may take to end when it is asked to, because its timeout is over or an order comes for the target, before it is killed: at most 1m; 2s by default."`
	Means      HealthMeaning     `json:"means,omitempty" enum:"failing,degraded" default:"failing" doc:"What it makes of the component on the target when it fails: failing, or degraded where the component still does its work."`

	Components   []string `json:"components,omitempty" doc:"The components of a release that it is about; by default each."`
	Environments []string `json:"environments,omitempty" doc:"Where it is made; by default in every environment of the flow."`
}

// HealthMeaning is what a failed health check makes of a component on a target.
type HealthMeaning string

// What it can make of it.
const (
	MeansFailing  HealthMeaning = "failing"
	MeansDegraded HealthMeaning = "degraded"
)

// The bounds of health checks, and what holds where one says nothing.
const (
	MinHealthEvery       = practice.Duration(10 * time.Second)
	MaxHealthEvery       = practice.Duration(24 * time.Hour)
	MaxHealthTimeout     = practice.Duration(time.Minute)
	MaxHealthAfter       = 100
	DefaultHealthEvery   = practice.Duration(time.Minute)
	DefaultHealthAfter   = 3
	DefaultHealthTimeout = practice.Duration(10 * time.Second)
	AllFailing           = 100 // percent of the targets that make a place failing
)

// Complete gives the check with what holds where it says nothing.
func (h HealthCheck) Complete() HealthCheck {
	if h.Every == 0 {
		h.Every = DefaultHealthEvery
	}
	if h.After == 0 {
		h.After = DefaultHealthAfter
	}
	if h.Timeout == 0 {
		h.Timeout = min(DefaultHealthTimeout, h.Every)
	}
	if h.Means == "" {
		h.Means = MeansFailing
	}
	return h
}

// Step gives the check as a step that looks once.
func (h HealthCheck) Step() Step {
	return Step{Name: h.Name, Uses: h.Uses, Action: Check, With: h.With, Timeout: h.Timeout, StopWithin: h.StopWithin, Retry: Retry{Attempts: 1}}
}

// Concerns says whether the check is about a component.
func (h HealthCheck) Concerns(component string) bool {
	return len(h.Components) == 0 || slices.Contains(h.Components, component)
}

// HealthIn gives the health checks that are made in an environment, complete.
func (c Checks) HealthIn(environment string) []HealthCheck {
	var found []HealthCheck
	for _, h := range c.Health {
		if len(h.Environments) == 0 || slices.Contains(h.Environments, environment) {
			found = append(found, h.Complete())
		}
	}
	return found
}
