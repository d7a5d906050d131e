package cli

import (
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"

	"tranship.dev/tranship/internal/practice"
)

// kinds gives the kinds of document, in the order in which they build on each other.
func kinds() []string {
	var list []string
	for _, kind := range practice.Kinds() {
		list = append(list, string(kind))
	}
	return list
}

// kindOf reads a kind as people write it: any case, one or many, with or without
// a dash between its words.
func kindOf(text string) (string, error) {
	word := strings.ReplaceAll(strings.ToLower(text), "-", "")
	for _, kind := range kinds() {
		lower := strings.ToLower(kind)
		if word == lower || word == lower+"s" || word == strings.TrimSuffix(lower, "y")+"ies" {
			return kind, nil
		}
	}
	fault := misuse("%q is no kind of document", text)
	best, distance := "", 4
	for _, kind := range kinds() {
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
	return "", fault.WithHint("the kinds are %s", strings.ToLower(strings.Join(kinds(), ", ")))
}

// kindNames are offered by the shell's completion.
func kindNames() []string {
	var names []string
	for _, kind := range kinds() {
		names = append(names, strings.ToLower(kind))
	}
	slices.Sort(names)
	return names
}
