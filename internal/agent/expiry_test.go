package agent_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tranship.dev/tranship/internal/agent"
	"tranship.dev/tranship/internal/driver"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/model"
	"tranship.dev/tranship/internal/practice/plan"
)

// issueUntil offers an order that ends as the server's orders do.
func issueUntil(s *fakeServer, steps ...plan.Step) deployment.Order {
	o, e := s.order("web", steps, func(o *deployment.Order) {
		o.Expires = o.IssuedAt.Add(2 * time.Minute)
		o.Until = deployment.LastBegin(o.Expires, steps, practice.Duration(2*time.Minute))
	})
	s.offer(o.ID, e)
	return o
}

// TestPain11HostThatComesBackAfterDays: a host is switched off in the middle of
// an order and comes back after days. The interrupted step is looked at, and
// nothing is executed, whatever the server would say and whoever is away.
func TestPain11HostThatComesBackAfterDays(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		doubt   model.OnDoubt
		found   bool
		steps   int
		told    string
		message string
	}{
		"done":     {model.Probe, true, 3, "begun step:0 step-end:0=done ended=stopped", "1 of 3 steps were done"},
		"all done": {model.Probe, true, 1, "begun step:0 step-end:0=done ended=done", ""},
		"undone":   {model.Probe, false, 3, "begun step:0 ended=stopped", "0 of 3 steps were done"},
		"repeat":   {model.Repeat, false, 3, "begun step:0 ended=stopped", "0 of 3 steps were done"},
		"unknown":  {model.Ask, false, 3, "begun step:0 step-end:0=unknown ended=unknown", "0 of 3 steps were done; the agent was stopped in the middle"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			world(t, func(t *testing.T, s *fakeServer, d *fakeDriver, j *agent.MemoryJournal) {
				d.apply = func(ctx context.Context, _ driver.Step, _ driver.Progress) error { <-ctx.Done(); return ctx.Err() }
				d.inspect = func(driver.Step) (driver.Finding, error) {
					return driver.Finding{Present: c.found, Matches: c.found}, nil
				}
				one := step("one")
				one.OnDoubt = c.doubt
				stop := start(t, s, d, j, nil)
				o := issueUntil(s, append([]plan.Step{one}, step("two"), step("three"))[:c.steps]...)
				pass(time.Second)
				stop()
				s.setDown(true)
				pass(72 * time.Hour)
				defer start(t, s, d, j, nil)()
				pass(time.Hour)
				if d.count() != 1 {
					t.Fatalf("%d attempts while the server was away, want the first only", d.count())
				}
				s.setDown(false)
				pass(time.Minute)
				want(t, s, o.ID, c.told)
				r := s.last(o.ID)
				if d.count() != 1 || !strings.Contains(r.Message, c.message) || c.message != "" && !strings.Contains(r.Message, "the order expired at "+o.Until.Format(time.RFC3339)) {
					t.Errorf("%d attempts; message %q, want %q", d.count(), r.Message, c.message)
				}
			})
		})
	}
}

// Between two signs of life of a running order never lies more than its grace.
// After more, an agent waits for the server's word before it goes on (pain 11).
func TestPain11AfterALongAbsenceTheServerDecides(t *testing.T) {
	t.Parallel()
	for name, proceed := range map[string]bool{"go on": true, "stop": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			world(t, func(t *testing.T, s *fakeServer, d *fakeDriver, j *agent.MemoryJournal) {
				first := true
				d.apply = func(ctx context.Context, _ driver.Step, _ driver.Progress) error {
					if first {
						first = false
						<-ctx.Done()
						return ctx.Err()
					}
					return nil
				}
				one := step("one")
				one.OnDoubt = model.Probe
				stop := start(t, s, d, j, nil)
				long := step("long")
				long.Attempts = 5 // puts Until far off: 1m, 9m and 2m after it expires
				o := issueUntil(s, one, long, long)
				pass(time.Second)
				stop()
				s.setDown(true)
				pass(12 * time.Minute) // its grace is 11m
				defer start(t, s, d, j, nil)()
				pass(5 * time.Minute)
				if d.count() != 1 {
					t.Fatalf("%d attempts before the server said anything, want the first only", d.count())
				}
				s.mu.Lock()
				s.answer = func(deployment.Report) deployment.Answer {
					return deployment.Answer{Stored: true, Proceed: proceed, Message: "target web was given up"}
				}
				s.mu.Unlock()
				s.setDown(false)
				pass(time.Minute)
				if proceed {
					want(t, s, o.ID, "begun step:0 step-end:0=done step:1 step-end:1=done step:2 step-end:2=done ended=done")
					return
				}
				want(t, s, o.ID, "begun step:0 ended=stopped")
				if r := s.last(o.ID); d.count() != 1 || r.Message != "the server said stop: target web was given up" {
					t.Errorf("%d attempts, message %q", d.count(), r.Message)
				}
			})
		})
	}
}

// A short absence of the agent changes nothing, even when the server is away.
func TestShortAbsenceGoesOnWithoutServer(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *fakeServer, d *fakeDriver, j *agent.MemoryJournal) {
		d.apply = func(ctx context.Context, _ driver.Step, _ driver.Progress) error {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(10 * time.Second):
				return nil
			}
		}
		one := step("one")
		one.OnDoubt = model.Repeat
		stop := start(t, s, d, j, nil)
		o := issueUntil(s, one, step("two"))
		pass(time.Second)
		stop()
		s.setDown(true)
		pass(time.Minute)
		defer start(t, s, d, j, nil)()
		pass(time.Minute)
		if d.count() != 3 {
			t.Errorf("%d attempts without the server, want 3", d.count())
		}
		s.setDown(false)
		pass(time.Minute)
		want(t, s, o.ID, "begun step:0 step-end:0=done step:1 step-end:1=done ended=done")
	})
}

// sleeper is the clock of a host that sleeps: its time of day leaps.
type sleeper struct{ slept atomic.Int64 }

func (c *sleeper) Now() time.Time { return time.Now().Add(time.Duration(c.slept.Load())) }

// TestPain11HostThatWakesUp: a machine is put to sleep while an order is carried
// out, and wakes up days later. The process lives on and knows nothing of it.
func TestPain11HostThatWakesUp(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *fakeServer, d *fakeDriver, j *agent.MemoryJournal) {
		clock := &sleeper{}
		d.apply = func(context.Context, driver.Step, driver.Progress) error {
			s.setDown(true)
			clock.slept.Store(int64(72 * time.Hour))
			return nil
		}
		defer start(t, s, d, j, func(o *agent.Options) { o.Clock = clock })()
		o := issueUntil(s, step("one"), step("two"))
		pass(time.Minute)
		s.mu.Lock()
		s.ahead = 72 * time.Hour
		s.mu.Unlock()
		s.setDown(false)
		pass(2 * time.Minute)
		if d.count() != 1 {
			t.Errorf("%d steps were done, want the first only: %s", d.count(), s.told(o.ID))
		}
		want(t, s, o.ID, "begun step:0 step-end:0=done ended=stopped")
	})
}
