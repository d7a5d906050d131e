package control

import (
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/journey"
	"tranship.dev/tranship/internal/practice/library"
)

// journeyAudit is what the entries say of journeys, evidence, pins and triggers.
type journeyAudit struct {
	journeys map[string]*journeyTold
	evidence map[string]practice.Digest
	pins     map[string]journey.Pin
	posts    map[string]journey.Post
}

func newJourneyAudit() journeyAudit {
	return journeyAudit{map[string]*journeyTold{}, map[string]practice.Digest{}, map[string]journey.Pin{}, map[string]journey.Post{}}
}

// journeyTold is what the entries say of a journey.
type journeyTold struct {
	sum   practice.Digest
	moved journey.Journey // what the journey did since it began
}

// journeySum is over what never changes in a journey.
func journeySum(j journey.Journey) practice.Digest {
	return sumOf(journey.Journey{
		ID: j.ID, Trigger: j.Trigger, Cause: j.Cause, By: j.By, As: j.As, Begun: j.Begun, Wanted: j.Wanted,
		Mode: j.Mode, Keep: j.Keep, From: j.From, Until: j.Until, Redeploy: j.Redeploy,
		Class: j.Class, ValueStream: j.ValueStream, Urgency: j.Urgency, Priority: j.Priority, Change: j.Change,
	})
}

// movedOf gives of a journey what the entries after its first tell of.
func movedOf(j journey.Journey) journey.Journey {
	moved := journey.Journey{ID: j.ID, Release: j.Release, Items: j.Items, At: j.At, Ending: j.Ending, Why: j.Why, EndedBy: j.EndedBy, EndedAt: j.EndedAt}
	if j.Release != "" {
		moved.Model = j.Model
	}
	for _, s := range j.Stages {
		moved.Stages = append(moved.Stages, journey.Stage{Environment: s.Environment, Deployments: s.Deployments, Decision: s.Decision})
	}
	return moved
}

// told lets an entry about a journey, evidence, a pin or a trigger tell.
func (a *journeyAudit) told(about, id string, e practice.Entry) (complaint string) {
	switch about {
	case "evidence":
		a.evidence[id] = practice.Digest(text(e, "sum"))
	case "pin":
		a.pinTold(id, e)
	case "trigger":
		a.postTold(id, e)
	case "journey":
		return a.journeyTold(id, e)
	}
	return ""
}

func (a *journeyAudit) pinTold(id string, e practice.Entry) {
	if e.Kind == entryPinLifted {
		delete(a.pins, id)
		return
	}
	parts := strings.SplitN(id, "/", 3)
	if len(parts) == 3 {
		a.pins[id] = journey.Pin{Component: parts[0], Environment: parts[1], Version: parts[2], Deployment: text(e, "deployment"), Why: e.Why, By: e.Who, At: e.When}
	}
}

func (a *journeyAudit) postTold(name string, e practice.Entry) {
	p, known := a.posts[name]
	if !known {
		p = journey.Post{Trigger: name, Generation: 1}
	}
	switch e.Kind {
	case entryFired:
		p.FiredAt, p.Journey = e.When, text(e, "journey")
	case entryRotated:
		generation, _ := e.Data["generation"].(float64)
		p.Generation = int(generation)
	default:
		return
	}
	a.posts[name] = p
}

func (a *journeyAudit) journeyTold(id string, e practice.Entry) string {
	if e.Kind == journey.EntryBegun {
		a.journeys[id] = &journeyTold{sum: practice.Digest(text(e, "sum")), moved: journey.Journey{ID: id}}
		return ""
	}
	told := a.journeys[id]
	if told == nil {
		return "an entry tells of it before it began"
	}
	m := &told.moved
	stage := func(name string) *journey.Stage {
		for i := range m.Stages {
			if m.Stages[i].Environment == text(e, name) {
				return &m.Stages[i]
			}
		}
		return &journey.Stage{}
	}
	switch e.Kind {
	case journey.EntrySet:
		m.Release, m.Model = text(e, "release"), text(e, "model")
		for _, environment := range listed(e, "environments") {
			name, _ := environment.(string)
			m.Stages = append(m.Stages, journey.Stage{Environment: name})
		}
		for _, item := range listed(e, "items") {
			name, _ := item.(string)
			component, version, _ := strings.Cut(name, "@")
			m.Items = append(m.Items, journey.Item{Component: component, Version: version})
		}
	case journey.EntryMoved:
		at, _ := e.Data["at"].(float64)
		m.At = int(at)
	case journey.EntryEntered:
		s := stage("environment")
		s.Deployments = append(s.Deployments, text(e, "deployment"))
	case journey.EntryPromoted:
		stage("environment").Decision = &journey.Decision{By: e.Who, At: e.When, Why: e.Why}
	case journey.EntryEnded:
		m.Ending, m.Why, m.EndedBy, m.EndedAt = journey.Ending(text(e, "ending")), e.Why, e.Who, e.When
	}
	return ""
}

func listed(e practice.Entry, key string) []any {
	list, _ := e.Data[key].([]any)
	return list
}

// compareJourneys compares journeys, evidence, pins and what is kept of triggers.
func (a *audit) compareJourneys() error {
	for _, compare := range []func() error{a.compareWays, a.compareEvidence, a.comparePins, a.comparePosts} {
		if err := compare(); err != nil {
			return err
		}
	}
	return nil
}

func (a *audit) compareWays() error {
	return matched(a, StoredJourney, "journey", a.ways.journeys,
		func(_ string, j journey.Journey) string { return j.ID },
		func(where string, j journey.Journey, told *journeyTold) {
			a.compareSum(where, journeySum(j), told.sum)
			a.compare(where, movedOf(j), told.moved)
			if j.Open() != (told.moved.Ending == "") {
				a.find(where, "is %s, the record says that its ending is %q", j.State, told.moved.Ending)
			}
		})
}

func (a *audit) compareEvidence() error {
	return matched(a, StoredEvidence, "evidence", a.ways.evidence,
		func(_ string, e library.Evidence) string { return e.ID },
		func(where string, e library.Evidence, told practice.Digest) { a.compareSum(where, sumOf(e), told) })
}

func (a *audit) comparePins() error {
	return matched(a, StoredPin, "pin", a.ways.pins,
		func(_ string, p journey.Pin) string { return p.Component + "/" + p.Environment + "/" + p.Version },
		func(where string, p, told journey.Pin) { a.compare(where, p, told) })
}

// comparePosts compares what is kept of triggers, but when they are due next,
// which follows from their documents.
func (a *audit) comparePosts() error {
	err := a.each(StoredPost, func(s Stored) {
		p, readable := s.Value.(journey.Post)
		told, known := a.ways.posts[p.Trigger]
		delete(a.ways.posts, p.Trigger)
		if !known {
			told = journey.Post{Trigger: p.Trigger, Generation: 1}
		}
		if readable {
			p.DueAt = time.Time{}
			a.compare(s.Where, p, told)
		}
	})
	missed(a, "trigger", a.ways.posts)
	return err
}
