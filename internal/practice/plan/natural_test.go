package plan

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestNaturalOrder(t *testing.T) {
	t.Parallel()
	names := strings.Fields("web-10 web-2 web-02 web-1 web db-3-b db-3-a10 db-3-a9 web-2-x 10 9 a")
	slices.SortFunc(names, CompareNatural)
	got := strings.Join(names, " ")
	if want := "9 10 a db-3-a9 db-3-a10 db-3-b web web-1 web-02 web-2 web-2-x web-10"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// The order is total: antisymmetric, transitive, and only equal names are equal.
func TestNaturalOrderIsTotal(t *testing.T) {
	t.Parallel()
	name := rapid.StringMatching(`[01a-]{0,5}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := name.Draw(t, "a"), name.Draw(t, "b"), name.Draw(t, "c")
		if (CompareNatural(a, b) < 0) != (CompareNatural(b, a) > 0) || (CompareNatural(a, b) == 0) != (a == b) {
			t.Fatalf("%q and %q: %d and %d", a, b, CompareNatural(a, b), CompareNatural(b, a))
		}
		if CompareNatural(a, b) <= 0 && CompareNatural(b, c) <= 0 && CompareNatural(a, c) > 0 {
			t.Fatalf("%q <= %q <= %q, but not the first before the last", a, b, c)
		}
	})
}
