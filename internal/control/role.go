package control

import (
	"context"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/party"
)

// namedHolders is how many of those who have a role are named.
const namedHolders = 100

// Holding is who has a role. Whoever has left has none.
type Holding struct {
	People int      // with an open account of the role
	Names  []string // of the first of them, by name
	Tokens int      // that are valid now
}

// Holders gives who has which role; a role that nobody has is absent.
func (c *Control) Holders(ctx context.Context, scope practice.Scope) (map[party.Role]Holding, error) {
	held := map[party.Role]Holding{}
	err := c.Store.View(ctx, scope, func(tx Tx) error {
		here := known(tx)
		accounts, err := every(tx.Accounts, func(a party.Account) string { return a.Person })
		if err != nil {
			return err
		}
		for _, a := range accounts {
			if a.Closed || !here(practice.Actor{Kind: practice.Person, Name: a.Person}) {
				continue
			}
			h := held[a.Role]
			if h.People++; len(h.Names) < namedHolders {
				h.Names = append(h.Names, a.Person)
			}
			held[a.Role] = h
		}
		tokens, err := every(tx.Tokens, func(t party.Token) string { return t.ID })
		if err != nil {
			return err
		}
		now := c.now()
		for _, t := range tokens {
			if t.Valid(now) != nil || !here(t.Actor) {
				continue
			}
			h := held[t.Role]
			h.Tokens++
			held[t.Role] = h
		}
		return nil
	})
	return held, err
}

// known tells of actors whether they are still here, and reads each once.
func known(tx Tx) func(practice.Actor) bool {
	looked := map[practice.Actor]bool{}
	return func(a practice.Actor) bool {
		here, before := looked[a]
		if !before {
			here = stillHere(tx, a) == nil
			looked[a] = here
		}
		return here
	}
}
