package store

import (
	"maps"
	"slices"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/signature"
)

var agentBody = scanBody[environment.Agent]

// AgentByName gives an agent.
func (t *tx) AgentByName(name string) (environment.Agent, error) {
	return first(t, notFound("agent %s is not enrolled", name), agentBody,
		`SELECT body FROM agent WHERE scope = ? AND name = ?`, t.scope, name)
}

// AgentsNamed gives those of the agents that are there.
func (t *tx) AgentsNamed(names []string) ([]environment.Agent, error) {
	if len(names) > maxBatch {
		return nil, practice.Faultf(practice.Invalid, "%d agents: at most %d at once", len(names), maxBatch)
	}
	if len(names) == 0 {
		return nil, nil
	}
	some, args := among(names)
	return list(t, agentBody, `SELECT body FROM agent WHERE scope = ? AND name IN `+some+` ORDER BY name`, append([]any{t.scope}, args...)...)
}

// AgentByKey gives the agent with that key.
func (t *tx) AgentByKey(key signature.PublicKey) (environment.Agent, error) {
	return first(t, notFound("no agent with key %s is enrolled", key.ID()), agentBody,
		`SELECT body FROM agent WHERE scope = ? AND key = ?`, t.scope, string(key))
}

// Agents lists agents; page.After is a name.
func (t *tx) Agents(page practice.Page) ([]environment.Agent, error) {
	return list(t, agentBody, `SELECT body FROM agent WHERE scope = ? AND name > ? ORDER BY name LIMIT ?`, t.scope, page.After, page.Size())
}

// PutAgent enrols or replaces an agent; Conflict when another agent has its key.
func (t *tx) PutAgent(a environment.Agent) error {
	switch other, err := t.AgentByKey(a.Key); {
	case err == nil && other.Name != a.Name:
		return conflict("agent %s has the key of agent %s", other.Name, a.Name)
	case err != nil && practice.CodeOf(err) != practice.NotFound:
		return err
	}
	return t.putAgents([]environment.Agent{a})
}

func (t *tx) putAgents(agents []environment.Agent) error {
	all := make([][]any, len(agents))
	for i, a := range agents {
		body, err := encode(a)
		if err != nil {
			return err
		}
		all[i] = []any{t.scope, a.Name, string(a.Key), heard(a), body}
	}
	return t.insert(`INSERT INTO agent (scope, name, key, heard, body)`, all,
		`ON CONFLICT (scope, name) DO UPDATE SET key = excluded.key, heard = excluded.heard, body = excluded.body`)
}

// heard gives when an agent that is trusted was last heard of; 0: never, or it is not trusted any more.
func heard(a environment.Agent) int64 {
	if !a.RevokedAt.IsZero() {
		return 0
	}
	return dueMicros(a.SeenAt)
}

// SawAgents updates SeenAt, Version, Facts and clock of known agents.
func (t *tx) SawAgents(seen []environment.Agent) error {
	last := map[string]environment.Agent{}
	for _, a := range seen {
		last[a.Name] = a
	}
	for _, names := range pieces(slices.Sorted(maps.Keys(last))) {
		some, args := among(names)
		known, err := list(t, agentBody, `SELECT body FROM agent WHERE scope = ? AND name IN `+some+` ORDER BY name`, append([]any{t.scope}, args...)...)
		if err != nil {
			return err
		}
		for i := range known {
			a := last[known[i].Name]
			known[i].SeenAt, known[i].Version, known[i].Facts = a.SeenAt, a.Version, a.Facts
			known[i].ClockSkew, known[i].ClockAhead = a.ClockSkew, a.ClockAhead
		}
		if err := t.putAgents(known); err != nil {
			return err
		}
	}
	return nil
}

// NextOrderCounter raises the agents' order counters, of agents not yet enrolled too.
func (t *tx) NextOrderCounter(orders map[string]int) (map[string]int64, error) {
	var all [][]any
	for _, agent := range slices.Sorted(maps.Keys(orders)) { // in one order everywhere, so that transactions do not wait in a circle
		all = append(all, []any{t.scope, agent, int64(orders[agent])})
	}
	first := map[string]int64{}
	_, err := insertReturning(t, func(r row) (struct{}, error) {
		var agent string
		var value int64
		err := r.Scan(&agent, &value)
		first[agent] = value - int64(orders[agent]) + 1
		return struct{}{}, err
	}, `INSERT INTO order_counter (scope, agent, value)`, all,
		`ON CONFLICT (scope, agent) DO UPDATE SET value = order_counter.value + excluded.value RETURNING agent, value`)
	return first, err
}
