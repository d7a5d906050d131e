package agent_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/agent"
	"tranship.dev/tranship/internal/driver"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/model"
	"tranship.dev/tranship/internal/practice/plan"
)

// interrupt offers the interruption of an order; change may alter it before it is signed.
func (s *fakeServer) interrupt(o deployment.Order, change func(*deployment.Interrupt)) {
	i := deployment.Interrupt{
		Scope: o.Scope, Agent: o.Agent, Deployment: o.Deployment, Order: o.ID, Why: "cancelled by person:anna: fire", At: time.Now().UTC(),
	}
	if change != nil {
		change(&i)
	}
	e, err := i.Seal(s.sign)
	if err != nil {
		panic(err)
	}
	s.offer("interruption of "+o.ID, e)
}

// stuck is a step's work that goes on until it is interrupted.
func stuck(ctx context.Context, _ driver.Step, _ driver.Progress) error {
	<-ctx.Done()
	return ctx.Err()
}

// TestPain10Interrupt: a running order is ended at every moment of its life, at
// once, and says how much of its change is there.
func TestPain10Interrupt(t *testing.T) {
	t.Parallel()
	two := []plan.Step{step("one"), step("two")}
	tries := step("one")
	tries.Attempts, tries.Delay = 10, practice.Duration(time.Hour)
	fetches := step("one")
	fetches.Artifact = 0
	found := func(matches bool) func(driver.Step) (driver.Finding, error) {
		return func(driver.Step) (driver.Finding, error) {
			return driver.Finding{Present: true, Matches: matches, Detail: "version 1.9 is there"}, nil
		}
	}
	for name, c := range map[string]struct {
		steps   []plan.Step
		apply   func(context.Context, driver.Step, driver.Progress) error
		inspect func(driver.Step) (driver.Finding, error)
		told    string
		did     deployment.Extent
		message string
	}{
		"in a step": {two, stuck, found(false), "begun step:0 step-end:0=stopped ended=stopped", deployment.DidPart,
			"interrupted: cancelled by person:anna: fire; step one was ended in the middle, 0 of 2 steps were done; there now: version 1.9 is there"},
		"in a step that was done": {two, stuck, found(true), "begun step:0 step-end:0=done ended=stopped", deployment.DidPart,
			"interrupted: cancelled by person:anna: fire; 1 of 2 steps were done"},
		"in the last step, that was done": {two[:1], stuck, found(true), "begun step:0 step-end:0=done ended=done", "", ""},
		"in a step that cannot be seen": {two, stuck, func(driver.Step) (driver.Finding, error) { return driver.Finding{}, errors.New("disk is gone") },
			"begun step:0 step-end:0=unknown ended=unknown", "", "what is there cannot be seen: disk is gone"},
		"between two tries": {[]plan.Step{tries}, func(context.Context, driver.Step, driver.Progress) error { return errors.New("no") }, found(false),
			"begun step:0 step-end:0=stopped ended=stopped", deployment.DidPart, "step one was ended in the middle"},
		"in a watch after the change": {append([]plan.Step{step("one")}, watched(10*time.Hour, time.Hour, 0)), nil, found(true),
			"begun step:0 step-end:0=done step:1 ended=stopped", deployment.DidAll, "1 of 2 steps were done"},
		"in a watch before it": {append([]plan.Step{watched(10*time.Hour, time.Hour, 0)}, step("one")), nil, found(true),
			"begun step:0 ended=stopped", deployment.DidNothing, "0 of 2 steps were done"},
		"while it fetches": {[]plan.Step{fetches}, nil, nil, "begun ended=stopped", deployment.DidNothing, "0 of 1 steps were done"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			world(t, func(t *testing.T, s *fakeServer, d *fakeDriver, j *agent.MemoryJournal) {
				d.apply, d.inspect = c.apply, c.inspect
				defer start(t, s, d, j, func(o *agent.Options) {
					o.Grace = time.Hour // of the agent's own stop: no interruption waits for it
					o.Fetch = func(ctx context.Context, _ plan.Artifact) (string, error) { <-ctx.Done(); return "", ctx.Err() }
				})()
				o, e := s.order("web", c.steps, func(o *deployment.Order) { o.Artifacts = []plan.Artifact{{Component: "shop", Version: "2.0.0"}} })
				s.offer(o.ID, e)
				pass(10 * time.Second)
				s.interrupt(o, nil)
				s.interrupt(o, nil) // told twice
				pass(time.Second)
				want(t, s, o.ID, c.told)
				if r := s.last(o.ID); r.Did != c.did || !strings.Contains(r.Message, c.message) {
					t.Errorf("did %q, want %q; message %q, want %q", r.Did, c.did, r.Message, c.message)
				}
				applied := d.count()
				pass(24 * time.Hour)
				if want(t, s, o.ID, c.told); d.count() != applied {
					t.Error("it went on")
				}
			})
		})
	}
}

