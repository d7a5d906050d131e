package storetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
)

func targetNames(targets []deployment.Target) []string {
	names := []string{}
	for _, t := range targets {
		names = append(names, t.Name)
	}
	return names
}

func testTargets(s suite) {
	d := s.deploy(planned(10), nil)
	list := func(f deployment.TargetFilter) []deployment.Target {
		s.Helper()
		return pages(s, 2, func(tx control.Tx, p practice.Page) ([]deployment.Target, error) {
			return tx.DeploymentTargets(d.ID, f, p)
		},
			func(t deployment.Target) string { return t.Name })
	}
	row := list(deployment.TargetFilter{})[4]
	row.State, row.Stage, row.Phase, row.Attempt, row.Order, row.Message = deployment.Running, 2, deployment.Execute, 3, "o-1", "why \x00 not"
	row.Touched, row.Troubled, row.StartedAt, row.Took, row.Deadline = true, true, at(1), practice.Duration(time.Second), at(60)
	twice := row
	twice.Step = 5
	s.update(func(tx control.Tx) error { return tx.PutDeploymentTargets([]deployment.Target{row, twice}) })
	s.same("put; the last counts", list(deployment.TargetFilter{State: deployment.Running}), []deployment.Target{twice})
	s.same("of a wave", targetNames(list(deployment.TargetFilter{Wave: 2})), []string{"host-003", "host-004", "host-005"})
	s.same("of a wave and state", targetNames(list(deployment.TargetFilter{Wave: 2, State: deployment.Waiting})), []string{"host-003", "host-005"})
	s.same("named", targetNames(read(s, func(tx control.Tx) ([]deployment.Target, error) {
		return tx.DeploymentTargetsNamed(d.ID, []string{"host-009", "nobody", "host-000"})
	})), []string{"host-000", "host-009"})
	other := s.deploy(planned(2), nil)
	s.same("of another deployment", targetNames(read(s, func(tx control.Tx) ([]deployment.Target, error) {
		return tx.DeploymentTargets(other.ID, deployment.TargetFilter{}, practice.Page{})
	})), []string{"host-000", "host-001"})
}

// testTargetsToOrder compares the store's answer with deployment.Belongs for
// random rows and stages.
func testTargetsToOrder(s suite) {
	const n = 120
	random := rand.New(rand.NewPCG(1, 2))
	d := s.deploy(planned(n), nil)
	all := read(s, func(tx control.Tx) ([]deployment.Target, error) {
		return tx.DeploymentTargets(d.ID, deployment.TargetFilter{}, practice.Page{Limit: n})
	})
	states := []deployment.TargetState{deployment.Waiting, deployment.Ordered, deployment.Running, deployment.TargetDone,
		deployment.TargetFailed, deployment.TargetUnknown, deployment.TargetStopped}
	for i := range all {
		row := &all[i]
		row.Wave, row.Stage, row.State = random.IntN(3)+1, random.IntN(6), states[random.IntN(len(states))]
		row.Touched, row.Executed, row.Remediated = random.IntN(2) == 0, random.IntN(2) == 0, random.IntN(2) == 0
		row.GivenUp = random.IntN(3) == 0
		row.Abandoned = row.GivenUp && random.IntN(2) == 0
	}
	s.update(func(tx control.Tx) error { return tx.PutDeploymentTargets(all) })
	for _, phase := range []deployment.Phase{deployment.Verify, deployment.Execute, deployment.Accept, deployment.Remediate, "other"} {
		for range 40 {
			stage := deployment.Stage{Phase: phase, Number: random.IntN(8), Wave: random.IntN(4), Part: random.IntN(3) == 0, Resumes: random.IntN(3) == 0}
			stage.First = random.IntN(stage.Number + 1)
			if random.IntN(3) == 0 {
				stage.FromWave = 1 + random.IntN(3)
				stage.ToWave = stage.FromWave + random.IntN(2)
			}
			for range random.IntN(2) * random.IntN(60) {
				stage.Only = append(stage.Only, all[random.IntN(n)].Name)
			}
			want := []string{}
			for _, row := range all {
				if deployment.Belongs(stage, row) {
					want = append(want, row.Name)
				}
			}
			for _, limit := range []int{n, 3} {
				got := read(s, func(tx control.Tx) ([]deployment.Target, error) { return tx.TargetsToOrder(d.ID, stage, limit) })
				s.same(fmt.Sprintf("%+v, at most %d", stage, limit), targetNames(got), want[:min(limit, len(want))])
			}
		}
	}
}

func testSilentTargets(s suite) {
	d := s.deploy(planned(6), nil)
	deadline := func() time.Time {
		return read(s, func(tx control.Tx) (time.Time, error) { return tx.NextDeadline(d.ID) })
	}
	s.same("no deadline", deadline(), time.Time{})
	all := read(s, func(tx control.Tx) ([]deployment.Target, error) {
		return tx.DeploymentTargets(d.ID, deployment.TargetFilter{}, practice.Page{})
	})
	states := []deployment.TargetState{deployment.Running, deployment.Ordered, deployment.TargetDone, deployment.Running, deployment.Waiting, deployment.Running}
	for i, seconds := range []int{30, 20, 1, 25, 1, 0} {
		all[i].State = states[i]
		if seconds > 0 {
			all[i].Deadline = at(seconds)
		}
	}
	s.update(func(tx control.Tx) error { return tx.PutDeploymentTargets(all) })
	silent := func(now time.Time, limit int) []string {
		got := targetNames(read(s, func(tx control.Tx) ([]deployment.Target, error) { return tx.SilentTargets(d.ID, now, limit) }))
		slices.Sort(got)
		return got
	}
	s.same("next deadline", deadline(), at(20))
	s.same("a microsecond before it", silent(at(20).Add(-time.Microsecond), 9), []string{})
	s.same("at it", silent(at(20), 9), []string{"host-001"})
	s.same("later", silent(at(40), 9), []string{"host-000", "host-001", "host-003"})
	s.same("a part: the longest silent", silent(at(40), 2), []string{"host-001", "host-003"})
}
