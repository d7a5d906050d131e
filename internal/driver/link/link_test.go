package link_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tranship.dev/tranship/internal/driver"
	"tranship.dev/tranship/internal/driver/drivertest"
	"tranship.dev/tranship/internal/driver/link"
	"tranship.dev/tranship/internal/practice"
)

func TestMain(m *testing.M) { drivertest.Main(m, link.New()) }

// slots gives a root with two directories to switch between, in each a file that
// tells which it is.
func slots(t *testing.T) string {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, slot := range []string{"blue", "green"} {
		if err := errors.Join(os.MkdirAll(filepath.Join(root, "srv", slot), 0o755), os.WriteFile(filepath.Join(root, "srv", slot, "which"), []byte(slot), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestConformance(t *testing.T) {
	t.Parallel()
	drivertest.Run(t, drivertest.Subject{
		Driver: link.New(),
		Root:   slots(t),
		Step: func(_ *testing.T, s driver.Step, version int) driver.Step {
			s.With = map[string]any{"path": "/srv/live", "to": []string{"", "/srv/blue", "srv/green"}[version]}
			return s
		},
		Alter: func(t *testing.T, s driver.Step) {
			live := filepath.Join(s.Root, "srv/live")
			if err := errors.Join(os.Remove(live), os.Symlink("elsewhere", live)); err != nil {
				t.Fatal(err)
			}
		},
		Left: func(t *testing.T, s driver.Step) []string {
			entries, err := os.ReadDir(filepath.Join(s.Root, "srv"))
			if err != nil {
				t.Fatal(err)
			}
			var left []string
			for _, e := range entries {
				if e.Name() != "blue" && e.Name() != "green" {
					left = append(left, e.Name())
				}
			}
			return left
		},
		Bad: map[string]map[string]any{
			"path": {"path": "../live", "to": "srv/blue"},
			"to":   {"path": "srv/live", "to": "srv/live/inside"},
		},
	})
}

func step(t *testing.T, root, to string) driver.Step {
	t.Helper()
	state := filepath.Join(root, "state")
	if err := os.MkdirAll(state, 0o700); err != nil {
		t.Fatal(err)
	}
	return driver.Step{Name: "switch", Component: "shop", Root: root, State: state, With: map[string]any{"path": "srv/live", "to": to}}
}

// TestR37WhoeverReadsMeetsOneSlotOrTheOther: a reader that follows the link all
// the time, while it is switched to and fro, never meets none.
func TestR37WhoeverReadsMeetsOneSlotOrTheOther(t *testing.T) {
	t.Parallel()
	root, d := slots(t), link.New()
	if err := d.Apply(t.Context(), step(t, root, "srv/blue"), &drivertest.Output{}); err != nil {
		t.Fatal(err)
	}
	reading, stop := context.WithCancel(t.Context())
	seen := make(chan map[string]int)
	go func() {
		counts := map[string]int{}
		for reading.Err() == nil {
			raw, err := os.ReadFile(filepath.Join(root, "srv/live/which"))
			if err != nil {
				counts[err.Error()]++
				break
			}
			counts[string(raw)]++
		}
		seen <- counts
	}()
	for i := range 300 {
		if err := d.Apply(t.Context(), step(t, root, []string{"srv/green", "srv/blue"}[i%2]), &drivertest.Output{}); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	counts := <-seen
	if counts["blue"] == 0 || counts["green"] == 0 || len(counts) != 2 {
		t.Errorf("the reader met %v", counts)
	}
}

// TestWhatWasThereBeforeComesBack: a link that somebody else had made says again
// what it said; a directory in its place is refused and stays.
func TestWhatWasThereBeforeComesBack(t *testing.T) {
	t.Parallel()
	root, d := slots(t), link.New()
	live := filepath.Join(root, "srv/live")
	if err := os.Symlink("green", live); err != nil {
		t.Fatal(err)
	}
	for _, to := range []string{"srv/blue", "srv/green", "srv/blue"} {
		if err := d.Apply(t.Context(), step(t, root, to), &drivertest.Output{}); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Remove(t.Context(), step(t, root, "srv/blue"), &drivertest.Output{}); err != nil {
		t.Fatal(err)
	}
	if says, err := os.Readlink(live); says != "green" {
		t.Errorf("it says %q, %v", says, err)
	}
	if err := errors.Join(os.Remove(live), os.Mkdir(live, 0o755)); err != nil {
		t.Fatal(err)
	}
	err := d.Apply(t.Context(), step(t, root, "srv/blue"), &drivertest.Output{})
	if practice.CodeOf(err) != practice.Invalid || !strings.Contains(err.Error(), "is no link") {
		t.Errorf("a directory in its place: %v", err)
	}
	if err := d.Remove(t.Context(), step(t, root, "srv/blue"), &drivertest.Output{}); err != nil {
		t.Errorf("remove of what it never made: %v", err)
	}
}

// TestNoLinkIntoNothing: a switch to a slot that is not there is refused, and the old one stays.
func TestNoLinkIntoNothing(t *testing.T) {
	t.Parallel()
	root, d := slots(t), link.New()
	if err := d.Apply(t.Context(), step(t, root, "srv/blue"), &drivertest.Output{}); err != nil {
		t.Fatal(err)
	}
	if err := d.Apply(t.Context(), step(t, root, "srv/red"), &drivertest.Output{}); practice.CodeOf(err) != practice.Invalid {
		t.Errorf("to nothing: %v", err)
	}
	if err := os.RemoveAll(filepath.Join(root, "srv/blue")); err != nil {
		t.Fatal(err)
	}
	found, err := d.Inspect(t.Context(), step(t, root, "srv/blue"))
	if err != nil || !found.Present || found.Matches || !strings.Contains(fmt.Sprint(found.Detail), "not there") {
		t.Errorf("a link into nothing looks like %+v, %v", found, err)
	}
}
