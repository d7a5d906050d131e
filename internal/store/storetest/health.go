package storetest

import (
	"errors"
	"fmt"
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/health"
)

func healthOf(target, component string, state health.State) health.Health {
	return health.Health{
		Environment: "live", Target: target, Component: component, State: state, Since: at(10), HeardAt: at(11), Deployment: "D-1", Mark: "m",
		Answers: []health.Answer{{Check: "answers", State: state, Since: at(9), Says: "said"}},
	}
}

func placeOf(environment, component string) health.Place {
	return health.Place{Environment: environment, Component: component}
}

func testHealth(s suite) {
	one, two, three := healthOf("web-1", "api", health.Failing), healthOf("web-2", "api", health.Healthy), healthOf("web-1", "db", health.Degraded)
	four := health.Landed("test", "web-3", "api", "D-2", "n", 50, at(12))
	s.update(func(tx control.Tx) error { return tx.PutHealth([]health.Health{one, two, three, four}) })
	list := func(f health.Filter) []health.Health {
		return pages(s, 2, func(tx control.Tx, p practice.Page) ([]health.Health, error) { return tx.HealthOf(f, p) }, func(h health.Health) string { return h.Target + "/" + h.Component })
	}
	s.same("all", list(health.Filter{}), []health.Health{one, three, two, four})
	s.same("in an environment", list(health.Filter{Environment: "live"}), []health.Health{one, three, two})
	s.same("of a component", list(health.Filter{Component: "api"}), []health.Health{one, two, four})
	s.same("of a component in an environment", list(health.Filter{Component: "api", Environment: "live"}), []health.Health{one, two})
	s.same("on a target", list(health.Filter{Target: "web-1"}), []health.Health{one, three})
	s.same("in a state", list(health.Filter{Environment: "live", Component: "api", State: health.Failing}), []health.Health{one})
	s.refused("invalid", "a page that is none", func(tx control.Tx) error {
		_, err := tx.HealthOf(health.Filter{}, practice.Page{After: "x"})
		return err
	})
	on := func(names ...string) []health.Health {
		return read(s, func(tx control.Tx) ([]health.Health, error) { return tx.HealthOn(names) })
	}
	s.same("on targets", on("web-1", "web-3", "none"), []health.Health{one, three, four})
	counts := func(places ...health.Place) []health.Counted {
		return read(s, func(tx control.Tx) ([]health.Counted, error) { return tx.CountHealth(places) })
	}
	s.same("no places", counts(), []health.Counted{})
	s.same("counted", counts(placeOf("live", "api"), placeOf("test", "api"), placeOf("live", "none")), []health.Counted{
		{Place: placeOf("live", "api"), Count: health.Count{Targets: 2, Failing: 1, Percent: 100}},
		{Place: placeOf("test", "api"), Count: health.Count{Targets: 1, Pending: 1, Percent: 50}},
	})
	one.State, one.Answers = health.Unknown, nil
	s.update(func(tx control.Tx) error { return tx.PutHealth([]health.Health{one}) })
	s.same("changed", on("web-1"), []health.Health{one, three})
	s.same("counted after that", counts(placeOf("live", "api")), []health.Counted{{Place: placeOf("live", "api"), Count: health.Count{Targets: 2, Unknown: 1, Percent: 100}}})
	s.update(func(tx control.Tx) error {
		return tx.DropHealth([]health.Health{one, four, healthOf("none", "api", health.Failing)})
	})
	s.same("what is left", list(health.Filter{}), []health.Health{three, two})
}

func spellOf(component string, state health.State, n int) health.Spell {
	return health.Spell{Place: placeOf("live", component), State: state, Since: at(n), Count: health.Count{Targets: 2, Failing: 1}, Target: "web-1", Check: "answers", Says: "said"}
}

