package control

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/model"
	"tranship.dev/tranship/internal/practice/plan"
)

// PlanRequest asks for a plan.
type PlanRequest struct {
	Release     string         `json:"release,omitempty" doc:"COMPONENT@VERSION or the name of a Release document; not needed for direction restore."`
	Environment string         `json:"environment,omitempty" doc:"Where; not needed for direction restore."`
	Direction   plan.Direction `json:"direction,omitempty" enum:"install,remove,restore" doc:"install brings the release in, remove takes it out, restore brings back what the deployment in restores found; install by default."`
	Restores    string         `json:"restores,omitempty" doc:"For direction restore: the deployment that is rolled back, D-12."`
	Model       string         `json:"model,omitempty"` // by default the one that applies
	Redeploy    bool           `json:"redeploy,omitempty"`
	Only        []string       `json:"only,omitempty"`

	Items []library.Item `json:"-"` // what Release stands for, where it is no name that anybody gave; nil: what it names
	Spots plan.Spots     `json:"-"` // see plan.Header
}

// Planned is a stored plan with its targets.
type Planned struct {
	plan.Record
	Targets  []plan.Target     `json:"targets"`
	LastTook practice.Duration `json:"lastTook"` // how long the last deployment of these components there took; 0: none
	Risk     practice.Risk     `json:"risk"`     // as it is scored now
}

// Plan compiles a plan and stores it under its number. Nothing else changes.
func (c *Control) Plan(ctx context.Context, scope practice.Scope, by practice.Actor, r PlanRequest) (Planned, error) {
	var in plan.Input
	err := c.Store.View(ctx, scope, func(tx Tx) (err error) {
		in, err = gather(tx, scope, r)
		return err
	})
	if err != nil {
		return Planned{}, err
	}
	compiled, err := plan.Compile(in)
	if err != nil {
		return Planned{}, err
	}
	if err := c.intact(ctx, compiled); err != nil {
		return Planned{}, err
	}
	if err := c.Store.View(ctx, scope, func(tx Tx) error { return checkAgents(tx, compiled.Targets) }); err != nil {
		return Planned{}, err
	}
	planned := Planned{Targets: compiled.Targets, LastTook: in.LastTook}
	_, err = c.update(ctx, scope, func(w *work) (err error) {
		if planned.Record, err = w.AddPlan(compiled, by, w.now); err != nil {
			return err
		}
		if planned.Risk, err = scoreRisk(w, planned.ID, planned.Header, w.now); err != nil {
			return err
		}
		w.note(practice.Entry{Kind: "plan.compiled", Subject: "plan/" + planned.ID, Who: by,
			Data: map[string]any{"digest": planned.Digest, "release": planned.Header.Release, "environment": planned.Header.Environment}})
		return nil
	})
	return planned, err
}

// intact re-reads the media of what is installed or brought back.
func (c *Control) intact(ctx context.Context, p plan.Plan) error {
	for _, item := range broughtIn(p) {
		if strings.HasPrefix(item.Reference, "oci://") {
			continue
		}
		if err := c.Media.Intact(ctx, item.Reference, item.Digest); err != nil {
			return fmt.Errorf("%s %s: %w", item.Component, item.Version, err)
		}
	}
	return nil
}

// PlanRecord gives a stored plan without its targets.
func (c *Control) PlanRecord(ctx context.Context, scope practice.Scope, id string) (r plan.Record, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		r, err = tx.Plan(id)
		return err
	})
	return r, err
}

// PlanTargets lists the targets of a stored plan by name.
func (c *Control) PlanTargets(ctx context.Context, scope practice.Scope, id string, page practice.Page) (list []plan.Target, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		list, err = tx.PlanTargets(id, page)
		return err
	})
	return list, err
}

