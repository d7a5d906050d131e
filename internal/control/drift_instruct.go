package control

import (
	"context"
	"maps"
	"slices"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/signature"
)

const (
	lookPage    = 50               // targets of one instruction
	lookWithin  = 10 * time.Minute // an instruction is not followed later
	lookNothing = 15 * time.Minute // until an agent asks again that has nothing to look at
)

// Instruct tells an agent what to look at on its targets after one, signed. What
// is not looked at by itself is only where it was asked for. It writes nothing.
func (c *Control) Instruct(ctx context.Context, scope practice.Scope, agent, after string, asked bool) (signature.Envelope, error) {
	now := c.now()
	told := drift.Instruction{
		ID: c.Identify.NewID(), Scope: scope, Agent: agent, Epoch: c.Keys.Epoch(), IssuedAt: now, Expires: now.Add(lookWithin),
	}
	err := c.Store.View(ctx, scope, func(tx Tx) error {
		a, err := tx.AgentByName(agent)
		if err != nil {
			return err
		}
		if !a.RevokedAt.IsZero() {
			return practice.Faultf(practice.Forbidden, "agent %s was revoked at %s", agent, a.RevokedAt.Format(time.RFC3339)).Final()
		}
		docs, err := tx.TargetsOf(agent, practice.Page{After: after, Limit: lookPage})
		if err != nil {
			return err
		}
		if len(docs) == lookPage {
			told.After = docs[len(docs)-1].Name
		}
		return c.instruct(tx, scope, docs, asked, &told)
	})
	if err != nil {
		return signature.Envelope{}, err
	}
	return told.Seal(c.Keys.SignOrder)
}

// instruct says what to look at on some targets, when to look again, and what to
// check of their health. Targets for which an order is open are left out.
func (c *Control) instruct(tx Tx, scope practice.Scope, docs []practice.Document, asked bool, told *drift.Instruction) error {
	told.Next = practice.Duration(lookNothing)
	targets, environments, err := inspected(tx, docs)
	if err != nil || len(targets) == 0 {
		return err
	}
	names := slices.Sorted(maps.Keys(targets))
	busy, err := tx.Busy(names)
	if err != nil {
		return err
	}
	for _, name := range busy {
		delete(targets, name)
	}
	present, err := tx.PresencesOn(names)
	if err != nil {
		return err
	}
	if told.Health, err = (&surveyor{control: c, tx: tx, scope: scope, targets: targets}).health(present); err != nil {
		return err
	}
	maps.DeleteFunc(targets, func(_ string, t environment.Target) bool {
		return !asked && environments[t.Spec.Environment].Spec.Inspection.Off
	})
	if len(targets)+len(busy) == 0 {
		return nil
	}
	parts, err := (&surveyor{control: c, tx: tx, scope: scope, targets: targets}).parts(present)
	if err != nil {
		return err
	}
	watch, err := watching(tx, targets, environments)
	if err != nil {
		return err
	}
	told.Next = environment.MaxInspection
	for _, name := range names {
		t, quiet := targets[name]
		if !quiet {
			continue
		}
		e := environments[t.Spec.Environment]
		told.Next = min(told.Next, practice.Duration(e.Spec.Inspection.Interval()))
		told.Looks = append(told.Looks, drift.Look{Target: name, Parts: parts[name], Measures: measures(e, t), Watch: watch[name]})
	}
	if len(told.Looks) == 0 {
		told.Next = environment.DefaultInspection
	}
	return nil
}

// inspected gives the targets on which anything may be executed, and their environments.
func inspected(tx Tx, docs []practice.Document) (map[string]environment.Target, map[string]environment.Environment, error) {
	targets, environments := map[string]environment.Target{}, map[string]environment.Environment{}
	for _, d := range docs {
		t, err := environment.DecodeTarget(d)
		if err != nil {
			return nil, nil, err
		}
		e, known := environments[t.Spec.Environment]
		if !known {
			doc, err := tx.Document(practice.KindEnvironment, t.Spec.Environment)
			if practice.CodeOf(err) == practice.NotFound {
				continue
			}
			if err != nil {
				return nil, nil, err
			}
			if e, err = environment.Decode(doc); err != nil {
				return nil, nil, err
			}
			environments[t.Spec.Environment] = e
		}
		if e.Actionable().Open {
			targets[t.Name] = t
		}
	}
	return targets, environments, nil
}

// measures gives the parameters whose values are to be told of a target: those of
// its environment's baseline, and what says what kind of host it is.
func measures(e environment.Environment, t environment.Target) []environment.Requirement {
	var wanted []environment.Requirement
	seen := map[string]bool{}
	for _, r := range e.Spec.Baseline {
		if r.Concerns(t.Labels) && !seen[r.Parameter] {
			seen[r.Parameter] = true
			wanted = append(wanted, environment.Requirement{Parameter: r.Parameter, Operator: environment.IsPresent, Run: r.Run})
		}
	}
	for _, name := range environment.Usual() {
		if !seen[name] {
			wanted = append(wanted, environment.Requirement{Parameter: name, Operator: environment.IsPresent})
		}
	}
	return wanted
}