func testSpells(s suite) {
	first, second, other := spellOf("api", health.Healthy, 10), spellOf("api", health.Failing, 20), spellOf("db", health.Degraded, 15)
	other.Environment = "test"
	first.Until = at(20)
	s.update(func(tx control.Tx) error {
		added, err := tx.AddSpells([]health.Spell{first, second, other})
		if err == nil {
			first, second, other = added[0], added[1], added[2]
		}
		return err
	})
	if first.ID != "H-1" || other.ID != "H-3" {
		s.Errorf("the ids are %s and %s", first.ID, other.ID)
	}
	list := func(f health.Filter) []health.Spell {
		return pages(s, 2, func(tx control.Tx, p practice.Page) ([]health.Spell, error) { return tx.Spells(f, p) }, func(h health.Spell) string { return h.ID })
	}
	s.same("all that stand", list(health.Filter{}), []health.Spell{other, second})
	s.same("with those that have ended", list(health.Filter{Ended: true, Component: "api"}), []health.Spell{second, first})
	s.same("in an environment", list(health.Filter{Environment: "test"}), []health.Spell{other})
	s.same("in a state", list(health.Filter{State: health.Failing}), []health.Spell{second})
	s.refused("invalid", "a page that is none", func(tx control.Tx) error {
		_, err := tx.Spells(health.Filter{}, practice.Page{After: "x"})
		return err
	})
	s.same("those of places", read(s, func(tx control.Tx) ([]health.Spell, error) {
		return tx.StandingSpells([]health.Place{placeOf("live", "api"), placeOf("live", "db")})
	}), []health.Spell{second})
	bad := func(n int) []health.Spell {
		when := time.Time{}
		if n > 0 {
			when = at(n)
		}
		return read(s, func(tx control.Tx) ([]health.Spell, error) { return tx.SpellsAt(when) })
	}
	s.same("not healthy now", bad(0), []health.Spell{second, other})
	for when, want := range map[int]int{9: 0, 15: 1, 19: 1, 20: 2} {
		s.same(fmt.Sprintf("not healthy at %d", when), len(bad(when)), want)
	}

	untold := func() []health.Spell {
		return read(s, func(tx control.Tx) ([]health.Spell, error) { return tx.UntoldSpells("live", 10) })
	}
	s.same("untold", untold(), []health.Spell{second})
	second.Told, second.ToldAt = health.Failing, at(25)
	s.update(func(tx control.Tx) error { return tx.PutSpells([]health.Spell{second}) })
	s.same("after it was told", untold(), []health.Spell{})
	s.same("last told", read(s, func(tx control.Tx) (time.Time, error) { return tx.LastToldHealth("live") }), at(25))
	s.same("never told", read(s, func(tx control.Tx) (time.Time, error) { return tx.LastToldHealth("none") }), time.Time{})
	err := s.store.Update(s.Context(), s.scope, func(tx control.Tx) error {
		_, err := tx.AddSpells([]health.Spell{spellOf("api", health.Healthy, 30)})
		return err
	})
	if err == nil {
		s.Error("two spells of one place stand")
	}
	second.Until = at(30)
	s.update(func(tx control.Tx) error { return tx.PutSpells([]health.Spell{second}) })
	for when, want := range map[int]int{29: 2, 30: 1} {
		s.same(fmt.Sprintf("after it has ended, not healthy at %d", when), len(bad(when)), want)
	}
}

func testQuietHealth(s suite) {
	away, busy := agent("away", 1), agent("web-1", 2)
	away.SeenAt, busy.SeenAt = at(5), at(50)
	s.update(func(tx control.Tx) error {
		for _, a := range []environment.Agent{away, busy} {
			if err := tx.PutAgent(a); err != nil {
				return err
			}
		}
		for name, by := range map[string]string{"web-1": "web-1", "web-2": "away", "web-3": "away"} {
			d, err := practice.NewDocument(practice.KindTarget, name, "live", nil, map[string]string{"environment": "live", "kind": "host", "agent": by})
			if err := errors.Join(err, tx.PutDocument(d)); err != nil {
				return err
			}
		}
		fresh := healthOf("web-1", "db", health.Healthy)
		fresh.HeardAt = at(60)
		return tx.PutHealth([]health.Health{
			healthOf("web-1", "api", health.Failing), healthOf("web-2", "api", health.Healthy), health.Landed("live", "web-3", "api", "D-1", "m", 0, at(3)), fresh,
		})
	})
	quiet := func(agents, reports int) []health.Quiet {
		return read(s, func(tx control.Tx) ([]health.Quiet, error) { return tx.QuietHealth(at(agents), at(reports)) })
	}
	s.same("nobody", quiet(1, 1), []health.Quiet{})
	silent := []health.Quiet{{Place: placeOf("live", "api"), State: health.Healthy, Number: 1}, {Place: placeOf("live", "api"), State: health.Unknown, Pending: true, Number: 1}}
	s.same("whose agents are silent", quiet(20, 1), silent)
	s.same("and what was said long ago, each once", quiet(20, 30), append(silent, health.Quiet{Place: placeOf("live", "api"), State: health.Failing, Number: 1}))
}

func fillHealth(tx control.Tx, mark string) error {
	h := healthOf("web", "api", health.Failing)
	h.Deployment = "d-" + mark
	spell := spellOf("api", health.Failing, 10)
	spell.Says = "s-" + mark
	_, err := tx.AddSpells([]health.Spell{spell})
	return errors.Join(err, tx.PutHealth([]health.Health{h, healthOf("other", "api", health.Failing)}))
}

func alterHealth(tx control.Tx) error {
	spell := spellOf("api", health.Failing, 10)
	spell.ID, spell.Until = "H-1", at(30)
	return errors.Join(tx.PutSpells([]health.Spell{spell}), tx.PutHealth([]health.Health{healthOf("web", "api", health.Healthy)}), tx.DropHealth([]health.Health{healthOf("other", "api", "")}))
}

func everyHealth(tx control.Tx) []func() (any, error) {
	all, names, places := practice.Page{Limit: practice.MaxLimit}, []string{"web"}, []health.Place{placeOf("live", "api")}
	return []func() (any, error){
		func() (any, error) { return tx.HealthOn(names) },
		func() (any, error) { return tx.HealthOf(health.Filter{Environment: "live"}, all) },
		func() (any, error) { return tx.CountHealth(places) },
		func() (any, error) { return tx.QuietHealth(at(1000), at(1000)) },
		func() (any, error) { return tx.StandingSpells(places) },
		func() (any, error) { return tx.Spells(health.Filter{Ended: true}, all) },
		func() (any, error) { return tx.SpellsAt(time.Time{}) },
		func() (any, error) { return tx.SpellsAt(at(15)) },
		func() (any, error) { return tx.UntoldSpells("live", 9) },
		func() (any, error) { return tx.LastToldHealth("live") },
	}
}
