package model

import (
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"

	"tranship.dev/tranship/internal/practice"
)

// The references that a step's texts may hold.
const (
	RefTargetName            = "target.name"
	RefTargetAddress         = "target.address"
	RefTargetLabels          = "target.labels."     // and the label's name
	RefTargetParameters      = "target.parameters." // and the parameter's name
	RefEnvironmentName       = "environment.name"
	RefRelease               = "release"
	RefEnvironmentParameters = "environment.parameters." // and the parameter's name
	RefDeployment            = "deployment"
	RefComponent             = "component"  // the component that the step works on
	RefVersion               = "version"    // its version
	RefDigest                = "digest"     // the digest of its version
	RefVersionOf             = "version."   // and the name of a component of the release
	RefDigestOf              = "digest."    // and the name of a component of the release
	RefSlot                  = "slot"       // where the version goes: one of the strategy's slots
	RefSlotOther             = "slot.other" // the other one
	RefSecret                = "secret."    // and the secret's name; filled in on the target
)

func wholeReferences() []string {
	return []string{RefTargetName, RefTargetAddress, RefEnvironmentName, RefRelease, RefDeployment, RefComponent, RefVersion, RefDigest, RefSlot, RefSlotOther}
}

func openReferences() []string {
	return []string{RefTargetLabels, RefTargetParameters, RefEnvironmentParameters, RefVersionOf, RefDigestOf, RefSecret}
}

// CheckReference refuses a reference that no plan can ever fill, with a
// suggestion where another name is near; Invalid.
func CheckReference(name string) error {
	if slices.Contains(wholeReferences(), name) {
		return nil
	}
	for _, prefix := range openReferences() {
		if rest, found := strings.CutPrefix(name, prefix); found {
			if rest != "" {
				return nil
			}
			return practice.Faultf(practice.Invalid, "reference ${%s} lacks a name after the dot", name)
		}
	}
	unknown := practice.Faultf(practice.Invalid, "reference ${%s} is not known", name)
	if near := nearReference(name); near != "" {
		return unknown.WithHint("did you mean ${%s}?", near)
	}
	return unknown.WithHint("known are ${%s}", strings.Join(append(wholeReferences(), openReferencesNamed()...), "}, ${"))
}

func openReferencesNamed() []string {
	var named []string
	for _, prefix := range openReferences() {
		named = append(named, prefix+"NAME")
	}
	return named
}

// nearReference suggests a known reference; the part after an open prefix is kept.
func nearReference(name string) string {
	candidates := wholeReferences()
	parts := strings.Split(name, ".")
	for _, prefix := range openReferences() {
		dots := strings.Count(prefix, ".")
		if len(parts) > dots {
			candidates = append(candidates, prefix+strings.Join(parts[dots:], "."))
		}
	}
	return Nearest(name, candidates)
}

// Nearest gives the candidate that name is most likely a misspelling of, or ""
// when none is near: at most a third of its letters differ.
func Nearest(name string, candidates []string) string {
	best, least := "", max(1, len(name)/3)+1
	for _, candidate := range candidates {
		if d := levenshtein.ComputeDistance(name, candidate); d < least {
			best, least = candidate, d
		}
	}
	return best
}
