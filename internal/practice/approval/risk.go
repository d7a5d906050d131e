package approval

import (
	"math"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// RiskVersion is the version of the factors and weights below. It is raised
// with every change of them, so that a score can be compared with its like.
const RiskVersion = 1

// The first scores of the bands above low.
const (
	mediumFrom = 30
	highFrom   = 60
)

// rollbackTested is how long a way back that was tried counts as tried.
const rollbackTested = 90 * 24 * time.Hour

// RiskInput is the facts that a risk is scored from, each from a source that
// people can look at: the plan, the record, the documents, the calendar.
type RiskInput struct {
	Now            time.Time
	Plan           string // "P-9"
	Environment    string
	Model          string
	Services       []Service // in the footprint
	Targets        int       // that change
	Runs           int       // deployments of these components into this environment with this model, that have ended
	ModelRuns      int       // deployments with this model anywhere, that have ended
	ModelSucceeded int       // those of them that succeeded
	LastChange     time.Time // the last one of these components here; zero: never
	Changes        int       // component versions that come, go or change
	Remediable     bool      // the model can bring back what was before
	RollbackTested time.Time // when that was last done here, tried or in need; zero: never
	RollbackBy     string    // the deployment that did it
	Irreversible   []string  // components or steps that cannot be undone: data, hardware
	Waived         []string  // conflicts that somebody waived
	OutsideWindow  bool      // it may run outside every maintenance window
	HumanSteps     int       // steps that people do by hand
	Suppliers      []string  // others who take part
	Steps          int       // steps and targets to be verified
	Checked        int       // those of them that have a check
}

// Service is a service that the deployment touches.
type Service struct {
	Name        string
	Criticality string // low, medium, high or vital; empty: nobody said, which counts as medium
}

// Score gives the risk of a deployment: 100 * (1 - the product of (1 - weight *
// value) over all factors). A higher value of any factor never lowers it, and
// the same facts always give the same score.
func Score(in RiskInput) practice.Risk {
	r := practice.Risk{Version: RiskVersion}
	safe := 1.0
	for _, f := range factors() {
		value, why := f.value(in)
		value = math.Round(min(1, max(0, value))*1e4) / 1e4
		safe *= 1 - f.weight*value
		r.Factors = append(r.Factors, practice.RiskFactor{Name: f.name, Weight: f.weight, Value: value, Why: why})
	}
	r.Score = int(math.Round(100 * (1 - safe)))
	r.Level = LevelOf(r.Score)
	return r
}

// LevelOf gives the band that a score falls into.
func LevelOf(score int) practice.RiskLevel {
	switch {
	case score >= highFrom:
		return practice.HighRisk
	case score >= mediumFrom:
		return practice.MediumRisk
	}
	return practice.LowRisk
}
