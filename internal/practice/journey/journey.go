package journey

import (
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// State is where a journey stands.
type State string

// The states.
const (
	Waiting State = "waiting" // for something that Waiting says
	Running State = "running" // a deployment of it is under way
	Ended   State = "ended"
)

// Ending is how a journey ended.
type Ending string

// The endings.
const (
	Arrived    Ending = "arrived"    // the last environment was reached
	Stopped    Ending = "stopped"    // a person ended it, or its version was withdrawn
	Failed     Ending = "failed"     // a deployment of it failed, or its version never came
	Superseded Ending = "superseded" // a newer version took its place
)

// Item is one component version of the release.
type Item struct {
	Component string `json:"component"`
	Version   string `json:"version"`
}

// Journey is the row of one way of a release through its model's flow.
type Journey struct {
	ID       string         `json:"id"` // "J-1"
	Revision int64          `json:"revision"`
	Trigger  string         `json:"trigger"`
	Cause    string         `json:"cause"` // what let it begin, in words
	By       practice.Actor `json:"by"`    // who caused that
	As       practice.Actor `json:"as"`    // who asks for its deployments
	Begun    time.Time      `json:"begun"`
	Wanted   Wanted         `json:"wanted"`
	Mode     Mode           `json:"mode"`
	Keep     Keep           `json:"keep"`
	Model    string         `json:"model,omitempty"` // empty until the version is known, where the trigger names none
	From     string         `json:"from,omitempty"`
	Until    string         `json:"until,omitempty"`
	Redeploy bool           `json:"redeploy,omitempty"`

	Class       practice.Class       `json:"class,omitempty"`
	ValueStream practice.ValueStream `json:"valueStream,omitempty"`
	Urgency     practice.Urgency     `json:"urgency,omitempty"`
	Priority    int                  `json:"priority,omitempty"`
	Change      string               `json:"change,omitempty"`

	Release string  `json:"release,omitempty"` // COMPONENT@VERSION or the name of a Release document; empty until the version is known
	Items   []Item  `json:"items,omitempty"`
	Stages  []Stage `json:"stages,omitempty"` // the environments of its way, in order
	At      int     `json:"at"`               // index of the stage that it is in, or is about to enter

	State   State            `json:"state"`
	Since   time.Time        `json:"since"` // when the state was entered
	Waiting practice.Verdict `json:"waiting"`
	WakeAt  time.Time        `json:"wakeAt,omitzero"` // when it is looked at again at the latest
	Ending  Ending           `json:"ending,omitempty"`
	Why     string           `json:"why,omitempty"`    // of the ending
	EndedBy practice.Actor   `json:"endedBy,omitzero"` // who ended it
	EndedAt time.Time        `json:"endedAt,omitzero"`
}

// Stage is one environment of the way.
type Stage struct {
	Environment string    `json:"environment"`
	Reached     time.Time `json:"reached,omitzero"` // when it was about to be entered: from here on it waited
	Entered     time.Time `json:"entered,omitzero"` // when the first deployment was asked for
	Arrived     time.Time `json:"arrived,omitzero"` // when the release was there
	Left        time.Time `json:"left,omitzero"`    // when the next environment was entered
	Deployments []string  `json:"deployments,omitempty"`
	Withdrawn   string    `json:"withdrawn,omitempty"` // a deployment that the journey took back, to ask for it anew or to make way
	Decision    *Decision `json:"decision,omitempty"`  // that it may be entered
	Waits       []Wait    `json:"waits,omitempty"`
}

// Decision is a person's word that the next environment may be entered.
type Decision struct {
	By  practice.Actor `json:"by"`
	At  time.Time      `json:"at"`
	Why string         `json:"why,omitempty"`
}

// Wait is a time that a journey waited for one gate before it entered an environment.
type Wait struct {
	Gate    string    `json:"gate"`
	Message string    `json:"message"` // the last reason
	From    time.Time `json:"from"`
	To      time.Time `json:"to,omitzero"` // zero: it still waits
}

// The bounds that keep a row small.
const (
	maxWaits   = 20 // of one stage; the oldest that are over are joined
	maxRenewed = 50 // deployments of one stage
)

// Name gives what the journey is of, as people say it.
func (j Journey) Name() string {
	if j.Release != "" {
		return j.Release
	}
	return j.Wanted.String()
}

// Components names what goes its way, known or not.
func (j Journey) Components() []string {
	if len(j.Items) == 0 && j.Wanted.Component != "" {
		return []string{j.Wanted.Component}
	}
	names := make([]string, 0, len(j.Items))
	for _, item := range j.Items {
		names = append(names, item.Component)
	}
	return names
}

// Here gives the stage that the journey is in; the zero stage while its version is not known.
func (j Journey) Here() Stage {
	if j.At >= len(j.Stages) {
		return Stage{}
	}
	return j.Stages[j.At]
}

// Open says whether the journey goes on.
func (j Journey) Open() bool { return j.State != Ended }

// Begin gives the journey of a trigger that wants something; it waits for its version.
func Begin(t Trigger, w Wanted, cause string, by practice.Actor, now time.Time) Journey {
	if w.Until.IsZero() {
		w.Until = now.Add(t.Spec.Wait.Std())
	}
	return Journey{
		Trigger: t.Name, Cause: cause, By: by, As: t.Account(), Begun: now, Wanted: w,
		Mode: t.Spec.Mode, Keep: t.Spec.Keep, Model: t.Spec.Model, From: t.Spec.From, Until: t.Spec.Until, Redeploy: t.Spec.Redeploy,
		Class: t.Spec.Class, ValueStream: t.Spec.ValueStream, Urgency: t.Spec.Urgency, Priority: t.Spec.Priority, Change: t.Spec.Change,
		State: Waiting, Since: now, Waiting: practice.Pass(), WakeAt: now,
	}
}

// Set gives the journey its release and the environments of its way, once they
// are known: those of the flow from From until Until. Invalid when the flow does
// not have them in that order.
func (j Journey) Set(release string, items []Item, model string, flow []string, now time.Time) (Journey, error) {
	first, last := 0, len(flow)-1
	for i, environment := range flow {
		if environment == j.From {
			first = i
		}
		if environment == j.Until {
			last = i
		}
	}
	switch {
	case len(flow) == 0 || j.From != "" && flow[first] != j.From || j.Until != "" && flow[last] != j.Until:
		return j, practice.Faultf(practice.Invalid, "the flow of model %s is %s: it has not both %q and %q", model, strings.Join(flow, ", "), j.From, j.Until).Final()
	case first > last:
		return j, practice.Faultf(practice.Invalid, "in the flow of model %s, %s comes after %s", model, j.From, j.Until).Final()
	}
	j.Release, j.Items, j.Model, j.Stages, j.At = release, items, model, nil, 0
	for _, environment := range flow[first : last+1] {
		j.Stages = append(j.Stages, Stage{Environment: environment})
	}
	j.Stages[0].Reached = now
	return j, nil
}

// Filter chooses journeys; empty fields mean any.
type Filter struct {
	Component string
	Release   string
	Trigger   string
	Open      bool
}

// Pin keeps a version of a component out of an environment: nothing automatic
// brings it (back) there until the pin is lifted.
type Pin struct {
	Component   string         `json:"component"`
	Environment string         `json:"environment"`
	Version     string         `json:"version"`
	Deployment  string         `json:"deployment,omitempty"` // the one that was taken back; empty: a person said so
	Why         string         `json:"why"`
	By          practice.Actor `json:"by"`
	At          time.Time      `json:"at"`
}

// Post is what is kept of a trigger besides its document.
type Post struct {
	Trigger    string    `json:"trigger"`
	Generation int       `json:"generation"`       // of its secret, from 1
	DueAt      time.Time `json:"dueAt,omitzero"`   // when its schedule fires next; zero: never
	FiredAt    time.Time `json:"firedAt,omitzero"` // when it last began a journey
	Journey    string    `json:"journey,omitempty"`
}

// Store keeps journeys, pins, and what triggers got.
type Store interface {
	// AddJourney stores a new one under a new id, "J-" and a number, with revision 1, and gives it back.
	AddJourney(j Journey) (Journey, error)
	// Journey gives one, or NotFound.
	Journey(id string) (Journey, error)
	// Journeys lists them newest first; page.After is an id.
	Journeys(f Filter, page practice.Page) ([]Journey, error)
	// PutJourney stores j where the stored revision is j.Revision, and raises it; Conflict otherwise.
	PutJourney(j Journey) error

	// PutPin stores a pin in the place of an earlier one of the same version.
	PutPin(p Pin) error
	// LiftPin takes a pin away; NotFound when there is none.
	LiftPin(component, environment, version string) error
	// Pins lists pins by component, environment and version; page.After is
	// "component/environment/version". "" means any component or environment.
	Pins(component, environment string, page practice.Page) ([]Pin, error)

	// Post gives what is kept of a trigger; one of generation 1 when nothing was kept yet.
	Post(trigger string) (Post, error)
	// PutPost stores it.
	PutPost(p Post) error

	// AddDelivery stores one under the next number; Conflict when the trigger got
	// one of the same id, or of the same digest, that is not refused.
	AddDelivery(d Delivery) (Delivery, error)
	// KnownDelivery gives an earlier one that is not refused with the same id or digest, or NotFound.
	KnownDelivery(trigger, id string, digest practice.Digest) (Delivery, error)
	// Deliveries lists those of a trigger, newest first; page.After is a number.
	Deliveries(trigger string, page practice.Page) ([]Delivery, error)
	// ForgetDeliveries deletes those that came before at, and of the refused ones those that came before refused.
	ForgetDeliveries(at, refused time.Time) error
}
