// Package note keeps what a driver must remember on a target: small values
// that are there as a whole or not at all, whatever happens in between.
package note

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Note is one remembered value: a file that its owner alone can read. One
// goroutine at a time may write it.
type Note struct{ path string }

// Key gives a file name for something that parts tell apart, whatever
// characters they hold: kind, and 16 digits.
func Key(kind string, parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return kind + "-" + hex.EncodeToString(sum[:8])
}

// At gives the note in the file at path.
func At(path string) Note { return Note{path} }

// Read reads the note into value, a pointer; false when there is none.
func (n Note) Read(value any) (bool, error) {
	raw, err := os.ReadFile(n.path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read note: %w", err)
	}
	if err := json.Unmarshal(raw, value); err != nil {
		return false, fmt.Errorf("read note %s: %w", n.path, err)
	}
	return true, nil
}

// Write replaces the note by value. When it returns without an error, the note
// survives a power failure.
func (n Note) Write(value any) error {
	raw, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("write note: %w", err)
	}
	file, err := os.OpenFile(n.half(), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("write note: %w", err)
	}
	_, err = file.Write(raw)
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(n.half(), n.path)
	}
	if err == nil {
		err = SyncDir(filepath.Dir(n.path))
	}
	if err != nil {
		return fmt.Errorf("write note: %w", err)
	}
	return nil
}

// Delete forgets the note, and what an interrupted Write of it left; there
// may be none.
func (n Note) Delete() error {
	for _, path := range []string{n.half(), n.path} {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("delete note: %w", err)
		}
	}
	return SyncDir(filepath.Dir(n.path))
}

func (n Note) half() string { return n.path + ".new" }

// SyncDir makes the names in the directory survive a power failure.
func SyncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("sync directory: %w", err)
	}
	defer dir.Close()
	if err := dir.Sync(); err != nil {
		return fmt.Errorf("sync directory %s: %w", path, err)
	}
	return nil
}
