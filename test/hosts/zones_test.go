//go:build lab

package hosts

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"
)

// zones are the failure domains of the twelve hosts, three hosts in each.
var zones = []string{"a", "b", "c", "d"}

// sick starts everywhere, and lacks in zone b what its health is judged by.
var sick = release{version: "1.10.2-3", module: "v1.10.2", live: "--collector.disable-defaults", zone: "b"}

// TestTwelveHosts (pains 7, 8, 9, 12, 14) has a release fail its health in the
// second of four zones, and another one on a single host of the third.
func TestTwelveHosts(t *testing.T) {
	t.Parallel()
	var names []string
	for _, zone := range zones {
		for i := range 3 {
			names = append(names, fmt.Sprintf("%s-%d", zone, i+1))
		}
	}
	s := &story{site: newSite(t, "zones", names, first, second, sick)}
	for _, chapter := range []struct {
		title string
		tell  func(*testing.T)
	}{
		{"the first release goes through four zones", s.fillsZones},
		{"a release that is sick in zone b stops there, goes back, and is kept out", s.stopsAtZone},
		{"a fault of one host is mended, and the retry touches this host alone", s.retriesHost},
	} {
		if !t.Run(chapter.title, chapter.tell) {
			break
		}
	}
}

// settle applies the documents with what is to follow a failure.
func (s *story) settle(t *testing.T, onFailure string) {
	t.Helper()
	public, err := os.ReadFile(filepath.Join(s.dir, "publisher.key.pub"))
	if err != nil {
		t.Fatal(err)
	}
	type target struct{ Name, Zone, Address string }
	var targets []target
	for name, h := range s.hosts {
		targets = append(targets, target{name, name[:1], h.Address.String()})
	}
	s.fill(t, "testdata/zones", map[string]any{"Publisher": strings.TrimSpace(string(public)), "Targets": targets, "OnFailure": onFailure})
	s.run(t, exitOK, "apply", "-f", "documents", "--yes")
}

// zone gives the hosts of a zone.
func (s *story) zone(letters string) []*host {
	var found []*host
	for name, h := range s.hosts {
		if strings.Contains(letters, name[:1]) {
			found = append(found, h)
		}
	}
	return found
}

func (s *story) fillsZones(t *testing.T) {
	s.run(t, exitOK, "key", "create", "publisher.key")
	var group errgroup.Group
	group.SetLimit(4)
	for _, h := range s.hosts {
		group.Go(func() error { s.enrol(t, h); return nil })
	}
	if err := group.Wait(); err != nil || t.Failed() {
		t.FailNow()
	}
	s.settle(t, "remediate")
	s.add(t, first)
	holds(t, s.run(t, exitOK, "plan", first.name(), "--to", "live"), "12 targets of live change", "in 4 waves")
	s.run(t, exitOK, deployLine(first, "live")...)
	lives(t, s.zone("abcd"), first)
	for name, row := range s.targets(t, s.last(t).Id) {
		if want := strings.Index("abcd", name[:1]) + 1; int(row.Wave) != want {
			t.Errorf("%s was in wave %d, want %d", name, row.Wave, want)
		}
	}
}

func (s *story) stopsAtZone(t *testing.T) {
	s.add(t, sick)
	before := lives(t, s.zone("abcd"), first)
	said := s.run(t, exitRemediated, deployLine(sick, "live")...)
	holds(t, said, "node_load1", "what was before is back")
	after := lives(t, s.zone("abcd"), first)
	for name, row := range s.targets(t, s.last(t).Id) {
		reached := name[0] <= 'b'
		if row.Touched != reached || row.Remediated != reached {
			t.Errorf("%s: %s", name, pretty(row))
		}
		if !reached && after[name] != before[name] {
			t.Errorf("%s is of a zone after the one that failed, and was touched: %v became %v", name, before[name], after[name])
		}
		if reached && after[name] == before[name] {
			t.Errorf("%s was never touched by the sick release", name)
		}
	}
	holds(t, s.run(t, exitOK, "pins"), sick.version, "live")
	holds(t, s.run(t, exitRefused, "deploy", sick.name(), "--to", "live", "--yes"), "is kept out of live")
}

func (s *story) retriesHost(t *testing.T) {
	s.settle(t, "guidance")
	s.add(t, second)
	faulty := s.hosts["c-2"]
	faulty.sh(t, "mv /usr/local/sbin/hold /usr/local/sbin/hold.away")
	untouched := lives(t, s.zone("d"), first)
	s.run(t, exitGuidance, deployLine(second, "live")...)
	d := s.last(t)
	holds(t, s.run(t, exitOK, "deployment", "why", d.Id), "c-2", "drain", "tranship deployment retry "+d.Id)
	for _, h := range s.zone("d") {
		if now := h.serves(t, first); now != untouched[h.name] {
			t.Errorf("%s was touched after zone c had failed", h.name)
		}
	}
	done := lives(t, append(s.zone("ab"), s.hosts["c-1"], s.hosts["c-3"]), second)
	account := faulty.sh(t, "stat -c %Z /etc/passwd")
	faulty.sh(t, "mv /usr/local/sbin/hold.away /usr/local/sbin/hold")
	s.run(t, exitOK, "deployment", "retry", d.Id, faulty.name, "--reason", "the program that drains is there again")
	s.run(t, exitOK, "deployment", "watch", d.Id)
	lives(t, s.zone("abcd"), second)
	for name, before := range done {
		if now := s.hosts[name].life(t); now != before {
			t.Errorf("%s was done, and the retry of %s touched it: %v became %v", name, faulty.name, before, now)
		}
	}
	rows := s.targets(t, d.Id)
	for name, row := range rows {
		if row.State != "done" || !row.Accepted {
			t.Errorf("%s: %s", name, pretty(row))
		}
	}
	if got := faulty.sh(t, "stat -c %Z /etc/passwd"); got != account {
		t.Errorf("the retry did the step before the failed one again")
	}
	s.run(t, exitOK, "verify", "--log")
}
