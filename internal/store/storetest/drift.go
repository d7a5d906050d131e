package storetest

import (
	"fmt"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/internal/practice/environment"
)

func drifted(target, component string, n int) drift.Drift {
	return drift.Drift{
		Environment: "live", Target: target, Component: component, State: drift.Drifted, Recorded: drift.Recorded{Version: "1", Deployment: "D-1", Mark: "m"},
		Found: drift.Found{State: drift.Drifted, Version: "1", Differences: []drift.Difference{{Step: "put", What: "file a", Recorded: "x", Found: "y"}}},
		Like:  "D-1", Since: at(n), ChangedAt: at(n),
	}
}

func (s suite) drifts(f drift.Filter) []drift.Drift {
	s.Helper()
	return pages(s, 2, func(tx control.Tx, p practice.Page) ([]drift.Drift, error) { return tx.Drifts(f, p) }, func(d drift.Drift) string { return d.ID })
}

func testDrifts(s suite) {
	one, two, three := drifted("web-1", "api", 10), drifted("web-2", "api", 11), drifted("web-1", "db", 12)
	two.State, three.Environment = drift.Missing, "test"
	s.update(func(tx control.Tx) error {
		added, err := tx.AddDrifts([]drift.Drift{one, two, three})
		if err == nil {
			one, two, three = added[0], added[1], added[2]
		}
		return err
	})
	if one.ID != "DR-1" || three.ID != "DR-3" {
		s.Errorf("the ids are %s and %s", one.ID, three.ID)
	}
	s.same("one", read(s, func(tx control.Tx) (drift.Drift, error) { return tx.Drift("DR-2") }), two)
	s.refused("not-found", "no such drift", func(tx control.Tx) error { _, err := tx.Drift("DR-9"); return err })
	s.refused("invalid", "a page that is none", func(tx control.Tx) error {
		_, err := tx.Drifts(drift.Filter{}, practice.Page{After: "x"})
		return err
	})
	s.same("all that stand", s.drifts(drift.Filter{}), []drift.Drift{three, two, one})
	s.same("in an environment", s.drifts(drift.Filter{Environment: "live"}), []drift.Drift{two, one})
	s.same("on a target", s.drifts(drift.Filter{Target: "web-1"}), []drift.Drift{three, one})
	s.same("of a component", s.drifts(drift.Filter{Component: "api", Environment: "live"}), []drift.Drift{two, one})
	counts := func(in string) []drift.Count {
		return read(s, func(tx control.Tx) ([]drift.Count, error) { return tx.CountDrifts(in) })
	}
	s.same("counted", counts(""), []drift.Count{{Environment: "live", State: drift.Drifted, Number: 1}, {Environment: "live", State: drift.Missing, Number: 1}, {Environment: "test", State: drift.Drifted, Number: 1}})

	one.End, one.EndedAt, one.EndedBy, one.Why = drift.Taken, at(20), &anna, "so be it"
	s.update(func(tx control.Tx) error { return tx.PutDrifts([]drift.Drift{one}) })
	s.same("after one has ended", s.drifts(drift.Filter{}), []drift.Drift{three, two})
	s.same("with those that have ended", s.drifts(drift.Filter{Ended: true}), []drift.Drift{three, two, one})
	s.same("counted after that", counts("live"), []drift.Count{{Environment: "live", State: drift.Missing, Number: 1}})
	on := read(s, func(tx control.Tx) ([]drift.Drift, error) {
		return tx.StandingDrifts([]string{"web-1", "web-2", "web-3"})
	})
	s.same("those on targets", on, []drift.Drift{three, two})
	s.same("those on none", read(s, func(tx control.Tx) ([]drift.Drift, error) { return tx.StandingDrifts(nil) }), []drift.Drift{})
	again := drifted("web-1", "api", 30)
	s.update(func(tx control.Tx) error { _, err := tx.AddDrifts([]drift.Drift{again}); return err })
	if err := s.store.Update(s.Context(), s.scope, func(tx control.Tx) error {
		_, err := tx.AddDrifts([]drift.Drift{again})
		return err
	}); err == nil {
		s.Error("two drifts of one component stand on one target")
	}
}

