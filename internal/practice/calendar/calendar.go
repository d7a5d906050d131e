// Package calendar says when a deployment may run: maintenance windows,
// freezes and bookings as documents, their conflicts with planned deployments,
// the gate of a start, and the search for a free slot (R77, R78, R82). Times
// are wall clock in a named zone, never an offset. Nothing here reads a clock
// or a zone database: moments and zones come in as arguments.
package calendar

import (
	"encoding/json"
	"fmt"

	"tranship.dev/tranship/internal/practice"
)

// Times says when something is, and when again, as people write it: by the
// clock on the wall of a zone.
type Times struct {
	Start  string   `json:"start" pattern:"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?$" doc:"When it begins by the clock on the wall, such as 2026-11-24T22:00."`
	End    string   `json:"end" pattern:"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?$" doc:"When it ends by the clock on the wall; each repetition ends at the same time of day, also when the clocks change within it."`
	Zone   string   `json:"zone" minLength:"1" doc:"The time zone of the wall, an IANA name such as Europe/Berlin."`
	Repeat string   `json:"repeat,omitempty" doc:"When it comes again: an RFC 5545 recurrence rule such as FREQ=MONTHLY;BYDAY=3SA. Left out: once."`
	Except []string `json:"except,omitempty" doc:"When it does not come after all: dates (2026-12-25) or beginnings (2026-12-25T22:00)."`
	Also   []string `json:"also,omitempty" doc:"Further beginnings by the clock on the wall, each as long as the first."`
}

// Reach says what an entry of the calendar is for. One word of a list is
// enough, every list that is not empty must be met; empty reaches everything.
type Reach struct {
	Environments []string `json:"environments,omitempty" doc:"Environments."`
	Services     []string `json:"services,omitempty" doc:"Services; a freeze also reaches what these services need."`
	Components   []string `json:"components,omitempty" doc:"Components."`
	Kinds        []string `json:"kinds,omitempty" doc:"Kinds of component, such as hardware."`
	Targets      []string `json:"targets,omitempty" doc:"Targets; what stands in them or carries them is reached too."`
	Labels       []string `json:"labels,omitempty" doc:"Labels of targets, each as name=value."`
	Suppliers    []string `json:"suppliers,omitempty" doc:"Suppliers that take part."`
	Models       []string `json:"models,omitempty" doc:"Deployment models."`
}

// Behaviour is what happens to a deployment that is under way when its time is over.
type Behaviour string

// The behaviours.
const (
	FinishStep Behaviour = "finish-step"
	FinishWave Behaviour = "finish-wave"
	Stop       Behaviour = "stop"
	RollBack   Behaviour = "roll-back"
	GoOn       Behaviour = "go-on"
)

// WindowSpec is what a Window document says: a maintenance window (R78).
// Where any window reaches, deployments run only within one.
type WindowSpec struct {
	Description string    `json:"description,omitempty" doc:"What people should know about it."`
	AppliesTo   Reach     `json:"appliesTo,omitempty" doc:"What it is for. Where any window reaches, deployments run only within one."`
	When        Times     `json:"when" doc:"When it is open."`
	WhenItEnds  Behaviour `json:"whenItEnds,omitempty" enum:"finish-step,finish-wave,stop,roll-back,go-on" doc:"What a deployment does that is under way when it ends; by default what the environment says, else finish-wave."`
}

// FreezeKind says how firm a freeze is.
type FreezeKind string

// The kinds of freeze.
const (
	Hard FreezeKind = "hard" // held up unless one of its waiver groups waives it
	Soft FreezeKind = "soft" // warns, unless the environment's rules say otherwise
)

