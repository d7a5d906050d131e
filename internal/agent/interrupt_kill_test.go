package agent_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
)

// TestPain10NoProcessIsLeft interrupts real scripts over a real bus: those that end
// when they are asked, and those that do not; with an agent that lives, one that is
// killed before it is told, and one that is killed while it ends the script.
func TestPain10NoProcessIsLeft(t *testing.T) {
	t.Parallel()
	const (
		polite = `sleep 600 & echo $$ $! > pids.new; mv pids.new pids; trap ': > asked; exit 1' TERM; wait`
		deaf   = `trap ': > asked' TERM; (trap "" TERM; exec sleep 600) & echo $$ $! > pids.new; mv pids.new pids; while :; do wait; sleep 0.01; done`
	)
	for name, c := range map[string]struct {
		script       string
		killedBefore bool // the agent, before it is told
		killedAmid   bool // after it has asked the script to end
	}{
		"polite":                       {polite, false, false},
		"deaf":                         {deaf, false, false},
		"agent killed before":          {polite, true, false},
		"agent killed in the middle":   {deaf, false, true},
		"agent killed before, deaf":    {deaf, true, false},
		"agent killed twice, and deaf": {deaf, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newYard(t)
			ended := "step slow was ended in the middle, 0 of 2 steps were done"
			if c.script == deaf {
				ended = "step slow was asked to end, did not end within 1.5s and was killed, 0 of 2 steps were done"
			}
			kill := s.child(t)
			defer func() { kill() }()

			slow := step("slow")
			slow.Uses, slow.With = "script", map[string]any{"argv": []any{"sh", "-c", c.script}}
			slow.StopWithin = practice.Duration(1500 * time.Millisecond)
			o := s.issue("web", slow, step("never"))
			pids := strings.Fields(string(appears(t, filepath.Join(s.state, "pids"))))
			t.Cleanup(func() { // also where the test ends early
				for _, pid := range pids {
					if n, _ := strconv.Atoi(pid); alive(n) {
						_ = syscall.Kill(n, syscall.SIGKILL)
					}
				}
			})
			if c.killedBefore {
				kill()
				kill = func() {}
			}
			s.interrupt(o, nil)
			s.hub.Hint(o.Scope, []string{"a"})
			if c.killedBefore {
				kill = s.child(t)
			}
			if c.killedAmid {
				appears(t, filepath.Join(s.state, "asked"))
				kill()
				s.mu.Lock()
				s.ended["interruption of "+o.ID] = true // from now on only the journal knows
				s.mu.Unlock()
				kill = s.child(t)
			}
			s.settle(1 + one(c.killedAmid))
			r := s.last(o.ID)
			if r.Outcome != deployment.OutcomeStop || r.Did != deployment.DidPart || !strings.Contains(r.Message, ended) {
				t.Errorf("it is told as %+v, want %s", r, ended)
			}
			for _, pid := range pids {
				if n, _ := strconv.Atoi(pid); alive(n) {
					t.Errorf("process %s of %v goes on", pid, pids)
				}
			}
		})
	}
}

// appears gives what is in a file as soon as it is there.
func appears(t *testing.T, file string) []byte {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		if raw, err := os.ReadFile(file); err == nil {
			return raw
		}
	}
	t.Fatalf("%s does not appear", file)
	return nil
}

// alive says whether a process runs; one that has ended and was not waited for does not.
func alive(pid int) bool {
	raw, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return false
	}
	_, after, _ := strings.Cut(string(raw), ") ")
	return !strings.HasPrefix(after, "Z")
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
