package environment

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"tranship.dev/tranship/internal/practice"
)

// CheckSpec gives what is wrong with an environment beyond its structure.
func CheckSpec(s Spec) []practice.Problem {
	return slices.Concat(checkControl(s), checkLimit(s.Limit), checkParameters(s.Parameters), checkInspection(s.Inspection), practice.Repeated("spec.inspection.acceptedBy", s.Inspection.AcceptedBy), CheckRequirements("spec.baseline", s.Baseline))
}

func checkLimit(l Limit) (problems []practice.Problem) {
	for _, tool := range slices.Sorted(maps.Keys(l.Tools)) {
		if l.Tools[tool] < 1 {
			problems = append(problems, practice.Problem{
				Path: "spec.limit.tools." + tool, Message: fmt.Sprintf("%d is no limit", l.Tools[tool]), Hint: "write 1 or more, or leave it out for any number",
			})
		}
	}
	return problems
}

func checkInspection(i Inspection) []practice.Problem {
	problems := checkWatch(i.Watch)
	if i.Every == 0 || i.Every >= MinInspection && i.Every <= MaxInspection {
		return problems
	}
	return append(problems, practice.Problem{
		Path: "spec.inspection.every", Message: fmt.Sprintf("%s is not between %s and %s", i.Every, MinInspection, MaxInspection),
		Hint: "leave it out for every 15 minutes, or write off: true",
	})
}

func checkControl(s Spec) []practice.Problem {
	foreign := s.Control != "" && s.Control != Own
	switch {
	case foreign && s.Party == "":
		return []practice.Problem{{Path: "spec.party", Message: fmt.Sprintf("is needed where control is %s", s.Control), Hint: "name the controlling party"}}
	case !foreign && s.Party != "":
		return []practice.Problem{{Path: "spec.party", Message: fmt.Sprintf("%q controls nothing where control is own", s.Party), Hint: "set control to vendor or consumer, or leave party out"}}
	}
	return nil
}

// CheckTarget gives what is wrong with a target beyond its structure.
func CheckTarget(s TargetSpec) []practice.Problem {
	var problems []practice.Problem
	add := func(path, message, hint string) {
		problems = append(problems, practice.Problem{Path: path, Message: message, Hint: hint})
	}
	if err := practice.CheckName("agent", s.Agent); s.Agent != "" && err != nil {
		add("spec.agent", fmt.Sprintf("%q is no name of an agent", s.Agent), "use lower case letters, digits, '.', '-' or '_'")
	}
	if strings.ContainsAny(s.Address, " \t\r\n/") {
		add("spec.address", fmt.Sprintf("%q is no host name or IP address", s.Address), "leave out scheme and path")
	}
	return append(problems, checkParameters(s.Parameters)...)
}

func unreferable(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-", r))
}
