package health_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/health"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// look reads a letter: r right, w wrong, b blind.
func look(letter byte) health.Look {
	return health.Look{Right: letter == 'r', Blind: letter == 'b', Says: string(letter)}
}

func TestAFailureCountsAfterSoMany(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		after int
		looks string
		want  health.State
	}{
		{3, "", ""}, {3, "w", ""}, {3, "ww", ""}, {3, "www", health.Failing}, {3, "r", health.Healthy},
		{3, "rww", health.Healthy}, {3, "rwwrww", health.Healthy}, {3, "rwww", health.Failing},
		{3, "wwwr", health.Failing}, {3, "wwwrr", health.Healthy}, {3, "wwwrw", health.Failing}, {3, "wwwrwr", health.Failing},
		{1, "w", health.Failing}, {1, "wr", health.Healthy},
		{3, "rbb", health.Healthy}, {3, "rbbb", health.Unknown}, {3, "rbbbr", health.Healthy}, {3, "bbb", health.Unknown},
		{3, "wbwbw", health.Failing}, {3, "wwwbbb", health.Unknown}, {3, "wwwbbbw", health.Failing}, {3, "wwwbbbr", health.Healthy},
		{0, "w", health.Failing},
	} {
		var p health.Pulse
		for i := range len(c.looks) {
			p = p.Take(health.Check{After: c.after, Means: health.Failing}, look(c.looks[i]), noon.Add(time.Duration(i)*time.Minute))
		}
		if p.State != c.want {
			t.Errorf("after %q with %d in a row: %q, want %q", c.looks, c.after, p.State, c.want)
		}
	}
}

// TestPulseProperty: a check fails only when so many looks in a row were wrong,
// ends its failure only by right looks, and never changes more often than its looks allow.
func TestPulseProperty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		check := health.Check{After: rapid.IntRange(1, 5).Draw(t, "after"), Means: rapid.SampledFrom([]health.State{health.Failing, health.Degraded}).Draw(t, "means")}
		var p health.Pulse
		wrong, right, changes := 0, 0, 0
		looks := rapid.SliceOfN(rapid.SampledFrom([]byte("rrwwb")), 1, 60).Draw(t, "looks")
		for i, letter := range looks {
			before := p
			p = p.Take(check, look(letter), noon.Add(time.Duration(i)*time.Minute))
			switch letter {
			case 'r':
				wrong, right = 0, right+1
			case 'w':
				wrong, right = wrong+1, 0
			}
			if p.State != before.State {
				changes++
				if !p.Since.Equal(noon.Add(time.Duration(i) * time.Minute)) {
					t.Fatalf("since %s, not the look that changed it", p.Since)
				}
			} else if !p.Since.Equal(before.Since) {
				t.Fatal("since moved without a change")
			}
			switch {
			case p.State == check.Means && before.State != check.Means && (letter != 'w' || wrong < check.After):
				t.Fatalf("%s after %d wrong looks, %d are needed", p.State, wrong, check.After)
			case p.State == health.Healthy && before.State != health.Healthy && letter != 'r':
				t.Fatalf("healthy by a look %q", letter)
			case before.State == check.Means && p.State == health.Healthy && right < min(check.After, 2):
				t.Fatalf("healthy again after %d right looks", right)
			case letter == 'w' && wrong >= check.After && p.State != check.Means:
				t.Fatalf("%q after %d wrong looks", p.State, wrong)
			}
			if before.State != "" && p.State == "" {
				t.Fatal("an answer was forgotten")
			}
		}
		if check.After > 1 && changes > len(looks)/2+2 {
			t.Fatalf("%d changes of %d looks", changes, len(looks))
		}
	})
}

func report(checks int, states ...health.State) health.Report {
	r := health.Report{Target: "web-1", Component: "shop", Mark: "m", Like: "D-1", Checks: checks, At: noon}
	for i, s := range states {
		if s != "" {
			r.Answers = append(r.Answers, health.Answer{Check: fmt.Sprint("check ", i), State: s, Since: noon.Add(-time.Minute), Says: string(s)})
		}
	}
	return r
}

