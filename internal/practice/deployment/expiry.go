package deployment

import (
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/plan"
)

// LastBegin gives the moment after which no further step of an order may begin:
// an executor that began it at the last moment, and then took as long as every
// step may take and kept the allowed silence, has come to its end by then.
// steps are those that the order does.
func LastBegin(expires time.Time, steps []plan.Step, silent practice.Duration) time.Time {
	return expires.Add(inAll(steps) + silent.Std())
}

// Grace gives the longest time that may pass between two signs of the order's
// life: its longest step and the allowed silence. 0 when the order has no Until.
func (o Order) Grace() time.Duration {
	if o.Until.IsZero() {
		return 0
	}
	left := o.Steps[min(max(o.From, 0), len(o.Steps)):]
	var longest time.Duration
	for _, s := range left {
		longest = max(longest, s.Longest())
	}
	return longest + max(0, o.Until.Sub(o.Expires)-inAll(left))
}

func inAll(steps []plan.Step) time.Duration {
	var all time.Duration
	for _, s := range steps {
		all += s.Longest()
	}
	return all
}
