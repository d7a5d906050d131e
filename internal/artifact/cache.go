package artifact

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"tranship.dev/tranship/internal/practice"
)

// Prune removes all artifacts from a cache but those to keep, and what killed
// fetches left. An artifact that is being fetched is left alone; the caller
// sees to it that no other is in use.
func Prune(cacheDir string, keep ...practice.Digest) error {
	entries, err := os.ReadDir(cacheDir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	wanted := map[string]bool{}
	for _, d := range keep {
		wanted[d.Hex()] = true
	}
	names := map[string]bool{}
	for _, e := range entries {
		name := strings.TrimSuffix(strings.TrimPrefix(e.Name(), partPrefix), lockSuffix)
		if practice.Digest("sha256:"+name).Check() == nil {
			names[name] = true
		}
	}
	for name := range names {
		if err = errors.Join(err, pruneOne(cacheDir, name, wanted[name])); err != nil {
			return err
		}
	}
	return nil
}

func pruneOne(cacheDir, name string, keep bool) error {
	unlock, err := tryLock(lockPath(cacheDir, name))
	if errors.Is(err, errLocked) {
		return nil
	} else if err != nil {
		return err
	}
	defer unlock()
	err = os.RemoveAll(partPath(cacheDir, name))
	if !keep {
		// The lock's file goes last, while it is held: see tryLock.
		err = errors.Join(err, os.RemoveAll(filepath.Join(cacheDir, name)), os.Remove(lockPath(cacheDir, name)))
	}
	return err
}

const (
	partPrefix = ".part-"
	lockSuffix = ".lock"
)

func partPath(cacheDir, name string) string { return filepath.Join(cacheDir, partPrefix+name) }
func lockPath(cacheDir, name string) string { return filepath.Join(cacheDir, name+lockSuffix) }