// gather collects what Compile needs.
func gather(tx Tx, scope practice.Scope, r PlanRequest) (plan.Input, error) {
	in := plan.Input{Scope: scope, Release: r.Release, Direction: r.Direction, Redeploy: r.Redeploy, Only: r.Only, Spots: r.Spots}
	if in.Direction == "" {
		in.Direction = plan.Install
	}
	taken, err := takenBack(tx, &r)
	if err != nil {
		return in, err
	}
	in.Release, in.Restores = r.Release, r.Restores
	if taken != nil {
		in.Irreversible = taken.Header.Irreversible
	}
	d, err := tx.Document(practice.KindEnvironment, r.Environment)
	if practice.CodeOf(err) == practice.NotFound {
		return in, practice.Faultf(practice.NotFound, "there is no environment %s", r.Environment).WithHint("tranship get environments lists them").Final()
	}
	if err != nil {
		return in, err
	}
	env, err := environment.Decode(d)
	if err != nil {
		return in, err
	}
	in.Environment = plan.EnvironmentInput{Name: env.Name, Revision: env.Revision, Verdict: env.Actionable(), Parameters: env.Spec.Parameters, Baseline: env.Spec.Baseline}
	if in.Items, err = wantedItems(tx, r, taken); err != nil {
		return in, err
	}
	if in.Model, err = chooseModel(tx, r.Model, r.Environment, in.Items); err != nil {
		return in, err
	}
	if in.Targets, err = targets(tx, r.Environment, in.Items); err != nil {
		return in, err
	}
	if in.Present, err = abiding(tx, r.Environment, componentNames(in.Items)); err != nil {
		return in, err
	}
	if err := addGoals(tx, &in, taken); err != nil {
		return in, err
	}
	last, err := tx.LastSucceeded(r.Environment, componentNames(in.Items))
	switch {
	case practice.CodeOf(err) == practice.NotFound:
	case err != nil:
		return in, err
	default:
		in.LastTook = practice.Duration(last.Ended.Sub(last.Started))
	}
	return in, nil
}

// items gives the component versions that a release name means. A version that
// the library does not know comes with an empty state, for Compile to refuse.
func items(tx Tx, release string) ([]plan.ItemInput, error) {
	wanted := []library.Item{}
	if component, version, found := strings.Cut(release, "@"); found {
		wanted = append(wanted, library.Item{Component: component, Version: version})
	} else {
		d, err := tx.Document(practice.KindRelease, release)
		if practice.CodeOf(err) == practice.NotFound {
			return nil, practice.Faultf(practice.NotFound, "there is no release %s", release).
				WithHint("name a Release document, or COMPONENT@VERSION").Final()
		}
		if err != nil {
			return nil, err
		}
		r, err := library.DecodeRelease(d)
		if err != nil {
			return nil, err
		}
		wanted = r.Spec.Items
	}
	return itemInputs(tx, wanted)
}

// itemInputs gives versions with what the library says about them.
func itemInputs(tx Tx, wanted []library.Item) ([]plan.ItemInput, error) {
	var list []plan.ItemInput
	for _, w := range wanted {
		component, err := componentOf(tx, w.Component)
		if err != nil {
			return nil, err
		}
		version, err := tx.Version(w.Component, w.Version)
		if practice.CodeOf(err) == practice.NotFound {
			version, err = library.Version{Component: w.Component, Version: w.Version}, nil
		}
		if err != nil {
			return nil, err
		}
		list = append(list, plan.ItemInput{Component: component, Version: version})
	}
	return list, nil
}

// chooseModel gives the named model, or the only one that applies to every
// item and has the environment in its flow.
func chooseModel(tx Tx, name, env string, items []plan.ItemInput) (model.Model, error) {
	if name != "" {
		d, err := tx.Document(practice.KindModel, name)
		if practice.CodeOf(err) == practice.NotFound {
			return model.Model{}, practice.Faultf(practice.NotFound, "there is no model %s", name).WithHint("tranship get models lists them").Final()
		}
		if err != nil {
			return model.Model{}, err
		}
		return model.Decode(d)
	}
	var fitting []model.Model
	var near []string
	for page := (practice.Page{Limit: practice.MaxLimit}); ; {
		list, err := tx.Documents(practice.KindModel, "", page)
		if err != nil {
			return model.Model{}, err
		}
		for _, d := range list {
			m, err := model.Decode(d)
			if err != nil {
				return model.Model{}, err
			}
			if !appliesToAll(m, items) {
				continue
			}
			near = append(near, m.Name)
			if slices.ContainsFunc(m.Spec.Flow, func(s model.Stage) bool { return s.Environment == env }) {
				fitting = append(fitting, m)
			}
		}
		if len(list) < page.Limit {
			break
		}
		page.After = list[len(list)-1].Name
	}
	return onlyModel(fitting, near, env, items)
}

func onlyModel(fitting []model.Model, near []string, env string, items []plan.ItemInput) (model.Model, error) {
	names := strings.Join(componentNames(items), ", ")
	switch {
	case len(fitting) == 1:
		return fitting[0], nil
	case len(fitting) > 1:
		var choices []string
		for _, m := range fitting {
			choices = append(choices, m.Name)
		}
		return model.Model{}, practice.Faultf(practice.Invalid, "%d models apply to %s into %s: %s", len(fitting), names, env, strings.Join(choices, ", ")).
			WithHint("choose one with --model").Final()
	case len(near) > 0:
		return model.Model{}, practice.Faultf(practice.Refused, "no model that applies to %s has %s in its flow", names, env).
			WithHint("these apply: %s", strings.Join(near, ", ")).Final()
	}
	return model.Model{}, practice.Faultf(practice.NotFound, "no model applies to %s", names).
		WithHint("apply a Model document whose appliesTo covers it").Final()
}

