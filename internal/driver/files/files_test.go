package files_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tranship.dev/tranship/internal/driver"
	"tranship.dev/tranship/internal/driver/drivertest"
	"tranship.dev/tranship/internal/driver/files"
	"tranship.dev/tranship/internal/practice"
)

func TestMain(m *testing.M) { drivertest.Main(m, files.New()) }

func put(t testing.TB, path, content string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
}

func artifact(t *testing.T, dir string, version int) {
	put(t, filepath.Join(dir, "bin", "server"), fmt.Sprintf("#!/bin/sh\necho %d\n", version), 0o755)
	put(t, filepath.Join(dir, "data", "large"), strings.Repeat(fmt.Sprint(version), 1<<20), 0o644)
	put(t, filepath.Join(dir, "etc", "only-in-"+fmt.Sprint(version)), "x", 0o600)
	if err := os.Symlink("bin/server", filepath.Join(dir, "run")); err != nil {
		t.Fatal(err)
	}
}

func TestConformance(t *testing.T) {
	t.Parallel()
	drivertest.Run(t, drivertest.Subject{
		Driver:   files.New(),
		Artifact: artifact,
		Step: func(_ *testing.T, s driver.Step, _ int) driver.Step {
			s.With = map[string]any{"path": "/opt/our/probe"}
			return s
		},
		Alter: func(t *testing.T, s driver.Step) {
			put(t, filepath.Join(s.Root, "opt/our/probe/current/bin/server"), "#!/bin/sh\necho 7\n", 0o755)
		},
		Bad: map[string]map[string]any{
			"path": {"path": "../outside"},
			"keep": {"path": "a", "keep": 0},
		},
		Kills: 10,
	})
}

// target makes a step of the version on a new or the same target.
func target(t *testing.T) func(version int, with map[string]any) driver.Step {
	t.Helper()
	base := t.TempDir()
	for _, dir := range []string{"root", "state"} {
		if err := os.Mkdir(filepath.Join(base, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return func(version int, with map[string]any) driver.Step {
		dir := filepath.Join(base, fmt.Sprint("artifact", version))
		if _, err := os.Stat(dir); err != nil {
			put(t, filepath.Join(dir, "file"), fmt.Sprint(version), 0o644)
		}
		all := map[string]any{"path": "app"}
		maps.Copy(all, with)
		return driver.Step{
			Name: "files", Component: "app", Version: fmt.Sprintf("%d.0", version), Digest: practice.DigestOf([]byte{byte(version)}),
			With: all, Artifact: dir, Root: filepath.Join(base, "root"), State: filepath.Join(base, "state"),
		}
	}
}

func apply(t *testing.T, s driver.Step) {
	t.Helper()
	if err := files.New().Apply(t.Context(), s, &drivertest.Output{}); err != nil {
		t.Fatal(err)
	}
}

// versions lists the releases that are on the target, and the current one last.
func versions(t *testing.T, s driver.Step) []string {
	t.Helper()
	var list []string
	entries, err := os.ReadDir(filepath.Join(s.Root, "app/releases"))
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if entry.IsDir() {
			version, _, _ := strings.Cut(entry.Name(), "-")
			list = append(list, version)
		}
	}
	link, err := os.Readlink(filepath.Join(s.Root, "app/current"))
	if err != nil {
		t.Fatal(err)
	}
	version, _, _ := strings.Cut(filepath.Base(link), "-")
	return append(list, version)
}

func TestKeepsTheLastReleases(t *testing.T) {
	t.Parallel()
	step := target(t)
	for _, c := range []struct {
		version, keep int
		want          string
	}{
		{1, 2, "1.0 1.0"},
		{2, 2, "1.0 2.0 2.0"},
		{3, 2, "2.0 3.0 3.0"},
		{2, 2, "2.0 3.0 2.0"}, // back: 3 is the previous one now
		{4, 2, "2.0 4.0 4.0"},
		{5, 3, "2.0 4.0 5.0 5.0"},
		{4, 3, "2.0 4.0 5.0 4.0"},
		{6, 3, "4.0 5.0 6.0 6.0"},
		{6, 1, "6.0 6.0"},
	} {
		s := step(c.version, map[string]any{"keep": c.keep})
		apply(t, s)
		if got := strings.Join(versions(t, s), " "); got != c.want {
			t.Fatalf("after version %d, keeping %d: %s, want %s", c.version, c.keep, got, c.want)
		}
	}
}

func TestForeignFilesStay(t *testing.T) {
	t.Parallel()
	step := target(t)
	s := step(1, nil)
	put(t, filepath.Join(s.Root, "app/notes.txt"), "mine", 0o644)
	put(t, filepath.Join(s.Root, "app/releases/by-hand/file"), "mine", 0o644)
	apply(t, s)
	apply(t, step(2, map[string]any{"keep": 1}))
	if err := files.New().Remove(t.Context(), s, &drivertest.Output{}); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"app": "notes.txt releases", "app/releases": "by-hand"} {
		entries, err := os.ReadDir(filepath.Join(s.Root, path))
		var names []string
		for _, entry := range entries {
			names = append(names, entry.Name())
		}
		if err != nil || strings.Join(names, " ") != want {
			t.Errorf("%s holds %v, %v, want %s", path, names, err, want)
		}
	}
}

func TestRefusesWhatIsNotItsOwn(t *testing.T) {
	t.Parallel()
	t.Run("another component's place", func(t *testing.T) {
		t.Parallel()
		step := target(t)
		apply(t, step(1, nil))
		other := step(2, nil)
		other.Component = "other"
		if err := files.New().Apply(t.Context(), other, &drivertest.Output{}); practice.CodeOf(err) != practice.Conflict {
			t.Errorf("want a conflict, got %v", err)
		}
		if err := files.New().Remove(t.Context(), other, &drivertest.Output{}); err != nil {
			t.Error(err)
		}
		if f, err := files.New().Inspect(t.Context(), step(1, nil)); err != nil || !f.Matches {
			t.Errorf("the first component's files suffered: %+v, %v", f, err)
		}
	})
	for name, prepare := range map[string]func(root string) error{
		"a directory named current": func(root string) error { return os.MkdirAll(filepath.Join(root, "app/current"), 0o755) },
		"somebody's link named current": func(root string) error {
			return errorsJoin(os.Mkdir(filepath.Join(root, "app"), 0o755), os.Symlink("v1", filepath.Join(root, "app/current")))
		},
		"a link that leads out": func(root string) error { return os.Symlink("../..", filepath.Join(root, "app")) },
		"a file":                func(root string) error { return os.WriteFile(filepath.Join(root, "app"), nil, 0o644) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := target(t)(1, nil)
			if err := prepare(s.Root); err != nil {
				t.Fatal(err)
			}
			if err := files.New().Apply(t.Context(), s, &drivertest.Output{}); err == nil {
				t.Error("it was applied nevertheless")
			}
		})
	}
}

