package control

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/model"
	"tranship.dev/tranship/internal/practice/plan"
)

const driftPrefix = "DR-"

// surveyor finds the steps by which what is recorded is looked at: those of the
// deployment that put it there.
type surveyor struct {
	control *Control
	tx      Tx
	scope   practice.Scope
	targets map[string]environment.Target

	expanders map[string]*plan.Expander // by deployment, component and version, where they are not its own; nil: there are none
}

// parts gives what to look at, by target: what is recorded there, and what
// stands elsewhere in the environment and should not be there.
func (s *surveyor) parts(present []environment.Presence) (map[string][]drift.Part, error) {
	s.expanders = map[string]*plan.Expander{}
	wanted := map[string][]wantedPart{} // by the deployment whose steps are used
	has := map[place]bool{}
	for _, p := range present {
		has[place{p.Target, p.Component}] = true
		if _, looked := s.targets[p.Target]; !looked || p.Version == "" {
			continue
		}
		like, err := s.like(p.Deployment)
		if err != nil {
			return nil, err
		}
		wanted[like] = append(wanted[like], wantedPart{target: p.Target, component: p.Component, version: p.Version, mark: drift.MarkOf(p)})
	}
	for _, name := range slices.Sorted(maps.Keys(s.targets)) {
		examples, err := s.control.examples(s.tx, s.scope, s.targets[name].Spec.Environment)
		if err != nil {
			return nil, err
		}
		for _, e := range examples {
			if !has[place{name, e.Component}] {
				like, err := s.like(e.Deployment)
				if err != nil {
					return nil, err
				}
				wanted[like] = append(wanted[like], wantedPart{target: name, component: e.Component, version: e.Version})
			}
		}
	}
	parts := map[string][]drift.Part{}
	for _, like := range slices.Sorted(maps.Keys(wanted)) {
		if err := s.of(like, wanted[like], parts); err != nil {
			return nil, err
		}
	}
	for _, list := range parts {
		slices.SortFunc(list, func(a, b drift.Part) int { return strings.Compare(a.Component, b.Component) })
	}
	return parts, nil
}

// wantedPart is a component of a target whose steps are looked for.
type wantedPart struct{ target, component, version, mark string }

// like gives the deployment whose steps tell of what a presence names: of what
// was accepted, the one whose steps found it.
func (s *surveyor) like(deployment string) (string, error) {
	for range 10 { // accepted again and again
		if !strings.HasPrefix(deployment, driftPrefix) {
			break
		}
		d, err := s.tx.Drift(deployment)
		if err != nil {
			return "", err
		}
		deployment = d.Like
	}
	return deployment, nil
}

// of adds the parts that one deployment's steps tell of.
func (s *surveyor) of(like string, wanted []wantedPart, parts map[string][]drift.Part) error {
	d, err := s.tx.Deployment(like)
	if practice.CodeOf(err) == practice.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	rows, err := s.rows(d, wanted)
	if err != nil {
		return err
	}
	for _, w := range wanted {
		part, found, err := s.part(d, rows[place{w.target, w.component}], w)
		if err != nil {
			return err
		}
		if found {
			parts[w.target] = append(parts[w.target], part)
		}
	}
	return nil
}

// row makes the row that a plan would have of a target that it does not name.
func (s *surveyor) row(name string, h plan.Header) plan.Target {
	t := s.targets[name]
	return plan.Target{
		Name: t.Name, Agent: t.Spec.Agent, Address: t.Spec.Address, Labels: t.Labels, Parameters: t.Spec.Parameters,
		Before: make([]plan.Before, len(h.Items)), Goal: make([]plan.Before, len(h.Items)),
	}
}

// part gives one component's steps as the deployment did them, or would do them.
func (s *surveyor) part(d deployment.Deployment, row plan.Target, w wantedPart) (drift.Part, bool, error) {
	part := drift.Part{Component: w.component, Mark: w.mark, Like: d.ID}
	if w.mark != "" {
		e, err := s.control.expanders.expander(d.PlanDigest, d.Header)
		if err != nil {
			return part, false, err
		}
		for _, phase := range []string{plan.PhaseExecute, plan.PhaseRemediate} {
			if take(&part, e, row, phase, d.ID, w) {
				return part, true, nil
			}
		}
	}
	e, err := s.installer(d, w)
	if err != nil || e == nil {
		return part, false, err
	}
	row.Before, row.Goal = make([]plan.Before, len(d.Header.Items)), nil
	return part, take(&part, e, row, plan.PhaseExecute, d.ID, w), nil
}

// take gives the part the steps of a phase that put the component there; false
// when there are none, or they refer to something that the target does not have.
func take(part *drift.Part, e *plan.Expander, row plan.Target, phase, id string, w wantedPart) bool {
	steps, artifacts, err := e.Steps(row, phase, id)
	if err != nil {
		return false
	}
	for _, step := range steps {
		if step.Component == w.component && step.Version == w.version && step.Action == model.Apply {
			part.Steps = append(part.Steps, step)
		}
	}
	part.Artifacts = artifacts
	return len(part.Steps) > 0
}

// installer gives the expander of a deployment as if it brought the wanted
// version in: for what it did not bring there itself. nil when there is none.
func (s *surveyor) installer(d deployment.Deployment, w wantedPart) (*plan.Expander, error) {
	key := d.ID + "/" + w.component + "@" + w.version
	if e, known := s.expanders[key]; known {
		return e, nil
	}
	s.expanders[key] = nil
	artifacts := artifactCache{tx: s.tx, known: map[string]*plan.Artifact{}}
	artifact, err := artifacts.of(w.component, w.version)
	if practice.CodeOf(err) == practice.NotFound {
		return nil, nil //nolint:nilnil // none is an answer: the library does not know it any more
	}
	if err != nil || artifact == nil {
		return nil, err
	}
	h := d.Header
	h.Direction, h.Items = plan.Install, slices.Clone(h.Items)
	for i := range h.Items {
		if h.Items[i].Component == w.component {
			h.Items[i].Version, h.Items[i].Digest, h.Items[i].Artifact = w.version, artifact.Digest, artifact
		}
	}
	if s.expanders[key], err = plan.NewExpander(h); err != nil {
		return nil, err
	}
	return s.expanders[key], nil
}

// examplesFor is how long the components of an environment are remembered.
const examplesFor = time.Minute

// examples remembers which components stand in an environment, each with one
// deployment that put it there.
type examples struct {
	mu    sync.Mutex
	known map[string]exampleList // by scope and environment
}

type exampleList struct {
	at   time.Time
	list []environment.Standing
}

// examples gives the components that stand in an environment, each once, in the
// version that most of its targets have.
func (c *Control) examples(tx Tx, scope practice.Scope, in string) ([]environment.Standing, error) {
	key := string(scope) + "/" + in
	c.standing.mu.Lock()
	known, has := c.standing.known[key]
	c.standing.mu.Unlock()
	if has && c.now().Sub(known.at) < examplesFor {
		return known.list, nil
	}
	all, err := tx.Examples(in)
	if err != nil {
		return nil, err
	}
	best := map[string]environment.Standing{}
	for _, e := range all {
		if e.Targets > best[e.Component].Targets {
			best[e.Component] = e
		}
	}
	list := slices.SortedFunc(maps.Values(best), func(a, b environment.Standing) int { return strings.Compare(a.Component, b.Component) })
	c.standing.mu.Lock()
	defer c.standing.mu.Unlock()
	if c.standing.known == nil || len(c.standing.known) > 1000 {
		c.standing.known = map[string]exampleList{}
	}
	c.standing.known[key] = exampleList{c.now(), list}
	return list, nil
}
