package deployment

import (
	"fmt"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// The gates at which deployments wait for each other: when one is over, the
// others are asked again.
const (
	GateQueue    = "queue"            // no free place to run
	GateAlone    = "other deployment" // another of the same component changes the environment
	GateConflict = "conflict"         // another that is planned or running touches the same
)

// Rank gives the order in which deployments start where not all can: the lower
// first; of two with the same rank the one that was asked for first.
func (d Deployment) Rank() int64 {
	rank := int64(d.Priority)
	switch d.Urgency {
	case practice.Emergency:
		rank += 2000
	case practice.Urgent:
		rank += 1000
	case practice.Normal:
	}
	return -rank
}

// Line is where a deployment stands in the line of those that want to run.
type Line int

// The places.
const (
	HasBegun  Line = -1 // it has begun
	OutOfLine Line = 0  // it is requested or closed
	InLine    Line = 1  // it is planned, authorised or scheduled
	Behind    Line = 2  // it waits for others, maybe for more
	Next      Line = 3  // it waits for nothing but a free place
)

// Line gives where d stands.
func (d Deployment) Line() Line {
	switch {
	case d.Begun():
		return HasBegun
	case d.State == Requested || d.State == Closed:
		return OutOfLine
	case d.State == Planned || d.Waiting.Open:
		return InLine
	}
	only, others := true, false
	for _, r := range d.Waiting.Reasons {
		others = others || r.Gate == GateQueue || r.Gate == GateAlone || r.Gate == GateConflict
		only = only && r.Gate == GateQueue
	}
	switch {
	case only && others:
		return Next
	case others:
		return Behind
	}
	return InLine
}

// Time gives when the deployment runs, as far as that is known: since it began,
// or from its planned start for as long as it is held to take. Zero: it is not
// planned for any time.
func (d Deployment) Time() practice.Window {
	length := d.Estimate.Std()
	if length <= 0 {
		length = DefaultEstimate
	}
	switch {
	case !d.Ended.IsZero():
		return practice.Window{Start: d.Started, End: d.Ended} // zero start: it never ran
	case !d.Started.IsZero():
		end := d.Started.Add(length)
		if !d.MustEnd.IsZero() && d.MustEnd.Before(end) {
			end = d.MustEnd
		}
		return practice.Window{Start: d.Started, End: end}
	case d.Begun():
		return practice.Window{Start: d.Since, End: d.Since.Add(length)}
	case !d.StartAfter.IsZero():
		return practice.Window{Start: d.StartAfter, End: d.StartAfter.Add(length)}
	case !d.Window.Start.IsZero():
		return practice.Window{Start: d.Window.Start, End: d.Window.Start.Add(length)}
	}
	return practice.Window{}
}

// DefaultEstimate is how long a deployment is held to take of which nothing is known.
const DefaultEstimate = time.Hour

// Late says how much later than planned the deployment began and ended, in
// words; empty where nothing was planned or nothing happened yet.
func (d Deployment) Late() (start, end string) {
	if d.Baseline.Start.IsZero() {
		return "", ""
	}
	return late(d.Baseline.Start, d.Started), late(d.Baseline.End, d.Ended)
}

func late(planned, actual time.Time) string {
	if planned.IsZero() || actual.IsZero() {
		return ""
	}
	by := actual.Sub(planned).Round(time.Second)
	switch {
	case by >= time.Minute:
		return fmt.Sprintf("%s late", by)
	case by <= -time.Minute:
		return fmt.Sprintf("%s early", -by)
	}
	return "on time"
}

// Queue finds deployments by their place in the line and by their time.
type Queue interface {
	// BegunDeployments lists those that have begun, the oldest request first; page.After is an id.
	BegunDeployments(page practice.Page) ([]Deployment, error)
	// Backlog lists those that are planned, authorised or scheduled, in the order of
	// Rank; environment "" means all. page.After is a BacklogKey.
	Backlog(environment string, page practice.Page) ([]Deployment, error)
	// WaitingInLine lists those that wait for others (Behind and Next), in the order of Rank.
	WaitingInLine(limit int) ([]Deployment, error)
	// OpenBetween lists those that are not closed and whose Time shares a moment with
	// the span, the earliest first, at most limit.
	OpenBetween(from, to time.Time, limit int) ([]Deployment, error)
	// RanBetween lists those that are closed and ran within a span, the earliest
	// first, at most limit. One that ran for more than 31 days may be missed.
	RanBetween(from, to time.Time, limit int) ([]Deployment, error)
	// Arrived and Completed count those that were asked for, and closed as succeeded
	// or otherwise, from one moment until before another.
	Arrived(from, to time.Time) (int, error)
	Completed(from, to time.Time) (int, error)
}

// BacklogKey is what the page after d begins after.
func BacklogKey(d Deployment) string { return fmt.Sprintf("%d/%s", d.Rank(), d.ID) }
