//go:build lab

package systemd_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/driver"
	"tranship.dev/tranship/internal/driver/drivertest"
	"tranship.dev/tranship/internal/driver/systemd"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/test/lab"
)

func TestMain(m *testing.M) { drivertest.Main(m, systemd.New()) }

// onHost is set where this test binary runs on a lab host, as root, free to do
// with its service manager what it likes.
const onHost = "TRANSHIP_ON_LAB_HOST"

// TestOnALabHost runs the tests below on a host with a real service manager.
func TestOnALabHost(t *testing.T) {
	if os.Getenv(onHost) != "" {
		t.Skip("this is the lab host")
	}
	t.Parallel()
	one, err := lab.Start(t.Context(), lab.Options{Prefix: "systemdtest", Log: t.Logf})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := one.Close(); err != nil {
			t.Error(err)
		}
	})
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	const there = "/opt/systemd.test"
	if err := one.Hosts[0].CopyIn(t.Context(), self, there, 0o755); err != nil {
		t.Fatal(err)
	}
	stdout, stderr, err := one.Hosts[0].Exec(t.Context(), "env", onHost+"=1", there, "-test.run=^TestHost", "-test.v", "-test.timeout=5m")
	t.Logf("%s%s", stdout, stderr)
	if err != nil {
		t.Error(err)
	}
}

const unit = "probe.service"

func control(t *testing.T, argv ...string) string {
	t.Helper()
	out, _ := exec.Command("systemctl", argv...).CombinedOutput() // what it says is judged, not its code
	return strings.TrimSpace(string(out))
}

func install(_ *testing.T, s driver.Step, version int) driver.Step {
	s.With = map[string]any{
		"unit": unit, "file": "units/" + unit, "settle": "20ms",
		"dropIns": map[string]any{"version.conf": fmt.Sprintf("[Service]\nEnvironment=VERSION=%d\n", version), fmt.Sprintf("only-%d.conf", version): "[Service]\nNice=1\n"},
	}
	return s
}

