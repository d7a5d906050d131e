package deployment_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/model"
	"tranship.dev/tranship/internal/practice/plan"
)

// components names what the levels of a shape hold: each needs the one before.
var components = []string{"db", "api", "web", "edge"}

// leveled gives the components of a shape with levels, from the first on.
func (s *shape) leveled() []plan.Item {
	var items []plan.Item
	for level := 1; level <= slices.Max(s.levels); level++ {
		name := components[level-1]
		items = append(items, plan.Item{
			Component: name, Kind: library.Software, Version: "2.0.0", Level: level,
			Artifact: &plan.Artifact{Component: name, Version: "2.0.0", Digest: digest(name + " 2.0.0")},
		})
	}
	return items
}

// leveledAtRandom puts the waves of a shape into levels, each at that of the wave
// before or at the next.
func (s *shape) leveledAtRandom(draw func(most int) int) {
	level := 1
	for range s.waves {
		s.levels = append(s.levels, level)
		level += draw(1)
	}
	s.shared = draw(1) == 1
}

// wave gives the wave of that index; one that others wait for lets none fail.
func (s *shape) wave(i int) plan.Wave {
	w := plan.Wave{Number: i + 1, Size: s.waves[i], Soak: practice.Duration(s.soak)}
	if len(s.levels) > 0 {
		w.Level = s.levels[i]
		if w.Level < s.levels[len(s.levels)-1] {
			w.MaxFailures = new(int)
		}
	}
	return w
}

// target gives the n-th row, of the wave of that index: a target, or where the
// targets are shared the part of one.
func (s *shape) target(items []plan.Item, wave, n int) plan.Target {
	t := plan.Target{Name: fmt.Sprintf("app-%d", n), Wave: wave + 1}
	if len(s.levels) > 0 {
		t.Level = s.levels[wave]
		for i := range s.waves {
			if s.levels[i] < t.Level {
				n -= s.waves[i] // numbers begin anew at each level
			}
		}
		name := items[t.Level-1].Component
		t.Items, t.Name = []int{t.Level - 1}, fmt.Sprintf("%s-%d", name, n)
		if s.shared {
			t.Target = fmt.Sprintf("app-%d", n)
			t.Name = plan.PartName(t.Target, []string{name})
		}
	}
	t.Agent = t.On()
	for _, item := range items {
		before := plan.Before{Version: "1.9.0", Artifact: &plan.Artifact{Digest: digest(item.Component + " 1.9.0")}}
		if s.fresh {
			before = plan.Before{}
		}
		t.Before = append(t.Before, before)
	}
	return t
}

// inOrder judges that a level changes only upon what is in place everywhere below
// it, and is brought back only when all that was changed above it is back: no
// component is at the new version while one that it needs is back at the old (pain
// 12). Of what a person forgave or gave up nothing is demanded.
func (s *server) inOrder(change deployment.Change) error {
	if s.forgiven {
		return nil
	}
	for _, moved := range change.Targets {
		for _, other := range s.rows {
			switch {
			case moved.Level == 0:
			case moved.Phase == deployment.Execute && moved.State == deployment.Running && other.Level < moved.Level && !other.Executed:
				return broken("%s changes, and %s below it is not in place", moved.Name, other.Name)
			case moved.Phase == deployment.Remediate && moved.State == deployment.Running && other.Level > moved.Level && other.Touched && !other.Remediated:
				return broken("%s is brought back, and %s, which needs it, is not back yet", moved.Name, other.Name)
			case moved.Remediated && other.Level > moved.Level && other.Executed && !other.Remediated:
				return broken("%s is as it was before, and %s, which needs it, is still changed", moved.Name, other.Name)
			}
		}
	}
	return nil
}

// Whichever row fails, in whatever order executors answer: what landed from the lowest
// level up comes back from the highest down, all of it and nothing else (pain 12).
func TestPain12ComesBackInReverse(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		shape := shape{onFailure: model.Remediate, acceptance: rapid.Bool().Draw(t, "acceptance"),
			waves: rapid.SliceOfN(rapid.IntRange(1, 3), 2, 4).Draw(t, "waves")}
		shape.leveledAtRandom(func(most int) int { return rapid.IntRange(0, most).Draw(t, "level") })
		s := newServer(shape)
		faulty := rapid.SampledFrom(s.names).Draw(t, "faulty")
		must := func(err error) {
			if err != nil {
				t.Fatalf("%v\n%+v", err, s.d)
			}
		}
		must(s.decide(deployment.PlanFrozen{By: anna}))
		must(s.decide(deployment.AuthorisationGiven{By: anna}))
		must(s.decide(deployment.StartJudged{Verdict: practice.Pass()}))
		must(s.decide(deployment.ComponentsJudged{Verdict: practice.Pass()}))
		var up, down []deployment.Target
		for s.d.State != deployment.Closed {
			if s.d.Issuing(s.d.Stage.Number) {
				must(s.issue(practice.MaxLimit))
				continue
			}
			open := slices.DeleteFunc(s.sorted(), func(row deployment.Target) bool { return row.State != deployment.Ordered })
			if len(open) == 0 {
				t.Fatalf("it waits for nobody: %+v", s.d)
			}
			row := open[rapid.IntRange(0, len(open)-1).Draw(t, "next")]
			if s.d.Stage.Stopping {
				must(s.decide(deployment.OrderWithdrawn{Target: row}))
				continue
			}
			r := deployment.Report{Order: row.Order, Deployment: "D-12", Target: row.On(), Part: row.Part(), Stage: row.Stage, Attempt: row.Attempt,
				Seq: 1, Kind: deployment.OrderEnded, Outcome: deployment.Done}
			if row.Name == faulty && row.Phase == deployment.Execute {
				r.Outcome = deployment.OutcomeFail
			}
			must(s.decide(deployment.Reported{Report: r, Target: row}))
			switch row.Phase {
			case deployment.Execute:
				up = append(up, row)
			case deployment.Remediate:
				down = append(down, row)
			case deployment.Verify, deployment.Accept:
			}
		}
		byLevel := func(a, b deployment.Target) int { return a.Level - b.Level }
		if s.d.Result != deployment.Remediated || len(up) != len(down) {
			t.Fatalf("%s: %d rows changed, %d came back", s.d.Result, len(up), len(down))
		}
		slices.Reverse(down)
		if !slices.IsSortedFunc(up, byLevel) || !slices.IsSortedFunc(down, byLevel) {
			t.Fatalf("changed %v, came back from the end %v", rowNames(up), rowNames(down))
		}
		for _, row := range s.rows {
			if row.Touched != row.Remediated {
				t.Fatalf("%s is left half: %+v", row.Name, row)
			}
		}
	})
}

func rowNames(rows []deployment.Target) []string {
	var names []string
	for _, row := range rows {
		names = append(names, row.Name)
	}
	return names
}