func TestATargetIsItsWorstCheck(t *testing.T) {
	t.Parallel()
	landed := health.Landed("live", "web-1", "shop", "D-1", "m", 0, noon.Add(-time.Hour))
	for _, c := range []struct {
		report  health.Report
		want    health.State
		pending bool
	}{
		{report(1, health.Healthy), health.Healthy, false},
		{report(2, health.Healthy), health.Unknown, true},
		{report(2, health.Healthy, health.Unknown), health.Unknown, false},
		{report(3, health.Healthy, health.Degraded), health.Degraded, false},
		{report(3, health.Degraded, health.Failing, health.Unknown), health.Failing, false},
	} {
		h, changed := health.Judge(landed, c.report, noon)
		if h.State != c.want || h.Pending != c.pending || changed == (h.Pending && h.State == health.Unknown) {
			t.Errorf("%+v: %s, pending %v, changed %v", c.report.Answers, h.State, h.Pending, changed)
		}
		if worst, is := h.Worst(); is != (c.want != health.Healthy && !c.pending) || is && worst.State != c.want {
			t.Errorf("%+v: the worst is %+v, %v", c.report.Answers, worst, is)
		}
	}
}

// An agent that starts anew tells what it knows by then: the rest stays, and
// since when does too. Another mark begins anew. The agent's clock does not count.
func TestReportsAddUp(t *testing.T) {
	t.Parallel()
	h, _ := health.Judge(health.Health{}, report(2, health.Healthy, health.Failing), noon)
	if h.State != health.Failing || !h.Since.Equal(noon) {
		t.Fatalf("%+v", h)
	}
	later := report(2, health.Healthy)
	later.At = noon.Add(30 * time.Minute)
	later.Answers[0].Since = later.At
	h, changed := health.Judge(h, later, noon.Add(30*time.Minute))
	if changed || h.State != health.Failing || !h.Since.Equal(noon) || len(h.Answers) != 2 || !h.Answers[1].Since.Equal(noon.Add(-time.Minute)) || !h.HeardAt.Equal(noon.Add(30*time.Minute)) {
		t.Errorf("after a restart: %+v, changed %v", h, changed)
	}
	other := report(2, health.Healthy)
	other.Mark = "n"
	if h, changed := health.Judge(h, other, noon); !changed || h.State != health.Unknown || !h.Pending || len(h.Answers) != 1 {
		t.Errorf("of another record: %+v, changed %v", h, changed)
	}
	ahead := report(1, health.Failing)
	ahead.At, ahead.Answers[0].Since = noon.Add(5*time.Hour), noon.Add(5*time.Hour-time.Minute)
	if h, _ := health.Judge(health.Health{}, ahead, noon); !h.Answers[0].Since.Equal(noon.Add(-time.Minute)) {
		t.Errorf("of an agent whose clock is ahead: since %s", h.Answers[0].Since)
	}
}

func TestOverall(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		count health.Count
		want  health.State
	}{
		{health.Count{}, ""},
		{health.Count{Targets: 3}, health.Healthy},
		{health.Count{Targets: 3, Failing: 3}, health.Failing},
		{health.Count{Targets: 3, Failing: 2}, health.Degraded},
		{health.Count{Targets: 3, Failing: 2, Unknown: 1}, health.Degraded},
		{health.Count{Targets: 3, Failing: 2, Percent: 50}, health.Failing},
		{health.Count{Targets: 4, Failing: 2, Percent: 50}, health.Failing},
		{health.Count{Targets: 5, Failing: 2, Percent: 50}, health.Degraded},
		{health.Count{Targets: 3, Degraded: 3}, health.Degraded},
		{health.Count{Targets: 3, Unknown: 1}, health.Unknown},
		{health.Count{Targets: 3, Pending: 1}, health.Healthy},
		{health.Count{Targets: 3, Pending: 3}, health.Unknown},
	} {
		if got := health.Overall(c.count); got != c.want {
			t.Errorf("%+v: %q, want %q", c.count, got, c.want)
		}
	}
}

