package approval

import (
	"fmt"

	"tranship.dev/tranship/internal/practice"
)

// CheckPolicy gives what is wrong with a policy beyond its structure.
func CheckPolicy(s PolicySpec) []practice.Problem {
	var problems []practice.Problem
	add := func(path, message, hint string) {
		problems = append(problems, practice.Problem{Path: path, Message: message, Hint: hint})
	}
	if len(s.Needs) == 0 && (s.Change == "" || s.Change == ChangeFree) && s.Emergency == nil {
		add("spec.needs", "is missing: the policy demands nothing", "say who must approve, or demand a change")
	}
	problems = append(problems, checkNeeds("spec.needs", s.Needs)...)
	if s.Emergency != nil {
		problems = append(problems, checkNeeds("spec.emergency.needs", s.Emergency.Needs)...)
	}
	switch {
	case s.EscalateTo == "" && s.EscalateAfter > 0:
		add("spec.escalateTo", "is needed where escalateAfter is given", "name the group that is told then")
	case s.EscalateTo != "" && s.EscalateAfter == 0:
		add("spec.escalateAfter", "is needed where escalateTo is given", "say how long to wait, for example 8h")
	}
	if 0 < s.RemindAfter && s.RemindAfter < shortest {
		add("spec.remindAfter", fmt.Sprintf("%s is less than %s", s.RemindAfter, shortest), "people need time to answer")
	}
	if 0 < s.Expires && s.Expires < shortest {
		add("spec.expires", fmt.Sprintf("%s is less than %s", s.Expires, shortest), "nothing could start before it lapses")
	}
	return append(problems, s.AppliesTo.repeated()...)
}

// shortest is the least time that makes sense for people: a minute.
const shortest = practice.Duration(60_000_000_000)

func checkNeeds(path string, needs []Need) []practice.Problem {
	var groups []string
	for _, n := range needs {
		groups = append(groups, n.Group)
	}
	problems := practice.Repeated(path, groups)
	for i := range problems {
		problems[i].Path += ".group"
		problems[i].Hint = "raise its count instead"
	}
	return problems
}

func (t AppliesTo) repeated() []practice.Problem {
	var problems []practice.Problem
	problems = append(problems, practice.Repeated("spec.appliesTo.environments", t.Environments)...)
	problems = append(problems, practice.Repeated("spec.appliesTo.components", t.Components)...)
	problems = append(problems, practice.Repeated("spec.appliesTo.kinds", t.Kinds)...)
	problems = append(problems, practice.Repeated("spec.appliesTo.models", t.Models)...)
	problems = append(problems, practice.Repeated("spec.appliesTo.classes", t.Classes)...)
	problems = append(problems, practice.Repeated("spec.appliesTo.urgencies", t.Urgencies)...)
	problems = append(problems, practice.Repeated("spec.appliesTo.directions", t.Directions)...)
	return append(problems, practice.Repeated("spec.appliesTo.risks", t.Risks)...)
}
