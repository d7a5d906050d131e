package deployment_test

import (
	"cmp"
	"flag"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/model"
)

// TestEveryState walks through every state that small deployments can come to,
// by every event that can happen there, up to a number of stages. The rules of
// server.check hold in all of them, and the moves that happen are exactly those
// of the table: it forbids nothing that happens, and allows nothing that never does.
func TestEveryState(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	walks := []struct {
		shape
		last int    // the stage after which a deployment is not followed further
		from string // it begins where every target of the wave was changed, or where one of them is in doubt
	}{
		{shape{waves: []int{1}, checks: true, acceptance: true, onFailure: model.Remediate}, 3, ""},
		{shape{waves: []int{1}, acceptance: true, onFailure: model.Fail, startAfter: time.Hour}, 2, ""},
		{shape{waves: []int{1, 1}, acceptance: true, onFailure: model.Fail, maxFailures: 1, soak: time.Minute}, 2, ""},
		{shape{waves: []int{2}, checks: true, onFailure: model.Guidance}, 1, ""},
		{shape{waves: []int{2}, onFailure: model.Fail, maxFailures: 1}, 1, ""},
		{shape{waves: []int{2}, acceptance: true, onFailure: model.Remediate}, 1, ""},
		{shape{waves: []int{2}, acceptance: true, onFailure: model.Remediate}, 2, "changed"},
		{shape{waves: []int{2}, acceptance: true, onFailure: model.Remediate}, 2, "in doubt"},
		{shape{waves: []int{2}, acceptance: true, onFailure: model.Fail}, 2, "changed"},
		{shape{waves: []int{1, 1}, onFailure: model.Fail}, 2, "in doubt"},
		{shape{waves: []int{1}, acceptance: true, pausable: true}, 3, "changed"},
		{shape{waves: []int{2}, acceptance: true, onFailure: model.Remediate, maxFailures: 1}, 1, ""},
		{shape{waves: []int{1}, checks: true, overrun: deployment.StopAtEnd}, 2, ""},
		{shape{waves: []int{1, 1}, overrun: deployment.FinishStep}, 1, ""},
		{shape{waves: []int{1, 1}, overrun: deployment.RollBack, onFailure: model.Fail}, 1, ""},
		{shape{waves: []int{1, 1}, acceptance: true, overrun: deployment.StopAtEnd, soak: time.Minute}, 1, ""},
		{shape{waves: []int{1, 1}, overrun: deployment.FinishWave, maxFailures: 1}, 1, ""},
		{shape{waves: []int{2}, acceptance: true, maxFailures: 1, overrun: deployment.RollBack}, 1, ""},
		{shape{waves: []int{1}, checks: true, acceptance: true, onFailure: model.Remediate, pausable: true}, 2, ""},
		{shape{waves: []int{2}, onFailure: model.Fail, maxFailures: 1, pausable: true}, 1, ""},
		{shape{waves: []int{1, 1}, overrun: deployment.FinishStep, pausable: true}, 1, ""},
		{shape{waves: []int{1, 1}, acceptance: true, soak: time.Minute, pausable: true}, 1, ""},
		{shape{waves: []int{1, 1}, pauses: []pauseAt{{wave: 0}, {wave: 1}}, maxFailures: 1, maxTotal: new(int)}, 1, ""},
		{shape{waves: []int{1, 1}, pauses: []pauseAt{{wave: 0}, {wave: 1}}, overrun: deployment.FinishWave}, 1, ""},
		{shape{waves: []int{1}, checks: true, acceptance: true, onFailure: model.Remediate, criteria: named("targets", "accepted")}, 2, ""},
		{shape{waves: []int{1}, acceptance: true, onFailure: model.Fail, criteria: named("library", "done")}, 1, ""},
		{shape{waves: []int{1}, checks: true, acceptance: true, onFailure: model.Remediate, criteria: named("library", "verified", "tried")}, 2, ""},
		{shape{waves: []int{1}, checks: true, acceptance: true, onFailure: model.Remediate, criteria: named("checked", "answers", "none", "few")}, 2, ""},
		{shape{waves: []int{1, 1}, maxFailures: 1, onFailure: model.Fail, criteria: named("few", "tested"), pausable: true}, 1, ""},
		{shape{waves: []int{1}, checks: true, acceptance: true, criteria: named("targets", "smoke"), pausable: true}, 1, ""},
		{shape{waves: []int{1}, checks: true, onFailure: model.Remediate, criteria: named("tested", "smoke")}, 1, ""},
		{shape{waves: []int{1}, criteria: named("library", "smoke"), overrun: deployment.FinishStep}, 1, ""},
		{shape{waves: []int{1}, acceptance: true, onFailure: model.Remediate, criteria: named("accepted", "none")}, 2, "changed"},
		{shape{waves: []int{1}, acceptance: true, onFailure: model.Remediate, criteria: named("tried", "done")}, 2, "changed"},
		{shape{waves: []int{1}, acceptance: true, onFailure: model.Fail, criteria: named("smoke")}, 2, "changed"},
		{shape{waves: []int{1}, onFailure: model.Remediate, criteria: named("smoke")}, 2, "changed"},
		{shape{waves: []int{1, 1}, levels: []int{1, 2}, shared: true, onFailure: model.Remediate}, 2, ""},
		{shape{waves: []int{1, 1}, levels: []int{1, 2}, onFailure: model.Remediate}, 3, "in doubt"},
		{shape{waves: []int{1, 1}, levels: []int{1, 2}, overrun: deployment.RollBack}, 1, ""},
	}
	var alone sync.Mutex
	for i, walk := range walks {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			if *deep {
				walk.last = 4
			}
			moves := map[string]bool{}
			t.Logf("%+v: %d states", walk, explore(t, walk.shape, walk.last, walk.from, moves))
			alone.Lock()
			defer alone.Unlock()
			maps.Copy(seen, moves)
		})
	}
	t.Cleanup(func() { // when all have ended
		for _, m := range deployment.Moves() {
			for _, to := range m.To {
				if move := fmt.Sprintf("%s, %s -> %s", m.On, m.From, to); !seen[move] {
					t.Errorf("the table allows a move that never happens: %s", move)
				}
			}
		}
	})
}

