package storetest

import (
	"fmt"
	"slices"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/plan"
)

// planned gives a plan with n targets in waves of three.
func planned(n int) plan.Plan {
	p := plan.Plan{Digest: digest(n), Header: plan.Header{Release: "shop", Direction: plan.Install, Environment: "live", TargetCount: n,
		Items: []plan.Item{{Component: "api", Version: "2"}, {Component: "db", Version: "7"}}}}
	for i := range n {
		p.Targets = append(p.Targets, plan.Target{Name: fmt.Sprintf("host-%03d", i), Agent: fmt.Sprintf("agent-%d", i), Wave: i/3 + 1,
			Labels: map[string]string{"n": fmt.Sprint(i)}, Before: []plan.Before{{Version: "1", Artifact: &plan.Artifact{Digest: digest(i)}}, {}}})
	}
	return p
}

func (s suite) plan(p plan.Plan) plan.Record {
	s.Helper()
	var r plan.Record
	s.update(func(tx control.Tx) (err error) {
		r, err = tx.AddPlan(p, anna, at(1))
		return err
	})
	return r
}

// deploy stores a deployment of a new plan; change may alter it before.
func (s suite) deploy(p plan.Plan, change func(*deployment.Deployment)) deployment.Deployment {
	s.Helper()
	record := s.plan(p)
	d := deployment.Deployment{Plan: record.ID, PlanDigest: record.Digest, Header: record.Header, RequestedBy: anna, RequestedAt: at(2), State: deployment.Requested, Since: at(2)}
	if change != nil {
		change(&d)
	}
	s.update(func(tx control.Tx) (err error) {
		d, err = tx.AddDeployment(d)
		return err
	})
	return d
}

func (s suite) deployment(id string) deployment.Deployment {
	s.Helper()
	return read(s, func(tx control.Tx) (deployment.Deployment, error) { return tx.Deployment(id) })
}

func testPlans(s suite) {
	p := planned(7)
	first, second := s.plan(p), s.plan(planned(0))
	s.same("ids", []string{first.ID, second.ID}, []string{"P-1", "P-2"})
	s.same("plan", read(s, func(tx control.Tx) (plan.Record, error) { return tx.Plan("P-1") }),
		plan.Record{ID: "P-1", Header: p.Header, Digest: p.Digest, By: anna, At: at(1)})
	for _, id := range []string{"P-3", "P-01", "P-", "1", "D-1", "P-1 "} {
		s.refused("not-found", "plan "+id, func(tx control.Tx) error { _, err := tx.Plan(id); return err })
	}
	s.same("targets", pages(s, 3, func(tx control.Tx, page practice.Page) ([]plan.Target, error) { return tx.PlanTargets("P-1", page) },
		func(t plan.Target) string { return t.Name }), p.Targets)
	s.same("targets of the other", read(s, func(tx control.Tx) ([]plan.Target, error) { return tx.PlanTargets("P-2", practice.Page{}) }), []plan.Target{})
	s.same("named", read(s, func(tx control.Tx) ([]plan.Target, error) {
		return tx.PlanTargetsNamed("P-1", []string{"host-005", "host-001", "host-999"})
	}), []plan.Target{p.Targets[1], p.Targets[5]})
}

func testDeployments(s suite) {
	d := s.deploy(planned(4), nil)
	s.same("id and revision", []any{d.ID, d.Revision}, []any{"D-1", 1})
	s.same("stored", s.deployment("D-1"), d)
	var rows []deployment.Target
	for _, target := range planned(4).Targets {
		rows = append(rows, deployment.NewTarget("D-1", target))
	}
	s.same("its targets", read(s, func(tx control.Tx) ([]deployment.Target, error) {
		return tx.DeploymentTargets("D-1", deployment.TargetFilter{}, practice.Page{})
	}), rows)

	next := d
	next.State, next.Since, next.WakeAt, next.Cause = deployment.Scheduled, at(3), at(9), "a \x00 byte"
	s.update(func(tx control.Tx) error { return tx.PutDeployment(next) })
	next.Revision = 2
	s.same("put", s.deployment("D-1"), next)
	s.refused("conflict", "an old revision", func(tx control.Tx) error { return tx.PutDeployment(d) })
	s.refused("not-found", "putting none", func(tx control.Tx) error { return tx.PutDeployment(deployment.Deployment{ID: "D-2", Revision: 1}) })
	s.refused("not-found", "no such deployment", func(tx control.Tx) error { _, err := tx.Deployment("D-2"); return err })
	s.refused("not-found", "a deployment of no plan", func(tx control.Tx) error {
		_, err := tx.AddDeployment(deployment.Deployment{Plan: "P-9"})
		return err
	})
}

