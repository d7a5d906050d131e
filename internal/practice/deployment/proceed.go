package deployment

import "fmt"

// Proceed says what an executor is told about a report, after Decide: d and row
// are as they were committed. An empty answer means go on (after OrderBegun:
// begin), any other says why the executor must stop: not begin, or end between
// two steps. The same report may be asked about again at any time.
func Proceed(d Deployment, row Target, r Report) string {
	switch {
	case r.final():
		return ""
	case r.Deployment != d.ID || !row.fenced(r):
		return fmt.Sprintf("order %s is not the present one of target %s (attempt %d of stage %d)", r.Order, r.Target, row.Attempt, row.Stage)
	case d.State == Closed || d.State == Cancelling:
		return fmt.Sprintf("deployment %s is %s", d.ID, d.State)
	case row.begun() && d.Stage.Halting && row.Stage == d.Stage.Number:
		return fmt.Sprintf("deployment %s stops between two steps: %s", d.ID, d.Halt)
	case row.State == Running:
		return ""
	case row.State != TargetUnknown || r.Kind == OrderBegun || !row.begun():
		return fmt.Sprintf("target %s is %s: %s", row.Name, row.State, row.Message)
	case Belongs(d.Stage, row):
		return fmt.Sprintf("target %s was unknown for too long, and is about to get a new order", row.Name)
	default:
		return "" // it was silent, and finishes what it began: its outcome will be known
	}
}
