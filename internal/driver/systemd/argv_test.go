package systemd

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tranship.dev/tranship/internal/driver"
	"tranship.dev/tranship/internal/driver/drivertest"
	"tranship.dev/tranship/internal/practice"
)

// recorded gives a driver whose service manager writes down its arguments, one
// call a line, and answers as if every unit were active. The real one is tried
// on a lab host.
func recorded(t *testing.T) (*Driver, driver.Step, func() []string) {
	t.Helper()
	base := t.TempDir()
	for _, dir := range []string{"root/" + unitDirectory, "state", "artifact"} {
		if err := os.MkdirAll(filepath.Join(base, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	log, program := filepath.Join(base, "log"), filepath.Join(base, "systemctl")
	text := fmt.Sprintf("#!/bin/sh\nprintf '%%s|' \"$@\" >> %s; echo >> %s\ncase $1 in\nshow) echo ActiveState=active; echo SubState=running; echo LoadState=loaded;;\nis-enabled) echo enabled;;\nesac\n", log, log)
	if err := os.WriteFile(program, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	d := &Driver{root: filepath.Join(base, "root"), systemctl: program, journal: program}
	s := driver.Step{
		Name: "run", Component: "probe", Version: "1.0", Digest: practice.DigestOf(nil),
		Root: d.root, State: filepath.Join(base, "state"), Artifact: filepath.Join(base, "artifact"),
	}
	return d, s, func() []string {
		raw, err := os.ReadFile(log)
		if err != nil {
			return nil
		}
		return strings.Split(strings.TrimSpace(string(raw)), "\n")
	}
}

func TestNamesNeverBecomeOptions(t *testing.T) {
	t.Parallel()
	d, s, calls := recorded(t)
	for _, name := range []string{
		"-H.service", "--root=x.service", "a b.service", "a;b.service", "$(id).service", "../x.service", "/x.service", "x", "x.conf",
		"x@1.service", "", ".service", "x.service\n", "x.service --now", "a\x00.service", "*.service",
	} {
		s.With = map[string]any{"unit": name, "content": "[Service]\nExecStart=/bin/true\n"}
		if err := d.Apply(t.Context(), s, &drivertest.Output{}); practice.CodeOf(err) != practice.Invalid || !strings.Contains(err.Error(), "with.unit") {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, name := range []string{"../x.conf", "-x.conf", "x", "a/b.conf", ""} {
		s.With = map[string]any{"unit": "x.service", "content": "[Service]\n", "dropIns": map[string]any{name: "x"}}
		if err := d.Apply(t.Context(), s, &drivertest.Output{}); practice.CodeOf(err) != practice.Invalid || !strings.Contains(err.Error(), "with.dropIns") {
			t.Errorf("drop-in %q: %v", name, err)
		}
	}
	if ran := calls(); len(ran) > 0 {
		t.Errorf("the service manager was called: %v", ran)
	}
	s.With = map[string]any{"unit": "x.service", "content": "[Service]\nExecStart=/bin/true\n", "settle": "1ms"}
	if err := d.Apply(t.Context(), s, &drivertest.Output{}); err != nil {
		t.Fatal(err)
	}
	if err := d.Remove(t.Context(), s, &drivertest.Output{}); err != nil {
		t.Fatal(err)
	}
	for _, call := range calls() {
		if strings.Contains(call, "x.service") && !strings.Contains(call, "|--|x.service|") {
			t.Errorf("the name is not behind --: %s", call)
		}
	}
}

func TestRefusesWhatIsNotItsOwnToTouch(t *testing.T) {
	t.Parallel()
	d, s, calls := recorded(t)
	s.With = map[string]any{"unit": "x.service", "content": "[Service]\nExecStart=/bin/true\n"}
	path := filepath.Join(d.root, unitDirectory, "x.service")
	if err := os.WriteFile(path, []byte("by hand"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := d.Apply(t.Context(), s, &drivertest.Output{}); practice.CodeOf(err) != practice.Conflict {
		t.Errorf("got %v", err)
	}
	if err := d.Remove(t.Context(), s, &drivertest.Output{}); err != nil {
		t.Error(err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "by hand" {
		t.Errorf("somebody's unit file became %q, %v", text, err)
	}
	elsewhere := s
	elsewhere.Root = t.TempDir()
	if err := d.Apply(t.Context(), elsewhere, &drivertest.Output{}); practice.CodeOf(err) != practice.Refused {
		t.Errorf("another root: %v", err)
	}
	for _, call := range calls() {
		if verb, _, _ := strings.Cut(call, "|"); verb != "show" && verb != "is-enabled" {
			t.Errorf("the service manager was told %s", call)
		}
	}
}