func testDeploymentLists(s suite) {
	var all []deployment.Deployment // newest first
	for i := range 40 {
		p := planned(0)
		p.Header.Environment = []string{"live", "test"}[i%2]
		p.Header.Release = []string{"shop", "api@2", "db@7"}[i%3]
		p.Header.Items = [][]plan.Item{{{Component: "api"}}, {{Component: "db"}, {Component: "api"}}, {{Component: "db"}}}[i%3]
		d := s.deploy(p, func(d *deployment.Deployment) {
			d.State = []deployment.State{deployment.Executing, deployment.Closed, deployment.Scheduled, deployment.Closed, deployment.Closed}[i%5]
			d.Result = []deployment.Result{"", deployment.Failed, "", deployment.Succeeded, deployment.Remediated}[i%5]
		})
		all = append([]deployment.Deployment{d}, all...)
	}
	chosen := func(f deployment.Filter, d deployment.Deployment) bool {
		has := f.Component == ""
		for _, item := range d.Header.Items {
			has = has || item.Component == f.Component
		}
		return has && (f.Environment == "" || f.Environment == d.Header.Environment) && (f.Release == "" || f.Release == d.Header.Release) &&
			(len(f.States)+len(f.Results) == 0 || slices.Contains(f.States, d.State) || d.Result != "" && slices.Contains(f.Results, d.Result)) && (!f.Open || d.State != deployment.Closed)
	}
	for _, environment := range []string{"", "live", "none"} {
		for _, component := range []string{"", "api", "none"} {
			for _, release := range []string{"", "shop"} {
				for _, words := range [][]string{nil, {"closed"}, {"failed"}, {"failed", "remediated"}, {"scheduled", "closed", "succeeded"}, {"executing", "scheduled"}} {
					for _, open := range []bool{false, true} {
						f := deployment.Filter{Environment: environment, Component: component, Release: release, Open: open}
						f.States, f.Results = deployment.Outcomes(words)
						want := []string{}
						for _, d := range all {
							if chosen(f, d) {
								want = append(want, d.ID)
							}
						}
						got := []string{}
						for _, d := range pages(s, 7, func(tx control.Tx, p practice.Page) ([]deployment.Deployment, error) { return tx.Deployments(f, p) },
							func(d deployment.Deployment) string { return d.ID }) {
							got = append(got, d.ID)
						}
						s.same(fmt.Sprintf("%+v", f), got, want)
					}
				}
			}
		}
	}
	s.refused("invalid", "a page after nothing", func(tx control.Tx) error {
		_, err := tx.Deployments(deployment.Filter{}, practice.Page{After: "x"})
		return err
	})
}

func testDue(s suite) {
	wake := func(seconds int, state deployment.State) {
		s.deploy(planned(0), func(d *deployment.Deployment) {
			d.State = state
			if seconds > 0 {
				d.WakeAt = at(seconds)
			}
		})
	}
	wake(30, deployment.Scheduled)
	wake(10, deployment.Executing)
	wake(0, deployment.Executing)
	wake(10, deployment.Closed)
	wake(20, deployment.Executing)
	due := func(n, limit int) []string {
		s.Helper()
		return read(s, func(tx control.Tx) ([]string, error) { return tx.DueDeployments(at(n), limit) })
	}
	s.same("before all", due(9, 10), []string{})
	s.same("at the first's moment", due(10, 10), []string{"D-2"})
	s.same("all", due(99, 10), []string{"D-2", "D-5", "D-1"})
	s.same("a part", due(99, 2), []string{"D-2", "D-5"})
}

func testLastSucceeded(s suite) {
	add := func(environment string, direction plan.Direction, result deployment.Result, components ...string) {
		p := planned(0)
		p.Header.Environment, p.Header.Direction, p.Header.Items = environment, direction, nil
		for _, c := range components {
			p.Header.Items = append(p.Header.Items, plan.Item{Component: c})
		}
		d := s.deploy(p, nil)
		d.State, d.Result = deployment.Closed, result
		s.update(func(tx control.Tx) error { return tx.PutDeployment(d) })
	}
	add("live", plan.Install, deployment.Succeeded, "api", "db") // D-1
	for range 25 {
		add("live", plan.Install, deployment.Succeeded, "api") // to D-26
	}
	add("live", plan.Install, deployment.Failed, "api")    // D-27
	add("test", plan.Install, deployment.Succeeded, "api") // D-28
	add("live", plan.Remove, deployment.Succeeded, "api")  // D-29
	last := func(environment string, components ...string) string {
		s.Helper()
		var id string
		err := s.store.View(s.Context(), s.scope, func(tx control.Tx) error {
			d, err := tx.LastSucceeded(environment, components)
			id = d.ID
			return err
		})
		if practice.CodeOf(err) == practice.NotFound {
			return "none"
		}
		if err != nil {
			s.Errorf("last of %v: %v", components, err)
		}
		return id
	}
	s.same("one component", last("live", "api"), "D-26")
	s.same("both", last("live", "api", "db"), "D-1")
	s.same("both, the other way round", last("live", "db", "api"), "D-1")
	s.same("elsewhere", last("test", "api"), "D-28")
	s.same("never", last("test", "db"), "none")
	s.same("of nothing", last("test"), "none")
}
