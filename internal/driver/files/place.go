package files

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"tranship.dev/tranship/internal/driver"
	"tranship.dev/tranship/internal/driver/note"
)

const releases = "releases"

// place is the directory of one step's releases, opened: nothing below can be
// reached through a link that leads out of it.
type place struct {
	step   driver.Step
	inputs Inputs
	dir    *os.Root
}

func (p *place) close() { p.dir.Close() }

// made remembers which directories Apply made, so that Remove can take them
// away again: paths below the target's root, the outermost first.
type made struct {
	Component string   `json:"component"`
	Path      string   `json:"path"`
	Made      []string `json:"made"`
}

func memory(s driver.Step, in Inputs) note.Note {
	return note.At(filepath.Join(s.State, note.Key("files", s.Component, in.Path)+".json"))
}

// find opens the place; false when it is not there.
func find(s driver.Step, in Inputs) (*place, bool, error) {
	root, err := os.OpenRoot(s.Root)
	if err != nil {
		return nil, false, fmt.Errorf("target's root: %w", err)
	}
	defer root.Close()
	dir, err := root.OpenRoot(followed(s.Root, in.Path))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	if errors.Is(err, syscall.ENOTDIR) {
		return nil, false, driver.BadInput("path", "choose another path", "is not a directory on the target")
	}
	if err != nil {
		return nil, false, fmt.Errorf("path %s: %w", in.Path, err)
	}
	return &place{s, in, dir}, true, nil
}

// followed resolves the links of path when root is "/": such a root has no outside,
// and hosts do have absolute links like /srv -> /data/srv, which os.Root refuses.
func followed(root, path string) string {
	if filepath.Clean(root) != "/" {
		return path
	}
	for head, tail := "/"+path, ""; head != "/"; head, tail = filepath.Dir(head), filepath.Join(filepath.Base(head), tail) {
		if resolved, err := filepath.EvalSymlinks(head); err == nil {
			return strings.TrimPrefix(filepath.Join(resolved, tail), "/")
		}
	}
	return path
}

// prepare makes the place where it is not there, and remembers what it makes
// before it does.
func prepare(s driver.Step, in Inputs) (*place, error) {
	root, err := os.OpenRoot(s.Root)
	if err != nil {
		return nil, fmt.Errorf("target's root: %w", err)
	}
	defer root.Close()
	path := followed(s.Root, in.Path)
	known := made{Component: s.Component, Path: in.Path}
	memory := memory(s, in)
	if _, err := memory.Read(&known); err != nil {
		return nil, err
	}
	shared, err := madeBefore(s.State)
	if err != nil {
		return nil, err
	}
	fresh := false
	for _, dir := range lineage(path) {
		_, err := root.Lstat(dir)
		if (errors.Is(err, fs.ErrNotExist) || shared[dir]) && !slices.Contains(known.Made, dir) {
			known.Made, fresh = append(known.Made, dir), true
		}
	}
	if fresh {
		if err := memory.Write(known); err != nil {
			return nil, err
		}
	}
	if err := root.MkdirAll(filepath.Join(path, releases), 0o755); err != nil {
		if errors.Is(err, syscall.ENOTDIR) || errors.Is(err, fs.ErrExist) {
			return nil, driver.BadInput("path", "choose another path", "is not a directory on the target")
		}
		return nil, fmt.Errorf("path %s: %w", in.Path, err)
	}
	for _, dir := range slices.Backward(lineage(path)) {
		if err := syncDir(root, filepath.Dir(dir)); err != nil {
			return nil, err
		}
	}
	p, _, err := find(s, in)
	if err == nil && p == nil {
		err = fmt.Errorf("path %s was removed by somebody else just now", in.Path)
	}
	return p, err
}

// madeBefore gives the directories that Apply made for any path on this target:
// those above two slots are there for both, and go with the last of them.
func madeBefore(state string) (map[string]bool, error) {
	notes, err := filepath.Glob(filepath.Join(state, "files-*.json"))
	if err != nil {
		return nil, err
	}
	all := map[string]bool{}
	for _, path := range notes {
		var known made
		if _, err := note.At(path).Read(&known); err != nil {
			return nil, err
		}
		for _, dir := range known.Made {
			all[dir] = true
		}
	}
	return all, nil
}

// unmake removes the directories that Apply made, the innermost first, as far
// as nothing is in them, and forgets them.
func unmake(s driver.Step, in Inputs) error {
	var known made
	found, err := memory(s, in).Read(&known)
	if err != nil || !found {
		return err
	}
	root, err := os.OpenRoot(s.Root)
	if err != nil {
		return fmt.Errorf("target's root: %w", err)
	}
	defer root.Close()
	slices.SortFunc(known.Made, func(a, b string) int { return len(b) - len(a) })
	for _, dir := range known.Made {
		err := root.Remove(dir)
		if errors.Is(err, syscall.ENOTEMPTY) || errors.Is(err, fs.ErrExist) {
			break // somebody else's files: they stay, and so do the directories above
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err == nil {
			if err := syncDir(root, filepath.Dir(dir)); err != nil {
				return err
			}
		}
	}
	return memory(s, in).Delete()
}

// lineage lists path and the directories above it, the outermost first.
func lineage(path string) []string {
	var dirs []string
	for ; path != "."; path = filepath.Dir(path) {
		dirs = append(dirs, path)
	}
	slices.Reverse(dirs)
	return dirs
}

func syncDir(root *os.Root, path string) error {
	dir, err := root.Open(path)
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}
