package journey_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/journey"
)

var morning = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

var anna = practice.Actor{Kind: practice.Person, Name: "anna"}

func trigger(mode journey.Mode, keep journey.Keep) journey.Trigger {
	return journey.Trigger{Name: "web", Spec: journey.TriggerSpec{
		On: journey.OnPush, Component: "web", As: "robot", Mode: mode, Keep: keep, Wait: practice.Duration(24 * time.Hour),
	}}
}

func begun(t interface{ Fatal(...any) }, tr journey.Trigger) journey.Journey {
	j := journey.Begin(tr, journey.Wanted{Component: "web", Version: "1.0.0"}, "web@1.0.0 was admitted", anna, morning)
	j.ID = "J-1"
	j, err := j.Set("web@1.0.0", []journey.Item{{Component: "web", Version: "1.0.0"}}, "web", []string{"test", "staging", "live"}, morning)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func open() journey.Facts {
	return journey.Facts{Gate: practice.Pass(), Refusal: practice.Pass()}
}

// world is what a journey meets: gates, pins and deployments that change as they like.
type world struct {
	closed, pinned map[string]bool
	newer          map[string]string
	withdrawn      string
	refuses        bool // to plan again
	deployments    map[string]*journey.Progress
	made           int
}

func (w *world) facts(j journey.Journey) journey.Facts {
	here := j.Here()
	f := journey.Facts{Gate: practice.Pass(), Refusal: practice.Pass(), Withdrawn: w.withdrawn, Newer: w.newer[here.Environment]}
	if w.closed[here.Environment] {
		f.Gate = practice.Hold(practice.Reason{Gate: "quality", Message: "no result yet", How: "tranship evidence add"})
	}
	if w.pinned[here.Environment] {
		f.Pins = []journey.Pin{{Component: "web", Version: "1.0.0", Environment: here.Environment, Why: "it was taken back"}}
	}
	if n := len(here.Deployments); n > 0 {
		f.Deployment = w.deployments[here.Deployments[n-1]]
	}
	return f
}

// go on: looks at the journey until it rests, as control does.
func (w *world) settle(t *rapid.T, j journey.Journey, now time.Time) journey.Journey {
	refusal := practice.Pass()
	for range 20 {
		f := w.facts(j)
		f.Refusal, refusal = refusal, practice.Pass()
		s := journey.Next(j, f, now)
		if s.Journey.Open() && s.Do == journey.Rest && (len(s.Journey.Waiting.Reasons) == 0 || s.Journey.WakeAt.IsZero()) {
			t.Fatalf("it rests without a reason or without an end: %+v", s.Journey)
		}
		switch s.Do {
		case journey.Enter:
			here := s.Journey.Here().Environment
			if w.closed[here] || w.pinned[here] || w.withdrawn != "" {
				t.Fatalf("it enters %s: closed %t, pinned %t, withdrawn %q", here, w.closed[here], w.pinned[here], w.withdrawn)
			}
			if j.Mode == journey.ContinuousDelivery && s.Journey.At > 0 && s.Journey.Here().Decision == nil {
				t.Fatalf("it enters %s without a decision", here)
			}
			for _, d := range w.deployments {
				if !d.Closed {
					t.Fatalf("it enters %s while %s is open", here, d.ID)
				}
			}
			w.made++
			d := &journey.Progress{ID: fmt.Sprintf("D-%d", w.made), Waiting: practice.Pass()}
			w.deployments[d.ID] = d
			joined, _, err := s.Journey.Joined(d.ID, here, now)
			if err != nil {
				t.Fatal(err)
			}
			j = joined
		case journey.Replan:
			d := f.Deployment
			if d == nil || d.Begun || d.Closed || d.Waiting.Open || d.Other || w.withdrawn != "" {
				t.Fatalf("it plans %+v again", d)
			}
			if j = s.Journey; w.refuses {
				refusal = practice.Hold(practice.Reason{Gate: "plan for " + j.Here().Environment, Message: "no host is left", How: "tranship plan"})
			} else {
				d.Waiting = practice.Pass()
			}
		case journey.Withdraw:
			d := f.Deployment
			if d == nil || d.Begun || d.Closed {
				t.Fatalf("it takes back %+v", d)
			}
			d.Closed, d.Cancelled, d.Ended, d.Cause = true, true, now, s.Why
			j = s.Journey
		case journey.Look:
			j = s.Journey
		case journey.Rest:
			return s.Journey
		}
	}
	t.Fatalf("it does not come to rest: %+v", j)
	return j
}

func (w *world) change(t *rapid.T, j journey.Journey, now time.Time) journey.Journey {
	here := rapid.SampledFrom([]string{"test", "staging", "live"}).Draw(t, "environment")
	switch rapid.SampledFrom([]string{"gate", "pin", "newer", "begin", "stale", "end", "end", "promote", "withdraw"}).Draw(t, "change") {
	case "gate":
		w.closed[here] = !w.closed[here]
	case "pin":
		w.pinned[here] = !w.pinned[here]
	case "newer":
		if rapid.Bool().Draw(t, "newer comes") {
			w.newer[here] = "J-2"
		}
	case "withdraw":
		if rapid.IntRange(0, 9).Draw(t, "withdrawn") == 0 {
			w.withdrawn = "web 1.0.0 was withdrawn"
		}
	case "promote":
		if p, _, err := j.Promote(anna, "good", now); err == nil {
			return p
		}
	default:
		for _, d := range w.deployments {
			if d.Closed {
				continue
			}
			switch rapid.SampledFrom([]string{"begin", "stale", "succeed", "fail", "cancel"}).Draw(t, "deployment") {
			case "begin":
				d.Begun, d.Waiting, d.Other = true, practice.Pass(), false
			case "stale":
				if !d.Begun {
					d.Waiting = practice.Hold(practice.Reason{Gate: "plan", Message: "out of date"})
					d.Other, w.refuses = rapid.IntRange(0, 4).Draw(t, "other components") == 0, rapid.Bool().Draw(t, "refused")
				}
			case "succeed":
				d.Begun, d.Closed, d.Succeeded, d.Ended = true, true, true, now
			case "fail":
				d.Begun, d.Closed, d.Ended, d.Cause = true, true, now, "it broke"
			case "cancel":
				d.Closed, d.Cancelled, d.Ended = true, true, now
			}
		}
	}
	return j
}

// Whatever happens in whatever order: an environment is never entered while its
// gate is closed, never by a pinned or withdrawn version, never twice at once,
// and in the end, when everything opens, the journey ends.
func TestJourneysKeepTheirLaw(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		mode := rapid.SampledFrom([]journey.Mode{journey.ContinuousDelivery, journey.ContinuousDeployment}).Draw(t, "mode")
		keep := rapid.SampledFrom([]journey.Keep{journey.KeepLatest, journey.KeepEvery}).Draw(t, "keep")
		w := &world{closed: map[string]bool{}, pinned: map[string]bool{}, newer: map[string]string{}, deployments: map[string]*journey.Progress{}}
		now := morning
		j := w.settle(t, begun(t, trigger(mode, keep)), now)
		for range rapid.IntRange(0, 60).Draw(t, "happenings") {
			now = now.Add(time.Minute)
			j = w.settle(t, w.change(t, j, now), now)
		}
		clear(w.closed)
		clear(w.pinned)
		for range 10 {
			now = now.Add(time.Minute)
			for _, d := range w.deployments {
				if !d.Closed {
					d.Begun, d.Closed, d.Succeeded, d.Ended = true, true, true, now
				}
			}
			if p, _, err := j.Promote(anna, "good", now); err == nil {
				j = p
			}
			j = w.settle(t, j, now)
		}
		if j.Open() {
			t.Fatalf("it does not end: %+v", j)
		}
		for _, s := range j.Stages {
			for _, wait := range s.Waits {
				if wait.To.IsZero() || wait.To.Before(wait.From) {
					t.Fatalf("%s: waits from %s to %s though the journey has ended", wait.Gate, wait.From, wait.To)
				}
			}
		}
	})
}

