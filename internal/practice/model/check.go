package model

import (
	"fmt"
	"slices"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
)

// CheckSpec gives what is wrong with a model beyond its structure, in the order of
// the document. Paths begin with "spec". An empty answer means: nothing.
func CheckSpec(m Spec) []practice.Problem {
	var c checker
	c.flow(m.Flow)
	c.procedures(m)
	c.checks(m.Checks)
	c.health(m)
	c.criteria(m)
	return c.problems
}

// checker collects problems.
type checker struct{ problems []practice.Problem }

func (c *checker) add(path, hint, format string, args ...any) {
	c.problems = append(c.problems, practice.Problem{Path: path, Message: fmt.Sprintf(format, args...), Hint: hint})
}

func (c *checker) procedures(m Spec) {
	seen := map[library.ComponentKind]int{}
	for i, p := range m.Procedures {
		path := fmt.Sprintf("spec.procedures[%d]", i)
		if first, twice := seen[p.Kind]; twice {
			c.add(path+".kind", "join them", "there is a procedure for %s already: procedures[%d]", p.Kind, first)
		} else {
			seen[p.Kind] = i
		}
		c.steps(path+".install", p.Install, Apply)
		c.steps(path+".remove", p.Remove, Remove)
		c.steps(path+".remediate", p.Remediate, Apply)
		if len(p.Install) > 0 && !changes(p.Install) {
			c.add(path+".install", "give it a step that applies something", "every step only checks: nothing would be installed")
		}
		if len(p.Remove) > 0 && !changes(p.Remove) {
			c.add(path+".remove", "leave it out to take back the install steps", "every step only checks: nothing would be removed")
		}
		if len(p.Remove) == 0 && len(p.Install) > 0 && changes(p.Install) && len(Undoable(p.Install)) == 0 {
			c.add(path+".remove", "say how it is taken off", "is needed: no install step applies anything that could be taken back")
		}
	}
	for i, kind := range m.AppliesTo.Kinds {
		if _, has := seen[kind]; !has {
			c.add(fmt.Sprintf("spec.appliesTo.kinds[%d]", i), "add a procedure for it", "there is no procedure for %s", kind)
		}
	}
}

func changes(steps []Step) bool {
	return slices.ContainsFunc(steps, func(s Step) bool { return s.Action != Check })
}

func (c *checker) checks(checks Checks) {
	for i, demand := range checks.Component {
		if demand != CheckSigned && demand != CheckOrigin {
			c.add(fmt.Sprintf("spec.checks.component[%d]", i), "known are signed, origin", "%q is not known", demand)
		}
	}
	c.looks("spec.checks.target", checks.Target)
	if len(checks.Acceptance) == 0 {
		c.add("spec.checks.acceptance", "add a check that shows that the component does its work, for example one that uses http",
			"is empty: nothing would show that a deployment was successful")
	}
	c.looks("spec.checks.acceptance", checks.Acceptance)
	c.looks("spec.checks.removal", checks.Removal)
}

// looks checks steps that may only look.
func (c *checker) looks(path string, steps []Step) {
	c.steps(path, steps, Check)
	for i, s := range steps {
		if s.Action != "" && s.Action != Check {
			c.add(fmt.Sprintf("%s[%d].action", path, i), "leave action out, or move the step into a procedure", "a check may not %s", s.Action)
		}
	}
}