// FreezeSpec is what a Freeze document says: a time without deployments (R78).
type FreezeSpec struct {
	Description  string     `json:"description,omitempty" doc:"What people should know about it: the reason."`
	AppliesTo    Reach      `json:"appliesTo,omitempty" doc:"What it freezes; empty freezes everything."`
	When         Times      `json:"when" doc:"When it holds."`
	Kind         FreezeKind `json:"kind" enum:"hard,soft" doc:"hard holds deployments up unless a waiver group waives it; soft warns, unless the environment's rules say otherwise."`
	Allows       Allowance  `json:"allows,omitempty" doc:"What may run all the same; any one of these is enough."`
	Waiver       WaiverRule `json:"waiver,omitempty" doc:"Who may waive it for one deployment."`
	WhenItBegins Behaviour  `json:"whenItBegins,omitempty" enum:"finish-step,finish-wave,stop,roll-back,go-on" default:"finish-wave" doc:"What a deployment does that is under way when it begins."`
}

// Allowance is what a freeze lets through.
type Allowance struct {
	Models    []string `json:"models,omitempty" doc:"Deployment models, such as the emergency model."`
	Urgencies []string `json:"urgencies,omitempty" doc:"Urgencies."`
	Classes   []string `json:"classes,omitempty" doc:"Classes of deployment."`
}

// WaiverRule says who may waive a freeze.
type WaiverRule struct {
	Groups []string `json:"groups,omitempty" doc:"The groups whose members may waive it, with a reason. A hard freeze without any cannot be waived."`
}

// Use is what an environment is booked for.
type Use string

// The uses.
const (
	CodeChange   Use = "code-change"
	ConfigChange Use = "config-change"
	Regression   Use = "regression"
	Exclusive    Use = "exclusive"
	OtherUse     Use = "other"
)

// BookingState says how settled a booking is.
type BookingState string

// The states of a booking.
const (
	Pending  BookingState = "pending"
	Approved BookingState = "approved"
)

// BookingSpec is what a Booking document says: an environment that somebody needs.
type BookingSpec struct {
	Description string       `json:"description,omitempty" doc:"What people should know about it."`
	Environment string       `json:"environment" minLength:"1" doc:"The environment that is booked."`
	By          string       `json:"by" minLength:"1" doc:"The person or group that booked it; their own deployments do not conflict with it."`
	Use         Use          `json:"use" enum:"code-change,config-change,regression,exclusive,other" doc:"What it is booked for."`
	When        Times        `json:"when" doc:"When it is needed."`
	State       BookingState `json:"state,omitempty" enum:"pending,approved" default:"approved" doc:"Whether it is settled."`
}

// Entry is one document of the calendar. Exactly one spec is set; an entry
// without any, or with Defect, cannot be evaluated and holds up whatever it may reach.
type Entry struct {
	Kind     practice.Kind
	Name     string
	Revision int64
	Window   *WindowSpec
	Freeze   *FreezeSpec
	Booking  *BookingSpec
	Defect   string // why it cannot be read; empty: it can
}

// Decode gives the entry of a Window, Freeze or Booking document.
func Decode(d practice.Document) (Entry, error) {
	e := Entry{Kind: d.Kind, Name: d.Name, Revision: d.Revision}
	var spec any
	switch d.Kind {
	case practice.KindWindow:
		e.Window = &WindowSpec{}
		spec = e.Window
	case practice.KindFreeze:
		e.Freeze = &FreezeSpec{}
		spec = e.Freeze
	case practice.KindBooking:
		e.Booking = &BookingSpec{}
		spec = e.Booking
	default:
		return e, fmt.Errorf("%s %s is no entry of the calendar", d.Kind, d.Name)
	}
	if err := json.Unmarshal(d.Spec, spec); err != nil {
		return e, fmt.Errorf("%s %s: %w", d.Kind, d.Name, err)
	}
	return e, nil
}

// Times gives when the entry is; the zero value when it cannot be told.
func (e Entry) Times() Times {
	switch {
	case e.Window != nil:
		return e.Window.When
	case e.Freeze != nil:
		return e.Freeze.When
	case e.Booking != nil:
		return e.Booking.When
	}
	return Times{}
}

// Reach gives what the entry is for.
func (e Entry) Reach() Reach {
	switch {
	case e.Window != nil:
		return e.Window.AppliesTo
	case e.Freeze != nil:
		return e.Freeze.AppliesTo
	case e.Booking != nil:
		return Reach{Environments: []string{e.Booking.Environment}}
	}
	return Reach{}
}
