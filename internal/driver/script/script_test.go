package script_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/driver"
	"tranship.dev/tranship/internal/driver/drivertest"
	"tranship.dev/tranship/internal/driver/script"
	"tranship.dev/tranship/internal/practice"
)

func TestMain(m *testing.M) { drivertest.Main(m, script.New()) }

// left lists what of the step's scripts still runs.
func left(t *testing.T, s driver.Step) []string {
	t.Helper()
	lines, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, line := range lines {
		text, err := os.ReadFile(line)
		if err == nil && strings.Contains(string(text), "probe:"+s.State+";") {
			list = append(list, strings.ReplaceAll(string(text), "\x00", " "))
		}
	}
	return list
}

func TestConformance(t *testing.T) {
	t.Parallel()
	shell := func(s driver.Step, text string) []any { return []any{"sh", "-euc", ": probe:" + s.State + "; " + text} }
	drivertest.Run(t, drivertest.Subject{
		Driver: script.New(),
		Step: func(_ *testing.T, s driver.Step, _ int) driver.Step {
			s.With = map[string]any{
				"argv":  shell(s, `sleep 0.05; echo "$TRANSHIP_VERSION" > version.new; sleep 0.02; mv version.new version`),
				"check": shell(s, `test -e version || exit 1; test "$(cat version)" = "$TRANSHIP_VERSION"`),
				"undo":  shell(s, `rm -f version version.new`), "directory": "/", "creates": "version",
			}
			return s
		},
		Alter: func(t *testing.T, s driver.Step) {
			if err := os.WriteFile(filepath.Join(s.Root, "version"), []byte("other"), 0o644); err != nil {
				t.Fatal(err)
			}
		},
		Left: left,
		Slow: func(_ *testing.T, s driver.Step) driver.Step {
			s.With = maps.Clone(s.With)
			s.With["argv"] = shell(s, `trap "" TERM; setsid sh -c ': probe:`+s.State+`; sleep 300; :' & echo begun; sleep 300; :`)
			return s
		},
		Bad: map[string]map[string]any{
			"argv":        {},
			"argv[0]":     {"argv": []any{" "}},
			"check[0]":    {"check": []any{""}},
			"directory":   {"argv": []any{"true"}, "undo": []any{"true"}, "directory": "../x"},
			"creates":     {"argv": []any{"true"}, "undo": []any{"true"}, "creates": "/../x"},
			"exitCodes":   {"argv": []any{"true"}, "exitCodes": []any{}},
			"environment": {"argv": []any{"true"}, "environment": map[string]any{"": "x"}},
		},
		Kills: 8,
	})
}

func target(t *testing.T, with map[string]any) driver.Step {
	t.Helper()
	base := t.TempDir()
	return driver.Step{Name: "run", Component: "probe", Version: "1.0", Digest: practice.DigestOf(nil), Root: base, State: base, Artifact: base, With: with}
}

func TestOutputCodesAndSurroundings(t *testing.T) {
	t.Parallel()
	s := target(t, map[string]any{
		"argv":  []any{"sh", "-c", `cat; echo "$TRANSHIP_COMPONENT $TRANSHIP_VERSION $A"; pwd; echo last >&2; exit 4`},
		"stdin": "in\n", "environment": map[string]any{"A": "$(id) ; b"},
	})
	var out drivertest.Output
	err := script.New().Apply(t.Context(), s, &out)
	if practice.CodeOf(err) != practice.Unavailable || !strings.Contains(err.Error(), "exit code 4") || !strings.Contains(err.Error(), "last") {
		t.Errorf("got %v", err)
	}
	if want := fmt.Sprintf("in\nprobe 1.0 $(id) ; b\n%s\nlast\n", s.Artifact); out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
	s.With["exitCodes"] = []any{0, 4}
	if err := script.New().Apply(t.Context(), s, &out); err != nil {
		t.Error(err)
	}
	s.With["argv"] = []any{"/no/such/command"}
	if err := script.New().Apply(t.Context(), s, &out); practice.CodeOf(err) != practice.Invalid || !strings.Contains(err.Error(), "/no/such/command") {
		t.Errorf("got %v", err)
	}
}

func TestSaysThatNobodyCanTell(t *testing.T) {
	t.Parallel()
	s := target(t, map[string]any{"argv": []any{"true"}})
	if f, err := script.New().Inspect(t.Context(), s); err != nil || f.Matches || f.Present || !strings.Contains(f.Detail, "nobody can tell") {
		t.Errorf("got %+v, %v", f, err)
	}
	if err := script.New().Remove(t.Context(), s, &drivertest.Output{}); practice.CodeOf(err) != practice.Invalid || !strings.Contains(err.Error(), "with.undo") {
		t.Errorf("got %v", err)
	}
}

