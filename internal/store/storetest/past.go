package storetest

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/record"
)

// seal stores entries, one after the other.
func (s suite) seal(entries ...practice.Entry) {
	s.update(func(tx control.Tx) error {
		var subjects []string
		for _, e := range entries {
			subjects = append(subjects, e.Subject)
		}
		links, err := tx.RecordLinks(slices.Compact(slices.Sorted(slices.Values(subjects))))
		if err != nil {
			return err
		}
		head, _, err := tx.RecordHead()
		if err != nil {
			return err
		}
		sealed, err := record.Seal(head, tx, links, s.scope, entries)
		if err != nil {
			return err
		}
		return tx.AppendRecord(sealed, "checkpoint")
	})
}

func testPresencesAt(s suite) {
	s.update(func(tx control.Tx) error {
		return tx.Land([]environment.Presence{presence("a", "web", "1", 10), presence("b", "web", "1", 10), presence("a", "db", "7", 12)})
	})
	s.update(func(tx control.Tx) error {
		return tx.Land([]environment.Presence{presence("a", "web", "2", 20), presence("a", "db", "", 30)})
	})
	for when, want := range map[int][]string{9: {}, 10: {"web@1"}, 12: {"db@7", "web@1"}, 19: {"db@7", "web@1"}, 20: {"db@7", "web@2"}, 30: {"web@2"}} {
		stood := []string{}
		for _, p := range read(s, func(tx control.Tx) ([]environment.Presence, error) { return tx.PresencesAt("a", at(when)) }) {
			stood = append(stood, p.Component+"@"+p.Version)
		}
		s.same(fmt.Sprintf("on a at %d", when), stood, want)
	}
}

// What is told of a target is each matter once, at its last entry, whatever was
// recorded of other targets meanwhile.
func testTargetMatters(s suite) {
	entry := func(subject, target string, when int) practice.Entry {
		return practice.Entry{Kind: "report.received", Subject: subject, Target: target, When: at(when), Who: practice.Actor{Kind: practice.Machine, Name: "a"}}
	}
	s.seal(
		entry("deployment/D-1", "", 1), entry("deployment/D-1", "a", 2), entry("deployment/D-1", "b", 3), entry("deployment/D-1", "a", 4),
		entry("drift/DR-1", "a", 5), entry("deployment/D-2", "", 6), entry("deployment/D-2", "a", 7), entry("deployment/D-1", "a", 8),
		entry("drift/DR-1", "a", 9), entry("deployment/D-2", "b", 10), entry("deployment/D-1", "", 11),
	)
	matters := func(target string, until, size int) []string {
		told := []string{}
		for _, row := range pages(s, size, func(tx control.Tx, p practice.Page) ([]record.Row, error) {
			return tx.TargetMatters(target, at(until), p)
		},
			func(r record.Row) string { return strconv.FormatInt(r.Index, 10) }) {
			told = append(told, fmt.Sprint(row.Subject, " ", row.Index))
		}
		return told
	}
	for _, size := range []int{1, 2, 10} {
		s.same("of a", matters("a", 99, size), []string{"drift/DR-1 8", "deployment/D-1 7", "deployment/D-2 6"})
		s.same("of a, until 7", matters("a", 7, size), []string{"deployment/D-2 6", "drift/DR-1 4", "deployment/D-1 3"})
		s.same("of b", matters("b", 99, size), []string{"deployment/D-2 9", "deployment/D-1 2"})
	}
	s.same("of none", matters("none", 99, 10), []string{})
	s.refused("invalid", "a page that is none", func(tx control.Tx) error {
		_, err := tx.TargetMatters("a", at(9), practice.Page{After: "x"})
		return err
	})
	entries := func(until, limit int) []int64 {
		places := []int64{}
		for _, row := range read(s, func(tx control.Tx) ([]record.Row, error) {
			return tx.EntriesOn("deployment/D-1", "a", at(until), limit)
		}) {
			places = append(places, row.Index)
		}
		return places
	}
	s.same("of D-1 on a", entries(99, 10), []int64{1, 3, 7})
	s.same("until 7", entries(7, 10), []int64{1, 3})
	s.same("the last one", entries(99, 1), []int64{7})
	s.same("of a subject that is none", len(read(s, func(tx control.Tx) ([]record.Row, error) {
		return tx.EntriesOn("deployment/D-9", "a", time.Now(), 10)
	})), 0)
}
