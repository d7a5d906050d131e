package storetest

import (
	"tranship.dev/tranship/internal/control"
)

// testInspection: every kind of row is given with all of one scope, none of
// another, and a row that Tranship wrote does not contradict itself.
func testInspection(s suite) {
	other, empty := s, s
	other.scope, empty.scope = s.scope+"-other", s.scope+"-empty"
	s.fill("one")
	before := inspected(s)
	other.fill("two")
	s.same("after another scope was filled", inspected(s), before)
	for kind, rows := range before {
		if len(rows) == 0 {
			s.Errorf("no row of kind %s is given", kind)
		}
		for _, row := range rows {
			if row.Value == nil || row.Where == "" || row.Defect != "" && kind != control.StoredOrder { // the suite's orders are not signed
				s.Errorf("%s: value %v, defect %q", row.Where, row.Value, row.Defect)
			}
		}
	}
	for kind, rows := range inspected(empty) {
		if len(rows) > 0 {
			s.Errorf("the empty scope has %d rows of kind %s", len(rows), kind)
		}
	}
}

func inspected(s suite) map[control.StoredKind][]control.Stored {
	s.Helper()
	all := map[control.StoredKind][]control.Stored{}
	s.view(func(tx control.Tx) error {
		for _, kind := range []control.StoredKind{
			control.StoredDocument, control.StoredVersion, control.StoredToken, control.StoredEnrolment, control.StoredAgent, control.StoredPlan,
			control.StoredPlanTarget, control.StoredDeployment, control.StoredComponent, control.StoredTarget, control.StoredPresence, control.StoredReport, control.StoredOrder, control.StoredSegment, control.StoredWaiver, control.StoredFeed,
			control.StoredVote, control.StoredSubject, control.StoredChange, control.StoredNotice, control.StoredReview,
			control.StoredJourney, control.StoredEvidence, control.StoredPin, control.StoredPost, control.StoredDrift, control.StoredAcceptance, control.StoredReference, control.StoredSpell, control.StoredAccount, control.StoredSession, control.StoredCount,
		} {
			all[kind] = nil
			if err := tx.EachStored(kind, func(row control.Stored) error {
				all[kind] = append(all[kind], row)
				return nil
			}); err != nil {
				return err
			}
		}
		return nil
	})
	return all
}
