package deployment

import (
	"fmt"
	"strings"
)

// Left is what a deployment left on a target.
type Left string

// What may be left. As long as nothing was changed, it is old.
const (
	LeftOld     Left = "old"      // what was there before
	LeftNew     Left = "new"      // what the plan says
	LeftHalf    Left = "half-way" // the change failed, or was stopped or interrupted in the middle
	LeftUnknown Left = "unknown"  // nobody can tell
)

// Extent is how much an order that was stopped has done of its change.
type Extent string

// The extents.
const (
	DidNothing Extent = "nothing" // no step that changes anything was tried
	DidPart    Extent = "part"    // some steps were done, or one was ended in the middle
	DidAll     Extent = "all"     // nothing but checks was left to do
)

// Where counts targets by what is left on them; the others have what was before.
type Where struct {
	New     int `json:"new,omitempty"`
	HalfWay int `json:"halfWay,omitempty"`
	Unknown int `json:"unknown,omitempty"`
}

// Count gives the counts after a row moved.
func (w Where) Count(before, after Target) Where {
	w.New += step(before.Left == LeftNew, after.Left == LeftNew)
	w.HalfWay += step(before.Left == LeftHalf, after.Left == LeftHalf)
	w.Unknown += step(before.Left == LeftUnknown, after.Left == LeftUnknown)
	return w
}

// words says what is left on how many of all targets.
func (w Where) words(all int, count func(int) string) string {
	parts := []string{fmt.Sprintf("%d new", w.New), fmt.Sprintf("%d old", all-w.New-w.HalfWay-w.Unknown)}
	if w.HalfWay > 0 {
		parts = append(parts, fmt.Sprintf("%d half-way", w.HalfWay))
	}
	if w.Unknown > 0 {
		parts = append(parts, fmt.Sprintf("%d unknown", w.Unknown))
	}
	return fmt.Sprintf("of %s %s", count(all), strings.Join(parts, ", "))
}

// leaves gives the row with what its ended order left on the target. A target on
// which no order ever did anything is not touched.
func (t Target) leaves(did Extent) Target {
	if !t.changes() || !t.begun() {
		return t
	}
	whole := LeftNew
	if t.Phase == Remediate {
		whole = LeftOld
	}
	switch {
	case did == DidNothing:
		t.Left = t.Found
		t.Touched = t.Left != LeftOld || t.Executed || t.Remediated
	case t.State == TargetDone, did == DidAll:
		t.Left = whole
	case t.State == TargetUnknown:
		t.Left = LeftUnknown
	default:
		t.Left = LeftHalf
	}
	return t
}

// did gives how much the order of a final report has done, as far as it says so.
func (r Report) did() Extent {
	if r.Kind == OrderRefused {
		return DidNothing
	}
	if r.Kind == OrderEnded && r.Outcome == OutcomeStop {
		return r.Did
	}
	return ""
}
