package process_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"tranship.dev/tranship/internal/driver"
	"tranship.dev/tranship/internal/driver/drivertest"
	"tranship.dev/tranship/internal/driver/process"
	"tranship.dev/tranship/internal/practice"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "supervise" {
		os.Exit(process.Supervise(os.Args[2:]...))
	}
	drivertest.Main(m, subject())
}

func subject() *process.Driver {
	exe, err := os.Executable()
	if err != nil {
		panic(err)
	}
	return process.New(exe, "supervise")
}

// running lists the processes whose argument 0 is "probe:" and the step's root.
func running(t *testing.T, s driver.Step) []string {
	t.Helper()
	entries, err := os.ReadDir("/proc")
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, entry := range entries {
		line, err := os.ReadFile(filepath.Join("/proc", entry.Name(), "cmdline"))
		if err == nil && strings.Contains(string(line), "probe:"+s.Root+";") {
			list = append(list, entry.Name()+" "+strings.ReplaceAll(string(line), "\x00", " "))
		}
	}
	return list
}

// step makes a process that runs two more, of which one has left the session.
func step(_ *testing.T, s driver.Step, version int) driver.Step {
	script := fmt.Sprintf(`: probe:%s; echo up %d; sleep 300 & setsid sh -c ': probe:%s; sleep 300; :' & wait`, s.Root, version, s.Root)
	s.With = map[string]any{"argv": []any{"sh", "-c", script}, "settle": "20ms", "stopTimeout": "2s"}
	return s
}

func TestConformance(t *testing.T) {
	t.Parallel()
	drivertest.Run(t, drivertest.Subject{
		Driver: subject(),
		Step:   step,
		Trace: func(t *testing.T, s driver.Step) string {
			var list []string // the shells come up by and by, and are forks of the first until they run
			until(t, "one process with one child", func() bool {
				list = running(t, s)
				first := slices.IndexFunc(list, func(line string) bool { return strings.Contains(line, "echo up") })
				return len(list) == 2 && first >= 0 && !strings.Contains(list[1-first], "setsid")
			})
			return strings.Join(list, "\n")
		},
		Left: running,
		Alter: func(t *testing.T, s driver.Step) {
			for _, p := range running(t, s) {
				pid, _, _ := strings.Cut(p, " ")
				number, err := strconv.Atoi(pid)
				if err != nil {
					t.Fatal(err)
				}
				_ = syscall.Kill(number, syscall.SIGKILL)
				until(t, "end of "+pid, func() bool { return !slices.Contains(running(t, s), p) })
			}
		},
		Slow: func(_ *testing.T, s driver.Step) driver.Step {
			s.With = maps.Clone(s.With)
			s.With["settle"] = "1m"
			return s
		},
		Bad: map[string]map[string]any{
			"argv":        {},
			"argv[0]":     {"argv": []any{""}},
			"directory":   {"argv": []any{"true"}, "directory": "../.."},
			"stopSignal":  {"argv": []any{"true"}, "stopSignal": "BOOM"},
			"settle":      {"argv": []any{"true"}, "settle": "soon"},
			"environment": {"argv": []any{"true"}, "environment": map[string]any{"A=B": "c"}},
			"name":        {"argv": []any{"true"}, "name": "../x"},
		},
		Kills: 8,
	})
}

func target(t *testing.T) driver.Step {
	t.Helper()
	base := t.TempDir()
	s := driver.Step{
		Name: "run", Component: "probe", Version: "1.0", Digest: practice.DigestOf(nil),
		Root: filepath.Join(base, "root"), State: filepath.Join(base, "state"),
	}
	for _, dir := range []string{s.Root, s.State} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		s.With = map[string]any{"argv": []any{"true"}}
		if err := subject().Remove(context.Background(), s, &drivertest.Output{}); err != nil {
			t.Error(err)
		}
	})
	return s
}

// until waits for what must become true by itself.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(15 * time.Second); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s did not happen within 15s", what)
		}
	}
}

