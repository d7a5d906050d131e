package agent_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tranship.dev/tranship/internal/agent"
	"tranship.dev/tranship/internal/driver"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/model"
	"tranship.dev/tranship/internal/practice/plan"
)

// world runs a test in virtual time with an agent that remembers in memory.
func world(t *testing.T, test func(t *testing.T, s *fakeServer, d *fakeDriver, j *agent.MemoryJournal)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		test(t, s, &fakeDriver{onDoubt: model.Ask}, agent.NewMemoryJournal(trusting(s)))
	})
}

func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func want(t *testing.T, s *fakeServer, id, told string) {
	t.Helper()
	if got := s.told(id); got != told {
		t.Errorf("order %s was reported as\n  %s\nwant\n  %s\nlast: %+v", id, got, told, s.last(id))
	}
}

func TestOrder(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *fakeServer, d *fakeDriver, j *agent.MemoryJournal) {
		defer start(t, s, d, j, nil)()
		o := s.issue("web", step("one"), step("two"))
		pass(time.Second)
		want(t, s, o.ID, "begun step:0 step-end:0=done step:1 step-end:1=done ended=done")
		if d.count() != 2 {
			t.Errorf("%d steps were applied, want 2", d.count())
		}
	})
}

func TestNothingBeforeTheAnswer(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *fakeServer, d *fakeDriver, j *agent.MemoryJournal) {
		s.answer = func(r deployment.Report) deployment.Answer { return deployment.Answer{} } // not stored yet
		defer start(t, s, d, j, nil)()
		o := s.issue("web", step("one"))
		pass(10 * time.Minute)
		if d.count() != 0 {
			t.Fatal("a step was done before the server said proceed")
		}
		s.mu.Lock()
		s.answer = func(deployment.Report) deployment.Answer {
			return deployment.Answer{Stored: true, Message: "withdrawn"}
		}
		s.mu.Unlock()
		pass(time.Minute)
		want(t, s, o.ID, "begun")
		if d.count() != 0 {
			t.Error("a step was done though the server said not to begin")
		}
	})
}

// An order that comes while the agent is still starting is new, not one to resume:
// taken for both it would be carried out twice, the second time without asking.
func TestOrderThatComesAtTheStart(t *testing.T) {
	t.Parallel()
	for range 40 {
		world(t, func(t *testing.T, s *fakeServer, d *fakeDriver, j *agent.MemoryJournal) {
			s.answer = func(deployment.Report) deployment.Answer {
				return deployment.Answer{Stored: true, Message: "withdrawn"}
			}
			s.issue("web", step("one"))
			defer start(t, s, d, j, nil)()
			pass(time.Minute)
			if d.count() != 0 {
				t.Error("a step was done though the server said not to begin")
			}
		})
	}
}

func TestGoesOnWithoutServer(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *fakeServer, d *fakeDriver, j *agent.MemoryJournal) {
		d.apply = func(_ context.Context, st driver.Step, _ driver.Progress) error {
			if st.Name == "one" {
				s.setDown(true)
			}
			return nil
		}
		defer start(t, s, d, j, nil)()
		o := s.issue("web", step("one"), step("two"), step("three"))
		pass(time.Hour)
		if d.count() != 3 {
			t.Fatalf("%d of 3 steps were done while the server was away", d.count())
		}
		s.setDown(false)
		pass(time.Minute)
		want(t, s, o.ID, "begun step:0 step-end:0=done step:1 step-end:1=done step:2 step-end:2=done ended=done")
	})
}

func TestServerSaysStop(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *fakeServer, d *fakeDriver, j *agent.MemoryJournal) {
		s.answer = func(r deployment.Report) deployment.Answer {
			return deployment.Answer{Stored: true, Proceed: r.Kind != deployment.StepEnded, Message: "cancelled"}
		}
		defer start(t, s, d, j, nil)()
		o := s.issue("web", step("one"), step("two"))
		pass(time.Minute)
		want(t, s, o.ID, "begun step:0 step-end:0=done ended=stopped")
		if d.count() != 1 {
			t.Errorf("%d steps were done, want 1", d.count())
		}
	})
}

