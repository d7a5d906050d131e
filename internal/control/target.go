package control

import (
	"context"
	"slices"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/environment"
)

// TargetView is a target with the agent that acts for it.
type TargetView struct {
	Name        string              `json:"name"`
	Environment string              `json:"environment"`
	Kind        string              `json:"kind"`
	Description string              `json:"description,omitempty"`
	Labels      map[string]string   `json:"labels,omitempty"`
	Parameters  map[string]string   `json:"parameters,omitempty"`
	Address     string              `json:"address,omitempty"`
	Parent      string              `json:"parent,omitempty"`
	Redundant   []string            `json:"redundantWith,omitempty"`
	Agent       string              `json:"agent"`
	Contact     environment.Contact `json:"contact" enum:"answering,silent,unheard,revoked,unenrolled" doc:"How its agent is reached."`
	SeenAt      time.Time           `json:"seenAt,omitzero" required:"false" doc:"When its agent was last heard of; absent: never."`
	AgentIs     string              `json:"agentVersion,omitempty" doc:"The version of its agent."`
}

// TargetDetail is a target with all that is known of it.
type TargetDetail struct {
	TargetView
	Facts    map[string]string      `json:"facts,omitempty" doc:"What its agent says of the host."`
	Present  []environment.Presence `json:"present" doc:"What is there now."`
	Revision int64                  `json:"revision"`
}

// TargetFilter chooses targets; empty fields mean any.
type TargetFilter struct {
	Environment string
	Words       []string              // each in the name, a label, the address, the agent or the kind; "zone=a" is a label with its value
	Contacts    []environment.Contact // only those whose agents are reached so
}

// Targets lists targets by name. It looks at a bounded number of them, so that a
// page may have fewer than were asked for; next is where the next page begins,
// "" on the last.
func (c *Control) Targets(ctx context.Context, scope practice.Scope, f TargetFilter, page practice.Page) (found []TargetView, next string, err error) {
	now := c.now()
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		found, next, err = pageOf(tx, practice.KindTarget, f.Environment, page, func(d practice.Document) (TargetView, bool, error) {
			t, err := environment.DecodeTarget(d)
			return targetView(t), err == nil && f.has(t), err
		}, func(batch []TargetView) ([]TargetView, error) {
			if err := contacted(tx, batch, now); err != nil || len(f.Contacts) == 0 {
				return batch, err
			}
			return slices.DeleteFunc(batch, func(v TargetView) bool { return !slices.Contains(f.Contacts, v.Contact) }), nil
		})
		return err
	})
	return found, next, err
}

// has says whether every word is found in the target.
func (f TargetFilter) has(t environment.Target) bool {
	for _, word := range f.Words {
		if key, value, label := strings.Cut(word, "="); label {
			if t.Labels[key] != value {
				return false
			}
			continue
		}
		in := []string{t.Name, t.Spec.Address, t.Spec.Agent, t.Spec.Kind}
		for key, value := range t.Labels {
			in = append(in, key+"="+value)
		}
		if !holdsText(word, in...) {
			return false
		}
	}
	return true
}

func targetView(t environment.Target) TargetView {
	return TargetView{
		Name: t.Name, Environment: t.Spec.Environment, Kind: t.Spec.Kind, Description: t.Spec.Description, Labels: t.Labels, Parameters: t.Spec.Parameters,
		Address: t.Spec.Address, Parent: t.Spec.Parent, Redundant: t.Spec.Redundant, Agent: t.Spec.Agent,
	}
}

// contacted fills in how the agents are reached; batch has at most 1,000.
func contacted(tx Tx, batch []TargetView, now time.Time) error {
	names := make([]string, len(batch))
	for i, v := range batch {
		names[i] = v.Agent
	}
	slices.Sort(names)
	agents, err := tx.AgentsNamed(slices.Compact(names))
	if err != nil {
		return err
	}
	of := map[string]environment.Agent{}
	for _, a := range agents {
		of[a.Name] = a
	}
	for i := range batch {
		a := of[batch[i].Agent]
		batch[i].Contact, batch[i].SeenAt, batch[i].AgentIs = a.Contact(now), a.SeenAt, a.Version
	}
	return nil
}

// Target gives one target with all that is known of it.
func (c *Control) Target(ctx context.Context, scope practice.Scope, name string) (detail TargetDetail, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		d, err := tx.Document(practice.KindTarget, name)
		if err != nil {
			return err
		}
		t, err := environment.DecodeTarget(d)
		if err != nil {
			return err
		}
		views := []TargetView{targetView(t)}
		if err := contacted(tx, views, c.now()); err != nil {
			return err
		}
		detail = TargetDetail{TargetView: views[0], Revision: d.Revision}
		a, err := tx.AgentByName(detail.Agent)
		if err != nil && practice.CodeOf(err) != practice.NotFound {
			return err
		}
		detail.Facts = a.Facts
		detail.Present, err = tx.PresencesOn([]string{name})
		return err
	})
	if detail.Present == nil {
		detail.Present = []environment.Presence{}
	}
	return detail, err
}
