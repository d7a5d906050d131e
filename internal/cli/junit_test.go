package cli

import (
	"strings"
	"testing"
	"time"
)

func TestReadJUnit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text string
		want       junitResult
		refused    bool
	}{
		{"nested suites whose sums are wrong", `<?xml version="1.0"?><testsuites tests="99" failures="99"><testsuite name="a" tests="0" timestamp="2026-03-02T10:00:00Z">
			<testcase name="1"/><testcase name="2"><failure message="no">trace</failure><failure/></testcase>
			<testsuite name="b" timestamp="2026-03-02T11:00:00+01:00"><testcase name="3"><skipped/></testcase><testcase name="4"><error/></testcase></testsuite>
			</testsuite></testsuites>`, junitResult{passed: 1, failed: 2, skipped: 1, at: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)}, false},
		{"one suite with output", `<testsuite><testcase><system-out>failure</system-out></testcase><system-err>error</system-err></testsuite>`, junitResult{passed: 1}, false},
		{"a time without a zone", `<testsuite timestamp="2026-03-02T10:00:00"><testcase/></testsuite>`, junitResult{passed: 1}, false},
		{"something else", `<html><body/></html>`, junitResult{}, true},
		{"cut off", `<testsuite><testcase>`, junitResult{}, true},
		{"nothing", ``, junitResult{}, true},
	} {
		got, err := readJUnit(strings.NewReader(c.text))
		if (err != nil) != c.refused || err == nil && got != c.want {
			t.Errorf("%s: %+v, %v; want %+v", c.name, got, err, c.want)
		}
	}
}
