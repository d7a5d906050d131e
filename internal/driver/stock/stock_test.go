package stock_test

import (
	"context"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tranship.dev/tranship/internal/driver/stock"
	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/internal/practice/environment"
)

func write(t *testing.T, root, path, text string, mode os.FileMode) string {
	t.Helper()
	at := filepath.Join(root, path)
	if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(at, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	return at
}

func list(t *testing.T, h stock.Host, of environment.Watch) drift.Things {
	t.Helper()
	things, err := h.List(context.Background(), of)
	if err != nil {
		t.Fatal(err)
	}
	return things
}

func same(t *testing.T, got, want drift.Things) {
	t.Helper()
	if !maps.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

// TestDebianPackages asks the real dpkg-query about a root of its own: only what
// is there is told, and what is only half there says so.
func TestDebianPackages(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("dpkg-query"); err != nil {
		t.Skip("needs dpkg-query")
	}
	root := t.TempDir()
	const rest = "\nMaintainer: x\nDescription: x\n\n"
	write(t, root, "var/lib/dpkg/status", "Package: tool\nStatus: install ok installed\nVersion: 2:1.4-3\nArchitecture: all"+rest+
		"Package: gone\nStatus: deinstall ok config-files\nVersion: 1.0\nArchitecture: all"+rest+
		"Package: half\nStatus: install ok half-configured\nVersion: 1.1\nArchitecture: all"+rest+
		"Package: held\nStatus: hold ok installed\nVersion: 7\nArchitecture: all"+rest, 0o644)
	same(t, list(t, stock.Host{Root: root}, environment.Packages), drift.Things{"tool": "2:1.4-3", "half": "1.1 (half-configured)", "held": "7"})
	if err := os.Remove(filepath.Join(root, "var/lib/dpkg/status")); err != nil {
		t.Fatal(err)
	}
	all := list(t, stock.Host{Root: root}, environment.Packages)
	if all["dpkg"] == "" || len(all) < 50 {
		t.Errorf("a root without packages of its own has %d, of the machine: dpkg is %q", len(all), all["dpkg"])
	}
}

// TestRedHatPackages: of a package that is there in several versions, all are told.
func TestRedHatPackages(t *testing.T) {
	t.Parallel()
	rpm := write(t, t.TempDir(), "rpm", "#!/bin/sh\nprintf 'kernel.x86_64\\t0:6.2-1\\nkernel.x86_64\\t0:6.1-9\\nopenssl.x86_64\\t1:3.0.7-5\\ngpg-pubkey.(none)\\t0:abc-1\\n'\n", 0o755)
	h := stock.Host{Root: "/", Find: func(command string) (string, error) {
		if command == "rpm" {
			return rpm, nil
		}
		return "", exec.ErrNotFound
	}}
	same(t, list(t, h, environment.Packages), drift.Things{"kernel.x86_64": "6.1-9 6.2-1", "openssl.x86_64": "1:3.0.7-5", "gpg-pubkey": "abc-1"})
}

// TestServices asks the real systemctl about a root of its own.
func TestServices(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("systemctl"); err != nil {
		t.Skip("needs systemctl")
	}
	root := t.TempDir()
	for _, unit := range []string{"on.service", "off.service"} {
		write(t, root, "etc/systemd/system/"+unit, "[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n", 0o644)
	}
	if err := os.MkdirAll(filepath.Join(root, "etc/systemd/system/multi-user.target.wants"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../on.service", filepath.Join(root, "etc/systemd/system/multi-user.target.wants/on.service")); err != nil {
		t.Fatal(err)
	}
	same(t, list(t, stock.Host{Root: root}, environment.Services), drift.Things{"on.service": "enabled"})
}

// TestUsers: what a user may be is told; of more groups than can be told, every
// change is seen all the same.
func TestUsers(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	write(t, root, "etc/passwd", "root:x:0:0:root:/root:/bin/bash\nmallory:x:1000:1000:M:/home/mallory:/bin/sh\n+nis\n", 0o644)
	write(t, root, "etc/group", "root:x:0:\nsudo:x:27:mallory\ndocker:x:99:other,mallory\n", 0o644)
	h := stock.Host{Root: root}
	same(t, list(t, h, environment.Users), drift.Things{
		"root": "uid 0, gid 0, home /root, shell /bin/bash", "mallory": "uid 1000, gid 1000, home /home/mallory, shell /bin/sh, in sudo docker",
	})
	many := ""
	for range 40 {
		many += "a-group-of-a-long-name:x:1:mallory\n"
	}
	write(t, root, "etc/group", many, 0o644)
	before := list(t, h, environment.Users)["mallory"]
	write(t, root, "etc/group", many+"sudo:x:27:mallory\n", 0o644)
	if after := list(t, h, environment.Users)["mallory"]; before == after || len(after) > drift.MaxThing {
		t.Errorf("with many groups, one more is not seen: %s", after)
	}
}

// TestWhatCannotBeLookedAt: no list is given that is not whole.
func TestWhatCannotBeLookedAt(t *testing.T) {
	t.Parallel()
	none := func(string) (string, error) { return "", exec.ErrNotFound }
	broken := write(t, t.TempDir(), "broken", "#!/bin/sh\necho one; echo 'is locked' >&2; exit 2\n", 0o755)
	fails := func(string) (string, error) { return broken, nil }
	for _, c := range []struct {
		of   environment.Watch
		find func(string) (string, error)
		says string
	}{
		{environment.Packages, none, "neither dpkg-query nor rpm is there"},
		{environment.Services, none, "systemctl is not there"},
		{environment.Packages, fails, "exit status 2 is locked"},
		{environment.Services, fails, "exit status 2 is locked"},
		{"licences", none, "does not know how to look for licences"},
	} {
		things, err := stock.Host{Root: "/", Find: c.find}.List(context.Background(), c.of)
		if err == nil || !strings.Contains(err.Error(), c.says) || things != nil {
			t.Errorf("%s: %v, %v; want %q", c.of, things, err, c.says)
		}
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := (stock.Host{Root: "/", Find: fails}).List(ended, environment.Packages); !errors.Is(err, context.Canceled) {
		t.Errorf("after it was called off: %v", err)
	}
}