func testDriftTold(s suite) {
	one, two := drifted("web-1", "api", 10), drifted("web-2", "api", 11)
	s.update(func(tx control.Tx) error {
		added, err := tx.AddDrifts([]drift.Drift{one, two})
		if err == nil {
			one, two = added[0], added[1]
		}
		return err
	})
	untold := func() []drift.Drift {
		return read(s, func(tx control.Tx) ([]drift.Drift, error) { return tx.UntoldDrifts("live", 10) })
	}
	s.same("untold", untold(), []drift.Drift{one, two})
	s.same("never told", read(s, func(tx control.Tx) (bool, error) { last, err := tx.LastTold("live"); return last.IsZero(), err }), true)
	one.Told, one.ToldAt = drift.Begun, at(20)
	s.update(func(tx control.Tx) error { return tx.PutDrifts([]drift.Drift{one}) })
	s.same("after one was told", untold(), []drift.Drift{two})
	last, err := at(20), error(nil)
	s.view(func(tx control.Tx) error { last, err = tx.LastTold("live"); return err })
	s.same("last told", last, at(20))
	one.End, one.EndedAt = drift.Righted, at(21)
	s.update(func(tx control.Tx) error { return tx.PutDrifts([]drift.Drift{one}) })
	s.same("its end is untold", untold(), []drift.Drift{one, two})
}

func testLooked(s suite) {
	look := func(target string, n int) drift.Looked {
		return drift.Looked{Target: target, Environment: "live", At: at(n), Blind: []string{"x"}, Values: map[string]string{"cpu.count": "4"}}
	}
	var many []drift.Looked
	for i := range 600 {
		many = append(many, look(fmt.Sprintf("web-%03d", i), 10))
	}
	s.update(func(tx control.Tx) error { return tx.PutLooked(many) })
	s.update(func(tx control.Tx) error { return tx.PutLooked([]drift.Looked{look("web-001", 20)}) })
	got := read(s, func(tx control.Tx) ([]drift.Looked, error) { return tx.Looked([]string{"web-001", "web-000", "other"}) })
	s.same("looked", got, []drift.Looked{look("web-000", 10), look("web-001", 20)})
	count := func(n int) int {
		return read(s, func(tx control.Tx) (int, error) { return tx.CountLooked("live", at(n)) })
	}
	s.same("looked at since", []int{count(10), count(11), count(21)}, []int{600, 1, 0})

	a := drift.Acceptance{Target: "web-1", Component: "api", Mark: "m", Sum: digest(1), Drift: "DR-1"}
	s.update(func(tx control.Tx) error { return tx.AddAcceptances([]drift.Acceptance{a}) })
	a.Sum = digest(2)
	s.update(func(tx control.Tx) error { return tx.AddAcceptances([]drift.Acceptance{a}) })
	s.same("accepted", read(s, func(tx control.Tx) ([]drift.Acceptance, error) { return tx.Acceptances([]string{"web-1", "web-2"}) }), []drift.Acceptance{a})
}

