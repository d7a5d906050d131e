package cli

import (
	"encoding/xml"
	"errors"
	"io"
	"time"
)

// maxJUnit bounds a JUnit file: results are numbers here, not logs.
const maxJUnit = 256 << 20

// junitResult is what a JUnit file says in numbers.
type junitResult struct {
	passed, failed, skipped int64
	at                      time.Time // the last timestamp of a suite; zero: none
}

// readJUnit counts the test cases of a JUnit XML file, case by case: the sums
// that suites give of themselves differ between tools.
func readJUnit(r io.Reader) (junitResult, error) {
	var result junitResult
	decoder := xml.NewDecoder(io.LimitReader(r, maxJUnit))
	inCase, outcome, root := false, "", ""
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			if root != "testsuites" && root != "testsuite" {
				return result, errors.New("its root is not testsuites or testsuite")
			}
			return result, nil
		}
		if err != nil {
			return result, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			if root == "" {
				root = t.Name.Local
			}
			switch name := t.Name.Local; {
			case name == "testcase":
				inCase, outcome = true, ""
			case inCase && (name == "failure" || name == "error"):
				outcome = "failed"
			case inCase && name == "skipped" && outcome == "":
				outcome = "skipped"
			case name == "testsuite":
				result.note(t)
			}
		case xml.EndElement:
			if t.Name.Local == "testcase" {
				inCase = false
				result.count(outcome)
			}
		}
	}
}

func (r *junitResult) count(outcome string) {
	switch outcome {
	case "failed":
		r.failed++
	case "skipped":
		r.skipped++
	default:
		r.passed++
	}
}

// note takes the time of a suite; one without a zone is not believed.
func (r *junitResult) note(suite xml.StartElement) {
	for _, a := range suite.Attr {
		if a.Name.Local != "timestamp" {
			continue
		}
		if at, err := time.Parse(time.RFC3339, a.Value); err == nil && at.After(r.at) {
			r.at = at.UTC()
		}
	}
}