// deep makes the walk follow every deployment for more stages: minutes instead of seconds.
var deep = flag.Bool("deep", false, "walk through hundreds of thousands of states")

// explore visits every state of one shape of deployment, and gives their number.
func explore(t *testing.T, s shape, last int, start string, seen map[string]bool) int {
	t.Helper()
	first := newServer(s)
	first.once, first.overrun, first.pausable = true, s.overrun, s.pausable
	if start != "" {
		half(t, first, start)
	}
	known := map[stateKey]bool{key(first): true}
	todo := []*server{first}
	for len(todo) > 0 {
		from := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, happening := range happenings(from) {
			if happening.idle(from) {
				continue
			}
			to := from.copy()
			err := happening.do(to)
			if isRefusal(err) {
				continue
			}
			if err != nil {
				t.Fatalf("%+v, then %s: %v\n%+v", key(from), happening.on, err, from.d)
			}
			for _, e := range to.last.Entries {
				if e.Kind == deployment.EntryStateChanged {
					seen[fmt.Sprintf("%s, %s -> %s", happening.on, e.Data["from"], e.Data["to"])] = true
				}
			}
			k := key(to)
			// What is closed stays so: late words are heard there, one at a time.
			if !known[k] && to.d.Stage.Number <= last && (from.d.State != deployment.Closed || *deep) {
				known[k] = true
				todo = append(todo, to)
			}
		}
	}
	return len(known)
}

