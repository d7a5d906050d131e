package cli

import (
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// kinds are the kinds of document, in the order in which they build on each other.
var kinds = []string{"Service", "Product", "Environment", "Target", "Component", "Release", "Model"}

// kindOf reads a kind as people write it: any case, one or many.
func kindOf(text string) (string, error) {
	word := strings.ToLower(text)
	for _, kind := range kinds {
		lower := strings.ToLower(kind)
		if word == lower || word == lower+"s" {
			return kind, nil
		}
	}
	fault := misuse("%q is no kind of document", text)
	best, distance := "", 4
	for _, kind := range kinds {
		if len(word) >= 2 && strings.HasPrefix(strings.ToLower(kind), word) {
			best = kind
			break
		}
		if d := levenshtein.ComputeDistance(strings.TrimSuffix(word, "s"), strings.ToLower(kind)); d < distance {
			best, distance = kind, d
		}
	}
	if best != "" {
		return "", fault.WithHint("did you mean %s?", strings.ToLower(best))
	}
	return "", fault.WithHint("the kinds are %s", strings.ToLower(strings.Join(kinds, ", ")))
}

// kindNames are offered by the shell's completion.
func kindNames() []string {
	names := make([]string, len(kinds))
	for i, kind := range kinds {
		names[i] = strings.ToLower(kind)
	}
	slices.Sort(names)
	return names
}
