package agent_test

import (
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

func watched(lasts, every time.Duration, failures int) plan.Step {
	s := step("healthy")
	s.Action = model.Check
	s.Watch = &model.Watch{For: practice.Duration(lasts), Every: practice.Duration(every), Failures: failures}
	return s
}

// Health is judged over a time, not by one lucky look (R104): each look counts,
// and the check fails at once when more have failed than may.
func TestWatch(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		sick     string // what each look sees; those beyond hold
		failures int
		told     string
		looks    int
		message  string
	}{
		"healthy":       {"", 0, "begun step:0 step-end:0=done ended=done", 7, ""},
		"tolerated":     {"x..x", 2, "begun step:0 step-end:0=done ended=done", 7, ""},
		"too many":      {"x.x.x..", 2, "begun step:0 step-end:0=failed ended=failed", 5, "3 of 5 looks failed (2 tolerated), the last: answers 503"},
		"none may":      {"...x", 0, "begun step:0 step-end:0=failed ended=failed", 4, "1 of 4 looks failed (0 tolerated), the last: answers 503"},
		"cannot mend":   {".!", 3, "begun step:0 step-end:0=failed ended=failed", 2, "with.url is missing"},
		"last one sick": {"......x", 0, "begun step:0 step-end:0=failed ended=failed", 7, "1 of 7 looks failed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			world(t, func(t *testing.T, s *fakeServer, d *fakeDriver, j *agent.MemoryJournal) {
				looks, began := 0, time.Now()
				d.inspect = func(driver.Step) (driver.Finding, error) {
					if at := time.Since(began); at != time.Duration(looks)*10*time.Second {
						t.Errorf("look %d came after %s", looks+1, at)
					}
					looks++
					if looks > len(c.sick) || c.sick[looks-1] == '.' {
						return driver.Finding{Matches: true, Detail: "answers 200"}, nil
					}
					if c.sick[looks-1] == '!' {
						return driver.Finding{}, practice.Faultf(practice.Invalid, "with.url is missing").Final()
					}
					return driver.Finding{Detail: "answers 503"}, nil
				}
				defer start(t, s, d, j, nil)()
				o := s.issue("web", watched(time.Minute, 10*time.Second, c.failures))
				pass(5 * time.Minute)
				want(t, s, o.ID, c.told)
				if r := s.last(o.ID); looks != c.looks || !strings.Contains(r.Message, c.message) {
					t.Errorf("%d looks, want %d; message %q, want %q", looks, c.looks, r.Message, c.message)
				}
				s.mu.Lock()
				defer s.mu.Unlock()
				if n := strings.Count(s.output[o.ID], "look "); n != c.looks || !strings.Contains(s.output[o.ID], "of 7 ") {
					t.Errorf("%d looks are told, want %d:\n%s", n, c.looks, s.output[o.ID])
				}
			})
		})
	}
}

// A cancelled deployment does not wait for the watch's end.
func TestWatchEndsWhenTheServerSaysStop(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *fakeServer, d *fakeDriver, j *agent.MemoryJournal) {
		looks := 0
		d.inspect = func(driver.Step) (driver.Finding, error) {
			if looks++; looks == 3 {
				s.mu.Lock()
				s.answer = func(r deployment.Report) deployment.Answer {
					return deployment.Answer{Stored: true, Message: "deployment D-1 is cancelling"}
				}
				s.mu.Unlock()
			}
			return driver.Finding{Matches: true}, nil
		}
		defer start(t, s, d, j, nil)()
		o := s.issue("web", watched(10*time.Hour, time.Hour, 0), step("never"))
		pass(2*time.Hour + time.Minute)
		want(t, s, o.ID, "begun step:0 ended=stopped")
		if r := s.last(o.ID); looks != 3 || d.count() != 0 || r.Message != "the server said stop: deployment D-1 is cancelling" {
			t.Errorf("%d looks, %d steps applied, message %q", looks, d.count(), r.Message)
		}
	})
}

// A watch goes on while the server is away, and is begun anew by an agent that was stopped.
func TestWatchWithoutServerAndAfterAStop(t *testing.T) {
	t.Parallel()
	world(t, func(t *testing.T, s *fakeServer, d *fakeDriver, j *agent.MemoryJournal) {
		looks := 0
		d.inspect = func(driver.Step) (driver.Finding, error) { looks++; return driver.Finding{Matches: true}, nil }
		stop := start(t, s, d, j, nil)
		o := s.issue("web", watched(time.Minute, 10*time.Second, 0))
		pass(35 * time.Second)
		stop()
		if looks != 4 {
			t.Fatalf("%d looks in 35 s, want 4", looks)
		}
		s.setDown(true)
		defer start(t, s, d, j, nil)()
		pass(70 * time.Second)
		if looks != 4+7 {
			t.Errorf("%d looks after the stop, want all 7", looks-4)
		}
		s.setDown(false)
		pass(time.Minute)
		want(t, s, o.ID, "begun step:0 step-end:0=done ended=done")
	})
}
