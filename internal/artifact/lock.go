package artifact

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"syscall"
	"time"
)

const lockPause = 10 * time.Millisecond

var errLocked = errors.New("somebody else holds the lock")

// lock waits until nobody else, in this process or another, holds the lock of
// a path, or until ctx ends. The system frees it when the process dies.
func lock(ctx context.Context, path string) (unlock func(), err error) {
	pause := time.NewTicker(lockPause)
	defer pause.Stop()
	for {
		unlock, err := tryLock(path)
		if !errors.Is(err, errLocked) {
			return unlock, err
		}
		select {
		case <-pause.C:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// tryLock gives errLocked when somebody else holds the lock. Whoever holds it
// may remove its file: a lock of a file that lost its name counts for nothing.
func tryLock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = errLocked
	}
	if err == nil {
		err = named(f, path)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() { _ = f.Close() }, nil // closing frees the lock
}

func named(f *os.File, path string) error {
	held, err := f.Stat()
	if err != nil {
		return err
	}
	present, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) || (err == nil && !os.SameFile(held, present)) {
		return errLocked
	}
	return err
}
