package deployment

import (
	"testing"

	"tranship.dev/tranship/internal/practice/plan"
)

// Whoever must answer reads what bringing back does not undo; a long list stays a sentence.
func TestWhatBringingBackDoesNotUndoIsOneSentence(t *testing.T) {
	t.Parallel()
	step := func(name string) plan.Irreversible {
		return plan.Irreversible{Component: "shop", Step: name, What: name + " is gone", Targets: 2}
	}
	for want, list := range map[string][]plan.Irreversible{
		"":                                   nil,
		"does not undo a of shop: a is gone": {step("a")},
		"does not undo a of shop: a is gone, nor b of shop: b is gone, nor c of shop: c is gone, nor 2 more": {step("a"), step("b"), step("c"), step("d"), step("e")},
	} {
		if got := (Deployment{Header: plan.Header{Irreversible: list}}).irretrievable(); got != want {
			t.Errorf("got %q; want %q", got, want)
		}
	}
}