func TestCreatesKeepsItFromRunningAgain(t *testing.T) {
	t.Parallel()
	s := target(t, map[string]any{"argv": []any{"sh", "-c", "echo x >> made"}, "creates": "made", "undo": []any{"rm", "made"}})
	for range 2 {
		if err := script.New().Apply(t.Context(), s, &drivertest.Output{}); err != nil {
			t.Fatal(err)
		}
	}
	if text, err := os.ReadFile(filepath.Join(s.Root, "made")); err != nil || string(text) != "x\n" {
		t.Errorf("got %q, %v", text, err)
	}
	for range 2 {
		if err := script.New().Remove(t.Context(), s, &drivertest.Output{}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestNeverRunsTwiceAtOnce(t *testing.T) {
	t.Parallel()
	s := target(t, map[string]any{"argv": []any{"sh", "-c", `mkdir busy && echo begun && while ! test -e go; do sleep 0.01; done; rmdir busy`}})
	first := make(chan error, 1)
	begun := make(chan struct{})
	go func() { first <- script.New().Apply(t.Context(), s, signal(begun)) }()
	<-begun
	if f, err := script.New().Inspect(t.Context(), s); err != nil || !strings.Contains(f.Detail, "earlier run") {
		t.Errorf("got %+v, %v", f, err)
	}
	second := make(chan error, 1)
	waits := make(chan struct{})
	go func() { second <- script.New().Apply(t.Context(), s, signal(waits)) }()
	<-waits
	if err := os.WriteFile(filepath.Join(s.Root, "go"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(<-first, <-second); err != nil {
		t.Error(err)
	}
}

// signal is a Progress that closes the channel at the first write.
type signal chan struct{}

func (s signal) Write(p []byte) (int, error) {
	select {
	case <-s:
	default:
		close(s)
	}
	return len(p), nil
}

// The last line says why it failed: without colours, and never a part of one that is
// too long, of which nobody could mask a secret.
func TestFailureSaysWhatWasPrintedLast(t *testing.T) {
	t.Parallel()
	for printed, want := range map[string]string{
		`echo one; echo "no space left on device" >&2; echo`: "sh ended with exit code 3: no space left on device",
		`printf '\033[31mrefused\033[0m\r\n'`:                "sh ended with exit code 3: refused",
		`:`:                                                  "sh ended with exit code 3",
		`head -c 5000 /dev/zero | tr '\0' x; echo`:           "sh ended with exit code 3",
	} {
		s := target(t, map[string]any{"argv": []any{"sh", "-c", printed + "; exit 3"}})
		var fault *practice.Error
		if err := script.New().Apply(t.Context(), s, &drivertest.Output{}); !errors.As(err, &fault) || fault.Message != want {
			t.Errorf("%s: got %v; want %s", printed, err, want)
		}
	}
}

func TestATimeoutIsTold(t *testing.T) {
	t.Parallel()
	s := target(t, map[string]any{"argv": []any{"sleep", "300"}})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := script.New().Apply(ctx, s, &drivertest.Output{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

// What an agent that is gone left running is ended as its step says, and it is told when it had to be killed.
func TestHaltGivesTheStepsTime(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		trap   string
		killed bool
	}{
		"ends": {`trap "echo cleaned > cleaned; exit 1" TERM`, false},
		"deaf": {`trap "" TERM`, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := target(t, map[string]any{"argv": []any{"sh", "-c", c.trap + "; echo up; while :; do sleep 0.01; done"}})
			if s.StopWithin = time.Minute; c.killed {
				s.StopWithin = 50 * time.Millisecond
			}
			up, ended := make(signal), make(chan error, 1)
			go func() { ended <- script.New().Apply(context.Background(), s, up) }()
			<-up
			err := script.New().Halt(t.Context(), s)
			killed, was := errors.AsType[*driver.Killed](err)
			if was != c.killed || was && killed.Within != s.StopWithin || !was && err != nil {
				t.Errorf("halted with %v", err)
			}
			if err := <-ended; practice.CodeOf(err) != practice.Unavailable {
				t.Errorf("what was halted ended with %v", err)
			}
			if _, err := os.Stat(filepath.Join(s.Root, "cleaned")); (err == nil) == c.killed {
				t.Errorf("it cleaned up: %v", err)
			}
		})
	}
}