func artifact(t *testing.T, dir string, version int) {
	if err := os.MkdirAll(filepath.Join(dir, "units"), 0o755); err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf("[Service]\nExecStart=/bin/sleep 30%d\n[Install]\nWantedBy=multi-user.target\n", version)
	if err := os.WriteFile(filepath.Join(dir, "units", unit), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestHostConformance(t *testing.T) { //nolint:paralleltest // all use the one systemd of the host
	if os.Getenv(onHost) == "" {
		t.Skip("runs on a lab host, from TestOnALabHost")
	}
	drivertest.Run(t, drivertest.Subject{
		Driver: systemd.New(), Root: "/", Artifact: artifact, Step: install,
		Trace: func(t *testing.T, _ driver.Step) string {
			text := control(t, "show", "--property=InvocationID,MainPID,NeedDaemonReload,Environment,UnitFileState,Nice", unit)
			for _, pattern := range []string{unit, unit + ".d/*", "*/" + unit} {
				found, err := filepath.Glob(filepath.Join("/etc/systemd/system", pattern))
				if err != nil {
					t.Fatal(err)
				}
				for _, path := range found {
					info, err := os.Lstat(path)
					if err != nil {
						t.Fatal(err)
					}
					text += fmt.Sprintf("\n%s %s", path, info.ModTime().Format(time.RFC3339Nano))
				}
			}
			return text
		},
		Alter: func(t *testing.T, _ driver.Step) {
			if err := os.WriteFile("/etc/systemd/system/"+unit, []byte("[Service]\nExecStart=/bin/sleep 999\n"), 0o644); err != nil {
				t.Fatal(err)
			}
		},
		Left: func(t *testing.T, _ driver.Step) []string {
			var left []string
			for _, pattern := range []string{unit + "*", "*/" + unit} {
				found, err := filepath.Glob(filepath.Join("/etc/systemd/system", pattern))
				if err != nil {
					t.Fatal(err)
				}
				left = append(left, found...)
			}
			if listed := control(t, "list-units", "--all", "--no-legend", unit); listed != "" {
				left = append(left, listed)
			}
			if running, _ := exec.Command("pgrep", "-a", "-f", "/bin/sleep (301|302|999)").Output(); len(running) > 0 {
				left = append(left, string(running))
			}
			return left
		},
		Bad: map[string]map[string]any{
			"unit":    {"unit": "probe", "content": "x"},
			"file":    {"unit": unit},
			"dropIns": {"unit": unit, "content": "x", "dropIns": map[string]any{"../x.conf": "y"}},
			"wait":    {"unit": unit, "content": "x", "wait": "long"},
		},
		Kills: 8,
	})
}

func TestHostTellsWhyAUnitDoesNotRun(t *testing.T) { //nolint:paralleltest // all use the one systemd of the host
	if os.Getenv(onHost) == "" {
		t.Skip("runs on a lab host, from TestOnALabHost")
	}
	s := driver.Step{Name: "run", Component: "broken", Version: "1.0", Digest: practice.DigestOf(nil), Root: "/", State: t.TempDir()}
	for name, c := range map[string]struct{ content, says string }{ //nolint:paralleltest // all are the unit broken.service
		"ends at once":   {"[Service]\nExecStart=/bin/sh -c 'echo no such flag; exit 3'\n", "no such flag"},
		"ends later":     {"[Service]\nExecStart=/bin/sh -c 'sleep 0.2; echo gave up; exit 3'\n", "gave up"},
		"keeps on dying": {"[Service]\nRestart=always\nRestartSec=100ms\nExecStart=/bin/sh -c 'echo dying; exit 3'\n", "dying"},
		"cannot run":     {"[Service]\nExecStart=/no/such/binary\n", "its program cannot be run"},
		"never ready":    {"[Service]\nType=notify\nExecStart=/bin/sleep 300\n", "did not start"},
		"no unit":        {"this is no unit\n", "did not start"},
	} {
		t.Run(name, func(t *testing.T) {
			s := s
			s.With = map[string]any{"unit": "broken.service", "content": c.content, "enable": false, "settle": "1s", "wait": "3s"}
			var out drivertest.Output
			err := systemd.New().Apply(t.Context(), s, &out)
			if practice.CodeOf(err) != practice.Unavailable || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v\n%s", err, out.String())
			}
			if f, err := systemd.New().Inspect(t.Context(), s); err != nil || f.Matches {
				t.Errorf("got %+v, %v", f, err)
			}
			if err := systemd.New().Remove(context.Background(), s, &out); err != nil {
				t.Error(err)
			}
			if listed := control(t, "list-units", "--all", "--no-legend", "broken.service"); listed != "" {
				t.Errorf("left: %s", listed)
			}
		})
	}
}

func TestHostOneThatCannotBeEnabled(t *testing.T) { //nolint:paralleltest // all use the one systemd of the host
	if os.Getenv(onHost) == "" {
		t.Skip("runs on a lab host, from TestOnALabHost")
	}
	s := driver.Step{Name: "run", Component: "static", Version: "1.0", Digest: practice.DigestOf(nil), Root: "/", State: t.TempDir()}
	s.With = map[string]any{"unit": "static.service", "content": "[Service]\nExecStart=/bin/sleep 300\n"}
	if err := systemd.New().Apply(t.Context(), s, &drivertest.Output{}); practice.CodeOf(err) != practice.Invalid || !strings.Contains(err.Error(), "with.enable") {
		t.Errorf("got %v", err)
	}
	if err := systemd.New().Remove(t.Context(), s, &drivertest.Output{}); err != nil {
		t.Error(err)
	}
}

func TestHostOneThatOnlyDoesSomethingOnce(t *testing.T) { //nolint:paralleltest // all use the one systemd of the host
	if os.Getenv(onHost) == "" {
		t.Skip("runs on a lab host, from TestOnALabHost")
	}
	s := driver.Step{Name: "run", Component: "once", Version: "1.0", Digest: practice.DigestOf(nil), Root: "/", State: t.TempDir()}
	s.With = map[string]any{"unit": "once.service", "content": "[Service]\nType=oneshot\nExecStart=/bin/true\n", "enable": false, "settle": "10ms"}
	if err := systemd.New().Apply(t.Context(), s, &drivertest.Output{}); err != nil {
		t.Fatal(err)
	}
	if f, err := systemd.New().Inspect(t.Context(), s); err != nil || !f.Matches {
		t.Errorf("got %+v, %v", f, err)
	}
	if err := systemd.New().Remove(t.Context(), s, &drivertest.Output{}); err != nil {
		t.Error(err)
	}
}
