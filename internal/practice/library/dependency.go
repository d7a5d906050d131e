package library

import (
	"fmt"
	"strings"

	"github.com/Masterminds/semver/v3"

	"tranship.dev/tranship/internal/practice"
)

// Dependency is another component that a component needs in the same environment.
//
// Its constraints are those of semantic versions: comparisons that a blank or a
// comma joins, and || between alternatives; >=2.1 <3, ^2.1, ~2.1 and 2.x are
// understood. A version with a part behind a hyphen (3.0.0-rc.1) meets only a
// constraint that names such a part itself (>=3.0-0). A version that is not a
// semantic one (build-77) meets only an empty constraint, *, or = and its very text.
type Dependency struct {
	Component string `json:"component" minLength:"1" doc:"The component that is needed."`
	Versions  string `json:"versions,omitempty" doc:"Which versions of it will do, for example >=2.1 <3; by default any. A version that is not a semantic one, like build-77, is named in full: =build-77."`
	When      string `json:"when,omitempty" doc:"For which versions of the component that needs it this holds, for example >=2.0; by default all."`
}

// Holds says whether the dependency holds for a version of the component that has it.
func (d Dependency) Holds(version string) bool { return meets(d.When, version) }

// Satisfied says whether a version of the needed component will do.
func (d Dependency) Satisfied(version string) bool { return meets(d.Versions, version) }

// String gives "db >=2.1 <3", or "db" where any version will do.
func (d Dependency) String() string { return strings.TrimSpace(d.Component + " " + d.Versions) }

// Holding gives those of the dependencies that hold for a version; nil where none does.
func Holding(all []Dependency, version string) []Dependency {
	var held []Dependency
	for _, d := range all {
		if d.Holds(version) {
			held = append(held, d)
		}
	}
	return held
}

// meets says whether a version meets a constraint; a malformed constraint is met by none.
func meets(constraint, version string) bool {
	constraint = strings.TrimSpace(constraint)
	if constraint == "" || constraint == "*" {
		return true
	}
	if exact, found := exactly(constraint); found && exact == version {
		return true
	}
	v, err := semver.NewVersion(version)
	if err != nil {
		return false
	}
	c, err := semver.NewConstraint(constraint)
	return err == nil && c.Check(v)
}

// exactly gives the one version that a constraint of the form =VERSION names.
func exactly(constraint string) (version string, found bool) {
	version, found = strings.CutPrefix(constraint, "=")
	version = strings.TrimSpace(version)
	return version, found && version != "" && !strings.ContainsAny(version, " \t,|<>=!~^*")
}

// checkDependencies gives what is wrong with the constraints of a component.
func checkDependencies(all []Dependency) []practice.Problem {
	var problems []practice.Problem
	for i, d := range all {
		at := fmt.Sprintf("spec.dependsOn[%d]", i)
		for _, c := range []struct{ field, constraint string }{{"versions", d.Versions}, {"when", d.When}} {
			if err := checkConstraint(c.constraint); err != nil {
				problems = append(problems, practice.Problem{
					Path: at + "." + c.field, Message: fmt.Sprintf("%q does not say which versions: %v", c.constraint, err),
					Hint: "write for example >=2.1 <3, ^2.1, or =build-77 for one version that has no such order",
				})
			}
		}
	}
	return problems
}

func checkConstraint(constraint string) error {
	constraint = strings.TrimSpace(constraint)
	if constraint == "" {
		return nil
	}
	if _, found := exactly(constraint); found {
		return nil
	}
	_, err := semver.NewConstraint(constraint)
	return err
}
