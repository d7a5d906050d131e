package control

import (
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/record"
)

// Views are questions that pages ask of much at once. Each is answered by
// counting in the store, never by reading what is counted.
type Views interface {
	// Stands counts what stands on targets now, or stood at a moment, by
	// component, environment and version; of at most 1,000 components and environments.
	Stands(environments, components []string, at time.Time) ([]Stand, error)
	// StandsOn gives where a component stands or stood in an environment: at
	// most limit of its targets, those that changed last first.
	StandsOn(component, environment string, at time.Time, limit int) ([]StandsOn, error)
	// DriftPlaces counts what stands other than recorded, by component and environment.
	DriftPlaces() ([]PlaceCount, error)
	// DriftPlacesAt counts what stood other than recorded at a moment.
	DriftPlacesAt(at time.Time) ([]PlaceCount, error)
	// SilentPlaces counts the targets whose agents were heard of, but not since a
	// moment, by component and environment.
	SilentPlaces(since time.Time) ([]PlaceSilence, error)
	// Revisions gives every revision of the documents of a kind, by name and then
	// in their order, removed ones too; page.After is "name/revision".
	Revisions(kind practice.Kind, page practice.Page) ([]practice.Document, error)
	// DoubtedPlaces counts the targets on which nobody knows what stands, by component and environment.
	DoubtedPlaces() ([]PlaceCount, error)
	// OpenPlaces gives the components of all deployments that are not closed.
	OpenPlaces() ([]OpenPlace, error)
	// VersionNumbers gives the versions of at most 1,000 components in the order in which they were added.
	VersionNumbers(components []string) ([]VersionNumber, error)
	// CountDeployments counts deployments by state and result; environment "" means all.
	CountDeployments(environment string) ([]DeploymentCount, error)
	// DeploymentStrip counts deployments by when they began, in steps of width
	// from a moment on; environment "" means all.
	DeploymentStrip(environment string, from, to time.Time, width time.Duration) ([]StripCount, error)
	// TargetMarks gives name, wave and state of every target row of a deployment, by wave and name.
	TargetMarks(id string) ([]TargetMark, error)
	// TargetNames gives the names of at most limit rows in the order of TargetMarks, without the first skip.
	TargetNames(id string, skip, limit int) ([]string, error)
	// StandsByDigest counts what stands in an environment now, by component and version.
	StandsByDigest(environment string) ([]environment.Stand, error)
	// SomeOfEach gives, of at most 1,000 components, for each version in an environment the first limit targets
	// that have it: target, component, version, digest and whether it is certain, and nothing more.
	SomeOfEach(environment string, components []string, limit int) ([]environment.Presence, error)
	// TargetsIn lists the names of the present targets of an environment.
	TargetsIn(environment string, page practice.Page) ([]string, error)
	// PresencesAt gives what stood on a target at a moment, by component.
	PresencesAt(target string, at time.Time) ([]environment.Presence, error)
	// TargetMatters lists the last entry until a moment about a target of each
	// deployment and each drift, newest first; page.After is an index in decimals.
	TargetMatters(target string, until time.Time, page practice.Page) ([]record.Row, error)
	// EntriesOn gives what was recorded of a subject about a target until a moment,
	// in order: of more than limit, the last ones.
	EntriesOn(subject, target string, until time.Time, limit int) ([]record.Row, error)
	// NamesLike finds present documents of a kind whose names contain a text: those that begin with it first.
	NamesLike(kind practice.Kind, text string, limit int) ([]NamedIn, error)
}

// Stand is how many targets of an environment have a version of a component.
type Stand struct {
	Component, Environment string
	Version                string // empty: nobody knows
	Targets                int
	Uncertain              int // of Targets
	First, Last            time.Time
}

// StandsOn is a target on which a component stands.
type StandsOn struct {
	Target     string          `json:"target"`
	Version    string          `json:"version"`
	Digest     practice.Digest `json:"digest"`
	Deployment string          `json:"deployment" doc:"Which brought it there."`
	Since      time.Time       `json:"since"`
	Until      time.Time       `json:"until,omitzero"`
	Uncertain  bool            `json:"uncertain,omitempty"`
}

// PlaceCount is a number of a component in an environment.
type PlaceCount struct {
	Component, Environment string
	Number                 int
}

// PlaceSilence is how many targets of a component in an environment are silent.
type PlaceSilence struct {
	PlaceCount
	Since time.Time // when the first of their agents was last heard of
}

// OpenPlace is a component in an environment into which a deployment is open.
type OpenPlace struct {
	Component, Environment, Deployment string
	State                              deployment.State
}

// VersionNumber says when a version was added, among all.
type VersionNumber struct {
	Component, Version string
	Number             int64
	State              library.State
}

// DeploymentCount is how many deployments are in a state, and ended so.
type DeploymentCount struct {
	State  deployment.State  `json:"state"`
	Result deployment.Result `json:"result,omitempty"`
	Number int               `json:"number"`
}

// StripCount is how many deployments began in a step of time, and ended so.
type StripCount struct {
	Step   int
	Result deployment.Result // empty: open
	Number int
}

// TargetMark is what a drawing of many targets needs of one.
type TargetMark struct {
	Name  string
	Wave  int
	State deployment.TargetState
	Look  deployment.Look
}

// NamedIn is a document's name, and what it is a part of.
type NamedIn struct{ Name, Parent string }
