package storetest

import (
	"fmt"
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/signature"
)

func presence(target, component, version string, since int) environment.Presence {
	p := environment.Presence{Target: target, Environment: "live", Component: component, Version: version, Deployment: "D-1", Since: at(since)}
	if version != "" {
		p.Digest = practice.DigestOf([]byte(version))
	}
	return p
}

func (s suite) presences(in string, when time.Time) []environment.Presence {
	s.Helper()
	return pages(s, 2, func(tx control.Tx, p practice.Page) ([]environment.Presence, error) {
		return tx.Presences(in, when, p)
	}, func(p environment.Presence) string { return p.Target + "/" + p.Component })
}

func until(p environment.Presence, end int) environment.Presence {
	p.Until = at(end)
	return p
}

func testPresences(s suite) {
	land := func(ps ...environment.Presence) {
		s.Helper()
		s.update(func(tx control.Tx) error { return tx.Land(ps) })
	}
	api1, db1, other := presence("web-1", "api", "1", 10), presence("web-1", "db", "1", 10), presence("web-2", "api", "1", 10)
	other.Environment = "test"
	api1.Slot = "blue"
	land(api1, db1, other)
	s.same("now", s.presences("", time.Time{}), []environment.Presence{api1, db1, other})
	s.same("in one environment", s.presences("live", time.Time{}), []environment.Presence{api1, db1})

	standing := func() []environment.Standing {
		return read(s, func(tx control.Tx) ([]environment.Standing, error) { return tx.Standing("live") })
	}
	s.same("what stands", standing(), []environment.Standing{{Component: "api", Version: "1", Targets: 1}, {Component: "db", Version: "1", Targets: 1}})

	places := func() []environment.Place {
		return read(s, func(tx control.Tx) ([]environment.Place, error) {
			return tx.PlacesOf("api", []string{"test", "none", "live"})
		})
	}
	s.same("where it is", places(), []environment.Place{{Environment: "live", Version: "1", Targets: 1}, {Environment: "test", Version: "1", Targets: 1}})
	on := func() []environment.Presence {
		return read(s, func(tx control.Tx) ([]environment.Presence, error) { return tx.PresencesOn([]string{"web-1"}) })
	}
	s.same("on a target", on(), []environment.Presence{api1, db1})

	api2 := presence("web-1", "api", "2", 20)
	api2.Slot = "green"
	land(api2, presence("web-1", "db", "", 20))
	s.same("after a change and a removal", s.presences("live", time.Time{}), []environment.Presence{api2})
	s.same("before both", s.presences("live", at(15)), []environment.Presence{until(api1, 20), until(db1, 20)})
	s.same("at the moment of the change", s.presences("live", at(20)), []environment.Presence{api2})
	s.same("before all", s.presences("", at(9)), []environment.Presence{})
	s.same("in all environments", s.presences("", at(15)), []environment.Presence{until(api1, 20), until(db1, 20), other})

	land(presence("web-1", "api", "3", 30), presence("web-1", "api", "4", 40))
	s.same("twice in one go", s.presences("live", at(35)), []environment.Presence{until(presence("web-1", "api", "3", 30), 40)})
	land(presence("web-1", "api", "5", 35)) // a clock that went back
	s.same("an older one replaces a newer one", s.presences("live", time.Time{}), []environment.Presence{presence("web-1", "api", "5", 35)})

	of := read(s, func(tx control.Tx) ([]environment.Presence, error) {
		return tx.PresencesOf([]string{"web-1", "web-2", "web-9"}, []string{"api"})
	})
	s.same("of targets", of, []environment.Presence{presence("web-1", "api", "5", 35), other})
	s.same("of none", read(s, func(tx control.Tx) ([]environment.Presence, error) { return tx.PresencesOf(nil, []string{"api"}) }), []environment.Presence{})
}

func testPresencePages(s suite) {
	var all []environment.Presence
	for i := range 1500 {
		all = append(all, presence(fmt.Sprintf("host-%04d", i), "api", "1", 10))
	}
	s.update(func(tx control.Tx) error { return tx.Land(all) })
	list := func(when time.Time) []environment.Presence {
		return pages(s, 700, func(tx control.Tx, p practice.Page) ([]environment.Presence, error) {
			return tx.Presences("live", when, p)
		}, func(p environment.Presence) string { return p.Target + "/" + p.Component })
	}
	s.same("1,500 of them", list(time.Time{}), all)
	var next, ended []environment.Presence
	for _, p := range all {
		next = append(next, presence(p.Target, "api", "2", 20))
		ended = append(ended, until(p, 20))
	}
	s.update(func(tx control.Tx) error { return tx.Land(next) })
	s.same("the next 1,500", list(time.Time{}), next)
	s.same("1,500 of the past", list(at(15)), ended)
}

