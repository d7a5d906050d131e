package command

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// hold takes the lock of a file and gives it. A command that inherits the open
// file holds the lock from the very moment that it is forked: also while it
// does not carry its mark yet, and when the agent that started it is killed.
func hold(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("an earlier run still goes on: %w", err), file.Close())
	}
	return file, nil
}

// Held says whether something that was run with this lock goes on.
func Held(path string) bool {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return false
	}
	defer func() { _ = file.Close() }() // which gives the lock back
	return errors.Is(syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB), syscall.EWOULDBLOCK)
}
