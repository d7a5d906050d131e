package control

import (
	"context"
	"slices"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/internal/practice/environment"
)

// Drifts lists drifts, newest first; those that stand, unless the filter says otherwise.
func (c *Control) Drifts(ctx context.Context, scope practice.Scope, f drift.Filter, page practice.Page) (list []drift.Drift, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		list, err = tx.Drifts(f, page)
		return err
	})
	return list, err
}

// Drift gives one.
func (c *Control) Drift(ctx context.Context, scope practice.Scope, id string) (d drift.Drift, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		d, err = tx.Drift(id)
		return err
	})
	return d, err
}

// DriftSummary is how an environment stands to its record.
type DriftSummary struct {
	Environment string              `json:"environment"`
	Targets     int                 `json:"targets" doc:"How many there are."`
	Empty       bool                `json:"empty" doc:"Nothing stands there by the record: no deployment put anything there, or all of it was removed."`
	Looked      int                 `json:"looked" doc:"How many were looked at lately enough to say how they are now."`
	NotLooked   int                 `json:"notLooked" doc:"How many were not: nobody knows how they are."`
	Drifted     int                 `json:"drifted" doc:"Components on targets that are in the recorded version, but not as they were put there."`
	Missing     int                 `json:"missing" doc:"Components on targets of which nothing is there."`
	Unmanaged   int                 `json:"unmanaged" doc:"Components on targets that came without a deployment."`
	Off         bool                `json:"off,omitempty" doc:"Nobody looks by itself."`
	Watch       []environment.Watch `json:"watch,omitempty" enum:"packages,services,users" doc:"What of its hosts is watched as a whole."`
	Every       string              `json:"every" doc:"How often each target is looked at."`
	Stale       time.Time           `json:"stale" doc:"A look before this moment is too old to count."`
	AcceptedBy  []string            `json:"acceptedBy,omitempty" doc:"The groups whose members may accept what was found; none: whoever may deploy."`
}

// DriftSummaries counts drift by environment: of all, or of one.
func (c *Control) DriftSummaries(ctx context.Context, scope practice.Scope, only string, page practice.Page) (list []DriftSummary, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		docs, err := environmentsOf(tx, only, page)
		if err != nil {
			return err
		}
		counts, err := tx.CountDrifts(only)
		if err != nil {
			return err
		}
		for _, d := range docs {
			e, err := environment.Decode(d)
			if err != nil {
				return err
			}
			one, err := c.summary(tx, e, counts)
			if err != nil {
				return err
			}
			list = append(list, one)
		}
		return nil
	})
	return list, err
}

// shortly writes a length of time without what is zero: "15m".
func shortly(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

func environmentsOf(tx Tx, only string, page practice.Page) ([]practice.Document, error) {
	if only == "" {
		return tx.Documents(practice.KindEnvironment, "", page)
	}
	d, err := tx.Document(practice.KindEnvironment, only)
	if err != nil || page.After >= only {
		return nil, err
	}
	return []practice.Document{d}, nil
}

func (c *Control) summary(tx Tx, e environment.Environment, counts []drift.Count) (DriftSummary, error) {
	i := e.Spec.Inspection
	s := DriftSummary{Environment: e.Name, Watch: i.Watch, Off: i.Off || !e.Actionable().Open, Every: shortly(i.Interval()), Stale: i.Stale(c.now()), AcceptedBy: i.AcceptedBy}
	var err error
	if s.Targets, err = tx.CountTargets(e.Name); err != nil {
		return s, err
	}
	if s.Looked, err = tx.CountLooked(e.Name, s.Stale); err != nil {
		return s, err
	}
	one, err := tx.Presences(e.Name, time.Time{}, practice.Page{Limit: 1})
	if err != nil {
		return s, err
	}
	s.Empty = len(one) == 0
	s.Looked = min(s.Looked, s.Targets) // some may be gone
	s.NotLooked = s.Targets - s.Looked
	for _, count := range counts {
		if count.Environment != e.Name {
			continue
		}
		switch count.State {
		case drift.Drifted:
			s.Drifted = count.Number
		case drift.Missing:
			s.Missing = count.Number
		case drift.Unmanaged:
			s.Unmanaged = count.Number
		case drift.AsRecorded, drift.Unknown:
		}
	}
	return s, nil
}

// LookedAt is how one target stands to its record.
type LookedAt struct {
	Target      string      `json:"target"`
	Environment string      `json:"environment"`
	Agent       string      `json:"agent"`
	State       drift.State `json:"state" enum:"as-recorded,drifted,missing,unmanaged,unknown" doc:"The worst of its components; unknown where it was not looked at lately, or something could not be looked at."`
	LookedAt    time.Time   `json:"lookedAt,omitzero" required:"false" doc:"When it was last looked at; absent: never."`
	ToldAt      time.Time   `json:"toldAt,omitzero" required:"false" doc:"When its agent was told to look: what was changed later may not have been seen."`
	Blind       []string    `json:"blind,omitempty" doc:"What could not be looked at, with why."`
	Drifts      []string    `json:"drifts,omitempty" doc:"The drifts that stand."`
}

// LookedAts lists the targets of an environment, each with when it was last
// looked at and how it stands to its record.
func (c *Control) LookedAts(ctx context.Context, scope practice.Scope, in string, page practice.Page) (list []LookedAt, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		doc, err := tx.Document(practice.KindEnvironment, in)
		if err != nil {
			return err
		}
		e, err := environment.Decode(doc)
		if err != nil {
			return err
		}
		docs, err := tx.Documents(practice.KindTarget, in, page)
		if err != nil {
			return err
		}
		list, err = c.lookedAt(tx, e, docs)
		return err
	})
	return list, err
}

