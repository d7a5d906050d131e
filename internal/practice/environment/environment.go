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

	Calendar CalendarRules `json:"calendar,omitempty" doc:"What follows from conflicts with windows, freezes, bookings and other deployments here."`
	Limit    Limit         `json:"limit,omitempty" doc:"How much may happen here at once."`
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
}