// TestUnknownIsNeverFineNorFailed: whatever the counts, silence never makes a
// place better or failing, and a place with a target of which nobody can say is
// never healthy.
func TestUnknownIsNeverFineNorFailed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) int { return rapid.IntRange(0, 4).Draw(t, name) }
		c := health.Count{Failing: draw("failing"), Degraded: draw("degraded"), Unknown: draw("unknown"), Pending: draw("pending"), Percent: rapid.IntRange(0, 100).Draw(t, "percent")}
		c.Targets = c.Failing + c.Degraded + c.Unknown + c.Pending + draw("healthy")
		q := health.Quiet{State: rapid.SampledFrom(health.States()).Draw(t, "state"), Number: rapid.IntRange(0, 6).Draw(t, "quiet"), Pending: rapid.Bool().Draw(t, "quiet pending")}
		hushed := c.Hush(q)
		if hushed.Targets != c.Targets || hushed.Healthy() < 0 || hushed.Failing < 0 || hushed.Degraded < 0 || hushed.Pending < 0 || hushed.Unknown < c.Unknown {
			t.Fatalf("%+v without %+v is %+v", c, q, hushed)
		}
		if hushed.Unknown > 0 && health.Overall(hushed) == health.Healthy {
			t.Fatalf("%+v is healthy", hushed)
		}
		if before := health.Overall(c); before != health.Failing && health.Overall(hushed) == health.Failing {
			t.Fatalf("silence made %+v failing", c)
		}
		if c.Failing == 0 && health.Overall(c) == health.Failing {
			t.Fatalf("%+v is failing without a failing target", c)
		}
	})
}

// TestSpellsProperty: whatever is counted in whatever order, spells follow each
// other without a gap, each of another state than the one before; the entries
// tell exactly them; and people are told of what is bad once and of its end.
func TestSpellsProperty(t *testing.T) {
	t.Parallel()
	place := health.Place{Environment: "live", Component: "shop"}
	rapid.Check(t, func(t *rapid.T) {
		var standing *health.Spell
		told := health.State("")
		for i := range rapid.IntRange(1, 30).Draw(t, "counts") {
			now := noon.Add(time.Duration(i) * time.Minute)
			c := health.Count{Failing: rapid.IntRange(0, 2).Draw(t, "failing"), Unknown: rapid.IntRange(0, 1).Draw(t, "unknown")}
			c.Targets = c.Failing + c.Unknown + rapid.IntRange(0, 2).Draw(t, "healthy")
			turn, changes := health.Change(standing, place, c, nil, "", now)
			if changes != (standing == nil && health.Overall(c) != "" || standing != nil && standing.State != health.Overall(c)) {
				t.Fatalf("%+v after %+v changes: %v", c, standing, changes)
			}
			if !changes {
				continue
			}
			if (turn.Ended == nil) != (standing == nil) || turn.Ended != nil && (turn.Ended.Stands() || !turn.Ended.Until.Equal(now)) {
				t.Fatalf("the end of %+v is %+v", standing, turn.Ended)
			}
			e := turn.Entry(practice.Tranship)
			if e.Subject != "health/live/shop" || (e.Kind == health.EntryEnded) != (turn.Begun == nil) {
				t.Fatalf("the entry is %+v", e)
			}
			if standing = turn.Begun; standing == nil {
				told = ""
				continue
			}
			standing.ID = fmt.Sprintf("H-%d", i)
			if health.State(e.Data["state"].(string)) != standing.State || !standing.Since.Equal(now) {
				t.Fatalf("the entry is %+v, the spell %+v", e, standing)
			}
			bad := standing.State == health.Failing || standing.State == health.Degraded
			wasBad := told == health.Failing || told == health.Degraded
			if want := bad && told != standing.State || standing.State == health.Healthy && wasBad; standing.Untold() != want {
				t.Fatalf("%s after people were told %q: untold %v", standing.State, told, standing.Untold())
			}
			if standing.Untold() && rapid.Bool().Draw(t, "told") {
				standing.Told, told = standing.State, standing.State
			}
		}
	})
}

func TestWhatIsSeenOfATarget(t *testing.T) {
	t.Parallel()
	landed := health.Landed("live", "web-1", "shop", "D-1", "m", 0, noon)
	answered, _ := health.Judge(landed, report(1, health.Failing), noon)
	for _, c := range []struct {
		name        string
		h           health.Health
		silent, now time.Time
		want        health.State
		why         bool
	}{
		{"just landed", landed, time.Time{}, noon, health.Unknown, true},
		{"answered", answered, time.Time{}, noon, health.Failing, false},
		{"its agent is silent", answered, noon, noon.Add(time.Minute), health.Unknown, true},
		{"nothing was said for long", answered, time.Time{}, noon.Add(health.Stale + time.Second), health.Unknown, true},
	} {
		if got, why := c.h.Seen(c.silent, c.now); got != c.want || (why != "") != c.why {
			t.Errorf("%s: %s (%s), want %s", c.name, got, why, c.want)
		}
	}
}
