package deployment_test

import (
	"flag"
	"fmt"
	"maps"
	"strings"
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
	for _, walk := range []struct {
		shape
		last int // the stage after which a deployment is not followed further
	}{
		{shape{waves: []int{1}, checks: true, acceptance: true, onFailure: model.Remediate}, 4},
		{shape{waves: []int{1}, acceptance: true, onFailure: model.Fail, startAfter: time.Hour}, 4},
		{shape{waves: []int{1, 1}, acceptance: true, onFailure: model.Fail, maxFailures: 1, soak: time.Minute}, 4},
		{shape{waves: []int{2}, checks: true, onFailure: model.Guidance}, 1},
		{shape{waves: []int{2}, onFailure: model.Fail, maxFailures: 1}, 1},
		{shape{waves: []int{2}, acceptance: true, onFailure: model.Remediate}, 2},
		{shape{waves: []int{2}, acceptance: true, onFailure: model.Remediate, maxFailures: 1}, 1},
		{shape{waves: []int{1}, checks: true, overrun: deployment.StopAtEnd}, 2},
		{shape{waves: []int{1, 1}, overrun: deployment.FinishStep}, 2},
		{shape{waves: []int{1, 1}, overrun: deployment.RollBack, onFailure: model.Fail}, 2},
		{shape{waves: []int{1, 1}, acceptance: true, overrun: deployment.StopAtEnd, soak: time.Minute}, 2},
		{shape{waves: []int{1, 1}, overrun: deployment.FinishWave, maxFailures: 1}, 1},
		{shape{waves: []int{2}, acceptance: true, maxFailures: 1, overrun: deployment.RollBack}, 1},
	} {
		if *deep {
			walk.last = 4
		}
		t.Logf("%+v: %d states", walk, explore(t, walk.shape, walk.last, seen))
	}
	table := map[string]bool{}
	for _, m := range deployment.Moves() {
		for _, to := range m.To {
			table[fmt.Sprintf("%s, %s -> %s", m.On, m.From, to)] = true
		}
	}
	for move := range table {
		if !seen[move] {
			t.Errorf("the table allows a move that never happens: %s", move)
		}
	}
}

// deep makes the walk follow every deployment for more stages: minutes instead of seconds.
var deep = flag.Bool("deep", false, "walk through hundreds of thousands of states")

// explore visits every state of one shape of deployment, and gives their number.
func explore(t *testing.T, s shape, last int, seen map[string]bool) int {
	t.Helper()
	first := newServer(s)
	first.once, first.overrun = true, s.overrun
	known := map[stateKey]bool{key(first): true}
	todo := []*server{first}
	for len(todo) > 0 {
		from := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, happening := range happenings(from) {
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
			if !known[k] && to.d.Stage.Number <= last {
				known[k] = true
				todo = append(todo, to)
			}
		}
	}
	return len(known)
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
	flags    [10]bool
	counters [15]int
	only     string
	rows     [2]rowKey
}

type rowKey struct {
	state deployment.TargetState
	stage int
	flags [6]bool
}

func key(s *server) stateKey {
	d, g := s.d, s.d.Stage
	k := stateKey{
		state: d.State, result: d.Result, phase: g.Phase, only: strings.Join(g.Only, ","),
		overrun: d.Overrun,
		flags: [10]bool{
			g.Issued, g.Stopping, g.SoakEnd.IsZero(), d.WakeAt.IsZero(), g.Halting, g.Passed, d.Halt == "",
			d.MustEnd.IsZero(), d.MustEnd.After(s.now), d.StartAfter.After(s.now),
		},
		counters: [15]int{
			d.Wave, d.Touched, d.Executed, d.Failures, g.Number, g.First, g.Wave, g.Total,
			g.Running, g.Done, g.Failed, g.Left, g.Unknown, g.Stopped,
		},
	}
	for i, row := range s.sorted() {
		k.rows[i] = rowKey{row.State, row.Stage, [6]bool{
			row.Touched, row.Executed, row.Accepted, row.Remediated, row.Troubled, row.StartedAt.IsZero(),
		}}
	}
	return k
}

// happening is one thing that can happen.
type happening struct {
	on deployment.EventKind
	do func(*server) error
}

// happenings gives everything that can happen, whether or not it makes sense.
func happenings(s *server) []happening {
	one := func(on deployment.EventKind, e deployment.Event) happening {
		return happening{on, func(s *server) error { return s.decide(e) }}
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
		one(deployment.OnCancelAsked, deployment.CancelAsked{By: anna}),
		{deployment.OnOrdersIssued, func(s *server) error { return s.issue(1) }},
		{deployment.OnOrdersIssued, func(s *server) error { return s.issue(practice.MaxLimit) }},
		{deployment.OnTimeCame, func(s *server) error {
			s.now = s.now.Add(time.Hour)
			return s.decide(deployment.TimeCame{})
		}},
	}
	judged := deployment.StartJudged{Verdict: practice.Pass()}
	if s.overrun != "" {
		judged.MustEnd, judged.Overrun = s.now.Add(time.Minute), s.overrun
		list = append(list, one(deployment.OnEndMoved, deployment.EndMoved{MustEnd: s.now.Add(-time.Minute), Overrun: s.overrun}))
	}
	list = append(list, one(deployment.OnStartJudged, judged))
	for _, advice := range []deployment.Advice{deployment.RetryTargets, deployment.GoOn, deployment.RemediateNow, deployment.CloseAsFailed} {
		list = append(list, one(deployment.OnGuidanceGiven, deployment.GuidanceGiven{By: anna, Advice: advice}))
	}
	for _, row := range s.sorted() {
		list = append(list,
			one(deployment.OnGuidanceGiven, deployment.GuidanceGiven{
				By: anna, Advice: deployment.RetryTargets, Targets: []string{row.Name}, Rows: []deployment.Target{row},
			}),
			one(deployment.OnOrderWithdrawn, deployment.OrderWithdrawn{Target: row}),
			happening{deployment.OnTargetSilent, func(s *server) error {
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
			r.Order, r.Deployment, r.Target, r.Stage, r.Attempt, r.Seq = row.Order, "D-12", row.Name, row.Stage, row.Attempt, row.Seq+1
			list = append(list, one(deployment.OnReported, deployment.Reported{Report: r, Target: row}))
		}
	}
	return list
}
