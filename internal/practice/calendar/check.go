package calendar

import (
	"fmt"
	"strings"

	"tranship.dev/tranship/internal/practice"
)

// CheckWindow gives what is wrong with a window beyond its structure.
func CheckWindow(s WindowSpec, zones Zones) []practice.Problem {
	_, problems := NewSchedule(s.When, zones, "spec.when")
	return append(problems, checkReach(s.AppliesTo)...)
}

// CheckFreeze gives what is wrong with a freeze beyond its structure.
func CheckFreeze(s FreezeSpec, zones Zones) []practice.Problem {
	_, problems := NewSchedule(s.When, zones, "spec.when")
	problems = append(problems, checkReach(s.AppliesTo)...)
	problems = append(problems, filled("spec.allows.models", s.Allows.Models)...)
	problems = append(problems, filled("spec.allows.urgencies", s.Allows.Urgencies)...)
	problems = append(problems, filled("spec.allows.classes", s.Allows.Classes)...)
	return append(problems, filled("spec.waiver.groups", s.Waiver.Groups)...)
}

// CheckBooking gives what is wrong with a booking beyond its structure.
func CheckBooking(s BookingSpec, zones Zones) []practice.Problem {
	_, problems := NewSchedule(s.When, zones, "spec.when")
	return problems
}

func checkReach(r Reach) []practice.Problem {
	var problems []practice.Problem
	for _, list := range []struct {
		name  string
		names []string
	}{
		{"environments", r.Environments}, {"services", r.Services}, {"components", r.Components}, {"kinds", r.Kinds},
		{"targets", r.Targets}, {"labels", r.Labels}, {"suppliers", r.Suppliers}, {"models", r.Models},
	} {
		problems = append(problems, filled("spec.appliesTo."+list.name, list.names)...)
	}
	for i, label := range r.Labels {
		if name, _, found := strings.Cut(label, "="); label != "" && (!found || name == "") {
			problems = append(problems, practice.Problem{Path: fmt.Sprintf("spec.appliesTo.labels[%d]", i), Message: fmt.Sprintf("%q is not like name=value", label)})
		}
	}
	return problems
}

// filled refuses empty words: they would reach nothing.
func filled(path string, list []string) []practice.Problem {
	var problems []practice.Problem
	for i, word := range list {
		if strings.TrimSpace(word) == "" {
			problems = append(problems, practice.Problem{Path: fmt.Sprintf("%s[%d]", path, i), Message: "is empty"})
		}
	}
	return problems
}