func TestRetries(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *fakeServer, d *fakeDriver, j *agent.MemoryJournal) {
		var at []time.Duration
		began := time.Now()
		d.apply = func(_ context.Context, st driver.Step, _ driver.Progress) error {
			at = append(at, time.Since(began).Round(time.Second))
			if st.Name == "final" {
				return practice.Faultf(practice.Invalid, "no such thing").WithHint("mend it").Final()
			}
			return errors.New("not yet")
		}
		defer start(t, s, d, j, nil)()
		patient := step("patient")
		patient.Attempts, patient.Delay = 5, practice.Duration(20*time.Second)
		o := s.issue("web", patient, step("never"))
		pass(10 * time.Minute)
		want(t, s, o.ID, "begun step:0 step-end:0=failed ended=failed")
		if got, expect := fmt.Sprint(at), "[0s 20s 1m0s 2m0s 3m0s]"; got != expect {
			t.Errorf("attempts at %s, want %s", got, expect)
		}
		if r := s.last(o.ID); !strings.Contains(r.Message, "step patient: not yet") {
			t.Errorf("the failure says %q", r.Message)
		}
		terminal := step("final")
		terminal.Attempts = 5
		o = s.issue("web", terminal)
		pass(10 * time.Minute)
		if r := s.last(o.ID); len(at) != 6 || r.Code != practice.Invalid || r.Message != "step final: no such thing" || r.Hint != "mend it" {
			t.Errorf("a terminal error was tried %d times and reported as %+v", len(at)-5, r)
		}
	})
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *fakeServer, d *fakeDriver, j *agent.MemoryJournal) {
		d.apply = func(ctx context.Context, _ driver.Step, _ driver.Progress) error { <-ctx.Done(); return ctx.Err() }
		defer start(t, s, d, j, nil)()
		o := s.issue("web", step("slow"))
		pass(2 * time.Minute)
		want(t, s, o.ID, "begun step:0 step-end:0=failed ended=failed")
		if r := s.last(o.ID); !strings.Contains(r.Message, "did not end within 1m0s") {
			t.Errorf("the timeout says %q", r.Message)
		}
	})
}

func TestCheck(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *fakeServer, d *fakeDriver, j *agent.MemoryJournal) {
		looks := 0
		d.inspect = func(driver.Step) (driver.Finding, error) {
			looks++
			return driver.Finding{Matches: looks >= 3, Detail: "answers 503, not 200"}, nil
		}
		defer start(t, s, d, j, nil)()
		check := step("answers")
		check.Action, check.Attempts, check.Delay = model.Check, 2, practice.Duration(time.Second)
		o := s.issue("web", check)
		pass(time.Minute)
		want(t, s, o.ID, "begun step:0 step-end:0=failed ended=failed")
		if r := s.last(o.ID); !strings.Contains(r.Message, "answers 503, not 200") {
			t.Errorf("the failed check says %q", r.Message)
		}
		o = s.issue("web", check)
		pass(time.Minute)
		want(t, s, o.ID, "begun step:0 step-end:0=done ended=done")
		if d.count() != 0 {
			t.Error("a check applied something")
		}
	})
}

func TestPanickingDriver(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *fakeServer, d *fakeDriver, j *agent.MemoryJournal) {
		d.apply = func(context.Context, driver.Step, driver.Progress) error { panic("oh") }
		defer start(t, s, d, j, nil)()
		o := s.issue("web", step("one"))
		pass(time.Minute)
		want(t, s, o.ID, "begun step:0 step-end:0=unknown ended=unknown")
	})
}

func TestTargets(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *fakeServer, d *fakeDriver, j *agent.MemoryJournal) {
		busy, most := map[string]int{}, 0
		d.apply = func(_ context.Context, st driver.Step, _ driver.Progress) error {
			target := filepath.Base(filepath.Dir(st.State))
			d.mu.Lock()
			busy[target]++
			if busy[target] > 1 {
				t.Errorf("two orders at once on %s", target)
			}
			most = max(most, len(busy))
			d.mu.Unlock()
			time.Sleep(time.Second)
			d.mu.Lock()
			defer d.mu.Unlock()
			if busy[target]--; busy[target] == 0 {
				delete(busy, target)
			}
			return nil
		}
		defer start(t, s, d, j, func(o *agent.Options) { o.Parallel = 3 })()
		for i := range 12 {
			s.issue(fmt.Sprintf("t%d", i%6), step("one"))
		}
		pass(time.Minute)
		if d.count() != 12 || most != 3 {
			t.Errorf("%d of 12 orders were done, %d at once; want 3 at once", d.count(), most)
		}
	})
}

