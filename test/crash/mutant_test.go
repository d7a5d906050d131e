//go:build mutant

package crash

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// mutants are defects that somebody could make, each a change of one line, and
// the promise that it breaks.
var mutants = []struct{ name, file, before, after, promise string }{
	{"repeats what may be done once", "internal/agent/doubt.go", "how := r.onDoubt(s)", "how := model.Repeat; _ = r.onDoubt(s)", "no effect twice"},
	{"guesses that it was done", "internal/agent/doubt.go", "	return errDoubt{practice.Faultf(practice.Unavailable, \"the agent was stopped", "	if true {\n		return nil\n	}\n	return errDoubt{practice.Faultf(practice.Unavailable, \"the agent was stopped", "no done without effect"},
	{"forgets what it has not told", "internal/agent/outbox.go", "	answers, err := b.link.Report(ctx, batch)", "	_ = b.journal.Answered(batch)\n	answers, err := b.link.Report(ctx, batch)", "rest"},
	{"takes what was wanted for what is there", "internal/practice/deployment/landing.go", "l.Version, l.Digest = row.Before[i].Version, row.Before[i].Digest", "l.Version = item.Version", "the inventory is true"},
	{"does not keep who asked", "internal/control/request.go", "Change: r.Change,", "", "no command"},
}

// TestMutants proves that the trial finds defects (tag mutant): each is built into the
// product, and must be found.
//
//nolint:paralleltest // one after the other: each needs the machine
func TestMutants(t *testing.T) {
	for _, m := range mutants {
		t.Run(m.name, func(t *testing.T) {
			binary := filepath.Join(t.TempDir(), "mutant.test")
			build := exec.Command("go", "test", "-c", "-overlay", overlay(t, m.file, m.before, m.after), "-o", binary, ".")
			if said, err := build.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, said)
			}
			for try := range 4 { // kills are chance: a defect may keep hidden once
				trial := exec.Command(binary, "-test.run", "^TestKilled$", "-test.v")
				trial.Env = append(os.Environ(), "TRANSHIP_CRASH_KILLS=80", "TRANSHIP_CRASH_SEED="+string(rune('1'+try)))
				said, err := trial.CombinedOutput()
				if err != nil && strings.Contains(string(said), m.promise) {
					return
				}
				t.Logf("not found, %v:\n%s", err, said)
			}
			t.Error("the defect was not found")
		})
	}
}

// overlay gives the file that tells the compiler of one change.
func overlay(t *testing.T, file, before, after string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", "..", file))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(text), before) != 1 {
		t.Fatalf("%s does not hold %q once: write the defect anew", file, before)
	}
	changed := filepath.Join(t.TempDir(), filepath.Base(file))
	if err := os.WriteFile(changed, []byte(strings.Replace(string(text), before, after, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	told, err := json.Marshal(map[string]map[string]string{"Replace": {path: changed}})
	if err != nil {
		t.Fatal(err)
	}
	list := filepath.Join(t.TempDir(), "overlay.json")
	if err := os.WriteFile(list, told, 0o600); err != nil {
		t.Fatal(err)
	}
	return list
}