func testWhoActsWhere(s suite) {
	web := document("web-1", "live", 0, 1)
	web.Spec = []byte(`{"agent":"edge","environment":"live"}`)
	s.put(web)
	s.put(document("web-2", "live", 0, 1))
	names := func(docs []practice.Document, err error) ([]string, error) {
		var list []string
		for _, d := range docs {
			list = append(list, d.Name)
		}
		return list, err
	}
	of := func(agent string) []string {
		return read(s, func(tx control.Tx) ([]string, error) { return names(tx.TargetsOf(agent, practice.Page{})) })
	}
	s.same("of the agent that is named", of("edge"), []string{"web-1"})
	s.same("of the agent of the same name", of("web-2"), []string{"web-2"})
	s.same("of another", of("web-1"), []string{})
	web.Revision, web.Spec = 1, []byte(`{"agent":"other","environment":"live"}`)
	s.put(web)
	s.same("after another agent acts for it", append(of("edge"), of("other")...), []string{"web-1"})
	s.same("by name", read(s, func(tx control.Tx) ([]string, error) {
		return names(tx.TargetsNamed([]string{"web-2", "web-9", "web-1"}))
	}), []string{"web-1", "web-2"})
	s.same("counted", read(s, func(tx control.Tx) (int, error) { return tx.CountTargets("live") }), 2)
	web.Revision, web.Removed = 2, true
	s.put(web)
	s.same("after it was removed", of("other"), []string{})
	s.same("counted after that", read(s, func(tx control.Tx) (int, error) { return tx.CountTargets("live") }), 1)

	s.update(func(tx control.Tx) error {
		return tx.Land([]environment.Presence{presence("web-1", "api", "1", 10), presence("web-1", "db", "2", 10), presence("web-2", "api", "1", 11)})
	})
	s.same("all on a target", read(s, func(tx control.Tx) ([]environment.Presence, error) { return tx.PresencesOn([]string{"web-1"}) }),
		[]environment.Presence{presence("web-1", "api", "1", 10), presence("web-1", "db", "2", 10)})
	s.same("examples", read(s, func(tx control.Tx) ([]environment.Standing, error) { return tx.Examples("live") }),
		[]environment.Standing{{Component: "api", Version: "1", Targets: 2, Deployment: "D-1"}, {Component: "db", Version: "2", Targets: 1, Deployment: "D-1"}})

	d := s.deploy(planned(1), nil)
	open := order("busy-1", d.ID, "web-2", 1, 1)
	open.Target, open.Open = "web-2", true
	s.update(func(tx control.Tx) error { return tx.AddOrders([]deployment.OrderRow{open}) })
	busy := func() []string {
		return read(s, func(tx control.Tx) ([]string, error) { return tx.Busy([]string{"web-1", "web-2"}) })
	}
	s.same("busy", busy(), []string{"web-2"})
	s.update(func(tx control.Tx) error { return tx.EndOrders([]string{"busy-1"}) })
	s.same("busy no more", busy(), []string{})
}

// reference is what counts as right on a host, of n things.
func reference(target string, of environment.Watch, n int, by string) drift.Reference {
	r := drift.Reference{Target: target, Of: of, Since: at(n), By: by, Things: drift.Things{}}
	for i := range n {
		r.Things[fmt.Sprint("p", i)] = "1"
	}
	r.Digest, _ = r.Things.Digest() // texts always have one
	return r
}

func testReferences(s suite) {
	one, two, other := reference("web-1", environment.Packages, 3, ""), reference("web-1", environment.Users, 2, "D-1"), reference("web-2", environment.Users, 1, "")
	s.update(func(tx control.Tx) error { return tx.PutReferences([]drift.Reference{one, two, other}) })
	known := func(targets ...string) []drift.Reference {
		return read(s, func(tx control.Tx) ([]drift.Reference, error) { return tx.References(targets) })
	}
	short := func(r drift.Reference) drift.Reference { r.Things, r.Seen = nil, nil; return r }
	s.same("without their things", known("web-1", "web-3"), []drift.Reference{short(one), short(two)})
	s.same("of none", known(), []drift.Reference{})
	one = reference("web-1", environment.Packages, 4, "DR-2")
	one.Seen = &drift.SeenThings{Digest: digest(5), Things: drift.Things{"x": "2"}}
	s.update(func(tx control.Tx) error { return tx.PutReferences([]drift.Reference{one}) })
	s.same("whole", read(s, func(tx control.Tx) (drift.Reference, error) { return tx.Reference("web-1", environment.Packages) }), one)
	s.update(func(tx control.Tx) error { return tx.ForgetReferences([]drift.Reference{short(one)}) })
	s.same("after one was forgotten", known("web-1", "web-2"), []drift.Reference{short(two), short(other)})
	s.refused("not-found", "one that was forgotten", func(tx control.Tx) error { _, err := tx.Reference("web-1", environment.Packages); return err })
}