// A deployment whose plan is out of date is planned again and keeps its number;
// where that is refused, the journey says why and tries again within minutes.
func TestAStalePlanIsMadeAgain(t *testing.T) {
	t.Parallel()
	j, _, err := begun(t, trigger(journey.ContinuousDeployment, journey.KeepLatest)).Joined("D-1", "test", morning)
	if err != nil {
		t.Fatal(err)
	}
	f := open()
	f.Deployment = &journey.Progress{ID: "D-1", Waiting: practice.Hold(practice.Reason{Gate: "plan", Message: "out of date"})}
	s := journey.Next(j, f, morning)
	if s.Do != journey.Replan || s.Journey.Here().Withdrawn != "" || len(s.Entries) > 0 {
		t.Fatalf("%s, %+v", s.Do, s.Journey)
	}
	f.Refusal = practice.Hold(practice.Reason{Gate: "plan for test", Message: "no host is left"})
	s = journey.Next(s.Journey, f, morning)
	if s.Do != journey.Rest || s.Journey.Waiting.Reasons[0].Message != "no host is left" || s.Journey.WakeAt.After(morning.Add(5*time.Minute)) {
		t.Errorf("refused: %s, %+v", s.Do, s.Journey)
	}
	f.Refusal = practice.Pass()
	if s = journey.Next(s.Journey, f, s.Journey.WakeAt); s.Do != journey.Replan {
		t.Errorf("later: %s", s.Do)
	}
	f.Deployment.Other = true
	if s = journey.Next(s.Journey, f, morning); s.Do != journey.Withdraw {
		t.Errorf("of other components: %s", s.Do)
	}
	f.Deployment.Begun = true
	if s = journey.Next(j, f, morning); s.Do != journey.Rest {
		t.Errorf("begun: %s", s.Do)
	}
}

