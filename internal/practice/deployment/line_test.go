package deployment_test

import (
	"fmt"
	"strings"
	"testing"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
)

// Lines come whole, whatever pieces they came in, and those of several steps do not mix.
func TestLinesArePutTogether(t *testing.T) {
	t.Parallel()
	var got []string
	var lines deployment.Lines
	each := func(l deployment.LogLine) bool {
		got = append(got, fmt.Sprintf("%s %d.%d %q", l.Target, l.Place, l.Index, l.Text))
		return true
	}
	for i, piece := range []string{"a:one\ntw", "b:b", "a:o\r\n\nthr", "b:b\n", "a:ee", "b:" + strings.Repeat("é", 9000)} {
		target, text, _ := strings.Cut(piece, ":")
		lines.Take(deployment.Output{Order: target, Target: target, Text: text, Place: int64(i + 1)}, each)
	}
	if from := lines.From(6); from != 3 {
		t.Errorf("goes on from %d, but a line of a began at 3", from)
	}
	lines.Rest(each)
	want := []string{`a 1.0 "one"`, `a 3.0 "two"`, `a 3.1 ""`, `b 4.0 "bb"`, fmt.Sprintf("b 6.0 %q", strings.Repeat("é", 8192)),
		fmt.Sprintf("a %d.0 %q", deployment.Unended, "three"), fmt.Sprintf("b %d.1 %q", deployment.Unended, strings.Repeat("é", 808))}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestSearchesSayWhatTheyLookFor(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		search deployment.Search
		text   string
		want   bool
	}{
		{deployment.Search{Text: "REFUSED (111)"}, "connection refused (111)", true},
		{deployment.Search{Text: "a.c"}, "abc", false},
		{deployment.Search{Text: "a.c", Regex: true}, "abc", true},
		{deployment.Search{Text: "A.c", Regex: true}, "abc", false},
	} {
		matches, err := c.search.Matcher()
		if err != nil || matches(c.text) != c.want {
			t.Errorf("%+v in %q: not %t, %v", c.search, c.text, c.want, err)
		}
	}
	for _, s := range []deployment.Search{{}, {Text: strings.Repeat("x", 1001)}, {Text: "(", Regex: true}} {
		if _, err := s.Matcher(); practice.CodeOf(err) != practice.Invalid {
			t.Errorf("%.20q: %v", s.Text, err)
		}
	}
}

// What is sealed is what was given, and nothing else can be unsealed.
func TestSegmentsHoldWhatWasSealed(t *testing.T) {
	t.Parallel()
	pieces := []deployment.Output{{Order: "a", Target: "web", Seq: 1, Text: "x\n", Place: 4}, {Order: "b", Target: "db", Seq: 1, Text: "✓", Place: 9}, {Order: "a", Target: "web", Seq: 2, Place: 11}}
	segment, packed, err := deployment.Seal("D-1", 3, pieces)
	if err != nil || segment.First != 4 || segment.Last != 11 || segment.Number != 3 || strings.Join(segment.Targets, " ") != "db web" {
		t.Fatalf("%+v, %v", segment, err)
	}
	i := 0
	if err := segment.Unseal(packed, func(o deployment.Output) (bool, error) {
		if o != pieces[i] {
			t.Errorf("piece %d is %+v", i, o)
		}
		i++
		return true, nil
	}); err != nil || i != 3 {
		t.Errorf("%d pieces, %v", i, err)
	}
	packed[len(packed)/2] ^= 1
	if err := segment.Unseal(packed, nil); practice.CodeOf(err) != practice.Refused {
		t.Errorf("altered: %v", err)
	}
}
