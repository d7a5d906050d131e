package command_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"tranship.dev/tranship/internal/driver"
	"tranship.dev/tranship/internal/driver/command"
)

type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

func TestRunGivesOutputAndCode(t *testing.T) {
	t.Parallel()
	var out output
	code, err := command.Run(t.Context(), command.Command{
		Argv: []string{"sh", "-c", `cat; echo "$A"; echo bad >&2; pwd; exit 3`}, Directory: "/", Stdin: "in\n",
		Env: command.Environment(map[string]string{"A": "b"}), Output: &out,
	})
	if err != nil || code != 3 || out.String() != "in\nb\nbad\n/\n" {
		t.Errorf("got %d, %v, %q", code, err, out.String())
	}
	if code, err := command.Run(t.Context(), command.Command{Argv: []string{"sh", "-c", "kill -9 $$"}, Output: &out}); err != nil || code != 137 {
		t.Errorf("killed: got %d, %v", code, err)
	}
	if _, err := command.Run(t.Context(), command.Command{Argv: []string{"/does/not/exist"}, Output: &out}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("absent: got %v", err)
	}
}

func TestRunDoesNotWaitForWhatGoesOnBehindIt(t *testing.T) {
	t.Parallel()
	var out output
	const mark = "command-test-behind"
	defer command.Stop(command.Process{}, mark, syscall.SIGKILL, 0)
	code, err := command.Run(t.Context(), command.Command{
		Argv: []string{"sh", "-c", "sleep 300 & echo started"}, Env: command.Environment(nil), Output: &out, Mark: mark,
	})
	if err != nil || code != 0 || out.String() != "started\n" {
		t.Errorf("got %d, %v, %q", code, err, out.String())
	}
	if len(command.Marked(mark)) != 1 {
		t.Errorf("what the command left running was stopped, though nobody asked for it")
	}
}

func TestRunStopsAllWhenTheContextEnds(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]string{
		"ordinary":         `sleep 300 & echo up; wait`,
		"deaf":             `trap "" TERM; (trap "" TERM; sleep 300) & echo up; sleep 300`,
		"in other session": `setsid sleep 300 & echo up; sleep 300`,
		"without mark":     `env -i /bin/sleep 300 & echo up; sleep 300`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			mark := "command-test-" + strings.ReplaceAll(name, " ", "-")
			out := &starter{cancel: cancel}
			within := time.Minute
			if name == "deaf" {
				within = 100 * time.Millisecond
			}
			_, err := command.Run(ctx, command.Command{Argv: []string{"sh", "-c", script}, Env: command.Environment(nil), Output: out, Mark: mark, EndWithin: within})
			killed, was := errors.AsType[*driver.Killed](err)
			if !errors.Is(err, context.Canceled) || was != (name == "deaf") {
				t.Errorf("want the context's error, and a kill of the deaf alone; got %v", err)
			}
			if was && (killed.Within != within || !strings.Contains(err.Error(), "sh was asked to end, did not end within 100ms and was killed")) {
				t.Errorf("it does not say how it ended: %v", err)
			}
			if left := command.Marked(mark); len(left) > 0 {
				t.Errorf("left running: %v", left)
			}
		})
	}
}

// No shell may take the end of its command for leave to go on with the next
// line: what was cancelled would then do the half that comes after it.
func TestNoShellGoesOnWhenAllAreStopped(t *testing.T) {
	t.Parallel()
	nested := `sh -c 'sh -c "sh -c \"echo up; sleep 300; echo went on\"; echo went on"; echo went on'; echo went on`
	for range 20 {
		ctx, cancel := context.WithCancel(t.Context())
		out := &keeper{starter: starter{cancel: cancel}}
		_, err := command.Run(ctx, command.Command{Argv: []string{"sh", "-c", nested}, Env: command.Environment(nil), Output: out, EndWithin: time.Minute})
		if said := out.String(); !errors.Is(err, context.Canceled) || strings.Contains(said, "went on") {
			t.Fatalf("stopped in the middle: %v, it said\n%s", err, said)
		}
	}
}

// What has time to end uses it for what it starts itself to clean up: that is not
// asked to end in its turn.
func TestWhatIsStartedToCleanUpIsLeftToDoIt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	clean := `trap 'echo asked; while ! test -e go; do sleep 0.01; done; sh -c "sleep 0.05; sh -c \"sleep 0.05; echo cleaned\""; exit 1' TERM`
	ctx, cancel := context.WithCancel(t.Context())
	out := &keeper{starter: starter{cancel: cancel}}
	out.said = func(text string) {
		if strings.Contains(text, "asked") {
			_ = os.WriteFile(dir+"/go", nil, 0o600)
		}
	}
	_, err := command.Run(ctx, command.Command{
		Argv: []string{"sh", "-c", clean + "; echo up; while :; do sleep 0.01; done"}, Directory: dir,
		Env: command.Environment(nil), Output: out, Mark: "command-test-cleans", EndWithin: time.Minute,
	})
	_, killed := errors.AsType[*driver.Killed](err)
	if !errors.Is(err, context.Canceled) || killed || !strings.HasSuffix(out.String(), "asked\ncleaned\n") {
		t.Errorf("stopped while it cleans up: %v, it said\n%s", err, out.String())
	}
}

// keeper cancels as starter does, and keeps what was printed.
type keeper struct {
	starter
	output
	said func(text string) // told what is printed; may be nil
}

func (k *keeper) Write(p []byte) (int, error) {
	_, _ = k.starter.Write(p)
	if k.said != nil {
		k.said(string(p))
	}
	return k.output.Write(p)
}

// starter cancels as soon as something is printed.
type starter struct{ cancel func() }

func (s *starter) Write(p []byte) (int, error) {
	s.cancel()
	return len(p), nil
}

func TestEnvironmentKeepsTheAgentsOwnToItself(t *testing.T) {
	t.Setenv("TRANSHIP_TOKEN", "canary")
	t.Setenv("LANG", "C")
	got := strings.Join(command.Environment(map[string]string{"LANG": "de", "X": "1"}), " ")
	if strings.Contains(got, "canary") || !strings.Contains(got, "LANG=de") || !strings.Contains(got, "X=1") || !strings.Contains(got, "PATH=") {
		t.Errorf("got %s", got)
	}
}

func TestAnotherProcessOfTheSameNumberIsNotTakenForIt(t *testing.T) {
	t.Parallel()
	self, found := command.Look(os.Getpid())
	if !found || !self.Alive() {
		t.Fatalf("this process is not seen: %v", self)
	}
	other := self
	other.Start--
	before := self
	before.Boot = "another"
	if other.Alive() || before.Alive() || (command.Process{}).Alive() {
		t.Error("a process that started at another time or in another boot counts as this one")
	}
	start := time.Now()
	command.Stop(other, "", syscall.SIGKILL, time.Second)
	if time.Since(start) > time.Second {
		t.Error("stop waits for a process that is not there")
	}
}
