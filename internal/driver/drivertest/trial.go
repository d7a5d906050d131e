package drivertest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"tranship.dev/tranship/internal/driver"
	"tranship.dev/tranship/internal/practice"
)

// trial is one target on which a driver is tried.
type trial struct {
	*testing.T
	Subject
	one, two driver.Step // the step for version 1 and 2
}

func begin(t *testing.T, subject Subject) *trial {
	t.Helper()
	base, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	root := subject.Root
	if root == "" {
		root = filepath.Join(base, "root")
	}
	state := filepath.Join(base, "state")
	for _, dir := range []string{root, state} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	tr := &trial{T: t, Subject: subject}
	step := func(version int) driver.Step {
		s := driver.Step{
			Name: "step", Component: "probe", Version: fmt.Sprintf("%d.0.0", version),
			Digest: practice.DigestOf([]byte{byte(version)}), Root: root, State: state,
		}
		if subject.Artifact != nil {
			s.Artifact = filepath.Join(base, fmt.Sprint("artifact", version))
			if err := os.Mkdir(s.Artifact, 0o755); err != nil {
				t.Fatal(err)
			}
			subject.Artifact(t, s.Artifact, version)
		}
		return subject.Step(t, s, version)
	}
	tr.one, tr.two = step(1), step(2)
	t.Cleanup(func() {
		if err := subject.Driver.Remove(context.Background(), tr.one, &Output{}); err != nil {
			t.Errorf("remove at the end: %v", err)
		}
	})
	return tr
}

func (t *trial) apply(s driver.Step) {
	t.Helper()
	var out Output
	if err := t.Driver.Apply(t.Context(), s, &out); err != nil {
		t.Fatalf("apply %s: %v\n%s", s.Version, err, out.String())
	}
}

func (t *trial) remove() {
	t.Helper()
	var out Output
	if err := t.Driver.Remove(t.Context(), t.one, &out); err != nil {
		t.Fatalf("remove: %v\n%s", err, out.String())
	}
}

// look inspects s and compares with what must be seen.
func (t *trial) look(when string, s driver.Step, present, matches bool, version string) {
	t.Helper()
	f, err := t.Driver.Inspect(t.Context(), s)
	if err != nil {
		t.Fatalf("inspect %s: %v", when, err)
	}
	if f.Present != present || f.Matches != matches || f.Version != version && f.Version != "" {
		t.Errorf("%s: inspect %s says %+v, want present %t, matches %t, version %q", when, s.Version, f, present, matches, version)
	}
}

// trace tells what is there.
func (t *trial) trace() string {
	t.Helper()
	if t.Trace != nil {
		return t.Trace(t.T, t.one)
	}
	return tree(t.T, t.one.Root, true)
}

// gone fails the test when something is left.
func (t *trial) gone(when string) {
	t.Helper()
	left := tree(t.T, t.one.State, false)
	if t.Root == "" {
		left += tree(t.T, t.one.Root, false)
	}
	if t.Left != nil {
		left += strings.Join(t.Left(t.T, t.one), "\n")
	}
	if left != "" {
		t.Errorf("%s: this is left:\n%s", when, left)
	}
}

// tree lists all below dir; detailed also by inode and time, so that a file
// that was written again with the same content is seen.
func tree(t *testing.T, dir string, detailed bool) string {
	t.Helper()
	var list strings.Builder
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		fmt.Fprintf(&list, "%s %s", strings.TrimPrefix(path, dir), info.Mode())
		if stat, ok := info.Sys().(*syscall.Stat_t); ok && detailed && !info.IsDir() {
			fmt.Fprintf(&list, " %d %d %s", info.Size(), stat.Ino, info.ModTime().Format(time.RFC3339Nano))
		}
		list.WriteString("\n")
		return nil
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return list.String()
}