func TestArtifactRefused(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *fakeServer, d *fakeDriver, j *agent.MemoryJournal) {
		defer start(t, s, d, j, func(o *agent.Options) {
			o.Fetch = func(context.Context, plan.Artifact) (string, error) {
				return "", practice.Faultf(practice.Refused, "digest does not match").Final()
			}
		})()
		second := step("two")
		second.Artifact = 0
		o, e := s.order("web", []plan.Step{step("one"), second}, func(o *deployment.Order) {
			o.Artifacts = []plan.Artifact{{Component: "shop", Version: "2"}}
		})
		s.offer(o.ID, e)
		pass(time.Minute)
		want(t, s, o.ID, "begun ended=failed")
		if r := s.last(o.ID); d.count() != 0 || r.Code != practice.Refused || !strings.Contains(r.Message, "shop 2: digest does not match") {
			t.Errorf("%d steps were done; reported: %+v", d.count(), r)
		}
	})
}

// TestStopInTheMiddle stops the agent while a step runs, and starts it anew.
func TestStopInTheMiddle(t *testing.T) {
	t.Parallel()
	for how, expect := range map[model.OnDoubt]struct {
		found driver.Finding
		told  string
		count int
	}{
		model.Ask:    {driver.Finding{Matches: true}, "begun step:0 step-end:0=unknown ended=unknown", 1},
		model.Repeat: {driver.Finding{Matches: true}, "begun step:0 step-end:0=done step:1 step-end:1=done ended=done", 3},
		model.Probe:  {driver.Finding{Matches: true}, "begun step:0 step-end:0=done step:1 step-end:1=done ended=done", 2},
		"":           {driver.Finding{}, "begun step:0 step-end:0=unknown ended=unknown", 1}, // the driver says ask
		"probe-not":  {driver.Finding{}, "begun step:0 step-end:0=done step:1 step-end:1=done ended=done", 3},
	} {
		t.Run(string(how), func(t *testing.T) {
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
				d.inspect = func(driver.Step) (driver.Finding, error) { return expect.found, nil }
				one := step("one")
				one.OnDoubt = model.OnDoubt(strings.TrimSuffix(string(how), "-not"))
				stop := start(t, s, d, j, nil)
				o := s.issue("web", one, step("two"))
				pass(time.Second)
				stop()
				want(t, s, o.ID, "begun step:0")
				defer start(t, s, d, j, nil)()
				pass(time.Minute)
				want(t, s, o.ID, expect.told)
				if d.count() != expect.count {
					t.Errorf("applied %d times, want %d", d.count(), expect.count)
				}
			})
		})
	}
}

func TestGrace(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *fakeServer, d *fakeDriver, j *agent.MemoryJournal) {
		d.apply = func(ctx context.Context, _ driver.Step, _ driver.Progress) error {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(5 * time.Second):
				return nil
			}
		}
		stop := start(t, s, d, j, func(o *agent.Options) { o.Grace = 10 * time.Second })
		o := s.issue("web", step("one"))
		pass(time.Second)
		stop()
		orders, _ := j.Orders()
		if len(orders) != 1 || orders[0].Progress.Outcome != deployment.Done {
			t.Errorf("a step that ended within the grace is in the journal as %+v", orders)
		}
		defer start(t, s, d, j, nil)()
		pass(time.Minute)
		want(t, s, o.ID, "begun step:0 step-end:0=done ended=done")
	})
}

