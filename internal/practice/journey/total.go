package journey

import (
	"time"

	"tranship.dev/tranship/internal/practice"
)

// Total fills the times of the view from its stages. end is when it ends: now,
// or when the journey ended; a way without a journey ends where it last arrived.
func (v View) Total(end time.Time) View {
	for i := range v.Stages {
		if s := &v.Stages[i]; s.Left.IsZero() && i+1 < len(v.Stages) {
			s.Left = v.Stages[i+1].Entered
		}
	}
	if last := len(v.Stages) - 1; v.Journey == nil && last >= 0 && !v.Stages[last].Arrived.IsZero() {
		end = v.Stages[last].Arrived
	}
	var worked practice.Duration
	for i, s := range v.Stages {
		v.Stages[i] = s.Sum(end)
		worked += v.Stages[i].Worked
		if v.Begun.IsZero() || !s.Reached.IsZero() && s.Reached.Before(v.Begun) {
			v.Begun = s.Reached
		}
	}
	if !v.Begun.IsZero() {
		v.Took = practice.Duration(max(0, end.Sub(v.Begun)))
	}
	v.Worked, v.Waited = worked, max(0, v.Took-worked)
	return v
}
