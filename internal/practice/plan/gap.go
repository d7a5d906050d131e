package plan

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/model"
)

// named is how many targets a problem names; of the others it gives the number.
const named = 5

// gap is a reference at one place that has no value on some targets.
type gap struct {
	site
	ambiguous bool // it stands in a check of a release with several items
	targets   []string
	more      int
	last      string // the target that was counted last
}

// referencesHold checks that every reference of every phase has a value on
// every target, so that no order ever fails for want of one.
func referencesHold(spec model.Spec, p Plan) error {
	e, err := newExpander(p.Header, modelPaths(spec, p.Header))
	if fault, ok := errors.AsType[*practice.Error](err); ok {
		return brokenReferences(p.Header, fault.Problems)
	}
	if err != nil {
		return err
	}
	gaps, err := e.gaps(p.Targets)
	if err != nil || len(gaps) == 0 {
		return err
	}
	var problems []practice.Problem
	for _, g := range gaps {
		problems = append(problems, g.problem(p.Header))
	}
	return brokenReferences(p.Header, unique(problems))
}

func brokenReferences(h Header, problems []practice.Problem) error {
	return &practice.Error{
		Code: practice.Invalid, Problems: problems,
		Message: fmt.Sprintf("model %s cannot be filled in for %s into %s", h.Model.Name, h.Release, h.Environment),
	}
}

// gaps gives the references without a value, in the order in which they are met.
func (e *Expander) gaps(targets []Target) ([]*gap, error) {
	var found []*gap
	index := map[site]*gap{}
	for i := range targets {
		t := &targets[i]
		for _, phase := range []string{PhaseVerify, PhaseExecute, PhaseAccept, PhaseRemediate} {
			chosen, err := e.choose(t, phase)
			if err != nil {
				return nil, err
			}
			if phase == PhaseAccept {
				chosen = append(chosen, e.standing(t)...)
			}
			for j := range chosen {
				for at := range chosen[j].missing {
					g := index[at]
					if g == nil {
						g = &gap{site: at, ambiguous: !chosen[j].works && chosen[j].scope.about.component == ""}
						index[at] = g
						found = append(found, g)
					}
					g.count(t.Name)
				}
			}
		}
	}
	return found, nil
}

// missing yields the places whose reference has no value.
func (c *selection) missing(yield func(site) bool) {
	for i := range c.steps {
		for _, at := range c.steps[i].sites {
			if _, known := c.scope.value(at.name); !known && !yield(at) {
				return
			}
		}
	}
}

func (g *gap) count(target string) {
	if g.last == target {
		return
	}
	g.last = target
	if len(g.targets) < named {
		g.targets = append(g.targets, target)
		return
	}
	g.more++
}

// problem says what is missing where, and what to do.
func (g *gap) problem(h Header) practice.Problem {
	if err := model.CheckReference(g.name); err != nil {
		return model.ProblemOf(g.path, err)
	}
	p := practice.Problem{Path: g.path, Message: fmt.Sprintf("${%s} has no value on %s", g.name, g.where())}
	component, of := strings.CutPrefix(g.name, model.RefVersionOf)
	if !of {
		component, of = strings.CutPrefix(g.name, model.RefDigestOf)
	}
	switch {
	case of && !h.has(component):
		p.Message = fmt.Sprintf("${%s}: release %s has no component %s", g.name, h.Release, component)
	case of || g.name == model.RefDigest && len(h.Items) == 1 || g.name == model.RefDigest && !g.ambiguous:
		p.Hint = "the library does not hold the version that is there now"
	case isSlot(g.name) && len(h.Slots) == 0:
		p.Message = fmt.Sprintf("${%s} has no value in %s", g.name, h.Environment)
		p.Hint = "give the strategy of that stage slots: [blue, green]"
	case isSlot(g.name):
		p.Message = fmt.Sprintf("${%s} is ambiguous in a check: release %s has %d components", g.name, h.Release, len(h.Items))
		p.Hint = "check what the switch leads to"
	case g.name == model.RefComponent || g.name == model.RefVersion || g.name == model.RefDigest:
		p.Message = fmt.Sprintf("${%s} is ambiguous in a check: release %s has %d components", g.name, h.Release, len(h.Items))
		p.Hint = fmt.Sprintf("write ${version.%s} or ${digest.%s}", h.Items[0].Component, h.Items[0].Component)
	case g.name == model.RefTargetAddress:
		p.Hint = "give the targets an address"
	case strings.HasPrefix(g.name, model.RefTargetLabels):
		p.Hint = fmt.Sprintf("give the targets the label %s", strings.TrimPrefix(g.name, model.RefTargetLabels))
	case strings.HasPrefix(g.name, model.RefTargetParameters):
		p.Hint = fmt.Sprintf("give the targets the parameter %s", strings.TrimPrefix(g.name, model.RefTargetParameters))
	case strings.HasPrefix(g.name, model.RefEnvironmentParameters):
		p.Message = fmt.Sprintf("${%s} has no value in %s", g.name, h.Environment)
		p.Hint = fmt.Sprintf("give environment %s the parameter %s", h.Environment, strings.TrimPrefix(g.name, model.RefEnvironmentParameters))
	}
	return p
}

func isSlot(name string) bool { return name == model.RefSlot || name == model.RefSlotOther }

func (g *gap) where() string {
	if g.more > 0 {
		return fmt.Sprintf("%s and %d more targets", strings.Join(g.targets, ", "), g.more)
	}
	return strings.Join(g.targets, ", ")
}

func (h Header) has(component string) bool {
	for _, item := range h.Items {
		if item.Component == component {
			return true
		}
	}
	return false
}

// modelPaths gives the places of a header's steps in the model's document.
func modelPaths(spec model.Spec, h Header) places {
	return func(list string, item, step int) string {
		switch {
		case list == "checks" && h.Baseline > 0 && step == 0:
			return "spec.baseline"
		case list == "checks" && h.Baseline > 0:
			return fmt.Sprintf("spec.checks.target[%d]", step-1)
		case list == "checks":
			return fmt.Sprintf("spec.checks.target[%d]", step)
		case list == "removal", list == "acceptance" && h.Direction == Remove:
			return fmt.Sprintf("spec.checks.removal[%d]", step)
		case list == "acceptance":
			return fmt.Sprintf("spec.checks.acceptance[%d]", step)
		case list == "health":
			name := h.Health[step].Name
			return fmt.Sprintf("spec.checks.health[%d]", slices.IndexFunc(spec.Checks.Health, func(c model.HealthCheck) bool { return c.Name == name }))
		}
		index := spec.ProcedureFor(h.Items[item].Kind)
		procedure := spec.Procedures[index]
		if list == "remove" && len(procedure.Remove) == 0 {
			list, step = "install", model.Undoable(procedure.Install)[step]
		}
		return fmt.Sprintf("spec.procedures[%d].%s[%d]", index, list, step)
	}
}