func TestOutput(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *fakeServer, d *fakeDriver, j *agent.MemoryJournal) {
		state := t.TempDir()
		if err := os.Mkdir(filepath.Join(state, "secrets"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(state, "secrets", "word"), []byte("hunter2hunter2\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		big := strings.Repeat("é", 600_000)
		d.apply = func(_ context.Context, st driver.Step, p driver.Progress) error {
			fmt.Fprintf(p, "the word is %s\x00\n", st.With["word"])
			for i := 0; i < len(big); i += 1001 { // splits characters
				if _, err := p.Write([]byte(big[i:min(len(big), i+1001)])); err != nil {
					t.Error(err)
				}
			}
			fmt.Fprintln(p, "\nthe disk is full")
			return fmt.Errorf("failed with %s", st.With["word"])
		}
		defer start(t, s, d, j, func(o *agent.Options) { o.StateDir = state })()
		secret := step("one")
		secret.With = map[string]any{"word": "${secret.word}"}
		o := s.issue("web", secret)
		pass(time.Minute)
		s.mu.Lock()
		text := s.output[o.ID]
		s.mu.Unlock()
		if strings.Contains(text, "hunter2") || strings.Contains(s.last(o.ID).Message, "hunter2") || !strings.Contains(text, "the word is ") {
			t.Errorf("output %.60q, message %q", text, s.last(o.ID).Message)
		}
		if n := strings.Count(text, "\uFFFD"); n > 2 { // the NUL, and the character at the limit
			t.Errorf("%d characters were broken", n)
		}
		if len(text) > 1<<20+300 || !strings.Contains(text, "bytes are left out here; the last 524288 follow]\n") {
			t.Errorf("%d bytes of output, ending %q", len(text), text[max(0, len(text)-80):])
		}
		if !strings.HasSuffix(text, "ééé\nthe disk is full\n") {
			t.Errorf("the end of the output is lost: it ends %q", text[max(0, len(text)-80):])
		}
	})
}

// TestPain18OutputIsSentAgain: what a step prints while the server is away, or whose
// acknowledgement is lost, comes in the end, whole and once. An agent that stops does
// not wait for that.
func TestPain18OutputIsSentAgain(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *fakeServer, d *fakeDriver, j *agent.MemoryJournal) {
		d.apply = func(_ context.Context, st driver.Step, p driver.Progress) error {
			for i := range 100 {
				fmt.Fprintf(p, "line %d of %s\n", i, st.Name)
				time.Sleep(time.Second)
				if st.Name == "one" && i == 20 || st.Name == "three" && i == 5 {
					s.setDown(true)
				}
			}
			return nil
		}
		stop := start(t, s, d, j, nil)
		o := s.issue("web", step("one"), step("two"))
		pass(10 * time.Minute)
		s.mu.Lock()
		s.deaf = 3
		if n := strings.Count(s.output[o.ID], "\n"); n < 20 || n > 22 {
			t.Errorf("%d lines came before the server was away", n)
		}
		s.mu.Unlock()
		s.setDown(false)
		pass(2 * time.Minute)
		var want strings.Builder
		for _, name := range []string{"one", "two"} {
			for i := range 100 {
				fmt.Fprintf(&want, "line %d of %s\n", i, name)
			}
		}
		s.mu.Lock()
		lines := strings.SplitAfter(s.output[o.ID], "\n")
		s.mu.Unlock()
		slices.SortStableFunc(lines, func(a, b string) int { return strings.Index(want.String(), a) - strings.Index(want.String(), b) }) // two steps are sent beside each other
		if got := strings.Join(lines, ""); got != want.String() {
			t.Errorf("the output is\n%s", got)
		}
		s.issue("web", step("three"))
		pass(time.Minute)
		began := time.Now()
		if stop(); time.Since(began) > time.Minute {
			t.Errorf("the agent took %s to stop", time.Since(began))
		}
	})
}

// TestBatches: what is ready together goes together.
func TestBatches(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *fakeServer, d *fakeDriver, j *agent.MemoryJournal) {
		d.apply = func(context.Context, driver.Step, driver.Progress) error { s.setDown(true); return nil }
		defer start(t, s, d, j, nil)()
		steps := []plan.Step{step("1"), step("2"), step("3"), step("4")}
		s.issue("web", steps...)
		pass(time.Minute)
		s.mu.Lock()
		before := s.asked
		s.mu.Unlock()
		s.setDown(false)
		pass(time.Second)
		// A sync that crossed the reports still shows the order as open: they are repeated once.
		if n := s.asked - before; n != 1 && n != 2 {
			t.Errorf("%d messages for the 9 reports that had gathered, want 1", n)
		}
	})
}

func TestPrune(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *fakeServer, d *fakeDriver, j *agent.MemoryJournal) {
		defer start(t, s, d, j, nil)()
		for i := range 130 {
			s.issue(fmt.Sprintf("t%d", i%7), step("one"))
		}
		pass(time.Minute)
		held := func() int { all, _ := j.Orders(); return len(all) }
		if held() != 130 {
			t.Fatalf("%d orders are held, want 130", held())
		}
		pass(26 * time.Hour)
		if held() != 100 {
			t.Errorf("after a day %d orders are held, want 100", held())
		}
		if d.count() != 130 {
			t.Errorf("%d orders were carried out", d.count())
		}
	})
}
