//go:build !unix

package store

import "tranship.dev/tranship/internal/practice"

// lock is not to be had here: servers run on Unix; agents and the command line run anywhere.
type lock struct{}

func lockDirectory(path string) (*lock, error) {
	return nil, practice.Faultf(practice.Refused, "%s cannot be locked on this operating system", path).
		WithHint("run the server on Linux").Final()
}

func (l *lock) release() error { return nil }
