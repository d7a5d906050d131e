package library

import (
	"fmt"
	"slices"

	"tranship.dev/tranship/internal/practice"
)

// CheckComponent gives what is wrong with a component beyond its structure.
func CheckComponent(s ComponentSpec) []practice.Problem {
	var problems []practice.Problem
	if s.Signature.Required && len(s.Signature.Publishers) == 0 {
		problems = append(problems, practice.Problem{
			Path:    "spec.signature.publishers",
			Message: "is needed where a signature is required",
			Hint:    "name the publisher's public key; tranship key create makes one",
		})
	}
	for i, key := range s.Signature.Publishers {
		path := fmt.Sprintf("spec.signature.publishers[%d]", i)
		if _, err := key.Decode(); err != nil {
			problems = append(problems, practice.Problem{Path: path, Message: err.Error(), Hint: "tranship key create makes one"})
		} else if first := slices.Index(s.Signature.Publishers, key); first < i {
			problems = append(problems, practice.Problem{Path: path, Message: fmt.Sprintf("is the same key as publishers[%d]", first)})
		}
	}
	return append(problems, checkDependencies(s.DependsOn)...)
}

// CheckRelease gives what is wrong with a release beyond its structure.
func CheckRelease(s ReleaseSpec) []practice.Problem {
	if len(s.Items) == 0 {
		return []practice.Problem{{Path: "spec.items", Message: "is empty", Hint: "name at least one component version"}}
	}
	var problems []practice.Problem
	first := map[string]int{}
	for i, item := range s.Items {
		if j, twice := first[item.Component]; twice {
			problems = append(problems, practice.Problem{
				Path:    fmt.Sprintf("spec.items[%d].component", i),
				Message: fmt.Sprintf("%s is in the release already: items[%d] has version %s", item.Component, j, s.Items[j].Version),
			})
			continue
		}
		first[item.Component] = i
	}
	return problems
}
