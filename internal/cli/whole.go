package cli

import (
	"errors"
	"io"
	"os"
	"path/filepath"
)

// writeWhole writes a file so that it is there in whole or not at all.
func writeWhole(path string, content []byte, mode os.FileMode) error {
	return streamWhole(path, mode, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	}, nil)
}

// streamWhole is writeWhole for content that comes bit by bit. check, when
// given, reads the finished file before it gets its name.
func streamWhole(path string, mode os.FileMode, write func(io.Writer) error, check func(io.Reader) error) error {
	part, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".tmp-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(part.Name()) }() // of no effect once it has its name
	err = errors.Join(part.Chmod(mode), write(part))
	if err == nil {
		err = part.Sync()
	}
	if err == nil && check != nil {
		if _, err = part.Seek(0, io.SeekStart); err == nil {
			err = check(part)
		}
	}
	if err = errors.Join(err, part.Close()); err != nil {
		return err
	}
	return os.Rename(part.Name(), path)
}
