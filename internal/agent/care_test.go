package agent_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tranship.dev/tranship/internal/agent"
	"tranship.dev/tranship/internal/driver"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/internal/practice/health"
)

// cares lets the server tell agent a to check the health of the component shop
// on the target web, once a minute, wrong after two in a row.
func (s *fakeServer) cares(change func(*drift.Instruction)) {
	s.instructs(func(i *drift.Instruction) {
		i.Looks = nil
		i.Health = []health.Part{{Target: "web", Component: "shop", Mark: "m", Like: "D-1", Checks: []health.Check{
			{Step: step("answers"), Every: practice.Duration(time.Minute), After: 2, Means: health.Failing},
		}}}
		i.Health[0].Checks[0].Step.Timeout = practice.Duration(10 * time.Second)
		if change != nil {
			change(i)
		}
	}, s.sign)
}

func (s *fakeServer) healthTold() []health.Report {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.health
}

// It checks on schedule, tells only what changes and now and then otherwise, and
// tells later what it could not tell.
func TestCareTellsWhatChanges(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *fakeServer, d *fakeDriver, j *agent.MemoryJournal) {
		var bad atomic.Bool
		var looks atomic.Int64
		d.inspect = func(driver.Step) (driver.Finding, error) {
			looks.Add(1)
			if bad.Load() {
				return driver.Finding{Detail: "tried\nstatus 503"}, nil
			}
			return driver.Finding{Present: true, Matches: true, Detail: "status 200"}, nil
		}
		s.cares(nil)
		defer start(t, s, d, j, nil)()
		pass(8 * time.Minute)
		if n := looks.Load(); n < 6 || n > 9 {
			t.Errorf("%d checks within 8 minutes, want one a minute", n)
		}
		told := s.healthTold()
		if len(told) != 1 || told[0].Answers[0].State != health.Healthy || told[0].Mark != "m" || told[0].Checks != 1 {
			t.Fatalf("it told %+v, want once that all is well", told)
		}
		bad.Store(true)
		seen := looks.Load()
		looked := func(more int64) {
			for looks.Load() < seen+more {
				pass(time.Second)
			}
			pass(time.Second)
		}
		looked(1)
		if n := len(s.healthTold()); n != 1 {
			t.Errorf("it told %d times after one wrong look, want 1", n)
		}
		looked(2)
		told = s.healthTold()
		if len(told) != 2 || told[1].Answers[0].State != health.Failing || told[1].Answers[0].Says != "status 503" {
			t.Fatalf("it told %+v, want failing with the last line", told)
		}
		s.setDown(true)
		bad.Store(false)
		pass(5 * time.Minute)
		s.setDown(false)
		pass(time.Minute)
		if told = s.healthTold(); len(told) != 3 || told[2].Answers[0].State != health.Healthy {
			t.Fatalf("after the server was away it told %+v", told)
		}
		pass(time.Hour)
		if n := len(s.healthTold()); n < 6 || n > 9 {
			t.Errorf("it told %d times after another hour without a change, want about 7", n)
		}
		if d.count() != 0 {
			t.Errorf("%d steps were applied by checking", d.count())
		}
	})
}

// What takes too long is wrong; what cannot be made says nothing of the component;
// what the server does not name any more is not checked; another record begins anew.
func TestCareOfWhatCannotBeChecked(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *fakeServer, d *fakeDriver, j *agent.MemoryJournal) {
		var looks atomic.Int64
		d.inspect = func(driver.Step) (driver.Finding, error) {
			looks.Add(1)
			return driver.Finding{}, errors.New("password is hunter22")
		}
		s.cares(func(i *drift.Instruction) {
			i.Health[0].Checks[0].Step.With = map[string]any{"password": "${secret.db}"}
		})
		state := t.TempDir()
		if err := errors.Join(os.MkdirAll(filepath.Join(state, "secrets"), 0o700), os.WriteFile(filepath.Join(state, "secrets", "db"), []byte("hunter22"), 0o600)); err != nil {
			t.Fatal(err)
		}
		defer start(t, s, d, j, func(o *agent.Options) { o.StateDir = state })()
		pass(5 * time.Minute)
		told := s.healthTold()
		if len(told) != 1 || told[0].Answers[0].State != health.Unknown || strings.Contains(told[0].Answers[0].Says, "hunter22") || !strings.Contains(told[0].Answers[0].Says, "***") {
			t.Fatalf("it told %+v, want unknown without the secret", told)
		}
		s.cares(func(i *drift.Instruction) { i.Health[0].Mark = "n" })
		s.lookNow()
		pass(3 * time.Minute)
		if told = s.healthTold(); len(told) != 2 || told[1].Mark != "n" {
			t.Fatalf("of another record it told %+v", told)
		}
		s.cares(func(i *drift.Instruction) { i.Health = nil })
		s.lookNow()
		pass(2 * time.Minute)
		before := looks.Load()
		pass(10 * time.Minute)
		if n := looks.Load(); n != before {
			t.Errorf("%d checks of what is not to be checked any more", n-before)
		}
		if _, err := os.Lstat(filepath.Join(state, "targets", "web")); !os.IsNotExist(err) {
			t.Errorf("checking left a directory behind: %v", err)
		}
	})
}

// Nothing is checked while an order is carried out on the target.
func TestOrdersComeBeforeChecks(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *fakeServer, d *fakeDriver, j *agent.MemoryJournal) {
		var applying, overlapped atomic.Bool
		d.inspect = func(driver.Step) (driver.Finding, error) {
			if applying.Load() {
				overlapped.Store(true)
			}
			return driver.Finding{Matches: true}, nil
		}
		d.apply = func(_ context.Context, _ driver.Step, _ driver.Progress) error {
			applying.Store(true)
			time.Sleep(10 * time.Minute)
			applying.Store(false)
			return nil
		}
		s.cares(nil)
		defer start(t, s, d, j, nil)()
		pass(3 * time.Minute)
		o := s.issue("web", step("one"))
		pass(12 * time.Minute)
		want(t, s, o.ID, "begun step:0 step-end:0=done ended=done")
		if overlapped.Load() {
			t.Error("somebody checked while the order was carried out")
		}
	})
}

// lookNow has the agent ask at once what to look at.
func (s *fakeServer) lookNow() {
	s.mu.Lock()
	look := s.look
	s.mu.Unlock()
	look()
}
