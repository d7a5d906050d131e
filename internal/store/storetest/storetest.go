// Package storetest holds the conformance suite of control.Store, and a
// PostgreSQL server for tests.
package storetest

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
)

// suite is one empty scope of a store under test.
type suite struct {
	*testing.T
	store control.Store
	scope practice.Scope
}

// Run proves that a store keeps what control.Tx promises. Every test works in
// scopes of its own of one store, all at the same time.
func Run(t *testing.T, open func(t *testing.T) control.Store) {
	store := open(t)
	tests := []struct {
		name string
		test func(suite)
	}{
		{"settings and remembered answers", testInstallation},
		{"documents keep every revision", testDocuments},
		{"documents are listed by page", testDocumentPages},
		{"tokens", testTokens},
		{"accounts", testAccounts},
		{"what stands where, counted", testStands},
		{"what was said of places at a moment", testPlacesPast},
		{"every revision of a kind", testRevisions},
		{"what stood on a target", testPresencesAt},
		{"what is told of a target", testTargetMatters},
		{"deployments, counted", testCounts},
		{"looks of targets", testLooks},
		{"names that hold a text", testNamesLike},
		{"sessions", testSessions},
		{"enrolments are used once", testEnrolments},
		{"presences now and then", testPresences},
		{"presences are listed by page", testPresencePages},
		{"doubt", testDoubt},
		{"agents", testAgents},
		{"order counters", testOrderCounters},
		{"versions", testVersions},
		{"media", testMedia},
		{"media that nothing needs is forgotten", testForgetMedia},
		{"plans", testPlans},
		{"deployments", testDeployments},
		{"deployments are filtered and paged", testDeploymentLists},
		{"due deployments", testDue},
		{"the line of deployments", testLine},
		{"the times of deployments", testTimes},
		{"changes of documents", testDocumentChanges},
		{"waivers", testWaivers},
		{"feeds", testFeeds},
		{"last succeeded", testLastSucceeded},
		{"targets", testTargets},
		{"targets to order are those that belong", testTargetsToOrder},
		{"silent targets", testSilentTargets},
		{"orders", testOrders},
		{"reports and output", testReports},
		{"announcements", testAnnouncements},
		{"votes", testVotes},
		{"what is asked, and notices once", testAsked},
		{"what is said of changes", testConfirmations},
		{"reviews", testReviews},
		{"runs", testRuns},
		{"record", testRecord},
		{"an error stores nothing", testRollback},
		{"a view writes nothing", testViewIsReadOnly},
		{"a view sees one state", testViewIsOneState},
		{"one of many writers wins", testRace},
		{"no number is given twice", testNumbers},
		{"journeys are filtered and paged", testJourneys},
		{"evidence", testEvidence},
		{"pins", testPins},
		{"deliveries come once", testDeliveries},
		{"drifts stand until they end", testDrifts},
		{"people are told of drifts", testDriftTold},
		{"references are kept until they are forgotten", testReferences},
		{"the last order of a target is known", testLastOrders},
		{"when targets were looked at", testLooked},
		{"how targets are", testHealth},
		{"how places were", testSpells},
		{"who is not heard of", testQuietHealth},
		{"who acts where, and what is there", testWhoActsWhere},
		{"every row is inspected", testInspection},
		{"scopes do not see each other", testScopes},
	}
	for i, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.test(suite{t, store, practice.Scope(fmt.Sprintf("scope-%d", i))})
		})
	}
}

func (s suite) update(f func(control.Tx) error) {
	s.Helper()
	if err := s.store.Update(context.Background(), s.scope, f); err != nil {
		s.Fatalf("update: %v", err)
	}
}

func (s suite) view(f func(control.Tx) error) {
	s.Helper()
	if err := s.store.View(context.Background(), s.scope, f); err != nil {
		s.Fatalf("view: %v", err)
	}
}

// refused runs f in an update of its own that must end with the code.
func (s suite) refused(want practice.Code, what string, f func(control.Tx) error) {
	s.Helper()
	if err := s.store.Update(context.Background(), s.scope, f); practice.CodeOf(err) != want {
		s.Errorf("%s: %v, want %s", what, err, want)
	}
}

// same compares what was read with what was expected, by JSON.
func (s suite) same(what string, got, want any) {
	s.Helper()
	if g, w := written(got), written(want); g != w {
		s.Errorf("%s:\n got %s\nwant %s", what, g, w)
	}
}

// read gives the answer of a reading method; its error fails the test.
func read[T any](s suite, f func(control.Tx) (T, error)) T {
	s.Helper()
	var got T
	s.view(func(tx control.Tx) (err error) {
		got, err = f(tx)
		return err
	})
	return got
}

// pages reads a list to its end, limit at a time, and gives the pages' sizes too.
func pages[T any](s suite, limit int, list func(control.Tx, practice.Page) ([]T, error), key func(T) string) []T {
	s.Helper()
	var all []T
	after := ""
	for {
		page := read(s, func(tx control.Tx) ([]T, error) { return list(tx, practice.Page{After: after, Limit: limit}) })
		all = append(all, page...)
		if len(page) > limit {
			s.Fatalf("a page of at most %d has %d", limit, len(page))
		}
		if len(page) < limit {
			return all
		}
		after = key(page[len(page)-1])
	}
}

func written(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	if string(raw) == "null" {
		return "[]"
	}
	return string(raw)
}

// at gives a moment n seconds into the tests' day.
func at(n int) time.Time {
	return time.Date(2025, 3, 1, 8, 0, n, 123456000, time.UTC)
}

func digest(n int) practice.Digest { return practice.DigestOf(fmt.Append(nil, n)) }

var anna = practice.Actor{Kind: practice.Person, Name: "anna"}
