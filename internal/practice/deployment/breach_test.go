package deployment_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
)

// TestPain09NoWaveAfterABreach lets executors do what they may: each order ends well,
// fails, is unknown or silent, in any order, while nobody answers. The rule of
// server.breached holds throughout: beyond the bound of a wave no other begins (R37).
func TestPain09NoWaveAfterABreach(t *testing.T) {
	t.Parallel()
	stopped, ended := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		s := drawShape(t)
		s.waves = rapid.SliceOfN(rapid.IntRange(1, 5), 2, 4).Draw(t, "sizes")
		s.checks, s.pauses, s.criteria, s.levels, s.shared, s.startAfter = false, nil, nil, nil, false, 0
		w := &wild{server: newServer(s)}
		w.do(t, deployment.PlanFrozen{By: anna})
		w.do(t, deployment.AuthorisationGiven{By: anna})
		w.do(t, deployment.StartJudged{Verdict: practice.Pass()})
		w.do(t, deployment.ComponentsJudged{Verdict: practice.Pass()})
		for range 200 {
			switch {
			case w.d.State == deployment.Closed || w.d.State == deployment.AwaitingGuidance:
				if w.d.Wave < len(s.waves) {
					stopped++
				} else {
					ended++
				}
				return
			case !w.d.WakeAt.IsZero():
				w.now = later(w.now, w.d.WakeAt)
				w.do(t, deployment.TimeCame{})
			case w.d.Issuing(w.d.Stage.Number) && rapid.IntRange(0, 2).Draw(t, "issue") > 0:
				w.issuePage(t)
			default:
				w.anyEnd(t)
			}
		}
		t.Fatalf("it comes to no end: %+v", w.d)
	})
	if stopped == 0 || ended == 0 {
		t.Errorf("%d stopped before their last wave, %d came to it: the walk proves nothing", stopped, ended)
	}
}

// anyEnd lets the order of one target come to any end.
func (w *wild) anyEnd(t *rapid.T) {
	open := slices.DeleteFunc(w.sorted(), func(row deployment.Target) bool {
		return row.State != deployment.Ordered && row.State != deployment.Running
	})
	if len(open) == 0 {
		w.issuePage(t)
		return
	}
	row := open[rapid.IntRange(0, len(open)-1).Draw(t, "target")]
	if w.d.Stage.Stopping && row.State == deployment.Ordered {
		w.do(t, deployment.OrderWithdrawn{Target: row})
		return
	}
	outcome := rapid.SampledFrom([]deployment.Outcome{
		deployment.Done, deployment.Done, deployment.Done, deployment.Done, deployment.OutcomeFail, deployment.OutcomeDoubt, "",
	}).Draw(t, "outcome")
	if outcome == "" {
		w.now = w.now.Add(grace + time.Second)
		w.do(t, deployment.TargetSilent{Target: row})
		return
	}
	w.do(t, deployment.Reported{Target: row, Report: deployment.Report{
		Order: row.Order, Deployment: "D-12", Target: row.Name, Stage: row.Stage, Attempt: row.Attempt,
		Seq: row.Seq + 1, Kind: deployment.OrderEnded, Outcome: outcome,
	}})
}

// hear notes about which waves a person was heard.
func (s *server) hear(before deployment.Deployment, events []deployment.Event) {
	for _, e := range events {
		_, guided := e.(deployment.GuidanceGiven)
		_, resumed := e.(deployment.ResumeAsked)
		if !guided && !resumed {
			continue
		}
		s.answered = maps.Clone(s.answered)
		if s.answered == nil {
			s.answered = map[int]bool{}
		}
		s.answered[before.Wave] = true
	}
}

// breached judges that no wave begins after one that failed beyond its bound, unless a
// person was heard about it (pain 9): whatever else was reported, timed or doubled meanwhile.
func (s *server) breached(change deployment.Change) error {
	for _, effect := range change.Effects {
		issue, is := effect.(deployment.IssueOrders)
		if !is || issue.Stage.Phase != deployment.Execute || issue.Stage.Wave < 2 || issue.Stage.Retry() {
			continue
		}
		wave := issue.Stage.Wave - 1
		bound := s.d.Header.MaxFailures
		if own := s.d.Header.Waves[wave-1].MaxFailures; own != nil {
			bound = *own
		}
		bad := 0
		for _, row := range s.rows {
			bad += one(row.Wave == wave && (row.Troubled || !row.Executed) && !row.GivenUp)
		}
		if bad > bound && !s.answered[wave] {
			return broken("wave %d began though %d targets of wave %d did not end well, and %d may", wave+1, bad, wave, bound)
		}
	}
	return nil
}