func appliesToAll(m model.Model, items []plan.ItemInput) bool {
	for _, item := range items {
		if !m.Spec.AppliesTo.Judge(item.Component).Open {
			return false
		}
	}
	return true
}

func componentNames(items []plan.ItemInput) []string {
	var names []string
	for _, item := range items {
		names = append(names, item.Component.Name)
	}
	return names
}

// targets gives every target of the environment with what is present of the items.
func targets(tx Tx, env string, items []plan.ItemInput) ([]plan.TargetInput, error) {
	var all []plan.TargetInput
	artifacts := artifactCache{tx: tx, known: map[string]*plan.Artifact{}}
	for page := (practice.Page{Limit: practice.MaxLimit}); ; {
		docs, err := tx.Documents(practice.KindTarget, env, page)
		if err != nil {
			return nil, err
		}
		part, err := targetPage(tx, docs, items, &artifacts)
		if err != nil {
			return nil, err
		}
		all = append(all, part...)
		if len(docs) < page.Limit {
			return all, nil
		}
		page.After = docs[len(docs)-1].Name
	}
}

func targetPage(tx Tx, docs []practice.Document, items []plan.ItemInput, artifacts *artifactCache) ([]plan.TargetInput, error) {
	if len(docs) == 0 {
		return nil, nil
	}
	list := make([]plan.TargetInput, len(docs))
	index := make(map[string]int, len(docs))
	names := make([]string, len(docs))
	for i, d := range docs {
		t, err := environment.DecodeTarget(d)
		if err != nil {
			return nil, err
		}
		names[i], index[t.Name] = t.Name, i
		list[i] = plan.TargetInput{
			Name: t.Name, Agent: t.Spec.Agent, Address: t.Spec.Address,
			Labels: t.Labels, Parameters: t.Spec.Parameters, Redundant: t.Spec.Redundant, Before: make([]plan.Before, len(items)),
		}
	}
	present, err := tx.PresencesOf(names, componentNames(items))
	if err != nil {
		return nil, err
	}
	for _, p := range present {
		for i, item := range items {
			if item.Component.Name != p.Component {
				continue
			}
			artifact, err := artifacts.of(p.Component, p.Version)
			if err != nil {
				return nil, err
			}
			list[index[p.Target]].Before[i] = plan.Before{Version: p.Version, Artifact: artifact, Uncertain: p.Uncertain, Slot: p.Slot}
		}
	}
	return list, nil
}

// artifactCache gives the artifacts of versions that are present, each looked up once.
type artifactCache struct {
	tx    Tx
	known map[string]*plan.Artifact
}

func (a *artifactCache) of(component, version string) (*plan.Artifact, error) {
	if version == "" {
		return nil, nil
	}
	key := component + "@" + version
	if artifact, found := a.known[key]; found {
		return artifact, nil
	}
	c, err := componentOf(a.tx, component)
	if err != nil {
		return nil, err
	}
	v, err := a.tx.Version(component, version)
	if err != nil {
		return nil, err
	}
	artifact := plan.ArtifactOf(c, v)
	a.known[key] = &artifact
	return &artifact, nil
}

// checkAgents refuses a plan for targets that no agent acts for.
func checkAgents(tx Tx, targets []plan.Target) error {
	trusted := map[string]bool{}
	for page := (practice.Page{Limit: practice.MaxLimit}); ; {
		agents, err := tx.Agents(page)
		if err != nil {
			return err
		}
		for _, a := range agents {
			trusted[a.Name] = a.RevokedAt.IsZero()
		}
		if len(agents) < page.Limit {
			break
		}
		page.After = agents[len(agents)-1].Name
	}
	var problems []practice.Problem
	for _, t := range targets {
		if trusted[t.Agent] {
			continue
		}
		state := "is not enrolled"
		if _, known := trusted[t.Agent]; known {
			state = "was revoked"
		}
		problems = append(problems, practice.Problem{Path: t.Name, Message: fmt.Sprintf("its agent %s %s", t.Agent, state)})
		if len(problems) == 20 {
			break
		}
	}
	if len(problems) > 0 {
		return (&practice.Error{Code: practice.Refused, Message: "nobody can act for some targets", Problems: problems, Terminal: true}).
			WithHint("enrol an agent: tranship agents enrol NAME")
	}
	return nil
}