func errorsJoin(errs ...error) error {
	return errs[max(0, slices.IndexFunc(errs, func(err error) bool { return err != nil }))]
}

func TestRefusesAnArtifactThatLeadsOut(t *testing.T) {
	t.Parallel()
	for _, link := range []string{"/etc/passwd", "../../x", "sub/../../../x"} {
		s := target(t)(1, nil)
		if err := os.Symlink(link, filepath.Join(s.Artifact, "link")); err != nil {
			t.Fatal(err)
		}
		if err := files.New().Apply(t.Context(), s, &drivertest.Output{}); practice.CodeOf(err) != practice.Refused {
			t.Errorf("link to %s: want a refusal, got %v", link, err)
		}
		if err := files.New().Remove(t.Context(), s, &drivertest.Output{}); err != nil {
			t.Error(err)
		}
		if entries, _ := os.ReadDir(s.Root); len(entries) > 0 {
			t.Errorf("left: %v", entries)
		}
	}
}

func TestAddedFilesAreToldAndNoMismatch(t *testing.T) {
	t.Parallel()
	s := target(t)(1, nil)
	apply(t, s)
	put(t, filepath.Join(s.Root, "app/current/cache/new"), "x", 0o644)
	if f, err := files.New().Inspect(t.Context(), s); err != nil || !f.Matches || !strings.Contains(f.Detail, "cache/new") {
		t.Errorf("got %+v, %v", f, err)
	}
	for name, spoil := range map[string]func(path string) error{
		"missing": os.Remove,
		"mode":    func(path string) error { return os.Chmod(path, 0o666) },
		"link":    func(path string) error { return errorsJoin(os.Remove(path), os.Symlink("cache/new", path)) },
	} {
		apply(t, s)
		if err := spoil(filepath.Join(s.Root, "app/current/file")); err != nil {
			t.Fatal(err)
		}
		if f, err := files.New().Inspect(t.Context(), s); err != nil || f.Matches || !strings.Contains(f.Detail, "file") {
			t.Errorf("%s: got %+v, %v", name, f, err)
		}
	}
	if err := os.RemoveAll(filepath.Join(s.Root, "app/releases", "1.0-"+s.Digest.Short())); err != nil {
		t.Fatal(err)
	}
	if f, err := files.New().Inspect(t.Context(), s); err != nil || f.Matches {
		t.Errorf("release gone: got %+v, %v", f, err)
	}
}

// TestWhatIsAboveTwoPathsGoesWithTheLast: a directory that was made for one path
// and is shared by another is taken away with the last of them, in either order.
func TestWhatIsAboveTwoPathsGoesWithTheLast(t *testing.T) {
	t.Parallel()
	for _, order := range [][]string{{"srv/shop/blue", "srv/shop/green"}, {"srv/shop/green", "srv/shop/blue"}} {
		step := target(t)
		for _, path := range []string{"srv/shop/blue", "srv/shop/green"} {
			apply(t, step(1, map[string]any{"path": path}))
		}
		var s driver.Step
		for _, path := range order {
			s = step(1, map[string]any{"path": path})
			if err := files.New().Remove(t.Context(), s, &drivertest.Output{}); err != nil {
				t.Fatal(err)
			}
		}
		for _, dir := range []string{s.Root, s.State} {
			if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
				t.Errorf("removed in the order %v, %s holds %v, %v", order, dir, left, err)
			}
		}
	}
}
