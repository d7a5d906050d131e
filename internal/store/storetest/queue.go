package storetest

import (
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
)

func ids(list []deployment.Deployment) []string {
	names := []string{}
	for _, d := range list {
		names = append(names, d.ID)
	}
	return names
}

// waiting gives the state of a deployment that waits at gates.
func waiting(gates ...string) func(*deployment.Deployment) {
	return func(d *deployment.Deployment) {
		d.State = deployment.Scheduled
		for _, gate := range gates {
			d.Waiting.Reasons = append(d.Waiting.Reasons, practice.Reason{Gate: gate, Message: "it waits"})
		}
	}
}

func testLine(s suite) {
	in := func(state deployment.State, change ...func(*deployment.Deployment)) string {
		return s.deploy(planned(0), func(d *deployment.Deployment) {
			d.State, d.Waiting.Open = state, len(change) == 0
			for _, c := range change {
				c(d)
			}
		}).ID
	}
	in(deployment.Closed)
	begun := []string{in(deployment.Executing), in(deployment.VerifyingComponents), in(deployment.Cancelling)}
	planned := in(deployment.Planned)
	next := in(deployment.Scheduled, waiting(deployment.GateQueue))
	behind := in(deployment.Scheduled, waiting("freeze", deployment.GateQueue))
	in(deployment.Requested)
	frozen := in(deployment.Scheduled, waiting("freeze"))
	urgent := in(deployment.Scheduled, waiting(deployment.GateAlone), func(d *deployment.Deployment) { d.Urgency = practice.Urgent })
	hotfix := in(deployment.Scheduled, waiting(deployment.GateQueue), func(d *deployment.Deployment) { d.Urgency, d.Priority = practice.Emergency, 1 })
	eager := in(deployment.Authorised, func(d *deployment.Deployment) {
		d.Waiting.Open, d.Priority, d.Header.Environment = true, 50, "test"
	})

	s.same("begun", ids(pages(s, 2, func(tx control.Tx, p practice.Page) ([]deployment.Deployment, error) { return tx.BegunDeployments(p) },
		func(d deployment.Deployment) string { return d.ID })), begun)
	backlog := func(environment string) []string {
		return ids(pages(s, 2, func(tx control.Tx, p practice.Page) ([]deployment.Deployment, error) {
			return tx.Backlog(environment, p)
		}, deployment.BacklogKey))
	}
	s.same("backlog", backlog(""), []string{hotfix, urgent, eager, planned, next, behind, frozen})
	s.same("backlog of test", backlog("test"), []string{eager})
	line := func() []string {
		return ids(read(s, func(tx control.Tx) ([]deployment.Deployment, error) { return tx.WaitingInLine(10) }))
	}
	s.same("waiting", line(), []string{hotfix, urgent, next, behind})
	started := s.deployment(hotfix)
	started.State = deployment.Executing
	s.update(func(tx control.Tx) error { return tx.PutDeployment(started) })
	s.same("waiting when one began", line(), []string{urgent, next, behind})
	s.refused("invalid", "a page after nothing", func(tx control.Tx) error { _, err := tx.Backlog("", practice.Page{After: "7"}); return err })
	s.refused("invalid", "a page after no id", func(tx control.Tx) error { _, err := tx.BegunDeployments(practice.Page{After: "7"}); return err })
}

func testTimes(s suite) {
	day := 24 * time.Hour
	noon := at(0)
	run := func(state deployment.State, change func(*deployment.Deployment)) string {
		return s.deploy(planned(0), func(d *deployment.Deployment) {
			d.State, d.RequestedAt = state, noon
			change(d)
		}).ID
	}
	tonight := run(deployment.Scheduled, func(d *deployment.Deployment) {
		d.StartAfter, d.Estimate = noon.Add(day), practice.Duration(2*time.Hour)
	})
	run(deployment.Planned, func(*deployment.Deployment) {})
	now := run(deployment.Executing, func(d *deployment.Deployment) { d.Started = noon })
	past := run(deployment.Closed, func(d *deployment.Deployment) { d.Started, d.Ended = noon.Add(-day), noon.Add(-day/2) })
	run(deployment.Closed, func(d *deployment.Deployment) { d.Ended = noon.Add(-day) }) // never began
	open := func(from, to time.Time) []string {
		return ids(read(s, func(tx control.Tx) ([]deployment.Deployment, error) { return tx.OpenBetween(from, to, 10) }))
	}
	s.same("open", open(noon, noon.Add(2*day)), []string{now, tonight})
	s.same("open later", open(noon.Add(deployment.DefaultEstimate), noon.Add(day)), []string{})
	s.same("open within", open(noon.Add(day+time.Hour), noon.Add(day+time.Hour+1)), []string{tonight})
	s.same("ran", ids(read(s, func(tx control.Tx) ([]deployment.Deployment, error) {
		return tx.RanBetween(noon.Add(-day*3/4), noon, 10)
	})), []string{past})
	count := func(f func(control.Tx) (int, error)) int { return read(s, f) }
	s.same("arrived", count(func(tx control.Tx) (int, error) { return tx.Arrived(noon, noon.Add(1000)) }), 5)
	s.same("arrived before", count(func(tx control.Tx) (int, error) { return tx.Arrived(noon.Add(-day), noon) }), 0)
	s.same("completed", count(func(tx control.Tx) (int, error) { return tx.Completed(noon.Add(-day), noon.Add(-day/2)) }), 1)
}
