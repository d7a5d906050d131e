package deployment_test

import (
	"fmt"
	"testing"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
)

// BenchmarkDecide measures one report of a running wave, by the number of
// targets of the deployment: the cost of an event must not grow with it.
func BenchmarkDecide(b *testing.B) {
	for _, size := range []int{100, 1000, 10_000, 100_000} {
		b.Run(fmt.Sprintf("targets=%d", size), func(b *testing.B) {
			s := running(b, size)
			d, row := s.d, s.rows["app-1"]
			events := []deployment.Event{deployment.Reported{Target: row, Report: deployment.Report{
				Order: row.Order, Deployment: "D-12", Target: row.On(), Part: row.Part(), Stage: row.Stage, Attempt: row.Attempt,
				Seq: 1, Kind: deployment.StepBegun, Step: 1, StepName: "unpack", At: day,
			}}}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := deployment.Decide(d, events, day); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestCostOfAnEvent proves that what a decision allocates does not grow with the
// number of targets: neither for a report nor for the end of a failed order.
//
//nolint:paralleltest // allocations are counted for the whole process
func TestCostOfAnEvent(t *testing.T) {
	cost := func(size int) float64 {
		s := running(t, size)
		row := s.rows["app-1"]
		r := deployment.Report{
			Order: row.Order, Deployment: "D-12", Target: row.On(), Part: row.Part(), Stage: row.Stage, Attempt: row.Attempt,
			Seq: 1, Kind: deployment.OrderEnded, Outcome: deployment.OutcomeFail, Message: "exit status 1",
		}
		events := []deployment.Event{deployment.Reported{Target: row, Report: r}}
		before := s.d
		return testing.AllocsPerRun(100, func() {
			if _, err := deployment.Decide(before, events, day); err != nil {
				t.Error(err)
			}
		})
	}
	if small, large := cost(10), cost(10_000); large > small {
		t.Errorf("an event costs %v allocations at 10 targets, %v at 10,000", small, large)
	}
}

// running gives a server whose deployment has one wave of that size, all ordered.
func running(tb testing.TB, size int) *server {
	tb.Helper()
	s := newServer(shape{waves: []int{size}})
	rows := make([]deployment.Target, 0, size)
	for _, events := range []deployment.Event{
		deployment.PlanFrozen{By: anna}, deployment.AuthorisationGiven{By: anna},
		deployment.StartJudged{Verdict: practice.Pass()}, deployment.ComponentsJudged{Verdict: practice.Pass()},
	} {
		if err := s.decide(events); err != nil {
			tb.Fatal(err)
		}
	}
	for name, row := range s.rows {
		rows = append(rows, deployment.Issue(row, s.d.Stage, "O-"+name, practice.Duration(grace), day.Add(grace)))
	}
	if err := s.commit(rows, deployment.OrdersIssued{Stage: s.d.Stage.Number, Count: size, Last: true}); err != nil {
		tb.Fatal(err)
	}
	return s
}
