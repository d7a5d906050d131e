//go:build lab

package hosts

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/api/client"
)

// TestWatchedHosts (R92) has people change two real hosts behind the record's back:
// a package is installed and brought to another version, a unit enabled, a user
// added. All of it is found; what a deployment installs is not. It is accepted on
// one host and taken off by hand on the other.
func TestWatchedHosts(t *testing.T) {
	t.Parallel()
	s := newSite(t, "watch", []string{"live-1", "live-2"})
	type target struct{ Name, Address string }
	var targets []target
	for name, h := range s.hosts {
		s.enrol(t, h)
		targets = append(targets, target{name, h.Address.String()})
	}
	s.fill(t, "testdata/watched", map[string]any{"Targets": targets})
	s.run(t, exitOK, "apply", "-f", "documents", "--yes")
	s.all(t, client.LookedAtStateAsRecorded)

	one, other := s.hosts["live-1"], s.hosts["live-2"]
	one.debian(t, "mtr", "0.95")
	one.sh(t, "useradd --create-home mallory")
	one.sh(t, "printf '[Service]\\nExecStart=/bin/sleep infinity\\n[Install]\\nWantedBy=multi-user.target\\n' > /etc/systemd/system/door.service && systemctl enable --quiet door.service")
	other.debian(t, "mtr", "0.95")
	s.all(t, client.LookedAtStateUnmanaged)
	list := s.run(t, exitOK, "drift", "list", "--environment", "live")
	holds(t, list, "package mtr 0.95 came", "user mallory came", "unit door.service was enabled", "hosts are watched for packages, services and users")
	if n := strings.Count(list, "\nDR-"); n != 4 {
		t.Errorf("%d drifts stand, want 3 of live-1 and 1 of live-2", n)
	}

	// A deployment brings a package and a user of its own: they are no drift, and what came by hand still is.
	dir := filepath.Join(s.dir, "tool")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "tool.deb"), one.built(t, "tool", "1.0"))
	s.run(t, exitOK, "library", "add", "tool", "1.0", dir, "--admit")
	s.run(t, exitOK, "deploy", "tool@1.0", "--to", "live", "--yes", "--wait")
	s.all(t, client.LookedAtStateUnmanaged)
	list = s.run(t, exitOK, "drift", "list", "--environment", "live")
	if n := strings.Count(list, "\nDR-"); n != 4 || strings.Contains(list, "tool") || strings.Contains(list, "more") {
		t.Errorf("after the deployment this stands, want what came by hand alone:\n%s", list)
	}
	holds(t, s.run(t, exitOK, "record", "list", "--subject", "reference/live-1/packages"), "as D-1 left them", "package tool 1.0 came")

	for _, d := range read[[]client.Drift](t, s.user, "drift", "list", "--environment", "live") {
		holds(t, s.run(t, exitRefused, "drift", "repair", d.Id, "--reason", "away with it"), "no deployment put them there")
		if d.Target == "live-1" {
			s.run(t, exitOK, "drift", "accept", d.Id, "--reason", "wanted, C-7")
		}
	}
	other.sh(t, "dpkg --purge mtr")
	s.all(t, client.LookedAtStateAsRecorded)
	one.debian(t, "mtr", "0.96")
	until(t, "the other version is found", time.Minute, func() bool {
		return strings.Contains(s.run(t, exitOK, "drift", "check", "live", "--target", "live-1"), "unmanaged")
	})
	holds(t, s.run(t, exitOK, "drift", "list", "--environment", "live"), "package mtr 0.95 became 0.96")
	s.run(t, exitOK, "verify", "--log")
}

// all waits until every target is found in a state.
func (s *site) all(t *testing.T, want client.LookedAtState) {
	t.Helper()
	until(t, "all targets are "+string(want), time.Minute, func() bool {
		for _, l := range read[[]client.LookedAt](t, s.user, "drift", "check", "live", "--wait", "20s") {
			if l.State != want {
				t.Logf("%s is %s: %v %v", l.Target, l.State, l.Blind, l.Drifts)
				return false
			}
		}
		return true
	})
}

// debian builds a package on the host and installs it there, as somebody does by hand.
func (h *host) debian(t *testing.T, name, version string) {
	t.Helper()
	h.build(t, name, version)
	h.sh(t, "dpkg --install /tmp/"+name+".deb && rm -r /tmp/"+name+"*")
}

// built gives a package's file.
func (h *host) built(t *testing.T, name, version string) string {
	t.Helper()
	h.build(t, name, version)
	stdout, stderr, err := h.Exec(t.Context(), "cat", "/tmp/"+name+".deb")
	if err != nil {
		t.Fatal(err, stderr)
	}
	h.sh(t, "rm -r /tmp/"+name+"*")
	return stdout
}

func (h *host) build(t *testing.T, name, version string) {
	t.Helper()
	h.sh(t, "mkdir -p /tmp/"+name+"/DEBIAN && printf 'Package: "+name+"\\nVersion: "+version+"\\nArchitecture: all\\nMaintainer: lab\\nDescription: of the lab\\n' > /tmp/"+name+
		"/DEBIAN/control && dpkg-deb --build --root-owner-group /tmp/"+name+" /tmp/"+name+".deb")
}
