package httpapi

import (
	"context"
	"slices"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/party"
)

// mayEmpower refuses documents that would change who people are or who approves,
// when the token's role does not allow that. Whatever stays as it is may be among
// them, and people may let others stand in for themselves. What was looked at is
// pinned: a document that changes before it is applied is refused then.
func (s *server) mayEmpower(ctx context.Context, who identity, docs []control.Proposed) error {
	if who.token.Role.May(party.Empower) || !slices.ContainsFunc(docs, func(d control.Proposed) bool { return party.Empowers(d.Kind) || party.Binds(d.Kind) }) {
		return nil
	}
	changes, err := s.Control.Apply(ctx, who.scope, who.token.Actor, docs, true)
	if err != nil {
		return err
	}
	served := &service{}
	for i, change := range changes {
		if !party.Empowers(change.Kind) && !party.Binds(change.Kind) {
			continue
		}
		docs[i].Base = &change.Base
		if change.Change == control.Unchanged {
			continue
		}
		if party.Binds(change.Kind) {
			if err := s.mayUnbind(ctx, who, change, docs[i].Document, served); err != nil {
				return err
			}
			continue
		}
		present := change.Change == control.Added || s.ownDelegation(ctx, who, change.Kind, change.Name)
		if !present || !delegates(docs[i].Document, who) {
			return mayNotEmpower(who, change.Kind, change.Name)
		}
	}
	return nil
}

// ownDelegation says whether a present document lets somebody stand in for who asks.
func (s *server) ownDelegation(ctx context.Context, who identity, kind practice.Kind, name string) bool {
	if kind != practice.KindDelegation {
		return false
	}
	d, err := s.Control.Document(ctx, who.scope, kind, name, 0)
	return err == nil && delegates(d, who)
}

// delegates says whether a document lets somebody stand in for who asks.
func delegates(d practice.Document, who identity) bool {
	if d.Kind != practice.KindDelegation || who.token.Actor.Kind != practice.Person || !who.token.Own() {
		return false
	}
	g, err := party.DecodeDelegation(d)
	return err == nil && g.Spec.From == who.token.Actor.Name
}

func mayNotEmpower(who identity, kind practice.Kind, name string) error {
	return who.lacks(party.Empower, "change %s %s: it says who approves", kind, name).
		WithHint("for yourself you may apply a Delegation")
}