func pid(t *testing.T, s driver.Step) int {
	t.Helper()
	f, err := subject().Inspect(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(f.Detail)
	for at, word := range fields {
		if word == "process" && at+1 < len(fields) {
			number, _ := strconv.Atoi(fields[at+1])
			return number
		}
	}
	return 0
}

func TestIsStartedAgainWhenItEnds(t *testing.T) {
	t.Parallel()
	s := step(t, target(t), 1)
	d := subject()
	if err := d.Apply(t.Context(), s, &drivertest.Output{}); err != nil {
		t.Fatal(err)
	}
	first := pid(t, s)
	if err := syscall.Kill(first, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	until(t, "restart", func() bool { now := pid(t, s); return now != 0 && now != first })
	f, err := d.Inspect(t.Context(), s)
	if err != nil || !strings.Contains(f.Detail, "restarted 1 times") || !strings.Contains(f.Detail, "signal 9") {
		t.Errorf("got %+v, %v", f, err)
	}
	until(t, "the old children's end", func() bool { return len(running(t, s)) == 2 })
}

func TestGoesOnWhenItsSupervisorIsKilledAndIsTakenOver(t *testing.T) {
	t.Parallel()
	s := step(t, target(t), 1)
	d := subject()
	if err := d.Apply(t.Context(), s, &drivertest.Output{}); err != nil {
		t.Fatal(err)
	}
	first := pid(t, s)
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", first))
	if err != nil {
		t.Fatal(err)
	}
	parent, err := strconv.Atoi(strings.Fields(string(stat[strings.LastIndex(string(stat), ")")+1:]))[1])
	if err != nil || parent == os.Getpid() {
		t.Fatalf("parent %d, %v", parent, err)
	}
	if err := syscall.Kill(parent, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	until(t, "the supervisor's end", func() bool {
		f, err := d.Inspect(t.Context(), s)
		return err == nil && strings.Contains(f.Detail, "without its supervisor") && !f.Matches && f.Present
	})
	for range 3 { // more than one supervisor is never in charge
		if err := d.Resume(t.Context(), s.State); err != nil {
			t.Fatal(err)
		}
	}
	until(t, "taking over", func() bool { f, err := d.Inspect(t.Context(), s); return err == nil && f.Matches })
	if now := pid(t, s); now != first {
		t.Errorf("process %d became %d", first, now)
	}
	if err := syscall.Kill(first, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	until(t, "restart by the new supervisor", func() bool { now := pid(t, s); return now != 0 && now != first })
}

func TestWhatDoesNotStayUpIsToldAndStopped(t *testing.T) {
	t.Parallel()
	s := target(t)
	d := subject()
	s.With = map[string]any{"argv": []any{"sh", "-c", "echo no such flag; exit 3"}, "settle": "10s"}
	for range 2 {
		err := d.Apply(t.Context(), s, &drivertest.Output{})
		if practice.CodeOf(err) != practice.Unavailable || !strings.Contains(err.Error(), "exit code 3") || !strings.Contains(err.Error(), "no such flag") {
			t.Errorf("got %v", err)
		}
		f, err := d.Inspect(t.Context(), s)
		if err != nil || f.Present || f.Matches || !strings.Contains(f.Detail, "exit code 3") {
			t.Errorf("got %+v, %v", f, err)
		}
	}
	if err := d.Resume(t.Context(), s.State); err != nil {
		t.Error(err)
	}
	if f, err := d.Inspect(t.Context(), s); err != nil || f.Present {
		t.Errorf("what had failed was resumed: %+v, %v", f, err)
	}
}

func TestACommandThatIsNotThereIsNamed(t *testing.T) {
	t.Parallel()
	s := target(t)
	if err := os.WriteFile(filepath.Join(s.Root, "plain"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"no-such-command-anywhere", "./missing", "/missing", "./plain", "/"} {
		s.With = map[string]any{"argv": []any{name}}
		if err := subject().Apply(t.Context(), s, &drivertest.Output{}); practice.CodeOf(err) != practice.Invalid || !strings.Contains(err.Error(), "with.argv[0]") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestADeafProcessIsKilledAfterItsTime(t *testing.T) {
	t.Parallel()
	s := target(t)
	d := subject()
	s.With = map[string]any{"argv": []any{"sh", "-c", `: probe:` + s.Root + `; trap "" TERM; while :; do sleep 0.1; done`}, "settle": "50ms", "stopTimeout": "200ms"}
	if err := d.Apply(t.Context(), s, &drivertest.Output{}); err != nil {
		t.Fatal(err)
	}
	if err := d.Remove(t.Context(), s, &drivertest.Output{}); err != nil {
		t.Fatal(err)
	}
	if left := running(t, s); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

func TestRunsInItsDirectoryWithItsEnvironment(t *testing.T) {
	t.Parallel()
	s := target(t)
	if err := os.MkdirAll(filepath.Join(s.Root, "app/releases/1"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("releases/1", filepath.Join(s.Root, "app/current")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.Root, "app/current/server"), []byte("#!/bin/sh\n(pwd; echo \"$A\") > told.new && mv told.new told\nsleep 300\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	s.With = map[string]any{"argv": []any{"./server"}, "directory": "/app/current", "environment": map[string]any{"A": "b c"}, "settle": "1ms"}
	if err := subject().Apply(t.Context(), s, &drivertest.Output{}); err != nil {
		t.Fatal(err)
	}
	until(t, "telling", func() bool {
		told, err := os.ReadFile(filepath.Join(s.Root, "app/releases/1/told"))
		return err == nil && string(told) == filepath.Join(s.Root, "app/releases/1")+"\nb c\n"
	})
}

// A process that is to be started again is, once for each order: what it runs
// may be other than what stands there now.
func TestStartedAnewOncePerOrder(t *testing.T) {
	t.Parallel()
	s := target(t)
	s.With = map[string]any{"argv": []any{"sh", "-c", ": probe:" + s.Root + "; sleep 300; :"}, "settle": "20ms", "stopTimeout": "2s"}
	first := func() string {
		t.Helper()
		if err := subject().Apply(t.Context(), s, &drivertest.Output{}); err != nil {
			t.Fatal(err)
		}
		list := running(t, s)
		if len(list) == 0 {
			t.Fatal("it does not run")
		}
		return list[0]
	}
	before := first()
	if again := first(); again != before {
		t.Fatal("it was started again without need")
	}
	s.Anew, s.Order = true, "o1"
	if found, err := subject().Inspect(t.Context(), s); err != nil || found.Matches {
		t.Errorf("it seems to be started anew before it was: %+v, %v", found, err)
	}
	anew := first()
	if anew == before {
		t.Fatal("it was not started again")
	}
	if again := first(); again != anew {
		t.Error("the same order started it again twice")
	}
	if found, err := subject().Inspect(t.Context(), s); err != nil || !found.Matches {
		t.Errorf("after it was started anew: %+v, %v", found, err)
	}
	if s.Order = "o2"; first() == anew {
		t.Error("another order did not start it again")
	}
}
