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

// Store keeps presences and agents; targets and environments are documents.
type Store interface {
	// Presences lists what was where at a moment, ordered by target and component;
	// zero time means now. Environment "" means all. Key of a page: "target/component".
	Presences(environment string, at time.Time, page practice.Page) ([]Presence, error)
	// PresencesOf gives what is now on each of the targets (at most 1,000), for the named components.
	PresencesOf(targets, components []string) ([]Presence, error)
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
