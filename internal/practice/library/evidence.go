package library

import (
	"fmt"
	"math"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// Evidence is the result of a test suite on one version, as an outside tool or
// a person sent it in (R24). It never changes: a later run is a further piece.
type Evidence struct {
	ID          string         `json:"id"` // "E-7"
	Component   string         `json:"component"`
	Version     string         `json:"version"`
	Suite       string         `json:"suite"`
	Environment string         `json:"environment,omitempty"` // where the tests ran; empty: it counts for every environment
	Passed      int            `json:"passed"`
	Failed      int            `json:"failed"`
	Skipped     int            `json:"skipped,omitempty"`
	Coverage    float64        `json:"coverage,omitempty"` // 0 to 1; 0: not said
	URL         string         `json:"url,omitempty"`      // where the whole result is seen
	At          time.Time      `json:"at"`                 // when the tests ended
	By          practice.Actor `json:"by"`
	ReceivedAt  time.Time      `json:"receivedAt"`
}

// Rate gives the share of the tests that passed, of those that ran: 0 to 1; 0 when none ran.
func (e Evidence) Rate() float64 {
	if e.Passed+e.Failed == 0 {
		return 0
	}
	return float64(e.Passed) / float64(e.Passed+e.Failed)
}

// Threshold is what the results of one suite must reach before a release goes
// on from an environment to the next (R90).
type Threshold struct {
	Suite     string            `json:"suite" minLength:"1" doc:"The name of the test suite."`
	PassRate  float64           `json:"passRate,omitempty" minimum:"0" maximum:"1" doc:"The share of the tests that ran which must have passed: 0.98 is 98 of 100."`
	MaxFailed *int              `json:"maxFailed,omitempty" minimum:"0" doc:"How many tests may have failed; without it and without passRate, none."`
	MaxAge    practice.Duration `json:"maxAge,omitempty" doc:"How old the result may be, for example 24h; by default any age."`
}

// clockSkew is how far the clock of a test tool may run ahead.
const clockSkew = 5 * time.Minute

// CheckEvidence refuses a result that cannot be; Invalid.
func CheckEvidence(e Evidence, now time.Time) error {
	var problem string
	switch {
	case strings.TrimSpace(e.Suite) == "" || len(e.Suite) > 128:
		problem = "the suite needs a name of at most 128 bytes"
	case e.Passed < 0 || e.Failed < 0 || e.Skipped < 0:
		problem = "the numbers of tests are not negative"
	case e.Passed+e.Failed+e.Skipped == 0:
		problem = "no test was run: passed, failed and skipped are all 0"
	case math.IsNaN(e.Coverage) || e.Coverage < 0 || e.Coverage > 1:
		problem = fmt.Sprintf("coverage %v is not between 0 and 1", e.Coverage)
	case e.At.After(now.Add(clockSkew)):
		problem = fmt.Sprintf("the tests ended at %s, which is still to come", e.At.UTC().Format(time.RFC3339))
	case len(e.URL) > 2000 || e.URL != "" && !strings.HasPrefix(e.URL, "https://") && !strings.HasPrefix(e.URL, "http://"):
		problem = "the URL does not begin with https:// or http://, or is longer than 2000 bytes"
	}
	if problem != "" {
		return practice.Faultf(practice.Invalid, "evidence of %s@%s: %s", e.Component, e.Version, problem)
	}
	return nil
}

// CheckThresholds gives what is wrong with the thresholds of a stage at path.
func CheckThresholds(path string, thresholds []Threshold) []practice.Problem {
	var problems []practice.Problem
	seen := map[string]int{}
	for i, t := range thresholds {
		at := fmt.Sprintf("%s[%d]", path, i)
		if first, twice := seen[t.Suite]; twice {
			problems = append(problems, practice.Problem{Path: at + ".suite", Message: fmt.Sprintf("%s has a threshold already: [%d]", t.Suite, first)})
		} else {
			seen[t.Suite] = i
		}
		if t.PassRate < 0 || t.PassRate > 1 || math.IsNaN(t.PassRate) {
			problems = append(problems, practice.Problem{Path: at + ".passRate", Message: fmt.Sprintf("%v is not between 0 and 1", t.PassRate), Hint: "0.98 is 98 of 100"})
		}
		if t.MaxFailed != nil && *t.MaxFailed < 0 {
			problems = append(problems, practice.Problem{Path: at + ".maxFailed", Message: fmt.Sprintf("%d is less than 0", *t.MaxFailed)})
		}
	}
	return problems
}

// JudgeQuality says whether a version's results in an environment reach the
// thresholds at now, and until when that holds (zero: for good). The newest
// result of a suite counts. list may be in any order; results of other
// versions, and of other environments, do not count.
func JudgeQuality(item Item, environment string, thresholds []Threshold, list []Evidence, now time.Time) (practice.Verdict, time.Time) {
	verdict, holds := practice.Pass(), time.Time{}
	for _, t := range thresholds {
		newest, found := Newest(item, environment, t.Suite, list)
		missing, until := t.judge(item, newest, found, now)
		if missing != "" {
			verdict = practice.And(verdict, practice.Hold(practice.Reason{
				Gate: "quality", Message: missing,
				Who: "whoever tests " + item.Component,
				How: fmt.Sprintf("tranship evidence add %s %s --suite %s --environment %s --junit RESULT.xml", item.Component, item.Version, t.Suite, environment),
			}))
			continue
		}
		if !until.IsZero() && (holds.IsZero() || until.Before(holds)) {
			holds = until
		}
	}
	return verdict, holds
}

// Newest gives the last result of a suite on a version in an environment, and whether there is one.
func Newest(item Item, environment, suite string, list []Evidence) (Evidence, bool) {
	var last Evidence
	found := false
	for _, e := range list {
		if e.Component != item.Component || e.Version != item.Version || e.Suite != suite || e.Environment != "" && e.Environment != environment {
			continue
		}
		if !found || e.At.After(last.At) || e.At.Equal(last.At) && e.ReceivedAt.After(last.ReceivedAt) {
			last, found = e, true
		}
	}
	return last, found
}

// judge says what is missing, "" for nothing, and until when the result counts.
func (t Threshold) judge(item Item, e Evidence, found bool, now time.Time) (string, time.Time) {
	name := item.Component + " " + item.Version
	if !found {
		return fmt.Sprintf("no result of suite %s was received for %s", t.Suite, name), time.Time{}
	}
	ran := e.Passed + e.Failed
	result := fmt.Sprintf("suite %s of %s: %d of %d tests passed, %d failed", t.Suite, name, e.Passed, ran, e.Failed)
	allowed := 0
	if t.MaxFailed != nil {
		allowed = *t.MaxFailed
	}
	switch {
	case ran == 0:
		return fmt.Sprintf("suite %s of %s: every test was skipped", t.Suite, name), time.Time{}
	case (t.MaxFailed != nil || t.PassRate == 0) && e.Failed > allowed:
		return fmt.Sprintf("%s; at most %d may fail", result, allowed), time.Time{}
	case e.Rate() < t.PassRate:
		return fmt.Sprintf("%s; a share of %g is needed", result, t.PassRate), time.Time{}
	case t.MaxAge == 0:
		return "", time.Time{}
	}
	until := e.At.Add(t.MaxAge.Std())
	if !now.Before(until) {
		return fmt.Sprintf("the result of suite %s of %s is from %s and counts for %s", t.Suite, name, e.At.UTC().Format(time.RFC3339), t.MaxAge), time.Time{}
	}
	return "", until
}

// EvidenceFilter chooses evidence; empty fields mean any.
type EvidenceFilter struct {
	Component string
	Version   string // only with Component
}

// EvidenceStore keeps evidence.
type EvidenceStore interface {
	// AddEvidence stores a piece under a new id, "E-" and a number, and gives it back.
	AddEvidence(e Evidence) (Evidence, error)
	// EvidenceOf lists pieces, the last received first; page.After is an id.
	EvidenceOf(f EvidenceFilter, page practice.Page) ([]Evidence, error)
}
