package model

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
)

// Covers says whether the model is meant for the component.
func (a AppliesTo) Covers(c library.Component) bool { return a.Judge(c).Open }

// Judge says whether the model is meant for the component; each part that does
// not fit is a reason.
func (a AppliesTo) Judge(c library.Component) practice.Verdict {
	var reasons []practice.Reason
	misfit := func(format string, args ...any) {
		reasons = append(reasons, practice.Reason{Gate: "model", Message: fmt.Sprintf(format, args...)})
	}
	if len(a.Components) > 0 && !slices.Contains(a.Components, c.Name) {
		misfit("component %s is not one of %s", c.Name, strings.Join(a.Components, ", "))
	}
	if len(a.Kinds) > 0 && !slices.Contains(a.Kinds, c.Spec.Kind) {
		misfit("component %s is %s, not %s", c.Name, c.Spec.Kind, joinKinds(a.Kinds))
	}
	for _, key := range slices.Sorted(maps.Keys(a.Labels)) {
		value, has := c.Labels[key]
		switch {
		case !has:
			misfit("component %s does not carry the label %s=%s", c.Name, key, a.Labels[key])
		case value != a.Labels[key]:
			misfit("component %s carries the label %s=%s, not %s", c.Name, key, value, a.Labels[key])
		}
	}
	if len(reasons) > 0 {
		return practice.Hold(reasons...)
	}
	return practice.Pass()
}

func joinKinds(kinds []library.ComponentKind) string {
	words := make([]string, len(kinds))
	for i, k := range kinds {
		words[i] = string(k)
	}
	return strings.Join(words, " or ")
}
