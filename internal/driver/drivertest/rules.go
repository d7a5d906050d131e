package drivertest

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/practice"
)

func refuses(t *testing.T, subject Subject) {
	for field, with := range subject.Bad {
		t.Run(field, func(t *testing.T) {
			t.Parallel()
			tr := begin(t, subject)
			s := tr.one
			s.With = with
			_, inspect := tr.Driver.Inspect(t.Context(), s)
			for call, err := range map[string]error{
				"inspect": inspect,
				"apply":   tr.Driver.Apply(t.Context(), s, &Output{}),
				"remove":  tr.Driver.Remove(t.Context(), s, &Output{}),
			} {
				var fault *practice.Error
				if !errors.As(err, &fault) || fault.Code != practice.Invalid || !fault.Terminal || !strings.Contains(err.Error(), "with."+field) {
					t.Errorf("%s of %v: want a terminal invalid error that names with.%s, got %v", call, with, field, err)
				}
			}
			tr.gone("after refusal")
		})
	}
	t.Run("unknown", func(t *testing.T) {
		t.Parallel()
		tr := begin(t, subject)
		s := tr.one
		s.With = maps.Clone(s.With)
		s.With["nobodyKnowsThis"] = true
		if err := tr.Driver.Apply(t.Context(), s, &Output{}); practice.CodeOf(err) != practice.Invalid || !strings.Contains(err.Error(), "with.nobodyKnowsThis") {
			t.Errorf("want an error that names the unknown input, got %v", err)
		}
	})
}

func appliesOnce(t *trial) {
	t.apply(t.one)
	before := t.trace()
	t.apply(t.one)
	if after := t.trace(); after != before {
		t.Errorf("the second apply changed something\nbefore:\n%s\nafter:\n%s", before, after)
	}
}

func tellsTheTruth(t *trial) {
	t.look("before", t.one, false, false, "")
	t.apply(t.one)
	t.look("after apply", t.one, true, true, t.one.Version)
	t.look("after apply of another version", t.two, true, false, t.one.Version)
	t.apply(t.two)
	t.look("after upgrade", t.two, true, true, t.two.Version)
	t.look("after upgrade", t.one, true, false, t.two.Version)
	t.apply(t.one)
	t.look("after going back", t.one, true, true, t.one.Version)
	t.remove()
	t.look("after remove", t.one, false, false, "")
}

func onlyLooks(t *trial) {
	t.look("before", t.one, false, false, "")
	t.gone("after looking at nothing")
	t.apply(t.one)
	before := t.trace()
	t.look("after apply", t.one, true, true, t.one.Version)
	if after := t.trace(); after != before {
		t.Errorf("inspect changed something\nbefore:\n%s\nafter:\n%s", before, after)
	}
}

func leavesNothing(t *trial) {
	t.remove()
	t.gone("after removing nothing")
	t.apply(t.one)
	t.apply(t.two)
	t.remove()
	t.gone("after remove")
	t.remove()
	t.gone("after the second remove")
	t.apply(t.two)
	t.look("applied again", t.two, true, true, t.two.Version)
}

func repairs(t *trial) {
	if t.Alter == nil {
		t.Skip("nothing of it can be altered from outside")
	}
	t.apply(t.one)
	t.Alter(t.T, t.one)
	f, err := t.Driver.Inspect(t.Context(), t.one)
	if err != nil || f.Matches || f.Detail == "" {
		t.Errorf("altered from outside: inspect says %+v, %v", f, err)
	}
	t.apply(t.one)
	t.look("after repair", t.one, true, true, t.one.Version)
	t.Alter(t.T, t.one)
	t.remove()
	t.gone("after alteration and remove")
}

// promptly is how long a call may go on after its context has ended.
const promptly = 5 * time.Second

func stops(t *trial) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := t.Driver.Apply(ended, t.one, &Output{}); !errors.Is(err, context.Canceled) {
		t.Errorf("apply under an ended context: %v", err)
	}
	t.look("after that", t.one, false, false, "")
	if t.Slow == nil {
		return
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	slow := t.Slow(t.T, t.one)
	var cancelled time.Time
	err := t.Driver.Apply(ctx, slow, &Output{on: func() { cancelled = time.Now(); cancel() }})
	if !errors.Is(err, context.Canceled) || time.Since(cancelled) > promptly {
		t.Errorf("cancelled apply: %v after %s", err, time.Since(cancelled))
	}
	if t.Left != nil {
		if left := t.Left(t.T, t.one); len(left) > 0 {
			t.Errorf("cancelled apply left %v", left)
		}
	}
	t.apply(t.one)
	t.look("applied after cancellation", t.one, true, true, t.one.Version)
}