func testLastOrders(s suite) {
	s.put(document("web-1", "live", 0, 1))
	s.put(document("web-2", "live", 0, 1))
	given := func(id, deployment, target string, when int) deployment.OrderRow {
		o := order(id, deployment, "agent", 1, int64(when))
		o.Target, o.IssuedAt, o.Open = target, at(when), false
		return o
	}
	s.update(func(tx control.Tx) error {
		return tx.AddOrders([]deployment.OrderRow{given("a", "D-2", "web-1", 5), given("b", "D-1", "web-1", 9), given("d", "D-4", "web-1", 9), given("c", "D-3", "web-9", 9)})
	})
	s.same("the last", read(s, func(tx control.Tx) ([]drift.LastOrder, error) {
		return tx.LastOrders([]string{"web-1", "web-2", "web-9"})
	}),
		[]drift.LastOrder{{Target: "web-1", Order: "d"}})
	since := func(order string) []string {
		return read(s, func(tx control.Tx) ([]string, error) { return tx.DeploymentsSince("web-1", order) })
	}
	s.same("all deployments", since(""), []string{"D-4", "D-1", "D-2"})
	s.same("after the first", since("a"), []string{"D-4", "D-1"})
	s.same("after one of the same moment", since("b"), []string{"D-4"})
	s.same("after the last", since("d"), []string{})
	s.same("of none", read(s, func(tx control.Tx) ([]drift.LastOrder, error) { return tx.LastOrders(nil) }), []drift.LastOrder{})
}

func fillDrift(tx control.Tx, mark string) error {
	d := drifted("web", "api", 10)
	d.Why = "w-" + mark
	if _, err := tx.AddDrifts([]drift.Drift{d}); err != nil {
		return err
	}
	if err := tx.AddAcceptances([]drift.Acceptance{{Target: "web", Component: "api", Drift: "d-" + mark}}); err != nil {
		return err
	}
	if err := tx.PutReferences([]drift.Reference{reference("web", environment.Users, len(mark), "D-"+mark)}); err != nil {
		return err
	}
	return tx.PutLooked([]drift.Looked{{Target: "web", Environment: "live", At: at(len(mark)), Blind: []string{mark}}})
}

func alterDrift(tx control.Tx) error {
	d := drifted("web", "api", 10)
	d.ID, d.EndedAt, d.End = "DR-1", at(30), drift.Righted
	if err := tx.ForgetReferences([]drift.Reference{{Target: "web", Of: environment.Users}}); err != nil {
		return err
	}
	return tx.PutDrifts([]drift.Drift{d})
}

func everyDrift(tx control.Tx) []func() (any, error) {
	all, names := practice.Page{Limit: practice.MaxLimit}, []string{"web"}
	return []func() (any, error){
		func() (any, error) { return tx.Drift("DR-1") },
		func() (any, error) { return tx.Drifts(drift.Filter{Ended: true}, all) },
		func() (any, error) { return tx.StandingDrifts(names) },
		func() (any, error) { return tx.CountDrifts("") },
		func() (any, error) { return tx.Acceptances(names) },
		func() (any, error) { return tx.Looked(names) },
		func() (any, error) { return tx.CountLooked("live", at(1)) },
		func() (any, error) { return tx.References(names) },
		func() (any, error) { return tx.Reference("web", environment.Users) },
		func() (any, error) { return tx.LastOrders(names) },
		func() (any, error) { return tx.DeploymentsSince("t-one", "") },
		func() (any, error) { return tx.UntoldDrifts("live", 9) },
		func() (any, error) { return tx.LastTold("live") },
		func() (any, error) { return tx.Busy(names) },
		func() (any, error) { return tx.PresencesOn(names) },
		func() (any, error) { return tx.Examples("live") },
		func() (any, error) { return tx.TargetsOf("web", all) },
		func() (any, error) { return tx.TargetsNamed(names) },
		func() (any, error) { return tx.CountTargets("p-one") },
	}
}
