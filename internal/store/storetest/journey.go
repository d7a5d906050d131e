package storetest

import (
	"errors"
	"fmt"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/journey"
	"tranship.dev/tranship/internal/practice/library"
)

func way(trigger, component, version string) journey.Journey {
	return journey.Journey{Trigger: trigger, Begun: at(1), State: journey.Waiting, Since: at(1), Release: component + "@" + version,
		Items: []journey.Item{{Component: component, Version: version}}, Stages: []journey.Stage{{Environment: "test"}}}
}

func (s suite) journey(j journey.Journey) journey.Journey {
	s.Helper()
	s.update(func(tx control.Tx) (err error) {
		j, err = tx.AddJourney(j)
		return err
	})
	return j
}

func testJourneys(s suite) {
	j := s.journey(journey.Journey{Trigger: "web", Begun: at(1), State: journey.Waiting, Wanted: journey.Wanted{Component: "web", Commit: "0123abc"}})
	s.same("id and revision", []any{j.ID, j.Revision}, []any{"J-1", 1})
	get := func(id string) journey.Journey {
		s.Helper()
		return read(s, func(tx control.Tx) (journey.Journey, error) { return tx.Journey(id) })
	}
	s.same("stored", get("J-1"), j)
	next := j
	next.Release, next.Items = "shop", []journey.Item{{Component: "web", Version: "1"}, {Component: "api", Version: "2"}}
	s.update(func(tx control.Tx) error { return tx.PutJourney(next) })
	next.Revision = 2
	s.same("put", get("J-1"), next)
	s.refused("conflict", "an old revision", func(tx control.Tx) error { return tx.PutJourney(j) })
	s.refused("not-found", "putting none", func(tx control.Tx) error { return tx.PutJourney(journey.Journey{ID: "J-9", Revision: 1}) })
	s.refused("not-found", "no such journey", func(tx control.Tx) error { _, err := tx.Journey("J-2"); return err })

	all := []journey.Journey{next}
	for i := range 12 {
		w := way([]string{"web", "night"}[i%2], []string{"web", "api", "db"}[i%3], "7")
		if i%4 == 0 {
			w.State = journey.Ended
		}
		all = append([]journey.Journey{s.journey(w)}, all...)
	}
	chosen := func(f journey.Filter, j journey.Journey) bool {
		has := f.Component == ""
		for _, c := range j.Components() {
			has = has || c == f.Component
		}
		return has && (f.Release == "" || f.Release == j.Release) && (f.Trigger == "" || f.Trigger == j.Trigger) && (!f.Open || j.Open())
	}
	for _, component := range []string{"", "api", "none"} {
		for _, release := range []string{"", "web@7"} {
			for _, trigger := range []string{"", "night"} {
				for _, open := range []bool{false, true} {
					f := journey.Filter{Component: component, Release: release, Trigger: trigger, Open: open}
					want := []string{}
					for _, j := range all {
						if chosen(f, j) {
							want = append(want, j.ID)
						}
					}
					got := []string{}
					for _, j := range pages(s, 3, func(tx control.Tx, p practice.Page) ([]journey.Journey, error) { return tx.Journeys(f, p) },
						func(j journey.Journey) string { return j.ID }) {
						got = append(got, j.ID)
					}
					s.same(fmt.Sprintf("%+v", f), got, want)
				}
			}
		}
	}
}

func testEvidence(s suite) {
	var all []library.Evidence
	for i := range 9 {
		e := library.Evidence{Component: []string{"web", "api"}[i%2], Version: []string{"1", "2", "3"}[i%3], Suite: "unit", Passed: i, At: at(i), By: anna}
		s.update(func(tx control.Tx) (err error) {
			e, err = tx.AddEvidence(e)
			return err
		})
		all = append([]library.Evidence{e}, all...)
	}
	s.same("the first id", all[8].ID, "E-1")
	for _, f := range []library.EvidenceFilter{{}, {Component: "web"}, {Component: "api", Version: "2"}, {Component: "none"}} {
		want := []library.Evidence{}
		for _, e := range all {
			if (f.Component == "" || f.Component == e.Component) && (f.Version == "" || f.Version == e.Version) {
				want = append(want, e)
			}
		}
		s.same(fmt.Sprintf("%+v", f), pages(s, 2, func(tx control.Tx, p practice.Page) ([]library.Evidence, error) { return tx.EvidenceOf(f, p) },
			func(e library.Evidence) string { return e.ID }), want)
	}
}

