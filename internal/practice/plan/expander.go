package plan

import (
	"fmt"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/model"
)

// The phases that steps are for, as deployments name them.
const (
	PhaseVerify    = "verify"    // the target checks
	PhaseExecute   = "execute"   // install or remove
	PhaseAccept    = "accept"    // the acceptance checks
	PhaseRemediate = "remediate" // bring back what was before
)

// Expander makes the steps of one plan exact for its targets. It reads the
// model's texts once, so that 100,000 targets cost little. It never changes,
// and may be used from several goroutines.
type Expander struct {
	header             Header
	checks, acceptance []parsedStep
	gone               []parsedStep // the checks of targets that a restore leaves nothing on
	health             []parsedStep // in the order of the header's
	items              []parsedItem
	all                []int // the index of each item
}

type parsedItem struct{ install, remove, remediate []parsedStep }

type parsedStep struct {
	model.Step
	with  node
	sites []site
}

// NewExpander reads the steps of a plan. Invalid, with every defect, when texts
// are malformed; that cannot happen to a plan that Compile made.
func NewExpander(h Header) (*Expander, error) {
	return newExpander(h, headerPaths)
}

// places says where a step of a header comes from, for problems.
// list is "checks", "acceptance", "removal", "health", "install", "remove" or "remediate"; item is -1 for the first four.
type places func(list string, item, step int) string

func headerPaths(list string, item, step int) string {
	if item < 0 {
		return fmt.Sprintf("%s[%d]", list, step)
	}
	return fmt.Sprintf("items[%d].%s[%d]", item, list, step)
}

func newExpander(h Header, where places) (*Expander, error) {
	var problems []practice.Problem
	read := func(list string, item int, steps []model.Step) []parsedStep {
		parsed := make([]parsedStep, len(steps))
		for i, s := range steps {
			p := parser{}
			parsed[i] = parsedStep{Step: s}
			if s.With != nil {
				parsed[i].with = p.parse(where(list, item, i)+".with", s.With)
			}
			parsed[i].sites = p.sites
			problems = append(problems, p.problems...)
		}
		return parsed
	}
	e := &Expander{header: h, checks: read("checks", -1, h.Checks), acceptance: read("acceptance", -1, h.Acceptance), gone: read("removal", -1, h.Removal)}
	e.health = read("health", -1, healthSteps(h.Health))
	for i, item := range h.Items {
		e.all = append(e.all, i)
		e.items = append(e.items, parsedItem{
			install: read("install", i, item.Install), remove: read("remove", i, item.Remove), remediate: read("remediate", i, item.Remediate),
		})
	}
	if len(problems) > 0 {
		return nil, &practice.Error{Code: practice.Invalid, Message: "steps hold texts that cannot be read", Problems: unique(problems), Terminal: true}
	}
	return e, nil
}

// own gives the items that a row is about, by index and in their order.
func (e *Expander) own(t *Target) []int {
	if t.Items != nil {
		return t.Items
	}
	return e.all
}

// Steps gives the exact steps of a phase for one target, and the artifacts that
// they refer to by index. deployment is the id that ${deployment} means.
//
// Install goes through the items of the row in order, removal in reverse. Remediation of an
// installation goes in reverse and brings back what was before: by the model's
// remediation steps, or by installing it; where nothing was, the item is removed.
// Remediation of a removal installs what was before, in order. A restore does as
// the remediation of what it takes back would, with its goal in the place of what
// was before; its own remediation goes the other way.
func (e *Expander) Steps(t Target, phase, deployment string) ([]Step, []Artifact, error) {
	chosen, err := e.choose(&t, phase)
	if err != nil {
		return nil, nil, err
	}
	var steps []Step
	var artifacts []Artifact
	for i := range chosen {
		c := &chosen[i]
		c.scope.deployment = deployment
		index := -1
		if c.scope.about.artifact != nil && c.works {
			index = len(artifacts)
			artifacts = append(artifacts, *c.scope.about.artifact)
		}
		for j := range c.steps {
			step, err := c.exact(&c.steps[j], index)
			if err != nil {
				return nil, nil, fmt.Errorf("steps to %s target %s: %w", phase, t.Name, err)
			}
			step = step.narrowed(t.Labels)
			steps = append(steps, step)
		}
	}
	return steps, artifacts, nil
}

// exact makes one step exact.
func (c *selection) exact(s *parsedStep, artifact int) (Step, error) {
	exact := Step{
		Name: s.Name, Uses: s.Uses, Action: s.Action, Artifact: artifact,
		Timeout: s.Timeout, StopWithin: s.StopWithin, Attempts: s.Retry.Attempts, Delay: s.Retry.Delay, Watch: s.Watch, OnDoubt: s.OnDoubt,
	}
	exact.Anew = c.scope.header.Redeploy && s.Action == model.Apply
	if c.in != "" {
		exact.Name += " in " + c.in
	}
	exact.Inspect = c.inspect && s.Action == model.Apply && !exact.Anew
	if c.works {
		exact.Component, exact.Version = c.scope.about.component, c.scope.about.version
	}
	for _, at := range s.sites {
		if _, known := c.scope.value(at.name); !known {
			return exact, fmt.Errorf("%s: ${%s} has no value", at.path, at.name)
		}
	}
	if s.With != nil {
		exact.With, _ = s.with.fill(c.scope.value).(map[string]any)
	}
	return exact, nil
}

// unique drops problems that were given before.
func unique(problems []practice.Problem) []practice.Problem {
	seen := map[practice.Problem]bool{}
	kept := problems[:0]
	for _, p := range problems {
		if !seen[p] {
			seen[p] = true
			kept = append(kept, p)
		}
	}
	return kept
}
