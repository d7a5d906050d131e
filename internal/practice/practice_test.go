package practice_test

import (
	"strings"
	"testing"

	"tranship.dev/tranship/internal/practice"
)

// What comes from outside as a version must be one that the library can hold.
func TestCheckVersion(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"1.0.0", "2026-11-23", "1.0.0-rc.1+build.7", "_x", "a", strings.Repeat("1", 128)} {
		if err := practice.CheckVersion(version); err != nil {
			t.Error(err)
		}
	}
	for _, version := range []string{"", "--help", ".5", "../x", "..%2f..%2fx", "1 0", "1/0", "1@0", "1\x000", "1\n", "é", "1;2", strings.Repeat("1", 129)} {
		if err := practice.CheckVersion(version); practice.CodeOf(err) != practice.Invalid {
			t.Errorf("version %q: %v", version, err)
		}
	}
}
