package environment

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"tranship.dev/tranship/internal/practice"
)

// CheckRequirements gives what is wrong with requirements beyond their
// structure; path is that of their list ("spec.baseline").
func CheckRequirements(path string, requirements []Requirement) []practice.Problem {
	var problems []practice.Problem
	scripts := map[string][]string{}
	for i, r := range requirements {
		at := fmt.Sprintf("%s[%d]", path, i)
		problems = append(problems, r.check(at)...)
		if other, known := scripts[r.Parameter]; known && len(r.Run) > 0 && !slices.Equal(other, r.Run) {
			problems = append(problems, practice.Problem{Path: at + ".run", Message: r.Parameter + " runs another command above", Hint: "give it another name"})
		}
		if len(r.Run) > 0 {
			scripts[r.Parameter] = r.Run
		}
	}
	return problems
}

func (r Requirement) check(at string) (problems []practice.Problem) {
	add := func(field, hint, format string, args ...any) {
		problems = append(problems, practice.Problem{Path: at + "." + field, Message: fmt.Sprintf(format, args...), Hint: hint})
	}
	if !slices.Contains(operators(), r.Operator) {
		return nil // the structure says so
	}
	p, message, hint := parameterOf(r.Parameter)
	if message != "" {
		add("parameter", hint, "%q %s", r.Parameter, message)
		return problems
	}
	script := p.name == "script."
	switch {
	case script && (len(r.Run) == 0 || strings.TrimSpace(r.Run[0]) == ""):
		add("run", "name the command and its arguments: [java, -version]", "is missing for %s", r.Parameter)
	case !script && len(r.Run) > 0:
		add("run", "name the parameter script.NAME", "is only for scripts, not for %s", r.Parameter)
	}
	if message, hint := r.checkValue(p); message != "" {
		add("value", hint, "%s", message)
	}
	return problems
}

// checkValue says what is wrong with the value for the operator and the parameter.
func (r Requirement) checkValue(p parameter) (message, hint string) {
	ordered := slices.Contains([]Operator{Less, AtMost, More, AtLeast}, r.Operator)
	switch {
	case r.Operator == IsPresent || r.Operator == IsAbsent:
		if r.Value != "" {
			return fmt.Sprintf("%q is not compared with anything by %s", r.Value, r.Operator), "leave it out"
		}
		return "", ""
	case r.Value == "" && r.Operator != Equal && r.Operator != NotEqual, r.Value == "" && p.measure != asAny:
		return "is missing", "say what is needed"
	case r.Operator == Matches:
		if _, err := regexp.Compile(r.Value); err != nil {
			return fmt.Sprintf("%q is no regular expression", r.Value), "see github.com/google/re2/wiki/Syntax"
		}
		return "", ""
	case r.Operator == OfVersion:
		if p.measure != asVersion && p.measure != asAny {
			return r.Parameter + " has no version", "compare it with = or >="
		}
		if _, err := constraint(r.Value); err != nil {
			return fmt.Sprintf("%q does not say which versions", r.Value), `write it like ">=1.2 <2"`
		}
		return "", ""
	case ordered && p.measure == asText:
		return fmt.Sprintf("%s cannot be compared by %s", r.Parameter, r.Operator), "use =, !=, in, not-in or matches"
	}
	values := []string{r.Value}
	if r.Operator == In || r.Operator == NotIn {
		values = list(r.Value)
		if len(values) == 0 {
			return "names nothing", `write a list: "debian, ubuntu"`
		}
	}
	for _, value := range values {
		if message, hint := p.checkOne(value, ordered); message != "" {
			return message, hint
		}
	}
	return "", ""
}

func (p parameter) checkOne(value string, ordered bool) (message, hint string) {
	_, can := p.measure.compare(value, value)
	switch {
	case p.values != nil && !slices.Contains(p.values, value):
		return fmt.Sprintf("%q is never the value of %sNAME", value, p.name), "it is " + strings.Join(p.values, " or ")
	case p.measure == asNumber && !can:
		return fmt.Sprintf("%q is no number", value), "write it like 4"
	case p.measure == asBytes && !can:
		return fmt.Sprintf("%q is no amount", value), "write it like 4GiB or 500MB"
	case ordered && p.measure == asVersion && !can:
		return fmt.Sprintf("%q is no version", value), "write it like 1.2"
	case ordered && !can:
		return fmt.Sprintf("%q cannot be put in an order", value), "write a number, or an amount like 4GiB"
	}
	return "", ""
}

// checkParameters looks at the names of parameters that models refer to.
func checkParameters(parameters map[string]string) (problems []practice.Problem) {
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		if name == "" || strings.ContainsFunc(name, unreferable) {
			problems = append(problems, practice.Problem{
				Path: "spec.parameters", Message: fmt.Sprintf("parameter %q cannot be referred to", name), Hint: "use letters, digits, '.', '-' or '_'",
			})
		}
	}
	return problems
}
