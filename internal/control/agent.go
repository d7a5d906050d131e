package control

import (
	"context"
	"slices"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/party"
	"tranship.dev/tranship/internal/practice/signature"
)

// NewEnrolment allows one agent to enrol once within a time; it gives the
// token's written form, which nobody can see again.
func (c *Control) NewEnrolment(ctx context.Context, scope practice.Scope, by practice.Actor, agent string, within time.Duration) (string, party.Enrolment, error) {
	if err := practice.CheckName("agent", agent); err != nil {
		return "", party.Enrolment{}, err
	}
	if within <= 0 || within > 30*24*time.Hour {
		return "", party.Enrolment{}, practice.Faultf(practice.Invalid, "an enrolment token is valid for up to 30 days, not %s", within)
	}
	id, secret := c.newSecret()
	e := party.Enrolment{ID: id, Agent: agent, Hash: hashSecret(secret), CreatedBy: by}
	_, err := c.update(ctx, scope, func(w *work) error {
		e.CreatedAt, e.ExpiresAt = w.now, w.now.Add(within)
		w.note(practice.Entry{Kind: "agent.enrolment-allowed", Subject: agentSubject(agent), Who: by, Data: map[string]any{"enrolment": e.ID, "expiresAt": e.ExpiresAt, "sum": enrolmentSum(e)}})
		return w.AddEnrolment(e)
	})
	return "tse_" + id + "_" + secret, e, err
}

func agentSubject(name string) string { return "agent/" + name }

// Enrol takes an agent in that shows a token and its own new key. An agent of
// that name that was enrolled before is replaced: its old key is not trusted any more.
func (c *Control) Enrol(ctx context.Context, scope practice.Scope, token, name string, key signature.PublicKey) (environment.Agent, string, error) {
	if _, err := key.Decode(); err != nil {
		return environment.Agent{}, "", err
	}
	id, secret, err := splitSecret("tse_", token)
	if err != nil {
		return environment.Agent{}, "", err
	}
	agent := environment.Agent{Name: name, Key: key}
	media := ""
	_, err = c.update(ctx, scope, func(w *work) error {
		e, err := w.EnrolmentByID(id)
		if err != nil || !sameSecret(e.Hash, secret) {
			return practice.Faultf(practice.Unauthorised, "the enrolment token is not known").WithHint("get a new one: tranship agents enrol %s", name).Final()
		}
		if err := enrolmentFits(e, name, w.now); err != nil {
			return err
		}
		if err := w.UseEnrolment(e.ID, w.now); err != nil {
			return err
		}
		agent.EnrolledAt, agent.EnrolledBy = w.now, e.CreatedBy
		if err := w.PutAgent(agent); err != nil {
			return err
		}
		who := practice.Actor{Kind: practice.Machine, Name: name}
		var t party.Token
		media, t = c.newToken("agent "+name, party.Executor, who, e.CreatedBy, w.now, time.Time{})
		w.note(practice.Entry{Kind: "agent.enrolled", Subject: agentSubject(name), Who: who, Data: map[string]any{"key": key, "enrolment": e.ID, "token": t.ID, "sum": tokenSum(t)}})
		return w.AddToken(t)
	})
	return agent, media, err
}

func enrolmentFits(e party.Enrolment, name string, now time.Time) error {
	switch {
	case e.Agent != name:
		return practice.Faultf(practice.Forbidden, "the enrolment token is for agent %s, not %s", e.Agent, name).Final()
	case !e.UsedAt.IsZero():
		return practice.Faultf(practice.Unauthorised, "the enrolment token was used at %s", e.UsedAt.Format(time.RFC3339)).
			WithHint("get a new one: tranship agents enrol %s", name).Final()
	case !now.Before(e.ExpiresAt):
		return practice.Faultf(practice.Unauthorised, "the enrolment token expired at %s", e.ExpiresAt.Format(time.RFC3339)).
			WithHint("get a new one: tranship agents enrol %s", name).Final()
	}
	return nil
}

// Agents lists agents by name, or the one that has the name where one is given.
func (c *Control) Agents(ctx context.Context, scope practice.Scope, name string, page practice.Page) (list []environment.Agent, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		if name != "" && page.After == "" {
			list, err = tx.AgentsNamed([]string{name})
			return err
		}
		if name != "" {
			return nil // names come once
		}
		list, err = tx.Agents(page)
		return err
	})
	return list, err
}

