// Package health says how what stands does its work after its deployment has
// ended: what agents check, what follows from their answers for a component on
// a target, and for a component in an environment.
package health

import (
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/plan"
)

// State is how something does its work.
type State string

// The states. Unknown is neither fine nor failed.
const (
	Healthy  State = "healthy"  // every check is right
	Degraded State = "degraded" // it does its work, but not as it should, or not on all targets
	Failing  State = "failing"  // it does not do its work
	Unknown  State = "unknown"  // nobody can say: no answer yet, a check that cannot be made, or a silent agent
)

// States lists them, the worst first.
func States() []State { return []State{Failing, Degraded, Unknown, Healthy} }

// Part is one component on one target with the checks of its health, for the
// agent that makes them.
type Part struct {
	Target    string  `json:"target"`
	Component string  `json:"component"`
	Mark      string  `json:"mark"` // what the record says of it, in short: of another mark, no answer counts
	Like      string  `json:"like"` // the deployment whose plan names the checks
	Checks    []Check `json:"checks"`
}

// Check is one check, exact for its target.
type Check struct {
	Step  plan.Step         `json:"step"`
	Every practice.Duration `json:"every"`
	After int               `json:"after"` // how often in a row it must fail before it counts
	Means State             `json:"means"` // what it makes of the component then: Failing or Degraded
}

// ChecksOf gives the checks of what a plan says of a component on a target.
func ChecksOf(vitals []plan.Vital) []Check {
	checks := make([]Check, len(vitals))
	for i, v := range vitals {
		checks[i] = Check{Step: v.Step, Every: v.Check.Every, After: v.Check.After, Means: State(v.Check.Means)}
	}
	return checks
}

// Answer is what one check says.
type Answer struct {
	Check string    `json:"check"`
	State State     `json:"state"`
	Since time.Time `json:"since"` // the agent's clock, corrected by the server's
	Says  string    `json:"says,omitempty"`
}

// Report is what an agent says of one component on one target: of the checks
// that have an answer.
type Report struct {
	Target    string    `json:"target"`
	Component string    `json:"component"`
	Mark      string    `json:"mark"`
	Like      string    `json:"like"`
	Checks    int       `json:"checks"` // how many there are
	Answers   []Answer  `json:"answers"`
	At        time.Time `json:"at"` // the agent's clock
}

// Sent is a report with who sent it.
type Sent struct {
	Agent string
	Report
}

// Health is how one component on one target is.
type Health struct {
	Environment string    `json:"environment"`
	Target      string    `json:"target"`
	Component   string    `json:"component"`
	State       State     `json:"state"`
	Pending     bool      `json:"pending,omitempty"` // unknown, because nothing was answered yet since it was changed
	Since       time.Time `json:"since"`             // it is in that state; the server's clock
	HeardAt     time.Time `json:"heardAt,omitzero"`  // the last report; zero: none since it was changed
	Deployment  string    `json:"deployment"`        // whose plan names the checks
	Mark        string    `json:"mark"`
	Percent     int       `json:"percent"` // of the targets of its place that make that failing
	Answers     []Answer  `json:"answers,omitempty"`
}

// Place is a component in an environment.
type Place struct {
	Environment string `json:"environment"`
	Component   string `json:"component"`
}

// Filter limits a list; an empty field allows any value.
type Filter struct {
	Environment string
	Component   string
	Target      string
	State       State // of the target as it was reported, or of the place
	Ended       bool  // of spells: those that have ended too
}

// Store keeps health.
type Store interface {
	// PutHealth stores how components on targets are.
	PutHealth(list []Health) error
	// DropHealth forgets components on targets; Target and Component of each count.
	DropHealth(list []Health) error
	// HealthOn gives all of at most 1,000 targets, by target and component.
	HealthOn(targets []string) ([]Health, error)
	// HealthOf lists them by target and component; page.After is "target/component".
	HealthOf(f Filter, page practice.Page) ([]Health, error)
	// CountHealth counts the targets of at most 1,000 places; one without any is absent.
	CountHealth(places []Place) ([]Counted, error)
	// QuietHealth counts what is not known any more, whatever was said last: where
	// the agent was heard of, but not since one moment, or said nothing of health
	// since another. By place and state as it was reported.
	QuietHealth(agents, reports time.Time) ([]Quiet, error)

	// AddSpells stores new ones under new ids, "H-" and a number, and gives them back.
	AddSpells(spells []Spell) ([]Spell, error)
	// PutSpells stores changed ones.
	PutSpells(spells []Spell) error
	// StandingSpells gives those that go on, of at most 1,000 places.
	StandingSpells(places []Place) ([]Spell, error)
	// Spells lists them newest first; page.After is an id.
	Spells(f Filter, page practice.Page) ([]Spell, error)
	// SpellsAt gives those in which a place was not healthy at a moment; zero: now.
	SpellsAt(at time.Time) ([]Spell, error)
	// UntoldSpells gives those of an environment that people are to be told of.
	UntoldSpells(environment string, limit int) ([]Spell, error)
	// LastToldHealth gives when people were last told of the health in an environment; zero: never.
	LastToldHealth(environment string) (time.Time, error)
}

// Counted is how many targets of a place are how.
type Counted struct {
	Place
	Count
}

// Quiet is how many targets of a place that were in a state are not heard of any more.
type Quiet struct {
	Place
	State   State
	Pending bool
	Number  int
}