// An order that the server took as begun, whose answer was lost, says that nothing was done.
func TestPain10InterruptBeforeTheAnswer(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *fakeServer, d *fakeDriver, j *agent.MemoryJournal) {
		s.answer = func(deployment.Report) deployment.Answer { return deployment.Answer{} } // nothing comes through
		defer start(t, s, d, j, nil)()
		o := s.issue("web", step("one"))
		pass(time.Second)
		s.interrupt(o, nil)
		pass(time.Second)
		s.mu.Lock()
		s.answer = nil
		s.mu.Unlock()
		pass(time.Minute)
		if r := s.last(o.ID); d.count() != 0 || r.Kind != deployment.OrderEnded || r.Outcome != deployment.OutcomeStop || r.Did != deployment.DidNothing {
			t.Errorf("%d steps applied, told %+v", d.count(), r)
		}
	})
}

// Only what a trusted key signed for this agent and an order of it interrupts; an
// order that has ended is answered as it ended.
func TestInterruptionsThatMeanNothing(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*deployment.Interrupt){
		"another agent":      func(i *deployment.Interrupt) { i.Agent = "b" },
		"another scope":      func(i *deployment.Interrupt) { i.Scope = "other" },
		"another order":      func(i *deployment.Interrupt) { i.Order = "o9" },
		"another deployment": func(i *deployment.Interrupt) { i.Deployment = "D-9" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			world(t, func(t *testing.T, s *fakeServer, d *fakeDriver, j *agent.MemoryJournal) {
				d.apply = stuck
				defer start(t, s, d, j, nil)()
				o := s.issue("web", step("one"))
				pass(time.Second)
				s.interrupt(o, change)
				pass(10 * time.Second)
				want(t, s, o.ID, "begun step:0")
			})
		})
	}
	t.Run("a strange key", func(t *testing.T) {
		t.Parallel()
		world(t, func(t *testing.T, s *fakeServer, d *fakeDriver, j *agent.MemoryJournal) {
			d.apply = stuck
			defer start(t, s, d, j, nil)()
			o := s.issue("web", step("one"))
			pass(time.Second)
			trusted := s.key
			s.key = newServer().key
			s.interrupt(o, nil)
			s.key = trusted
			pass(10 * time.Second)
			want(t, s, o.ID, "begun step:0")
		})
	})
	t.Run("an order as interruption", func(t *testing.T) {
		t.Parallel()
		world(t, func(t *testing.T, s *fakeServer, d *fakeDriver, j *agent.MemoryJournal) {
			d.apply = stuck
			defer start(t, s, d, j, nil)()
			o := s.issue("web", step("one"))
			pass(time.Second)
			_, e := s.order("web", nil, func(other *deployment.Order) { other.ID, other.Deployment = o.ID, o.Deployment })
			e.PayloadType = deployment.InterruptType
			s.offer("forged", e)
			pass(10 * time.Second)
			want(t, s, o.ID, "begun step:0")
		})
	})
	t.Run("it has ended", func(t *testing.T) {
		t.Parallel()
		world(t, func(t *testing.T, s *fakeServer, d *fakeDriver, j *agent.MemoryJournal) {
			defer start(t, s, d, j, nil)()
			o := s.issue("web", step("one"))
			pass(time.Second)
			s.interrupt(o, nil)
			pass(time.Second)
			want(t, s, o.ID, "begun step:0 step-end:0=done ended=done")
			s.issue("web", step("next"))
			pass(time.Second)
			if d.count() != 2 {
				t.Errorf("%d steps were applied: the target does nothing any more", d.count())
			}
		})
	})
}

// TestPain10InterruptedWhileTheAgentIsAway: the agent is stopped in the middle of a step,
// and somebody interrupts meanwhile. It begins nothing more, also where it knew of
// the interruption before it was stopped and the server is away when it is back.
func TestPain10InterruptedWhileTheAgentIsAway(t *testing.T) {
	t.Parallel()
	for name, doubt := range map[string]model.OnDoubt{"ask": model.Ask, "repeat": model.Repeat, "probe": model.Probe} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			world(t, func(t *testing.T, s *fakeServer, d *fakeDriver, j *agent.MemoryJournal) {
				d.apply = stuck
				one := step("one")
				one.OnDoubt = doubt
				stop := start(t, s, d, j, nil)
				o := s.issue("web", one, step("two"))
				pass(time.Second)
				stop()
				if err := j.Interrupt(deployment.Interrupt{Order: o.ID, Deployment: o.Deployment, Why: "fire"}); err != nil {
					t.Fatal(err)
				}
				s.setDown(true)
				defer start(t, s, d, j, nil)()
				pass(time.Hour)
				s.setDown(false)
				pass(time.Minute)
				if want(t, s, o.ID, "begun step:0 step-end:0=stopped ended=stopped"); d.count() != 1 {
					t.Errorf("%d steps were applied, want the first alone, once", d.count())
				}
			})
		})
	}
	t.Run("told after its return", func(t *testing.T) {
		t.Parallel()
		world(t, func(t *testing.T, s *fakeServer, d *fakeDriver, j *agent.MemoryJournal) {
			d.apply = stuck
			stop := start(t, s, d, j, nil)
			o := s.issue("web", step("one"), step("two"))
			pass(time.Second)
			stop()
			s.interrupt(o, nil)
			defer start(t, s, d, j, nil)()
			pass(time.Minute)
			want(t, s, o.ID, "begun step:0 step-end:0=stopped ended=stopped")
		})
	})
}