func (c *Control) lookedAt(tx Tx, e environment.Environment, docs []practice.Document) ([]LookedAt, error) {
	names := make([]string, len(docs))
	for i, d := range docs {
		names[i] = d.Name
	}
	looked, err := tx.Looked(names)
	if err != nil {
		return nil, err
	}
	standing, err := tx.StandingDrifts(names)
	if err != nil {
		return nil, err
	}
	last := map[string]drift.Looked{}
	for _, l := range looked {
		last[l.Target] = l
	}
	stands := map[string][]drift.Drift{}
	for _, d := range standing {
		stands[d.Target] = append(stands[d.Target], d)
	}
	stale := e.Spec.Inspection.Stale(c.now())
	list := make([]LookedAt, len(docs))
	for i, d := range docs {
		t, err := environment.DecodeTarget(d)
		if err != nil {
			return nil, err
		}
		l := last[t.Name]
		list[i] = LookedAt{
			Target: t.Name, Environment: e.Name, Agent: t.Spec.Agent, LookedAt: l.At, ToldAt: l.Told, Blind: l.Blind,
			State: drift.Overall(stands[t.Name], l, stale),
		}
		for _, one := range stands[t.Name] {
			list[i].Drifts = append(list[i].Drifts, one.ID)
		}
	}
	return list, nil
}

// CheckAsked says whom a check was asked of.
type CheckAsked struct {
	Environment string    `json:"environment"`
	Targets     int       `json:"targets"`
	Agents      int       `json:"agents"`
	At          time.Time `json:"at"`
}

// CheckDrift tells the agents of an environment's targets, or of some, to look
// now. What they see comes as they see it; an agent that is away looks when it is back.
func (c *Control) CheckDrift(ctx context.Context, scope practice.Scope, in string, only []string) (CheckAsked, error) {
	asked := CheckAsked{Environment: in, At: c.now()}
	var agents []string
	err := c.Store.View(ctx, scope, func(tx Tx) error {
		doc, err := tx.Document(practice.KindEnvironment, in)
		if err != nil {
			return err
		}
		e, err := environment.Decode(doc)
		if err != nil {
			return err
		}
		if v := e.Actionable(); !v.Open {
			return practice.Faultf(practice.Refused, "%s", v.Reasons[0].Message).WithHint("nothing is executed there, so nothing can be looked at").Final()
		}
		targets, err := targetsIn(tx, in, only)
		for _, t := range targets {
			agents = append(agents, t.Spec.Agent)
		}
		asked.Targets = len(targets)
		return err
	})
	if err != nil {
		return asked, err
	}
	slices.Sort(agents)
	agents = slices.Compact(agents)
	asked.Agents = len(agents)
	c.Dispatch.Look(scope, agents)
	return asked, nil
}

// targetsIn gives the targets of an environment: all, or those that are named.
func targetsIn(tx Tx, in string, only []string) ([]environment.Target, error) {
	var all []environment.Target
	add := func(docs []practice.Document) error {
		for _, d := range docs {
			t, err := environment.DecodeTarget(d)
			if err != nil {
				return err
			}
			if t.Spec.Environment == in {
				all = append(all, t)
			}
		}
		return nil
	}
	if len(only) > 0 {
		only = slices.Compact(slices.Sorted(slices.Values(only)))
		docs, err := tx.TargetsNamed(only)
		if err == nil {
			err = add(docs)
		}
		if err == nil && len(all) < len(only) {
			for _, name := range only {
				if !slices.ContainsFunc(all, func(t environment.Target) bool { return t.Name == name }) {
					return nil, practice.Faultf(practice.NotFound, "there is no target %s in %s", name, in).WithHint("tranship get targets --of %s lists them", in).Final()
				}
			}
		}
		return all, err
	}
	for page := (practice.Page{Limit: practice.MaxLimit}); ; {
		docs, err := tx.Documents(practice.KindTarget, in, page)
		if err != nil {
			return nil, err
		}
		if err := add(docs); err != nil {
			return nil, err
		}
		if len(docs) < page.Limit {
			return all, nil
		}
		page.After = docs[len(docs)-1].Name
	}
}