// half lets a deployment go well until every target of its one wave is changed, but
// for the outcome of the last, where that is to be in doubt.
func half(t *testing.T, s *server, start string) {
	t.Helper()
	for _, e := range []deployment.Event{
		deployment.PlanFrozen{By: anna}, deployment.AuthorisationGiven{By: anna}, deployment.StartJudged{Verdict: practice.Pass()},
		deployment.ComponentsJudged{Verdict: practice.Pass()},
	} {
		if err := s.decide(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.issue(practice.MaxLimit); err != nil {
		t.Fatal(err)
	}
	for i, row := range s.sorted()[:s.d.Stage.Total] {
		r := deployment.Report{
			Kind: deployment.OrderEnded, Outcome: deployment.Done, Order: row.Order, Deployment: s.d.ID, Target: row.Name,
			Stage: row.Stage, Attempt: row.Attempt, Seq: 1,
		}
		if start == "in doubt" && i == s.d.Stage.Total-1 {
			r.Outcome = deployment.OutcomeDoubt
		}
		if err := s.decide(deployment.Reported{Report: r, Target: row}); err != nil {
			t.Fatal(err)
		}
	}
}

// copy gives a server that can go another way.
func (s *server) copy() *server {
	c := *s
	c.rows = maps.Clone(s.rows)
	c.effects, c.entries = nil, nil
	return &c
}

// stateKey tells states apart as far as it matters for what can follow.
type stateKey struct {
	state    deployment.State
	result   deployment.Result
	phase    deployment.Phase
	overrun  deployment.Overrun
	flags    [15]bool
	counters [15]int
	only     string
	given    string
	rows     [2]rowKey
}

type rowKey struct {
	state deployment.TargetState
	left  deployment.Left
	stage int
	flags [9]bool
}

func key(s *server) stateKey {
	d, g := s.d, s.d.Stage
	k := stateKey{
		state: d.State, result: d.Result, phase: g.Phase, only: strings.Join(g.Only, ","),
		overrun: d.Overrun,
		flags: [15]bool{
			g.Issued, g.Stopping, g.SoakEnd.IsZero(), d.WakeAt.IsZero(), g.Halting, g.Passed, d.Halt == "",
			d.MustEnd.IsZero(), d.MustEnd.After(s.now), d.StartAfter.After(s.now), g.Paused, g.Forgiven, g.Resumes, d.Pausing != nil, d.Interrupting != nil,
		},
		counters: [15]int{
			d.Wave, d.Touched, d.Executed, d.Failures, g.Number, g.First, g.Wave, g.Total,
			g.Running, g.Done, g.Failed, g.Left, g.Unknown, g.Stopped, d.Tolerated,
		},
	}
	k.given = fmt.Sprint(d.GivenUp, g.Next, g.Given, g.Part, g.FromWave, g.Above, s.forgiven)
	if left := d.Suspended; left != nil {
		k.given += fmt.Sprint(left.Number, left.First, left.Phase, left.Wave, left.Total, left.Unknown, left.Halting, left.Passed)
	}
	k.given += fmt.Sprint(g.Held, g.Cleared)
	for _, j := range d.Criteria {
		k.given += fmt.Sprint(j.Criterion, j.Wave, j.Standing, j.Until.IsZero(), j.Until.After(s.now))
	}
	rows := s.sorted()
	for i, row := range rows {
		k.rows[i] = rowKey{row.State, row.Left, row.Stage, [9]bool{
			row.Touched, row.Executed, row.Accepted, row.Remediated, row.Troubled, row.StartedAt.IsZero(),
			row.GivenUp, row.Abandoned,
		}}
	}
	if len(rows) == 2 && rows[0].Wave == rows[1].Wave && k.rows[1].less(k.rows[0]) { // which of the two it is makes no difference
		k.rows[0], k.rows[1] = k.rows[1], k.rows[0]
		k.only, k.given = swapped.Replace(k.only), swapped.Replace(k.given)
	}
	return k
}

var swapped = strings.NewReplacer("app-1", "app-2", "app-2", "app-1")

// less gives any order of rows.
func (k rowKey) less(other rowKey) bool {
	number := func(k rowKey) (n int) {
		for _, flag := range k.flags {
			n = 2*n + one(flag)
		}
		return n
	}
	return cmp.Or(cmp.Compare(k.state, other.state), cmp.Compare(k.left, other.left), cmp.Compare(k.stage, other.stage), cmp.Compare(number(k), number(other))) < 0
}

// happening is one thing that can happen.
type happening struct {
	on    deployment.EventKind
	do    func(*server) error
	event deployment.Event // where it is no more than that
}

// idle says whether it is refused or means nothing.
func (h happening) idle(s *server) bool {
	if h.event == nil {
		return false
	}
	change, err := deployment.Decide(s.d, []deployment.Event{h.event}, s.now)
	return isRefusal(err) || err == nil && len(change.Targets)+len(change.Entries)+len(change.Effects) == 0
}

// happenings gives everything that can happen, whether or not it makes sense.
func happenings(s *server) []happening {
	one := func(on deployment.EventKind, e deployment.Event) happening {
		return happening{on, func(s *server) error { return s.decide(e) }, e}
	}
	list := []happening{
		one(deployment.OnPlanFrozen, deployment.PlanFrozen{By: anna}),
		one(deployment.OnAuthorisationGiven, deployment.AuthorisationGiven{By: anna}),
		one(deployment.OnComponentsJudged, deployment.ComponentsJudged{Verdict: practice.Pass()}),
		one(deployment.OnComponentsJudged, deployment.ComponentsJudged{Verdict: practice.Hold()}),
		one(deployment.OnAuthorisationHeld, deployment.AuthorisationHeld{By: anna, Voided: "the plan changed"}),
		one(deployment.OnAskedAnew, deployment.AskedAnew{Asked: s.asked(), By: anna}),
		one(deployment.OnAskedAnew, deployment.AskedAnew{Asked: s.askedOnceMore(), Voids: true, By: anna}),
		one(deployment.OnStartJudged, deployment.StartJudged{Verdict: practice.Hold(practice.Reason{Gate: "freeze", Message: "it is frozen"})}),
		one(deployment.OnReconsidered, deployment.Reconsidered{}),
		one(deployment.OnCancelAsked, deployment.CancelAsked{By: anna, Now: s.pausable}),
		{on: deployment.OnOrdersIssued, do: func(s *server) error { return s.issue(1) }},
		{on: deployment.OnOrdersIssued, do: func(s *server) error { return s.issue(practice.MaxLimit) }},
		{on: deployment.OnTimeCame, do: func(s *server) error {
			s.now = s.now.Add(time.Hour)
			return s.decide(deployment.TimeCame{})
		}},
	}
	list = append(list, criteriaHappenings(s)...)
	if s.pausable {
		list = append(list, one(deployment.OnPauseAsked, deployment.PauseAsked{By: anna}), one(deployment.OnResumeAsked, deployment.ResumeAsked{By: anna}))
	}
	judged := deployment.StartJudged{Verdict: practice.Pass(), Found: findings(s.d, deployment.CriterionMet)}
	if s.overrun != "" {
		judged.MustEnd, judged.Overrun = s.now.Add(time.Minute), s.overrun
		list = append(list, one(deployment.OnEndMoved, deployment.EndMoved{MustEnd: s.now.Add(-time.Minute), Overrun: s.overrun}))
	}
	list = append(list, one(deployment.OnStartJudged, judged))
	for _, advice := range []deployment.Advice{deployment.RetryTargets, deployment.SkipStep, deployment.GoOn, deployment.RemediateNow, deployment.CloseAsFailed} {
		list = append(list, one(deployment.OnGuidanceGiven, deployment.GuidanceGiven{By: anna, Advice: advice}))
	}
	for _, row := range s.sorted() {
		for _, advice := range []deployment.Advice{deployment.RetryTargets, deployment.SkipStep, deployment.RemediateNow, deployment.CloseAsFailed} {
			list = append(list, one(deployment.OnGuidanceGiven, deployment.GuidanceGiven{
				By: anna, Advice: advice, Targets: []string{row.Name}, Rows: []deployment.Target{row},
			}))
		}
		list = append(list,
			one(deployment.OnOrderWithdrawn, deployment.OrderWithdrawn{Target: row}),
			happening{on: deployment.OnTargetSilent, do: func(s *server) error {
				s.now = s.now.Add(time.Hour)
				return s.decide(deployment.TargetSilent{Target: row})
			}})
		for _, r := range []deployment.Report{
			{Kind: deployment.OrderBegun},
			{Kind: deployment.OrderEnded, Outcome: deployment.Done},
			{Kind: deployment.OrderEnded, Outcome: deployment.OutcomeFail},
			{Kind: deployment.OrderEnded, Outcome: deployment.OutcomeDoubt},
			{Kind: deployment.OrderEnded, Outcome: deployment.OutcomeStop},
			{Kind: deployment.OrderRefused},
		} {
			r.Order, r.Deployment, r.Stage, r.Attempt, r.Seq = row.Order, "D-12", row.Stage, row.Attempt, row.Seq+1
			r.Target, r.Part = row.On(), row.Part()
			list = append(list, one(deployment.OnReported, deployment.Reported{Report: r, Target: row}))
		}
	}
	return list
}
