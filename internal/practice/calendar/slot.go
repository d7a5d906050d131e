package calendar

import (
	"time"

	"tranship.dev/tranship/internal/practice"
)

// Slot is the time that a deployment is planned for, with what it touches.
type Slot struct {
	ID        string // the deployment: "D-12"
	Start     time.Time
	End       time.Time
	Before    time.Duration // for preparation, before Start
	After     time.Duration // kept free behind End, for the way back
	Footprint *Footprint
	Baseline  time.Time // when its plan was made; zero: not yet
	Begun     time.Time // when it began, for one that is under way; zero: it has not
	Approved  bool      // its authorisation was given
	Use       Use       // what it does to the environment; empty: code-change
}

// Busy is the time in which it may do something, with preparation and the way back.
func (s Slot) Busy() Span { return Span{s.Start.Add(-s.Before), s.End.Add(s.After)} }

// Running is the time that must lie within windows and outside freezes: with the way back, without preparation.
func (s Slot) Running() Span { return Span{s.Start, s.End.Add(s.After)} }

// At gives the slot moved to another start, as long as before.
func (s Slot) At(start time.Time) Slot {
	s.End = start.Add(s.End.Sub(s.Start))
	s.Start = start
	return s
}

// Ref names what a slot conflicts with.
type Ref struct {
	Kind     practice.Kind `json:"kind"` // Window, Freeze, Booking or Deployment
	Name     string        `json:"name"`
	Revision int64         `json:"revision,omitempty"` // of the document
}

// DeploymentKind is the kind of a Ref to another deployment. It is no kind of document.
const DeploymentKind = practice.Kind("Deployment")

// Conflict is one thing that speaks against a slot, with every target that it concerns.
type Conflict struct {
	Rule     Rule      `json:"rule"`
	Severity Severity  `json:"severity"`
	With     Ref       `json:"with"`
	Message  string    `json:"message"`           // one sentence with the values
	Path     string    `json:"path,omitempty"`    // how it came about: "web-3 -> parent rack-7 -> freeze power-works"
	Span     Span      `json:"span,omitzero"`     // of the other; of an absent window: the part of the slot outside; zero: not known
	Until    time.Time `json:"until,omitzero"`    // when it is over, if known: the end of the freeze, the begin of the next window
	Targets  []string  `json:"targets,omitempty"` // all of the slot's targets concerned
	Groups   []string  `json:"groups,omitempty"`  // who may waive it, where that is said
}

// Waiver lets one deployment pass in spite of one conflict.
type Waiver struct {
	Deployment string         `json:"deployment"`
	Rule       Rule           `json:"rule"`
	With       Ref            `json:"with,omitzero"` // the exact entry and revision; zero: any by the rule, freezes apart
	By         practice.Actor `json:"by"`
	Group      string         `json:"group,omitempty"` // for which By spoke
	Reason     string         `json:"reason"`
	At         time.Time      `json:"at"`
	Until      time.Time      `json:"until,omitzero"` // zero: as long as the deployment
}
