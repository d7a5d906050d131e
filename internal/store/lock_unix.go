//go:build unix

package store

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"tranship.dev/tranship/internal/practice"
)

// lock keeps other servers away from a data directory. The kernel frees it
// when the process ends, however it ends.
type lock struct{ file *os.File }

func lockDirectory(path string) (*lock, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // the operator names the data directory
	if err != nil {
		return nil, fmt.Errorf("data directory: %w", err)
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return &lock{file}, nil
	}
	_ = file.Close() // nothing was written
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, practice.Faultf(practice.Refused, "another server has the data directory open: %s is locked", path).
			WithHint("stop it first, or give this one a directory of its own").Final()
	}
	return nil, fmt.Errorf("lock %s: %w", path, err)
}

// release frees the lock itself, not only this descriptor: a child that was forked
// at this moment holds a copy until it executes.
func (l *lock) release() error {
	return errors.Join(syscall.Flock(int(l.file.Fd()), syscall.LOCK_UN), l.file.Close())
}
