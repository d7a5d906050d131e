// Package script runs scenarios that a practitioner can read: lines that say
// what is given and what happens, each followed by what came of it.
package script

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Line carries out one line of a scenario: its first word, and the others. It
// gives what happened.
type Line func(verb string, words []string) ([]string, error)

// Run plays every scenario of testdata (*.txt), each from a beginning of its own,
// and fails where another story is told than the file tells. With update it
// writes into the file what happened.
func Run(t *testing.T, update bool, begin func() Line) {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			wanted, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := play(t, string(wanted), begin())
			if update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != string(wanted) {
				t.Errorf("%s tells another story now; look at the difference after: go test -run TestScripts -update\n%s", file, got)
			}
		})
	}
}

// play carries a scenario out and gives it with what happened, indented. What
// stood there before, comments and empty lines are not carried out.
func play(t *testing.T, scenario string, line Line) string {
	t.Helper()
	var out strings.Builder
	for i, text := range strings.Split(strings.TrimRight(scenario, "\n"), "\n") {
		if strings.HasPrefix(text, "    ") {
			continue
		}
		out.WriteString(text + "\n")
		words := strings.Fields(text)
		if len(words) == 0 || strings.HasPrefix(text, "#") {
			continue
		}
		told, err := line(words[0], words[1:])
		if err != nil {
			t.Fatalf("line %d: %s: %v", i+1, text, err)
		}
		for _, happened := range told {
			out.WriteString("    " + happened + "\n")
		}
	}
	return out.String()
}
