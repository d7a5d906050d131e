// Package environment knows environments, the targets in them, what is present
// on each target, and the agents that act there (R4 to R9).
package environment

import (
	"encoding/json"
	"fmt"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// Purpose says what an environment is for.
type Purpose string

// The purposes that are known by name (R5); any other text is allowed.
const (
	Development Purpose = "development"
	Test        Purpose = "test"
	Staging     Purpose = "staging"
	Live        Purpose = "live"
)

// Control says who controls an environment (R6).
type Control string

// The kinds of control.
const (
	Own      Control = "own"      // ours: every action is possible
	Vendor   Control = "vendor"   // a supplier's: nothing is executed there by Tranship
	Consumer Control = "consumer" // a consumer's: nothing is executed there by Tranship
)

// Spec is what an Environment document says.
type Spec struct {
	Description string  `json:"description,omitempty" doc:"What people should know about it."`
	Purpose     Purpose `json:"purpose" minLength:"1" doc:"What it is for: development, integration, test, staging, live, or any other word."`
	Order       int     `json:"order" minimum:"0" doc:"Its place in the promotion path; lower comes first."`
	Owner       string  `json:"owner" minLength:"1" doc:"The person or team that answers for it."`
	Control     Control `json:"control,omitempty" enum:"own,vendor,consumer" default:"own" doc:"Who controls it: own, vendor or consumer."`
	Party       string  `json:"party,omitempty" doc:"The controlling party's name, where control is not own."`

	Parameters map[string]string `json:"parameters,omitempty" doc:"Values that models refer to as ${environment.parameters.NAME}."`
	Baseline   []Requirement     `json:"baseline,omitempty" doc:"What must hold on a target before anything is brought there; where it does not, a person is asked."`

	BaselineWaivers []string `json:"baselineWaivers,omitempty" doc:"The groups whose members may have a deployment go on although targets are not as the baseline requires; the owner by default."`

	Calendar CalendarRules `json:"calendar,omitempty" doc:"What follows from conflicts with windows, freezes, bookings and other deployments here."`
	Limit    Limit         `json:"limit,omitempty" doc:"How much may happen here at once."`

	Inspection Inspection `json:"inspection,omitempty" doc:"How often agents look whether what stands on the targets is as the record says, and what of the hosts is watched as a whole."`
}

// Inspection says how often targets are looked at, and what for besides what is recorded (R92).
type Inspection struct {
	Every practice.Duration `json:"every,omitempty" doc:"How often each target is looked at, from 10s to 168h; 15m by default."`
	Off   bool              `json:"off,omitempty" doc:"Do not look by itself; only where somebody asks for it."`
	Watch []Watch           `json:"watch,omitempty" enum:"packages,services,users" doc:"What of its hosts is watched as a whole: what comes, goes or changes there without a deployment is drift. Nothing by default."`

	AcceptedBy []string `json:"acceptedBy,omitempty" doc:"The groups whose members may accept what was found as the record; by default whoever may deploy."`
}

// The bounds of how often targets are looked at.
const (
	DefaultInspection = practice.Duration(15 * time.Minute)
	MinInspection     = practice.Duration(10 * time.Second)
	MaxInspection     = practice.Duration(7 * 24 * time.Hour)
)

// Interval gives how often targets are looked at.
func (i Inspection) Interval() time.Duration {
	if i.Every == 0 {
		return DefaultInspection.Std()
	}
	return i.Every.Std()
}

// Stale gives the time before which a look is too old to say how a target is
// now: it was missed twice, with room for a slow one.
func (i Inspection) Stale(now time.Time) time.Time {
	return now.Add(-2*i.Interval() - 2*time.Minute)
}

// CalendarRules is what an environment says about conflicts of time; the
// calendar knows the words.
type CalendarRules struct {
	Rules          map[string]string `json:"rules,omitempty" doc:"What follows from a conflict, by rule: off, warn, block or needs-waiver. Rules: same-target, parent, child, shared-service, outside-window, freeze (soft ones), same-person, same-tool, booking, redundancy, stale-baseline."`
	Contiguous     string            `json:"contiguous,omitempty" enum:"allowed,forbidden" default:"allowed" doc:"Whether a deployment may begin at the moment at which another ends."`
	Settle         practice.Duration `json:"settle,omitempty" doc:"How long must lie between two deployments."`
	WhenWindowEnds string            `json:"whenWindowEnds,omitempty" enum:"finish-step,finish-wave,stop,roll-back,go-on" default:"finish-wave" doc:"What a deployment does that is under way when its window ends, where the window does not say it."`
}

// Limit says how much may happen at once (R79).
type Limit struct {
	Deployments int            `json:"deployments,omitempty" minimum:"0" doc:"How many deployments may run here at once; 0: any number."`
	Tools       map[string]int `json:"tools,omitempty" doc:"How many that use a tool may run here at once, by the name of the driver: {helm: 1}."`
}

// Environment is a place that releases move into and out of.
type Environment struct {
	Name     string
	Revision int64
	Labels   map[string]string
	Spec     Spec
}

// Decode gives the environment of its document.
func Decode(d practice.Document) (Environment, error) {
	e := Environment{Name: d.Name, Revision: d.Revision, Labels: d.Labels}
	if err := json.Unmarshal(d.Spec, &e.Spec); err != nil {
		return e, fmt.Errorf("environment %s: %w", d.Name, err)
	}
	if e.Spec.Control == "" {
		e.Spec.Control = Own
	}
	return e, nil
}

// Actionable says whether Tranship may execute in the environment at all (R6).
func (e Environment) Actionable() practice.Verdict {
	if e.Spec.Control == Own {
		return practice.Pass()
	}
	return practice.Hold(practice.Reason{
		Gate:    "control",
		Message: fmt.Sprintf("environment %s is controlled by %s %s", e.Name, e.Spec.Control, e.Spec.Party),
		Who:     e.Spec.Party,
		How:     "deployments there are carried out by the controlling party",
	})
}

// Standing is one version that is present in an environment.
type Standing struct {
	Component  string `json:"component"`
	Version    string `json:"version"`
	Targets    int    `json:"targets"`              // that have it
	Deployment string `json:"deployment,omitempty"` // of Examples: one that put it on some target
}

// Place is where one version of a component is present.
type Place struct {
	Environment string `json:"environment"`
	Version     string `json:"version"`   // empty: a change failed half-way where nothing was before
	Targets     int    `json:"targets"`   // that have it
	Uncertain   int    `json:"uncertain"` // of them, on which it is not certain
}

// Presence is one component on one target during a time: the inventory (R9, R110).
type Presence struct {
	Target      string          `json:"target"`
	Environment string          `json:"environment"`
	Component   string          `json:"component"`
	Version     string          `json:"version"`
	Digest      practice.Digest `json:"digest"`
	Deployment  string          `json:"deployment"`     // the deployment that put it there
	Since       time.Time       `json:"since"`          // UTC
	Until       time.Time       `json:"until,omitzero"` // UTC; zero: still there
	Uncertain   bool            `json:"uncertain"`      // a change of it failed half-way or its end is unknown
	Slot        string          `json:"slot,omitempty"` // of two slots on the target, the one that is in use; empty: it is in none
}
