package library_test

import (
	"testing"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
)

func TestQualityThresholds(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	none, two := 0, 2
	item := library.Item{Component: "web", Version: "1"}
	result := func(passed, failed int, hours int) library.Evidence {
		return library.Evidence{Component: "web", Version: "1", Suite: "unit", Passed: passed, Failed: failed, At: noon.Add(-time.Duration(hours) * time.Hour)}
	}
	elsewhere, other := result(10, 0, 1), result(10, 0, 1)
	elsewhere.Environment, other.Version = "live", "2"
	for _, c := range []struct {
		name      string
		threshold library.Threshold
		evidence  []library.Evidence
		want      bool
	}{
		{"no result", library.Threshold{}, nil, false},
		{"all passed", library.Threshold{}, []library.Evidence{result(10, 0, 1)}, true},
		{"one failed", library.Threshold{}, []library.Evidence{result(10, 1, 1)}, false},
		{"two may fail", library.Threshold{MaxFailed: &two}, []library.Evidence{result(10, 2, 1)}, true},
		{"a share is enough", library.Threshold{PassRate: 0.9}, []library.Evidence{result(9, 1, 1)}, true},
		{"the share is too small", library.Threshold{PassRate: 0.95}, []library.Evidence{result(9, 1, 1)}, false},
		{"both are asked for", library.Threshold{PassRate: 0.5, MaxFailed: &none}, []library.Evidence{result(9, 1, 1)}, false},
		{"the newest counts, good", library.Threshold{}, []library.Evidence{result(10, 0, 1), result(9, 1, 2)}, true},
		{"the newest counts, bad", library.Threshold{}, []library.Evidence{result(10, 0, 2), result(9, 1, 1)}, false},
		{"too old", library.Threshold{MaxAge: practice.Duration(time.Hour)}, []library.Evidence{result(10, 0, 1)}, false},
		{"young enough", library.Threshold{MaxAge: practice.Duration(2 * time.Hour)}, []library.Evidence{result(10, 0, 1)}, true},
		{"everything skipped", library.Threshold{MaxFailed: &two}, []library.Evidence{result(0, 0, 1)}, false},
		{"of another environment and another version", library.Threshold{}, []library.Evidence{elsewhere, other}, false},
	} {
		c.threshold.Suite = "unit"
		verdict, until := library.JudgeQuality(item, "test", []library.Threshold{c.threshold}, c.evidence, noon)
		if verdict.Open != c.want || !verdict.Open && (verdict.Reasons[0].Message == "" || verdict.Reasons[0].How == "") {
			t.Errorf("%s: %+v, want open %t", c.name, verdict, c.want)
		}
		if verdict.Open && (c.threshold.MaxAge > 0) != !until.IsZero() {
			t.Errorf("%s: it holds until %s", c.name, until)
		}
	}
}
