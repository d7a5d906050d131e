package plan

import "strings"

// CompareNatural orders names as people count: web-2 before web-10. It is a
// total order: only equal names are equal.
func CompareNatural(a, b string) int {
	x, y := a, b
	for x != "" && y != "" {
		n, m := digits(x), digits(y)
		if n == 0 || m == 0 {
			if x[0] != y[0] {
				return strings.Compare(x[:1], y[:1])
			}
			x, y = x[1:], y[1:]
			continue
		}
		p, q := strings.TrimLeft(x[:n], "0"), strings.TrimLeft(y[:m], "0")
		if len(p) != len(q) {
			return len(p) - len(q)
		}
		if c := strings.Compare(p, q); c != 0 {
			return c
		}
		x, y = x[n:], y[m:]
	}
	if x != y {
		return strings.Compare(x, y) // one has ended: the shorter comes first
	}
	return strings.Compare(a, b) // they differ in leading zeros at most
}

// digits gives the length of the row of digits that s begins with.
func digits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}
