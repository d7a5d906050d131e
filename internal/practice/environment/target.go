package environment

import (
	"encoding/json"
	"fmt"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/signature"
)

// TargetSpec is what a Target document says (R7).
type TargetSpec struct {
	Description string            `json:"description,omitempty" doc:"What people should know about it."`
	Environment string            `json:"environment" minLength:"1" doc:"The environment it stands in."`
	Kind        string            `json:"kind" enum:"host,cluster,account,site,room,rack,premises,other" doc:"What it is."`
	Agent       string            `json:"agent,omitempty" doc:"The agent that acts for it; by default the agent of the same name."`
	Address     string            `json:"address,omitempty" doc:"Where it is reached, for checks: a host name or IP address."`
	Parent      string            `json:"parent,omitempty" doc:"The target that it stands in or runs on: a rack, a room, a cluster."`
	Redundant   []string          `json:"redundantWith,omitempty" doc:"Targets that take over when it is away; they are not changed at the same time."`
	Parameters  map[string]string `json:"parameters,omitempty" doc:"Values that models refer to as ${target.parameters.NAME}."`
}

// Target is where a component lands: a host, a cluster, a room.
type Target struct {
	Name     string
	Revision int64
	Labels   map[string]string
	Spec     TargetSpec
}

// DecodeTarget gives the target of its document.
func DecodeTarget(d practice.Document) (Target, error) {
	t := Target{Name: d.Name, Revision: d.Revision, Labels: d.Labels}
	if err := json.Unmarshal(d.Spec, &t.Spec); err != nil {
		return t, fmt.Errorf("target %s: %w", d.Name, err)
	}
	if t.Spec.Agent == "" {
		t.Spec.Agent = t.Name
	}
	return t, nil
}

// Agent is an executor that was enrolled.
type Agent struct {
	Name       string              `json:"name"`
	Key        signature.PublicKey `json:"key"` // the agent's own key, made on its host
	Version    string              `json:"version"`
	Facts      map[string]string   `json:"facts,omitempty"` // "os", "arch", "hostname", "kernel", "drivers"
	EnrolledAt time.Time           `json:"enrolledAt"`
	EnrolledBy practice.Actor      `json:"enrolledBy"`
	SeenAt     time.Time           `json:"seenAt,omitzero"`    // last heartbeat, server's clock
	ClockSkew  practice.Duration   `json:"clockSkew"`          // absolute difference of clocks at the last heartbeat
	ClockAhead bool                `json:"clockAhead"`         // the agent's clock is ahead of the server's
	RevokedAt  time.Time           `json:"revokedAt,omitzero"` // zero: trusted
}

// Contact is how an agent is reached.
type Contact string

// The ways in which an agent is reached, or not.
const (
	Answering Contact = "answering"
	Silent    Contact = "silent"
	Unheard   Contact = "unheard"    // enrolled, and never heard of since
	Revoked   Contact = "revoked"    // not trusted any more
	Unknown   Contact = "unenrolled" // there is no such agent
)

// QuietAfter is how long an agent may be silent until it counts as that: its
// heartbeats come more often.
const QuietAfter = 90 * time.Second

// Contact says how the agent is reached at a moment.
func (a Agent) Contact(now time.Time) Contact {
	switch {
	case a.Name == "":
		return Unknown
	case !a.RevokedAt.IsZero():
		return Revoked
	case a.SeenAt.IsZero():
		return Unheard
	case now.Sub(a.SeenAt) > QuietAfter:
		return Silent
	}
	return Answering
}

// Store keeps presences and agents; targets and environments are documents.
type Store interface {
	// Presences lists what was where at a moment, ordered by target and component;
	// zero time means now. Environment "" means all. Key of a page: "target/component".
	Presences(environment string, at time.Time, page practice.Page) ([]Presence, error)
	// PresencesOf gives what is now on each of the targets (at most 1,000), for the named components.
	PresencesOf(targets, components []string) ([]Presence, error)
	// PresencesOn gives all that is now on the targets (at most 1,000).
	PresencesOn(targets []string) ([]Presence, error)
	// TargetsOf gives the documents of the targets that an agent acts for, by name.
	TargetsOf(agent string, page practice.Page) ([]practice.Document, error)
	// TargetsNamed gives the documents of at most 1,000 targets, by name; those that are not there are left out.
	TargetsNamed(names []string) ([]practice.Document, error)
	// Examples is Standing with one deployment each, by which it came to a target that has it beyond doubt.
	Examples(environment string) ([]Standing, error)
	// CountTargets counts the targets of an environment.
	CountTargets(environment string) (int, error)
	// PlacesOf gives in which of the environments (at most 1,000) a component is
	// now, in which versions, by environment and version.
	PlacesOf(component string, environments []string) ([]Place, error)
	// Standing gives which versions are now in the environment, and on how many
	// targets each, ordered by component and version.
	Standing(environment string) ([]Standing, error)
	// Land ends the present presence of each (target, component) at Since and
	// begins the new one; one with an empty Version only ends the present one.
	Land(presences []Presence) error
	// Doubt marks the present presence of each (target, component) as uncertain,
	// or begins an uncertain one with an empty version where nothing was present.
	Doubt(presences []Presence) error

	// AgentByName gives an agent, or NotFound.
	AgentByName(name string) (Agent, error)
	// AgentByKey gives the agent with that key, or NotFound.
	AgentByKey(key signature.PublicKey) (Agent, error)
	// AgentsNamed gives at most 1,000 agents, by name; those that are not there are left out.
	AgentsNamed(names []string) ([]Agent, error)
	// Agents lists agents by name.
	Agents(page practice.Page) ([]Agent, error)
	// PutAgent enrols or replaces an agent.
	PutAgent(a Agent) error
	// SawAgents updates SeenAt, Version, Facts and clock of known agents, in one go.
	SawAgents(seen []Agent) error
	// NextOrderCounter raises and gives the agents' order counters by the number given for each.
	// The answer is the first of the raised numbers per agent.
	NextOrderCounter(orders map[string]int) (map[string]int64, error)
}
