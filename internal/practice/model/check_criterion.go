package model

import (
	"fmt"
	"slices"
	"strings"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
)

// baselineCheck is the name of the check of what an environment requires of its targets.
const baselineCheck = "baseline"

// criteria checks that each criterion has a place, and exactly one way in which it is judged.
func (c *checker) criteria(m Spec) {
	seen := map[string]int{}
	for i, k := range m.Criteria {
		at := fmt.Sprintf("spec.criteria[%d]", i)
		if first, twice := seen[k.Name]; twice {
			c.add(at+".name", "give each criterion a name of its own", "%s is the name of criteria[%d] already", k.Name, first)
		} else {
			seen[k.Name] = i
		}
		if err := practice.CheckName("criterion", k.Name); err != nil {
			c.fault(at+".name", err)
		}
		c.criterionPlace(at, k)
		c.criterionJudge(at, k, m.Checks)
		c.problems = append(c.problems, practice.Repeated(at+".for", k.For)...)
		for j, way := range k.For {
			if way != forInstall && way != forRemove {
				c.add(fmt.Sprintf("%s.for[%d]", at, j), "write install or remove", "%q is nothing that criteria are for", way)
			}
		}
		for j, name := range k.Environments {
			if m.StageFor(name) < 0 {
				c.add(fmt.Sprintf("%s.environments[%d]", at, j), "add it to the flow, or leave it out", "environment %s is not in the flow", name)
			}
		}
	}
}

func (c *checker) criterionPlace(at string, k Criterion) {
	switch {
	case k.Kind == AcceptanceCriterion && k.Stage != "":
		c.add(at+".stage", "leave it out, or make it an exit criterion of that stage", "an acceptance criterion is of the whole deployment")
	case k.Kind != AcceptanceCriterion && k.Stage == "":
		c.add(at+".stage", "name verify-components, verify-targets, execute or accept", "is needed: which stage is entered or left?")
	}
	switch {
	case k.Wave < 0:
		c.add(at+".wave", "waves are counted from 1", "%d is less than 1", k.Wave)
	case k.Wave > 0 && k.Stage != ExecuteWave:
		c.add(at+".wave", "leave it out", "only execute has waves")
	}
}

func (c *checker) criterionJudge(at string, k Criterion, checks Checks) {
	ways := 0
	for _, is := range []bool{k.Question != "", k.Evidence != nil, k.Check != "", k.Bound != nil} {
		if is {
			ways++
		}
	}
	switch {
	case ways == 0:
		c.add(at, "give question, evidence, check or bound", "does not say how it is judged")
	case ways > 1:
		c.add(at, "make a criterion of each", "is judged in %d ways", ways)
	}
	if k.Group != "" && k.Question == "" {
		c.add(at+".group", "leave it out, or ask a question", "nobody is asked")
	}
	if k.Within != 0 && k.Question == "" && k.Evidence == nil {
		c.add(at+".within", "leave it out", "only a question and evidence are waited for")
	}
	if k.Within < 0 {
		c.add(at+".within", "", "%s is less than 0", k.Within)
	}
	if k.Question != "" && strings.TrimSpace(k.Question) == "" {
		c.add(at+".question", "say what is to be confirmed", "is empty")
	}
	if k.Evidence != nil {
		for _, p := range library.CheckThresholds(at+".evidence", []library.Threshold{*k.Evidence}) {
			p.Path = strings.Replace(p.Path, ".evidence[0]", ".evidence", 1)
			c.problems = append(c.problems, p)
		}
	}
	if k.Bound != nil {
		c.criterionBound(at+".bound", k)
	}
	if k.Check != "" && k.HoldsFor(forInstall) {
		c.criterionCheck(at+".check", k, checks)
	}
	if k.Check != "" && k.HoldsFor(forRemove) {
		c.removalCheck(at+".check", k, checks)
	}
}

func (c *checker) criterionBound(at string, k Criterion) {
	c.bound(at+".max", &k.Bound.Max)
	if k.Stage == VerifyComponents || k.Stage == VerifyTargets && k.Kind == EntryCriterion {
		c.add(at, "put it on a later stage", "nothing was done by then: it would always hold")
	}
}

// criterionCheck: a check is made in one place, so its criterion stands there.
func (c *checker) criterionCheck(at string, k Criterion, checks Checks) {
	ofTargets, after := k.checkedAt()
	switch {
	case ofTargets && (k.Check == baselineCheck || hasStep(checks.Target, k.Check)), after && hasStep(checks.Acceptance, k.Check):
	case hasStep(checks.Target, k.Check) || k.Check == baselineCheck:
		c.add(at, "make it an exit criterion of verify-targets", "%s is a check of targets before they change", k.Check)
	case hasStep(checks.Acceptance, k.Check):
		c.add(at, "make it an acceptance criterion, or an exit criterion of execute or accept", "%s is a check of targets after they changed", k.Check)
	default:
		c.add(at, "name a check of spec.checks.target or spec.checks.acceptance, or baseline", "there is no check %s", k.Check)
	}
}

// checkedAt says whether the criterion stands where the checks of targets are
// made before they change, or where those are that are made after it.
func (k Criterion) checkedAt() (ofTargets, after bool) {
	return k.Kind == ExitCriterion && k.Stage == VerifyTargets,
		k.Kind == AcceptanceCriterion || k.Kind == ExitCriterion && (k.Stage == ExecuteWave || k.Stage == AcceptChange)
}

func hasStep(steps []Step, name string) bool {
	return slices.ContainsFunc(steps, func(s Step) bool { return s.Name == name })
}

// removalCheck: after a removal other checks are made than after an installation.
func (c *checker) removalCheck(at string, k Criterion, checks Checks) {
	ofTargets, after := k.checkedAt()
	switch {
	case k.Check == baselineCheck:
		c.add(at, "leave remove out of for", "a removal does not look at what the environment requires")
	case ofTargets && hasStep(checks.Target, k.Check), after && hasStep(checks.Removal, k.Check):
	case after:
		c.add(at, "name a check of spec.checks.removal, or make a criterion of each", "there is no check %s after a removal", k.Check)
	default:
		c.add(at, "make it an acceptance criterion, or an exit criterion of execute or accept", "%s is no check of targets before something is taken off", k.Check)
	}
}
