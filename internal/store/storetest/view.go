package storetest

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/library"
)

func testStands(s suite) {
	there := func(target, component, version string, since int, in string) environment.Presence {
		p := presence(target, component, version, since)
		p.Environment = in
		return p
	}
	s.update(func(tx control.Tx) error {
		return tx.Land([]environment.Presence{
			there("a", "api", "1", 10, "live"), there("b", "api", "1", 12, "live"), there("c", "api", "2", 14, "live"),
			there("d", "api", "2", 5, "test"), there("a", "db", "7", 3, "live"), there("a", "web", "1", 1, "live"),
		})
	})
	s.update(func(tx control.Tx) error { return tx.Doubt([]environment.Presence{there("b", "api", "", 20, "live")}) })
	s.update(func(tx control.Tx) error { return tx.Land([]environment.Presence{there("a", "api", "2", 30, "live")}) })
	stands := func(when time.Time, environments, components []string) []control.Stand {
		return read(s, func(tx control.Tx) ([]control.Stand, error) { return tx.Stands(environments, components, when) })
	}
	both := []string{"live", "test"}
	s.same("now", stands(time.Time{}, both, []string{"api", "db"}), []control.Stand{
		{Component: "api", Environment: "live", Version: "1", Targets: 1, Uncertain: 1, First: at(12), Last: at(12)},
		{Component: "api", Environment: "live", Version: "2", Targets: 2, First: at(14), Last: at(30)},
		{Component: "api", Environment: "test", Version: "2", Targets: 1, First: at(5), Last: at(5)},
		{Component: "db", Environment: "live", Version: "7", Targets: 1, First: at(3), Last: at(3)},
	})
	s.same("only in test", len(stands(time.Time{}, both[1:], []string{"api", "db"})), 1)
	s.same("of nothing", len(stands(time.Time{}, both, nil)), 0)
	s.same("before the last change", stands(at(13), both[:1], []string{"api"}), []control.Stand{
		{Component: "api", Environment: "live", Version: "1", Targets: 2, Uncertain: 1, First: at(10), Last: at(12)},
	})
	on := func(when time.Time, limit int) (targets []string) {
		for _, one := range read(s, func(tx control.Tx) ([]control.StandsOn, error) { return tx.StandsOn("api", "live", when, limit) }) {
			targets = append(targets, one.Target+"@"+one.Version)
		}
		return targets
	}
	s.same("on which targets", on(time.Time{}, 9), []string{"a@2", "c@2", "b@1"})
	s.same("the last one", on(time.Time{}, 1), []string{"a@2"})
	s.same("on which then", on(at(13), 9), []string{"b@1", "a@1"})
	said := []string{}
	for _, one := range read(s, func(tx control.Tx) ([]environment.Stand, error) { return tx.StandsByDigest("live") }) {
		said = append(said, fmt.Sprint(one.Component, "@", one.Version, " ", one.Digest != "", " ", one.Uncertain, " ", one.Targets))
	}
	s.same("by digest in live", said, []string{"api@1 true true 1", "api@2 true false 2", "db@7 true false 1", "web@1 true false 1"})
	some := func(limit int, components ...string) (said []string) {
		for _, p := range read(s, func(tx control.Tx) ([]environment.Presence, error) { return tx.SomeOfEach("live", components, limit) }) {
			said = append(said, fmt.Sprint(p.Target, " ", p.Component, "@", p.Version, " ", p.Uncertain, " ", p.Environment))
			if full := read(s, func(tx control.Tx) ([]environment.Presence, error) {
				return tx.PresencesOf([]string{p.Target}, []string{p.Component})
			}); len(full) != 1 || full[0].Digest != p.Digest {
				s.Errorf("some of each: %+v, want the digest of %+v", p, full)
			}
		}
		return said
	}
	s.same("some of each version", some(9, "api", "db"), []string{"b api@1 true live", "a api@2 false live", "c api@2 false live", "a db@7 false live"})
	s.same("one of each version", some(1, "api"), []string{"b api@1 true live", "a api@2 false live"})
	s.same("of none", len(some(9)), 0)
	for _, name := range []string{"host-1", "host-2", "gone"} {
		s.update(func(tx control.Tx) error {
			return tx.PutDocument(practice.Document{Kind: practice.KindTarget, Name: name, Parent: "live", Spec: []byte("{}")})
		})
	}
	s.update(func(tx control.Tx) error {
		return tx.PutDocument(practice.Document{Kind: practice.KindTarget, Name: "gone", Parent: "live", Revision: 1, Removed: true, Spec: []byte("{}")})
	})
	s.same("targets in live", pages(s, 1, func(tx control.Tx, p practice.Page) ([]string, error) { return tx.TargetsIn("live", p) },
		func(name string) string { return name }), []string{"host-1", "host-2"})
	s.same("doubted", read(s, control.Tx.DoubtedPlaces), []control.PlaceCount{{Component: "api", Environment: "live", Number: 1}})

	for i, name := range []string{"2.0.0", "1.0.0"} {
		s.update(func(tx control.Tx) error { return tx.AddVersion(version("api", name, i+1)) })
	}
	numbers := read(s, func(tx control.Tx) ([]control.VersionNumber, error) {
		return tx.VersionNumbers([]string{"api", "none"})
	})
	s.same("versions as they were added", len(numbers), 2)
	s.same("the first", numbers[0].Version+" "+string(numbers[0].State), "2.0.0 "+string(library.Quarantined))
}