func testDoubt(s suite) {
	known := presence("web-1", "api", "1", 10)
	s.update(func(tx control.Tx) error { return tx.Land([]environment.Presence{known}) })
	s.update(func(tx control.Tx) error {
		return tx.Doubt([]environment.Presence{presence("web-1", "api", "2", 20), presence("web-2", "api", "2", 20)})
	})
	known.Uncertain = true
	nothing := presence("web-2", "api", "", 20)
	nothing.Uncertain = true
	s.same("doubted", s.presences("", time.Time{}), []environment.Presence{known, nothing})
	certain := presence("web-2", "api", "2", 30)
	s.update(func(tx control.Tx) error {
		return tx.Land([]environment.Presence{certain, presence("web-1", "api", "", 30)})
	})
	s.same("certain again", s.presences("", time.Time{}), []environment.Presence{certain})
}

func agent(name string, n int) environment.Agent {
	return environment.Agent{Name: name, Key: signature.PublicKey(fmt.Sprintf("key-%d", n)), Version: "v1", Facts: map[string]string{"os": "linux"},
		EnrolledAt: at(n), EnrolledBy: anna}
}

func testAgents(s suite) {
	one, two := agent("web-1", 1), agent("web-2", 2)
	s.update(func(tx control.Tx) error { return tx.PutAgent(one) })
	s.update(func(tx control.Tx) error { return tx.PutAgent(two) })
	s.same("by names", read(s, func(tx control.Tx) ([]environment.Agent, error) { return tx.AgentsNamed([]string{"none", "web-1"}) }), []environment.Agent{one})
	s.same("by name", read(s, func(tx control.Tx) (environment.Agent, error) { return tx.AgentByName("web-1") }), one)
	s.same("by key", read(s, func(tx control.Tx) (environment.Agent, error) { return tx.AgentByKey("key-2") }), two)
	s.refused("not-found", "no such agent", func(tx control.Tx) error { _, err := tx.AgentByName("web-3"); return err })
	s.refused("not-found", "no such key", func(tx control.Tx) error { _, err := tx.AgentByKey("key-3"); return err })
	s.refused("conflict", "a key of another agent", func(tx control.Tx) error { return tx.PutAgent(agent("web-3", 2)) })

	one = agent("web-1", 7)
	s.update(func(tx control.Tx) error { return tx.PutAgent(one) })
	s.refused("not-found", "the key that was replaced", func(tx control.Tx) error { _, err := tx.AgentByKey("key-1"); return err })

	seen := []environment.Agent{{Name: "web-1", SeenAt: at(50), Version: "v2", Facts: map[string]string{"os": "bsd"}, ClockSkew: practice.Duration(time.Second), ClockAhead: true}, {Name: "web-9", SeenAt: at(50)}}
	s.update(func(tx control.Tx) error { return tx.SawAgents(seen) })
	one.SeenAt, one.Version, one.Facts, one.ClockSkew, one.ClockAhead = at(50), "v2", map[string]string{"os": "bsd"}, practice.Duration(time.Second), true
	s.same("list", pages(s, 1, control.Tx.Agents, func(a environment.Agent) string { return a.Name }), []environment.Agent{one, two})
}

func testOrderCounters(s suite) {
	next := func(orders map[string]int) map[string]int64 {
		s.Helper()
		var got map[string]int64
		s.update(func(tx control.Tx) (err error) {
			got, err = tx.NextOrderCounter(orders)
			return err
		})
		return got
	}
	s.same("first", next(map[string]int{"a": 1, "b": 5}), map[string]int64{"a": 1, "b": 1})
	s.same("then", next(map[string]int{"a": 2, "b": 1, "c": 1}), map[string]int64{"a": 2, "b": 6, "c": 1})
	s.same("after a new enrolment too", next(map[string]int{"a": 1}), map[string]int64{"a": 4})
	s.same("none", next(nil), map[string]int64{})
}
