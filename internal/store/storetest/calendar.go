package storetest

import (
	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/calendar"
)

func testDocumentChanges(s suite) {
	change := func(names ...string) int64 {
		var n int64
		s.update(func(tx control.Tx) (err error) {
			if n, err = tx.NextDocumentChange(); err != nil {
				return err
			}
			for _, name := range names {
				d := document(name, "", 0, 1)
				if stored, err := tx.DocumentHistory(d.Kind, name, practice.Page{Limit: 1}); err == nil && len(stored) == 1 {
					d.Revision, d.Removed = stored[0].Revision, name == "gone"
				}
				if err := tx.PutDocument(d); err != nil {
					return err
				}
				if err := tx.NoteDocumentChange(d.Kind, name, n); err != nil {
					return err
				}
			}
			return nil
		})
		return n
	}
	last := func() int64 { return read(s, func(tx control.Tx) (int64, error) { return tx.DocumentChange() }) }
	s.same("before any change", last(), 0)
	first := change("a", "b", "gone")
	second := change("b", "gone", "c")
	s.same("numbers", []int64{first, second, last()}, []int64{1, 2, 2})
	changed := func(after int64) []string {
		names := []string{}
		for _, c := range pages(s, 2, func(tx control.Tx, p practice.Page) ([]control.ChangedDocument, error) {
			return tx.DocumentsChanged(after, p)
		},
			control.ChangedDocument.Key) {
			if c.Removed {
				c.Name += " removed"
			}
			names = append(names, c.Name)
		}
		return names
	}
	s.same("all", changed(0), []string{"a", "b", "c", "gone removed"})
	s.same("since the first", changed(first), []string{"b", "c", "gone removed"})
	s.same("since the last", changed(second), []string{})
	s.refused("invalid", "a page after nothing", func(tx control.Tx) error { _, err := tx.DocumentsChanged(0, practice.Page{After: "x"}); return err })
	s.plan(planned(5))
	s.same("names of targets", pages(s, 2, func(tx control.Tx, p practice.Page) ([]string, error) { return tx.PlanTargetNames("P-1", p) },
		func(name string) string { return name }), []string{"host-000", "host-001", "host-002", "host-003", "host-004"})
}

func waiver(deployment, name string) control.Waiver {
	return control.Waiver{Subject: digest(3), Waiver: calendar.Waiver{
		Deployment: deployment, Rule: calendar.InsideFreeze, With: calendar.Ref{Kind: practice.KindFreeze, Name: name, Revision: 2}, By: anna, Reason: "urgent", At: at(4),
	}}
}

func testWaivers(s suite) {
	one, two := s.deploy(planned(0), nil), s.deploy(planned(0), nil)
	var first, second control.Waiver
	s.update(func(tx control.Tx) (err error) {
		if first, err = tx.AddWaiver(waiver(one.ID, "year-end")); err != nil {
			return err
		}
		second, err = tx.AddWaiver(waiver(one.ID, "night"))
		return err
	})
	s.same("ids", []string{first.ID, second.ID}, []string{"W-1", "W-2"})
	of := func(id string) []control.Waiver {
		return read(s, func(tx control.Tx) ([]control.Waiver, error) { return tx.Waivers(id) })
	}
	s.same("of the one", of(one.ID), []control.Waiver{first, second})
	s.same("of the other", of(two.ID), []control.Waiver{})
	revoked := first
	revoked.RevokedAt, revoked.RevokedBy, revoked.RevokedWhy = at(5), anna, "no"
	altered := revoked
	altered.Reason = "another"
	s.update(func(tx control.Tx) error { return tx.PutWaiver(altered) })
	s.same("revoked, and nothing else changed", read(s, func(tx control.Tx) (control.Waiver, error) { return tx.Waiver("W-1") }), revoked)
	s.refused("not-found", "no such waiver", func(tx control.Tx) error { _, err := tx.Waiver("W-9"); return err })
	s.refused("not-found", "a waiver of nothing", func(tx control.Tx) error { _, err := tx.AddWaiver(waiver("D-9", "x")); return err })
}

func testFeeds(s suite) {
	feed := control.Feed{ID: "f1", Kind: control.FeedOfEnvironment, Of: "live", Hash: []byte("hash"), CreatedAt: at(1), CreatedBy: anna}
	other := control.Feed{ID: "f2", Kind: control.FeedOfAll, Hash: []byte("other"), CreatedAt: at(1), CreatedBy: anna}
	s.update(func(tx control.Tx) error {
		if err := tx.AddFeed(feed); err != nil {
			return err
		}
		return tx.AddFeed(other)
	})
	s.same("feeds", pages(s, 1, func(tx control.Tx, p practice.Page) ([]control.Feed, error) { return tx.Feeds(p) },
		func(f control.Feed) string { return f.ID }), []control.Feed{feed, other})
	got := read(s, func(tx control.Tx) (control.Feed, error) { return tx.Feed("f1") })
	s.same("its hash", string(got.Hash), "hash")
	feed.RevokedAt, feed.UsedAt = at(9), at(8)
	s.update(func(tx control.Tx) error { return tx.PutFeed(feed) })
	s.same("revoked", read(s, func(tx control.Tx) (control.Feed, error) { return tx.Feed("f1") }), feed)
	s.refused("not-found", "no such feed", func(tx control.Tx) error { _, err := tx.Feed("f9"); return err })
}
