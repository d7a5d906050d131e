package document

import (
	"slices"
	"testing"

	"tranship.dev/tranship/internal/practice"
)

// TestEveryKindIsListed: a kind that is read but not listed has no schema.
func TestEveryKindIsListed(t *testing.T) {
	t.Parallel()
	for name := range kinds() {
		if !slices.Contains(practice.Kinds(), name) {
			t.Errorf("kind %s is not listed", name)
		}
	}
	if len(kinds()) != len(practice.Kinds()) {
		t.Errorf("%d kinds are known, %d are listed", len(kinds()), len(practice.Kinds()))
	}
}