// AgentByKey gives the trusted agent with that key; Unauthorised when there is none.
func (c *Control) AgentByKey(ctx context.Context, scope practice.Scope, key signature.PublicKey) (a environment.Agent, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		a, err = tx.AgentByKey(key)
		return err
	})
	if practice.CodeOf(err) == practice.NotFound || (err == nil && !a.RevokedAt.IsZero()) {
		return a, practice.Faultf(practice.Unauthorised, "no agent is trusted with key %s", key.ID()).Final()
	}
	return a, err
}

// RevokeAgent ends the trust in an agent: its key, its connection and its media token.
func (c *Control) RevokeAgent(ctx context.Context, scope practice.Scope, by practice.Actor, name, why string) error {
	_, err := c.update(ctx, scope, func(w *work) error {
		a, err := w.AgentByName(name)
		if err != nil {
			return err
		}
		a.RevokedAt = w.now
		if err := w.PutAgent(a); err != nil {
			return err
		}
		if _, err := revokeTokensOf(w, practice.Actor{Kind: practice.Machine, Name: name}); err != nil {
			return err
		}
		if err := endOrdersOf(w, name); err != nil {
			return err
		}
		w.note(practice.Entry{Kind: "agent.revoked", Subject: agentSubject(name), Who: by, Why: why})
		return nil
	})
	return err
}

// endOrdersOf closes the orders of an agent that have not begun: their claim is refused.
func endOrdersOf(w *work, agent string) error {
	rows, err := w.OpenOrders(agent, practice.MaxLimit)
	if err != nil {
		return err
	}
	var ids []string
	for _, r := range rows {
		if !r.Begun {
			ids = append(ids, r.ID)
		}
	}
	return w.EndOrders(ids)
}

// SawAgents notes that agents were heard of, many at once.
func (c *Control) SawAgents(ctx context.Context, scope practice.Scope, seen []environment.Agent) error {
	_, err := c.update(ctx, scope, func(w *work) error { return w.SawAgents(seen) })
	return err
}

// OpenOrders gives at most limit of an agent's open orders, lowest counter first, and
// before them the interruptions of those that somebody has interrupted.
func (c *Control) OpenOrders(ctx context.Context, scope practice.Scope, agent string, limit int) ([]signature.Envelope, error) {
	var envelopes []signature.Envelope
	err := c.Store.View(ctx, scope, func(tx Tx) error {
		a, err := tx.AgentByName(agent)
		if err != nil {
			return err
		}
		if !a.RevokedAt.IsZero() {
			return practice.Faultf(practice.Forbidden, "agent %s was revoked at %s", agent, a.RevokedAt.Format(time.RFC3339)).Final()
		}
		rows, err := tx.OpenOrders(agent, limit)
		if err != nil {
			return err
		}
		if envelopes, err = c.interruptions(tx, scope, rows); err != nil {
			return err
		}
		for _, r := range rows {
			envelopes = append(envelopes, r.Envelope)
		}
		return nil
	})
	return envelopes, err
}

// Output stores what steps printed; pieces about orders that are not the agent's are dropped.
func (c *Control) Output(ctx context.Context, scope practice.Scope, agent string, pieces []deployment.Output) error {
	return c.Outputs(ctx, scope, []deployment.Printed{{From: deployment.Sender{Scope: scope, Agent: agent}, Pieces: pieces}})
}

// Outputs stores what the steps of many agents of a scope printed, in one
// transaction; pieces about orders that are not their sender's are dropped.
func (c *Control) Outputs(ctx context.Context, scope practice.Scope, batch []deployment.Printed) error {
	var ids []string
	for _, printed := range batch {
		for _, p := range printed.Pieces {
			ids = append(ids, p.Order)
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	_, err := c.update(ctx, scope, func(w *work) error {
		orders, err := w.OrdersNamed(ids)
		if err != nil {
			return err
		}
		known := map[string]deployment.OrderRow{}
		for _, o := range orders {
			known[o.ID] = o
		}
		var kept []deployment.Output
		for _, printed := range batch {
			for _, p := range printed.Pieces {
				if o, found := known[p.Order]; found && o.Agent == printed.From.Agent {
					p.Deployment, p.Target, p.Part = o.Deployment, deployment.TargetOf(o.Target), ""
					if p.Target != o.Target {
						p.Part = o.Target
					}
					kept = append(kept, p)
				}
			}
		}
		if len(kept) == 0 {
			return nil
		}
		return c.addOutput(w, kept)
	})
	return err
}
