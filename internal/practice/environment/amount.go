package environment

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/Masterminds/semver/v3"
)

var amountForm = regexp.MustCompile(`^([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]*)$`)

func units() map[string]float64 {
	return map[string]float64{
		"": 1, "b": 1,
		"kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12,
		"kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30, "tib": 1 << 40,
	}
}

// amount reads a number of bytes with its unit: "4GiB", "500 MB", "1.5TiB", "4096".
func amount(text string) (float64, bool) {
	parts := amountForm.FindStringSubmatch(strings.TrimSpace(text))
	if parts == nil {
		return 0, false
	}
	unit, known := units()[strings.ToLower(parts[2])]
	n, err := strconv.ParseFloat(parts[1], 64)
	return n * unit, known && err == nil
}

// number reads a plain number.
func number(text string) (float64, bool) {
	n, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	return n, err == nil && !math.IsInf(n, 0) && !math.IsNaN(n)
}

// shownAmount gives bytes in the largest binary unit that leaves a number of at least one.
func shownAmount(bytes float64) string {
	for _, u := range []struct {
		name string
		size float64
	}{{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}} {
		if bytes >= u.size {
			return strings.TrimSuffix(fmt.Sprintf("%.1f", bytes/u.size), ".0") + u.name
		}
	}
	return fmt.Sprintf("%.0fB", bytes)
}

var versionForm = regexp.MustCompile(`^(?:[0-9]+:)?[vV]?([0-9]+)((?:\.[0-9]+)*)[~.-]?((?:alpha|beta|rc|pre|dev)[0-9A-Za-z.]*)?`)

// version reads a version as packages have it: the epoch ("2:") and all that
// follows the numbers (the revision of a distribution: "-3+deb12u1") are left
// out, of the numbers the first three count, and missing ones are 0. What says
// that a version is not finished (~rc1, -beta.2) makes it older than the one
// without. False when it does not begin with a number.
func version(text string) (*semver.Version, bool) {
	parts := versionForm.FindStringSubmatch(strings.TrimSpace(text))
	if parts == nil {
		return nil, false
	}
	numbers := strings.Split(parts[1]+parts[2], ".")
	var three [3]uint64
	for i := range min(3, len(numbers)) {
		n, err := strconv.ParseUint(numbers[i], 10, 63)
		if err != nil {
			return nil, false
		}
		three[i] = n
	}
	unfinished := strings.Trim(parts[3], ".")
	if strings.Contains(unfinished, "..") {
		unfinished = ""
	}
	return semver.New(three[0], three[1], three[2], unfinished, ""), true
}

// constraint reads what versions are allowed: ">=1.2 <2", "~1.4", "^2 || ^3".
func constraint(text string) (*semver.Constraints, error) {
	c, err := semver.NewConstraint(text)
	if err != nil {
		return nil, err
	}
	c.IncludePrerelease = true
	return c, nil
}

// compare gives how two values stand to each other; false when they cannot be compared.
func (m measure) compare(a, b string) (int, bool) {
	read := func(as func(string) (float64, bool)) (int, bool) {
		x, isX := as(a)
		y, isY := as(b)
		return cmp.Compare(x, y), isX && isY
	}
	switch m {
	case asNumber:
		return read(number)
	case asBytes:
		return read(amount)
	case asVersion:
		x, isX := version(a)
		y, isY := version(b)
		if !isX || !isY {
			return 0, false
		}
		return x.Compare(y), true
	case asAny:
		if order, can := read(number); can {
			return order, true
		}
		return read(amount)
	case asText:
	}
	return 0, false
}

// same says whether two values are equal: amounts and numbers by what they are, all else letter by letter.
func (m measure) same(a, b string) bool {
	if m != asVersion {
		if order, can := m.compare(a, b); can {
			return order == 0
		}
	}
	return a == b
}