func TestWaitsForItsVersionUntilTheEnd(t *testing.T) {
	t.Parallel()
	j := journey.Begin(trigger(journey.ContinuousDeployment, journey.KeepLatest), journey.Wanted{Component: "web", Commit: "0123abc"}, "a push", anna, morning)
	s := journey.Next(j, open(), morning.Add(time.Hour))
	if s.Journey.State != journey.Waiting || s.Journey.Waiting.Reasons[0].Gate != "library" || !s.Journey.Waiting.Reasons[0].Until.Equal(morning.Add(24*time.Hour)) {
		t.Errorf("it waits for %+v", s.Journey.Waiting)
	}
	s = journey.Next(s.Journey, open(), morning.Add(24*time.Hour))
	if s.Journey.Ending != journey.Failed || len(s.Entries) != 1 || !strings.Contains(s.Journey.Why, "0123abc") {
		t.Errorf("after a day it is %s: %s", s.Journey.Ending, s.Journey.Why)
	}
}

func TestALaterLowerVersionDoesNotSupersede(t *testing.T) {
	t.Parallel()
	of := func(version string, minutes int) journey.Journey {
		j := begun(t, trigger(journey.ContinuousDelivery, journey.KeepLatest))
		j.Release, j.Items, j.Begun = "web@"+version, []journey.Item{{Component: "web", Version: version}}, morning.Add(time.Duration(minutes)*time.Minute)
		return j
	}
	for _, c := range []struct {
		later, earlier string
		want           bool
	}{{"1.1.0", "1.0.0", true}, {"1.0.1", "2.0.0", false}, {"build-7", "build-6", true}, {"1.0.0", "1.0.0", false}} {
		if got := journey.Supersedes(of(c.later, 5), of(c.earlier, 0)); got != c.want {
			t.Errorf("%s after %s supersedes it: %t, want %t", c.later, c.earlier, got, c.want)
		}
		if journey.Supersedes(of(c.earlier, 0), of(c.later, 5)) {
			t.Errorf("%s supersedes %s, which began later", c.earlier, c.later)
		}
	}
}

func TestFromAndUntil(t *testing.T) {
	t.Parallel()
	flow := []string{"dev", "test", "staging", "live"}
	tr := trigger(journey.ContinuousDelivery, journey.KeepLatest)
	for _, c := range []struct{ from, until, want string }{
		{"", "", "dev test staging live"}, {"test", "", "test staging live"}, {"test", "staging", "test staging"},
		{"", "test", "dev test"}, {"live", "dev", ""}, {"none", "", ""}, {"", "none", ""},
	} {
		tr.Spec.From, tr.Spec.Until = c.from, c.until
		j, err := journey.Begin(tr, journey.Wanted{}, "", anna, morning).Set("web@1", nil, "web", flow, morning)
		var got []string
		for _, s := range j.Stages {
			got = append(got, s.Environment)
		}
		if strings.Join(got, " ") != c.want || (err == nil) != (c.want != "") {
			t.Errorf("from %q until %q: %v, %v; want %s", c.from, c.until, got, err, c.want)
		}
	}
}

func TestLoops(t *testing.T) {
	t.Parallel()
	at := func(minutes int) time.Time { return morning.Add(time.Duration(minutes) * time.Minute) }
	pass := func(version string, minutes int) journey.Passage {
		return journey.Passage{Version: version, Requested: at(minutes)}
	}
	passages := []journey.Passage{pass("4", 40), pass("3", 30), pass("3", 20), pass("2", 10), pass("1", 0)}
	for _, c := range []struct {
		name string
		gone map[string]time.Time
		want journey.Loop
	}{
		{"nothing went on yet", nil, journey.Loop{Component: "web", Deployments: 5, Versions: 4, Since: at(0), Took: practice.Duration(time.Hour)}},
		{"2 went on", map[string]time.Time{"2": at(15)}, journey.Loop{Component: "web", Deployments: 3, Versions: 2, Since: at(20), Took: practice.Duration(40 * time.Minute)}},
		{"the last went on", map[string]time.Time{"2": at(15), "4": at(50)}, journey.Loop{Component: "web", Deployments: 3, Versions: 2, Since: at(20), Took: practice.Duration(30 * time.Minute), Left: true}},
	} {
		if got := journey.LoopOf("web", passages, c.gone, at(60)); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

// Two who advance a journey at the same time do not enter an environment twice.
func TestEntersAnEnvironmentOnce(t *testing.T) {
	t.Parallel()
	j, _, err := begun(t, trigger(journey.ContinuousDeployment, journey.KeepLatest)).Joined("D-1", "test", morning)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := j.Joined("D-2", "test", morning); practice.CodeOf(err) != practice.Conflict {
		t.Errorf("a second deployment joined: %v", err)
	}
	j.Stages[0].Withdrawn = "D-1"
	if j, _, err = j.Joined("D-2", "test", morning); err != nil || len(j.Stages[0].Deployments) != 2 {
		t.Errorf("in the place of one that was taken back: %v", err)
	}
}