func testPins(s suite) {
	pin := func(component, environment, version, why string) journey.Pin {
		return journey.Pin{Component: component, Environment: environment, Version: version, Why: why, By: anna, At: at(1)}
	}
	all := []journey.Pin{pin("api", "live", "1/2", "a"), pin("web", "live", "1", "b"), pin("web", "live", "2", "c"), pin("web", "test", "1", "d")}
	s.update(func(tx control.Tx) error {
		return errors.Join(tx.PutPin(all[2]), tx.PutPin(all[0]), tx.PutPin(pin("web", "test", "1", "before")), tx.PutPin(all[3]), tx.PutPin(all[1]))
	})
	list := func(component, environment string) []journey.Pin {
		s.Helper()
		return pages(s, 1, func(tx control.Tx, p practice.Page) ([]journey.Pin, error) { return tx.Pins(component, environment, p) },
			func(p journey.Pin) string { return p.Component + "/" + p.Environment + "/" + p.Version })
	}
	s.same("all", list("", ""), all)
	s.same("of a component", list("web", ""), all[1:])
	s.same("of an environment", list("", "live"), all[:3])
	s.same("of both", list("web", "live"), all[1:3])
	s.update(func(tx control.Tx) error { return tx.LiftPin("web", "live", "1") })
	s.same("after one was lifted", list("web", "live"), all[2:3])
	s.refused("not-found", "lifting it again", func(tx control.Tx) error { return tx.LiftPin("web", "live", "1") })
	s.refused("invalid", "a page after nothing", func(tx control.Tx) error { _, err := tx.Pins("", "", practice.Page{After: "x"}); return err })
}

func testDeliveries(s suite) {
	post := func() journey.Post {
		s.Helper()
		return read(s, func(tx control.Tx) (journey.Post, error) { return tx.Post("web") })
	}
	s.same("nothing kept yet", post(), journey.Post{Trigger: "web", Generation: 1})
	kept := journey.Post{Trigger: "web", Generation: 3, DueAt: at(5)}
	s.update(func(tx control.Tx) error {
		return errors.Join(tx.PutPost(journey.Post{Trigger: "web", Generation: 2}), tx.PutPost(kept))
	})
	s.same("kept", post(), kept)

	came := func(id string, n int, outcome journey.Outcome) journey.Delivery {
		s.Helper()
		d := journey.Delivery{Trigger: "web", ID: id, Digest: digest(n), At: at(n), Outcome: outcome}
		s.update(func(tx control.Tx) (err error) {
			d, err = tx.AddDelivery(d)
			return err
		})
		return d
	}
	one, bad, two := came("a", 1, journey.Taken), came("a", 1, journey.Refused), came("b", 2, journey.Ignored)
	for what, d := range map[string]journey.Delivery{
		"the same id": {Trigger: "web", ID: "a", Digest: digest(9)}, "the same content": {Trigger: "web", ID: "c", Digest: digest(2)},
	} {
		s.refused("conflict", what, func(tx control.Tx) error { _, err := tx.AddDelivery(d); return err })
		known := read(s, func(tx control.Tx) (journey.Delivery, error) { return tx.KnownDelivery(d.Trigger, d.ID, d.Digest) })
		s.same(what+" is known", known.Outcome != journey.Refused && known.Number > 0, true)
	}
	s.refused("not-found", "another trigger", func(tx control.Tx) error { _, err := tx.KnownDelivery("api", "a", digest(1)); return err })
	list := func() []journey.Delivery {
		s.Helper()
		return pages(s, 2, func(tx control.Tx, p practice.Page) ([]journey.Delivery, error) { return tx.Deliveries("web", p) },
			func(d journey.Delivery) string { return fmt.Sprint(d.Number) })
	}
	s.same("all", list(), []journey.Delivery{two, bad, one})
	s.update(func(tx control.Tx) error { return tx.ForgetDeliveries(at(1), at(2)) })
	s.same("without refused ones", list(), []journey.Delivery{two, one})
	s.update(func(tx control.Tx) error { return tx.ForgetDeliveries(at(2), at(2)) })
	s.same("without the first", list(), []journey.Delivery{two})
}

// fillJourneys adds one of each for testScopes.
func fillJourneys(tx control.Tx, mark string) error {
	_, errJourney := tx.AddJourney(way("t-"+mark, "api", "1"))
	_, errEvidence := tx.AddEvidence(library.Evidence{Component: "api", Version: "1", Suite: "s-" + mark})
	_, errDelivery := tx.AddDelivery(journey.Delivery{Trigger: "web", ID: "h", Digest: digest(1), At: at(1), Message: "d-" + mark})
	return errors.Join(errJourney, errEvidence, errDelivery,
		tx.PutPin(journey.Pin{Component: "api", Environment: "live", Version: "1", Why: "w-" + mark}),
		tx.PutPost(journey.Post{Trigger: "web", Journey: "p-" + mark}))
}

// alterJourneys changes what fillJourneys added.
func alterJourneys(tx control.Tx) error {
	j, err := tx.Journey("J-1")
	j.State = journey.Ended
	return errors.Join(err, tx.PutJourney(j), tx.LiftPin("api", "live", "1"), tx.PutPost(journey.Post{Trigger: "web"}), tx.ForgetDeliveries(at(99), at(99)))
}
