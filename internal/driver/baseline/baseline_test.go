package baseline_test

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/driver"
	"tranship.dev/tranship/internal/driver/baseline"
	"tranship.dev/tranship/internal/practice"
)

func inspect(t *testing.T, root string, requirements ...map[string]any) (driver.Finding, error) {
	t.Helper()
	list := make([]any, len(requirements))
	for i, r := range requirements {
		list[i] = r
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	return baseline.New().Inspect(ctx, driver.Step{Name: "baseline", Root: root, State: t.TempDir(), With: map[string]any{"requirements": list}})
}

func require(parameter, operator, value string) map[string]any {
	return map[string]any{"parameter": parameter, "operator": operator, "value": value}
}

func present(parameter string) map[string]any {
	return map[string]any{"parameter": parameter, "operator": "present"}
}

// TestFactsOfThisMachine: what the driver reads is what other tools of the
// machine say (R91).
func TestFactsOfThisMachine(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	unused := freePort(t)
	root := t.TempDir()

	found, err := inspect(t, root,
		present("cpu.count"), present("memory.total"), present("disk.free:/not/there/yet"), present("os.id"), present("kernel"),
		require("port."+port, "=", "listening"), require("port."+unused, "=", "free"),
		require("reach.127.0.0.1:"+port, "=", "yes"), require("reach.127.0.0.1:"+unused, "=", "no"),
		map[string]any{"parameter": "script.where", "operator": "=", "value": root, "run": []any{"pwd", "-P"}},
	)
	if err != nil || !found.Matches {
		t.Fatalf("%v: %s", err, found.Detail)
	}
	for parameter, argv := range map[string][]string{"kernel": {"uname", "-r"}, "cpu.count": {"getconf", "_NPROCESSORS_ONLN"}} {
		if said, err := exec.Command(argv[0], argv[1:]...).Output(); err != nil || strings.TrimSpace(string(said)) != found.Values[parameter] {
			t.Errorf("%s is %s, %v says %s %v", parameter, found.Values[parameter], argv, said, err)
		}
	}
	pages, err := exec.Command("getconf", "_PHYS_PAGES").Output()
	want, _ := strconv.Atoi(strings.TrimSpace(string(pages)))
	if got, _ := strconv.Atoi(found.Values["memory.total"]); err != nil || got != want*os.Getpagesize() {
		t.Errorf("memory.total is %s, getconf says %d pages of %d bytes (%v)", found.Values["memory.total"], want, os.Getpagesize(), err)
	}
	if free, err := strconv.ParseUint(found.Values["disk.free:/not/there/yet"], 10, 64); err != nil || free == 0 {
		t.Errorf("disk.free is %q", found.Values["disk.free:/not/there/yet"])
	}
	if runtime.GOOS != "linux" || len(found.Values) != 10 {
		t.Errorf("there are %d values: %v", len(found.Values), found.Values)
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

// TestPackages: an installed package has the version that its manager says;
// one that is not there is absent, not a failure.
func TestPackages(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("dpkg-query"); err != nil {
		t.Skip("needs dpkg-query")
	}
	want, err := exec.Command("dpkg-query", "-W", "-f", "${Version}", "base-files").Output()
	if err != nil {
		t.Fatal(err)
	}
	found, err := inspect(t, t.TempDir(), require("package.base-files", ">=", "1"), map[string]any{"parameter": "package.no-such-package", "operator": "absent"})
	if err != nil || !found.Matches || found.Values["package.base-files"] != string(want) {
		t.Errorf("%v: %s, base-files is %q, want %q", err, found.Detail, found.Values["package.base-files"], want)
	}
}

// TestBelowARoot: a root with an operating system of its own is asked for its
// own release and packages.
func TestBelowARoot(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	write := func(path, text string) {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(root, path)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, path), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("etc/os-release", "NAME=\"Other Linux\"\nID=other\nVERSION_ID=\"7.2\"\n")
	write("var/lib/dpkg/status", "Package: tool\nStatus: install ok installed\nVersion: 2:1.4-3\nArchitecture: all\nMaintainer: x\nDescription: x\n\n"+
		"Package: gone\nStatus: deinstall ok config-files\nVersion: 1.0\nArchitecture: all\nMaintainer: x\nDescription: x\n")
	requirements := []map[string]any{require("os.id", "=", "other"), require("os.version", ">=", "7.1")}
	if _, err := exec.LookPath("dpkg-query"); err == nil {
		requirements = append(requirements, require("package.tool", "version", ">=1.4 <1.5"), map[string]any{"parameter": "package.gone", "operator": "absent"})
	}
	if found, err := inspect(t, root, requirements...); err != nil || !found.Matches {
		t.Errorf("%v: %s", err, found.Detail)
	}
}

// TestEveryMismatchIsTold: one look tells all that is wrong (R97), and keeps the values.
func TestEveryMismatchIsTold(t *testing.T) {
	t.Parallel()
	found, err := inspect(t, t.TempDir(),
		map[string]any{"parameter": "memory.total", "operator": ">=", "value": "4000TiB", "why": "all of it is kept in memory"},
		present("cpu.count"),
		require("package.no-such-package", "version", ">=1"),
		map[string]any{"parameter": "script.broken", "operator": "absent", "run": []any{"sh", "-c", "echo one; echo two; exit 3"}},
		map[string]any{"parameter": "script.none", "operator": "present", "run": []any{"/no/such/command"}},
	)
	if err != nil || found.Matches {
		t.Fatalf("%v: %+v", err, found)
	}
	for _, says := range []string{
		"4 of 5 requirements do not hold: memory.total is ", "; >= 4000TiB is needed (all of it is kept in memory); ",
		"package.no-such-package is not there; version >=1 is needed; ",
		"script.broken could not be read: sh ended with exit code 3: two; it must be absent; ",
		"script.none could not be read: /no/such/command cannot be run: ",
	} {
		if !strings.Contains(found.Detail, says) {
			t.Errorf("%q does not say %q", found.Detail, says)
		}
	}
	if found.Values["cpu.count"] == "" || found.Values["memory.total"] == "" {
		t.Errorf("values are %v", found.Values)
	}
}

func TestWhatCannotBeLookedAtIsRefused(t *testing.T) {
	t.Parallel()
	for says, r := range map[string]map[string]any{
		"did you mean cpu.count":            present("cpu.cuont"),
		"is not an input of this driver":    {"parameter": "cpu.count", "operator": "present", "valeu": "4"},
		"with.requirements[0].run: is miss": present("script.java"),
	} {
		if _, err := inspect(t, t.TempDir(), r); practice.CodeOf(err) != practice.Invalid || !strings.Contains(err.Error(), says) {
			t.Errorf("got %v, want %q", err, says)
		}
	}
	if found, err := inspect(t, t.TempDir()); err != nil || !found.Matches {
		t.Errorf("nothing is required, but %v: %s", err, found.Detail)
	}
}