func testPlacesPast(s suite) {
	stands, ended, later := drifted("web-1", "api", 10), drifted("web-2", "api", 10), drifted("web-3", "api", 30)
	ended.End, ended.EndedAt = drift.Righted, at(20)
	s.update(func(tx control.Tx) error { _, err := tx.AddDrifts([]drift.Drift{stands, ended, later}); return err })
	drifts := func(n int) []control.PlaceCount {
		return read(s, func(tx control.Tx) ([]control.PlaceCount, error) { return tx.DriftPlacesAt(at(n)) })
	}
	sum := func(counts []control.PlaceCount) (n int) {
		for _, c := range counts {
			n += c.Number
		}
		return n
	}
	for when, want := range map[int]int{9: 0, 10: 2, 19: 2, 20: 1, 30: 2} {
		s.same(fmt.Sprintf("drifted at %d", when), sum(drifts(when)), want)
	}

	quiet, busy, gone := agent("away", 1), agent("web-1", 2), agent("revoked", 3)
	quiet.SeenAt, busy.SeenAt, gone.SeenAt, gone.RevokedAt = at(5), at(50), at(5), at(6)
	s.update(func(tx control.Tx) error {
		for _, a := range []environment.Agent{quiet, busy, gone} {
			if err := tx.PutAgent(a); err != nil {
				return err
			}
		}
		for name, by := range map[string]string{"web-1": "", "web-2": "away", "web-3": "away", "web-4": "revoked"} {
			spec := map[string]string{"environment": "live", "kind": "host"}
			if by != "" {
				spec["agent"] = by
			}
			d, err := practice.NewDocument(practice.KindTarget, name, "live", nil, spec)
			if err == nil {
				err = errors.Join(tx.PutDocument(d), tx.Land([]environment.Presence{presence(name, "api", "1", 2)}))
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	silent := read(s, func(tx control.Tx) ([]control.PlaceSilence, error) { return tx.SilentPlaces(at(20)) })
	s.same("silent", silent, []control.PlaceSilence{{PlaceCount: control.PlaceCount{Component: "api", Environment: "live", Number: 2}, Since: at(5)}})
	s.update(func(tx control.Tx) error { quiet.SeenAt = at(60); return tx.SawAgents([]environment.Agent{quiet}) })
	s.same("after it was heard of", len(read(s, func(tx control.Tx) ([]control.PlaceSilence, error) { return tx.SilentPlaces(at(20)) })), 0)
}

func testRevisions(s suite) {
	put := func(name string, revision int64, removed bool) {
		s.update(func(tx control.Tx) error {
			d, err := practice.NewDocument(practice.KindFreeze, name, "", nil, map[string]string{"description": fmt.Sprint(revision)})
			d.Revision, d.Removed, d.At = revision, removed, at(int(revision))
			if err != nil {
				return err
			}
			return tx.PutDocument(d)
		})
	}
	put("close", 0, false)
	put("close", 1, false)
	put("close", 2, true)
	put("after", 0, false)
	key := func(d practice.Document) string { return fmt.Sprintf("%s/%d", d.Name, d.Revision) }
	var keys []string
	for _, d := range pages(s, 2, func(tx control.Tx, p practice.Page) ([]practice.Document, error) {
		return tx.Revisions(practice.KindFreeze, p)
	}, key) {
		keys = append(keys, key(d))
	}
	s.same("every revision", keys, []string{"after/1", "close/1", "close/2", "close/3"})
	s.refused("invalid", "a page that is none", func(tx control.Tx) error {
		_, err := tx.Revisions(practice.KindFreeze, practice.Page{After: "close"})
		return err
	})
}

func testCounts(s suite) {
	open := s.deploy(planned(4), func(d *deployment.Deployment) { d.State, d.StartAfter = deployment.Executing, at(100) })
	done := s.deploy(planned(1), func(d *deployment.Deployment) { d.StartAfter = at(200) })
	done.State, done.Result, done.Started, done.Ended = deployment.Closed, deployment.Failed, at(205), at(206)
	s.update(func(tx control.Tx) error { return tx.PutDeployment(done) })
	counts := read(s, func(tx control.Tx) ([]control.DeploymentCount, error) { return tx.CountDeployments("live") })
	s.same("counts", counts, []control.DeploymentCount{
		{State: deployment.Closed, Result: deployment.Failed, Number: 1}, {State: deployment.Executing, Number: 1},
	})
	s.update(func(tx control.Tx) error { // a change that loses against another one counts nothing
		late := open
		late.State, late.Revision = deployment.Cancelling, 7
		if err := tx.PutDeployment(late); practice.CodeOf(err) != practice.Conflict {
			s.Errorf("a late change: %v, want a conflict", err)
		}
		return nil
	})
	s.same("in all", read(s, func(tx control.Tx) ([]control.DeploymentCount, error) { return tx.CountDeployments("") }), counts)
	s.same("elsewhere", len(read(s, func(tx control.Tx) ([]control.DeploymentCount, error) { return tx.CountDeployments("test") })), 0)
	s.same("open places", read(s, control.Tx.OpenPlaces), []control.OpenPlace{
		{Component: "api", Environment: "live", Deployment: open.ID, State: deployment.Executing},
		{Component: "db", Environment: "live", Deployment: open.ID, State: deployment.Executing},
	})
	strip := read(s, func(tx control.Tx) ([]control.StripCount, error) {
		return tx.DeploymentStrip("live", at(200), at(300), 10*time.Second)
	})
	s.same("strip", strip, []control.StripCount{{Step: 0, Result: deployment.Failed, Number: 1}})
	marks := read(s, func(tx control.Tx) ([]control.TargetMark, error) { return tx.TargetMarks(open.ID) })
	s.same("marks", marks, []control.TargetMark{
		{Name: "host-000", Wave: 1, State: deployment.Waiting, Look: deployment.LookToDo}, {Name: "host-001", Wave: 1, State: deployment.Waiting, Look: deployment.LookToDo},
		{Name: "host-002", Wave: 1, State: deployment.Waiting, Look: deployment.LookToDo}, {Name: "host-003", Wave: 2, State: deployment.Waiting, Look: deployment.LookToDo},
	})
}

// The looks that rows are chosen by are those that the marks have, for every row there can be.
func testLooks(s suite) {
	states := []deployment.TargetState{
		deployment.Waiting, deployment.Ordered, deployment.Running, deployment.TargetDone, deployment.TargetFailed, deployment.TargetUnknown, deployment.TargetStopped,
	}
	d := s.deploy(planned(len(states)*8), func(*deployment.Deployment) {})
	rows := read(s, func(tx control.Tx) ([]deployment.Target, error) {
		return tx.DeploymentTargets(d.ID, deployment.TargetFilter{}, practice.Page{})
	})
	for i := range rows {
		rows[i].State = states[i/8]
		rows[i].Executed, rows[i].Remediated, rows[i].GivenUp = i&1 > 0, i&2 > 0, i&4 > 0
	}
	s.update(func(tx control.Tx) error { return tx.PutDeploymentTargets(rows) })
	marked := map[deployment.Look][]string{}
	var order []string
	for _, m := range read(s, func(tx control.Tx) ([]control.TargetMark, error) { return tx.TargetMarks(d.ID) }) {
		marked[m.Look] = append(marked[m.Look], m.Name)
		order = append(order, m.Name)
	}
	chosen := 0
	for _, look := range []deployment.Look{
		deployment.LookToDo, deployment.LookRunning, deployment.LookDone, deployment.LookFailed, deployment.LookUnknown, deployment.LookHeld, deployment.LookSkipped,
	} {
		found := targetNames(read(s, func(tx control.Tx) ([]deployment.Target, error) {
			return tx.DeploymentTargets(d.ID, deployment.TargetFilter{Look: look}, practice.Page{})
		}))
		chosen += len(found)
		s.same("those that look "+string(look), found, slices.Sorted(slices.Values(marked[look])))
	}
	s.same("each has one look", chosen, len(rows))
	s.same("names in the order of the marks", read(s, func(tx control.Tx) ([]string, error) { return tx.TargetNames(d.ID, 2, 3) }), order[2:5])
}

func testNamesLike(s suite) {
	for _, name := range []string{"web-1", "web-2", "api-web", "x_y", "xay", "gone-web"} {
		s.put(document(name, "live", 0, 1))
	}
	gone := document("gone-web", "live", 1, 2)
	gone.Removed = true
	s.put(gone)
	like := func(text string, limit int) (names []string) {
		for _, n := range read(s, func(tx control.Tx) ([]control.NamedIn, error) { return tx.NamesLike(practice.KindTarget, text, limit) }) {
			names = append(names, n.Name+" in "+n.Parent)
		}
		return names
	}
	s.same("those that begin with it come first", like("web", 9), []string{"web-1 in live", "web-2 in live", "api-web in live"})
	s.same("at most", like("web", 1), []string{"web-1 in live"})
	s.same("signs mean themselves", like("_y", 9), []string{"x_y in live"})
	s.same("of another kind", len(read(s, func(tx control.Tx) ([]control.NamedIn, error) { return tx.NamesLike(practice.KindModel, "web", 9) })), 0)
}
