package deployment_test

import (
	"testing"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/model"
	"tranship.dev/tranship/internal/practice/plan"
)

// An order's end lies behind everything that its steps may take, and not for
// ever: a host that comes back after days finds it in the past (pain 11).
func TestLastBeginAndGrace(t *testing.T) {
	t.Parallel()
	minute := practice.Duration(time.Minute)
	expires := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	plain := plan.Step{Timeout: 3 * minute}
	tried := plan.Step{Timeout: minute, Attempts: 3, Delay: 5 * practice.Duration(time.Second)} // 3m, and two waits of 1m
	patient := plan.Step{Timeout: minute, Attempts: 2, Delay: 2 * minute}
	watched := plan.Step{Timeout: minute, Attempts: 1, Watch: &model.Watch{For: 30 * minute, Every: minute}}
	for name, c := range map[string]struct {
		steps        []plan.Step
		from         int
		until, grace time.Duration
	}{
		"plain":          {[]plan.Step{plain, plain}, 0, 8 * time.Minute, 5 * time.Minute},
		"retries":        {[]plan.Step{plain, tried}, 0, 10 * time.Minute, 7 * time.Minute},
		"long waits":     {[]plan.Step{patient}, 0, 6 * time.Minute, 6 * time.Minute},
		"watch":          {[]plan.Step{watched, plain}, 0, 36 * time.Minute, 33 * time.Minute},
		"a retry's rest": {[]plan.Step{watched, plain}, 1, 5 * time.Minute, 5 * time.Minute},
	} {
		o := deployment.Order{Steps: c.steps, From: c.from, Expires: expires}
		if o.Grace() != 0 {
			t.Errorf("%s: an order without an end has the grace %s", name, o.Grace())
		}
		o.Until = deployment.LastBegin(expires, c.steps[c.from:], 2*minute)
		if got := o.Until.Sub(expires); got != c.until || o.Grace() != c.grace {
			t.Errorf("%s: ends %s after it expires with grace %s, want %s and %s", name, got, o.Grace(), c.until, c.grace)
		}
	}
}
