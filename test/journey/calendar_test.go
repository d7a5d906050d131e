package journey_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/test/house"
)

// wall writes a moment as documents do, in UTC.
func wall(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05") }

// freeze is a hard freeze of everything in live.
func freeze(name string, from, to time.Time, more string) string {
	return fmt.Sprintf(`
apiVersion: tranship.dev/v1
kind: Freeze
metadata: {name: %s}
spec:
  kind: hard
  appliesTo: {environments: [live]}
  when: {start: "%s", end: "%s", zone: UTC}%s
`, name, wall(from), wall(to), more)
}

func window(name string, from, to time.Time, more string) string {
	return fmt.Sprintf(`
apiVersion: tranship.dev/v1
kind: Window
metadata: {name: %s}
spec:
  appliesTo: {environments: [live]}
  when: {start: "%s", end: "%s", zone: UTC}%s
`, name, wall(from), wall(to), more)
}

func remove(t *testing.T, h *house.House, kind practice.Kind, name string) {
	t.Helper()
	if err := h.Control.Remove(t.Context(), practice.DefaultScope, house.Admin, kind, name, 0); err != nil {
		t.Fatal(err)
	}
}

// TestPain04FreezeIsAskedAgainAtTheStart: a deployment is authorised for later;
// a freeze that is applied afterwards holds it, at once and at its start, says
// so, and lets it go when it is taken away.
func TestPain04FreezeIsAskedAgainAtTheStart(t *testing.T) {
	t.Parallel()
	h, root := shop(t, 1, "")
	release(t, root)
	start := time.Now().Add(3 * time.Second)
	d := ask(t, h, 0, func(r *control.DeploymentRequest) { r.StartAfter = start })
	until(t, h, d.ID, "scheduled", waitsFor("schedule"))
	h.Apply(freeze("year-end", time.Now().Add(-time.Hour), time.Now().Add(time.Hour), ""))
	d = until(t, h, d.ID, "held before its start", waitsFor("schedule", "freeze"))
	if r := d.Waiting.Reasons[1]; !strings.Contains(r.Message, "hard freeze year-end holds from") || r.Until.IsZero() || r.How == "" {
		t.Errorf("the freeze is told as %+v", r)
	}
	d = until(t, h, d.ID, "held at its start", waitsFor("freeze"))
	if time.Now().Before(start) {
		t.Error("it was held by the freeze alone before its start")
	}
	remove(t, h, practice.KindFreeze, "year-end")
	expect(t, h, d.ID, deployment.Succeeded)
}

// TestPain04NothingStartsOutsideItsWindow: outside every window nothing starts; a
// window that opens lets it start.
func TestPain04NothingStartsOutsideItsWindow(t *testing.T) {
	t.Parallel()
	h, root := shop(t, 1, "")
	release(t, root)
	h.Apply(window("night", time.Now().Add(time.Hour), time.Now().Add(2*time.Hour), ""))
	d := ask(t, h, 0)
	d = until(t, h, d.ID, "outside its window", waitsFor("maintenance window"))
	if d.Waiting.Reasons[0].Until.IsZero() {
		t.Errorf("it does not say when the window opens: %+v", d.Waiting)
	}
	h.Apply(window("day", time.Now().Add(-time.Hour), time.Now().Add(time.Hour), ""))
	expect(t, h, d.ID, deployment.Succeeded)
}

// TestPain04WindowEndsWhileItRuns: what runs meets the end of its window as the
// window says, and a freeze that is applied while it runs as the freeze says.
func TestPain04WindowEndsWhileItRuns(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		before func(now time.Time) string
		while  func(now time.Time) string
		result deployment.Result
	}{
		{"the window ends", func(now time.Time) string {
			return window("short", now.Add(-time.Hour), now.Add(4*time.Second), "\n  whenItEnds: stop")
		}, nil, deployment.Failed},
		{"a freeze is applied", nil, func(now time.Time) string {
			return freeze("incident", now.Add(-time.Hour), now.Add(time.Hour), "\n  whenItBegins: stop")
		}, deployment.Failed},
		{"a freeze that lets it go on is applied", nil, func(now time.Time) string {
			return freeze("calm", now.Add(-time.Hour), now.Add(time.Hour), "\n  whenItBegins: go-on")
		}, deployment.Succeeded},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h, root := shop(t, 1, "")
			if c.before != nil {
				h.Apply(c.before(time.Now()))
			}
			d := ask(t, h, 0)
			until(t, h, d.ID, "executing", func(d deployment.Deployment) bool { return d.State == deployment.Executing && d.Stage.Running > 0 })
			if c.while != nil {
				h.Apply(c.while(time.Now()))
			}
			if c.result == deployment.Failed {
				until(t, h, d.ID, "halted by its end", func(d deployment.Deployment) bool { return d.Halt != "" || d.State == deployment.Closed })
			}
			release(t, root)
			if ended := h.Await(d.ID); ended.Result != c.result {
				t.Errorf("%s %s: %s; %+v", ended.State, ended.Result, ended.Cause, ended.Waiting)
			}
		})
	}
}
