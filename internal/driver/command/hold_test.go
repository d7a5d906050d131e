package command_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tranship.dev/tranship/internal/driver/command"
)

// The lock is held while the command goes on, and by what it left running;
// a second run at the same time is refused.
func TestLockIsHeldWhileACommandGoesOn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	lock, fifo := filepath.Join(dir, "lock"), filepath.Join(dir, "fifo")
	if command.Held(lock) {
		t.Fatal("a lock that nobody took is held")
	}
	run := func(line string) (int, error) {
		return command.Run(context.Background(), command.Command{Argv: []string{"sh", "-c", line}, Env: os.Environ(), Directory: dir, Output: io.Discard, Lock: lock})
	}
	// What sh leaves behind waits for the pipe's other end.
	if code, err := run("mkfifo fifo; (cat fifo >/dev/null) >/dev/null 2>&1 &"); err != nil || code != 0 {
		t.Fatal(code, err)
	}
	if !command.Held(lock) {
		t.Error("the lock is free while something of the command goes on")
	}
	if _, err := run("true"); err == nil {
		t.Error("a second run was let in beside the first")
	}
	end, err := os.OpenFile(fifo, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := end.Close(); err != nil {
		t.Fatal(err)
	}
	for command.Held(lock) { // until the test's time is over
		time.Sleep(time.Millisecond)
	}
	if code, err := run("true"); err != nil || code != 0 {
		t.Errorf("after the first ended: %d, %v", code, err)
	}
}
