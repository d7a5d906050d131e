//go:build lab

package hosts

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// The exit codes that the story meets; see tranship help exit-codes.
const (
	exitOK          = 0
	exitRemediated  = 4
	exitGuidance    = 6
	exitRefused     = 7
	exitUnreachable = 10
)

// user is somebody at a terminal: a directory, and what is set in it.
type user struct {
	binary, dir string
	env         []string
}

// run types one line, demands an exit code, and gives what was printed. All of
// it goes into the test's log.
func (u user) run(t *testing.T, code int, words ...string) string {
	t.Helper()
	text, err := u.try(t, code, words...)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func (u user) try(t *testing.T, code int, words ...string) (string, error) {
	begun := time.Now()
	cmd := exec.CommandContext(t.Context(), u.binary, words...)
	cmd.Dir, cmd.Env = u.dir, append(os.Environ(), u.env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return "", err
	}
	line := "tranship " + strings.Join(words, " ")
	if !strings.Contains(line, " json") {
		t.Logf("$ %s\n%s%s(%s)", line, stdout.String(), stderr.String(), time.Since(begun).Round(10*time.Millisecond))
	}
	if got := cmd.ProcessState.ExitCode(); got != code {
		return "", fmt.Errorf("%s ended with exit code %d, want %d:\n%s%s", line, got, code, stdout.String(), stderr.String())
	}
	return stdout.String() + stderr.String(), nil
}

// start types one line and goes on; what it gives waits for the line's end.
func (u user) start(t *testing.T, code int, words ...string) (wait func() string) {
	type ended struct {
		text string
		err  error
	}
	done, over := make(chan ended, 1), make(chan struct{})
	t.Cleanup(func() { <-over }) // it is ended with the test's context
	go func() {
		defer close(over)
		text, err := u.try(t, code, words...)
		done <- ended{text, err}
	}()
	return func() string {
		t.Helper()
		e := <-done
		if e.err != nil {
			t.Fatal(e.err)
		}
		return e.text
	}
}

// read types one line, and reads what it prints for programs.
func read[T any](t *testing.T, u user, words ...string) T {
	t.Helper()
	var value T
	text := u.run(t, exitOK, append(words, "-o", "json")...)
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("tranship %s: %v in %s", strings.Join(words, " "), err, text)
	}
	return value
}

// until waits for something that another process brings about.
func until(t *testing.T, what string, within time.Duration, so func() bool) {
	t.Helper()
	deadline := time.Now().Add(within)
	for !so() {
		if time.Now().After(deadline) {
			t.Fatalf("after %s still not: %s", within, what)
		}
		select {
		case <-t.Context().Done():
			t.Fatal(t.Context().Err())
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// holds demands that a text says something.
func holds(t *testing.T, text string, wanted ...string) {
	t.Helper()
	for _, w := range wanted {
		if !strings.Contains(text, w) {
			t.Errorf("%q is not said in:\n%s", w, text)
		}
	}
}
