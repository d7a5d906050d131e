//go:build lab

package hosts

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"tranship.dev/tranship/api/client"
)

// levels are the components of the shop, those that others need first.
var levels = [][]string{{"db", "queue"}, {"orders", "mail"}, {"web"}}

// carriers are the hosts of each component.
var carriers = map[string][]string{
	"db": {"data-1"}, "queue": {"data-1"}, "orders": {"app-1", "app-2"}, "mail": {"app-1", "app-2"}, "web": {"app-2", "web-1"},
}

// TestFiveComponents (pain 16) has a release of five components that need each other
// fail on the last of four hosts. It goes in from the database up and comes back from
// the web down: the record says so, and so do the journals of the hosts.
func TestFiveComponents(t *testing.T) {
	t.Parallel()
	s := newSite(t, "levels", []string{"data-1", "app-1", "app-2", "web-1"})
	s.shop(t)
	s.run(t, exitOK, "deploy", "shop-1", "--to", "live", "--yes", "--wait")
	s.runs(t, "1.0.0")
	begun := s.starts(t, "1.0.0")

	s.hosts["web-1"].sh(t, "touch /etc/unfit")
	said := s.run(t, exitRemediated, "deploy", "shop-2", "--to", "live", "--yes", "--wait")
	holds(t, said, "web-1", "what was before is back")
	s.runs(t, "1.0.0")
	s.inOrder(t, "the first release began", begun, false)
	s.inOrder(t, "the second release began", s.starts(t, "2.0.0"), false)
	back := s.starts(t, "1.0.0")
	for component, times := range back {
		back[component] = slices.DeleteFunc(times, func(at float64) bool { return slices.Contains(begun[component], at) })
	}
	s.inOrder(t, "the first release came back", back, true)
	id := read[[]client.Deployment](t, s.user, "deployment", "list", "--limit", "1")[0].Id
	s.recorded(t, id, "execute", []string{"data-1", "app-1", "app-2/orders+mail", "app-2/web", "web-1"}, 1, 3)
	s.recorded(t, id, "remediate", []string{"app-2/web", "web-1", "app-1", "app-2/orders+mail", "data-1"}, 2, 4)

	s.hosts["web-1"].sh(t, "rm /etc/unfit")
	s.run(t, exitOK, "deploy", "shop-2", "--to", "live", "--yes", "--wait", "--reason", "the host is fit again")
	s.runs(t, "2.0.0")
	known := s.starts(t, "1.0.0")
	s.run(t, exitOK, "rollback", "D-3", "--yes", "--wait", "--reason", "orders are lost")
	s.runs(t, "1.0.0")
	again := s.starts(t, "1.0.0")
	for component, times := range again {
		again[component] = slices.DeleteFunc(times, func(at float64) bool { return slices.Contains(known[component], at) })
	}
	s.inOrder(t, "the rollback of what had succeeded", again, true)
	s.run(t, exitOK, "verify", "--log")
}

// shop enrols the hosts, and applies and adds what they are to carry.
func (s *site) shop(t *testing.T) {
	t.Helper()
	var group errgroup.Group
	for _, h := range s.hosts {
		group.Go(func() error { s.enrol(t, h); return nil })
	}
	if err := group.Wait(); err != nil || t.Failed() {
		t.FailNow()
	}
	type target struct{ Name, Role, Front, Address string }
	var targets []target
	for name, h := range s.hosts {
		front := "no"
		if slices.Contains(carriers["web"], name) {
			front = "yes"
		}
		role, _, _ := strings.Cut(name, "-")
		targets = append(targets, target{name, role, front, h.Address.String()})
	}
	s.fill(t, "testdata/levels", map[string]any{"Targets": targets, "Versions": []int{1, 2}})
	s.run(t, exitOK, "apply", "-f", "documents", "--yes")
	for component := range carriers {
		for _, version := range []string{"1.0.0", "2.0.0"} {
			dir := filepath.Join(s.dir, "parts", component, version)
			write(t, filepath.Join(dir, "unit.service"), fmt.Sprintf("[Unit]\nDescription=%[1]s of the shop\n[Service]\nType=exec\nExecStart=/bin/sh /opt/%[1]s/current/run\n[Install]\nWantedBy=multi-user.target\n", component))
			unfit := ""
			if component == "web" && version == "2.0.0" {
				unfit = "test ! -e /etc/unfit || exit 1\n"
			}
			write(t, filepath.Join(dir, "run"), fmt.Sprintf("echo this is %s %s\n%sexec sleep infinity\n", component, version, unfit))
			s.run(t, exitOK, "library", "add", component, version, dir, "--admit")
		}
	}
}

// runs demands that every component runs in a version on each of its hosts, and nowhere else.
func (s *site) runs(t *testing.T, version string) {
	t.Helper()
	for component, on := range carriers {
		for name, h := range s.hosts {
			want := "inactive"
			if slices.Contains(on, name) {
				want = "active this is " + component + " " + version
			}
			got := h.says(t, "systemctl is-active shop-"+component+".service")
			if got == "active" {
				got += " " + h.says(t, "journalctl -u shop-"+component+".service -o cat --no-pager | grep '^this is' | tail -1")
			}
			if got != want {
				t.Errorf("%s on %s: %q, want %q", component, name, got, want)
			}
		}
	}
}

// starts gives when each component began to run in a version, on any of its hosts, as
// the journals of the hosts tell; they have one clock.
func (s *site) starts(t *testing.T, version string) map[string][]float64 {
	t.Helper()
	found := map[string][]float64{}
	for component, on := range carriers {
		for _, name := range on {
			lines := s.hosts[name].sh(t, "journalctl -u shop-"+component+".service -o short-unix --no-pager | grep 'this is "+component+" "+version+"'")
			for line := range strings.Lines(lines) {
				stamp, _, _ := strings.Cut(line, " ")
				at, err := strconv.ParseFloat(stamp, 64)
				if err != nil {
					t.Fatalf("%s says %q: %v", name, line, err)
				}
				found[component] = append(found[component], at)
			}
		}
	}
	return found
}

// inOrder demands that all of a level began before anything of the next, or after it
// where the order is turned.
func (s *site) inOrder(t *testing.T, what string, began map[string][]float64, turned bool) {
	t.Helper()
	last, before := 0.0, "nothing"
	order := slices.Clone(levels)
	if turned {
		slices.Reverse(order)
	}
	for _, level := range order {
		var all []float64
		for _, component := range level {
			if len(began[component]) != len(carriers[component]) {
				t.Errorf("%s: %s began %d times on its %d hosts", what, component, len(began[component]), len(carriers[component]))
				return
			}
			all = append(all, began[component]...)
		}
		if first := slices.Min(all); first <= last {
			t.Errorf("%s: %v began at %f, before all of %s had at %f", what, level, first, before, last)
		}
		last, before = slices.Max(all), strings.Join(level, " and ")
		t.Logf("%s: %s from %f to %f", what, before, slices.Min(all), last)
	}
}

// recorded demands the order in which the record says that orders of a phase began:
// those up to each of the places may come in any order among each other.
func (s *site) recorded(t *testing.T, id, phase string, want []string, places ...int) {
	t.Helper()
	var got []string
	for _, sealed := range read[[]client.SealedEntry](t, s.user, "deployment", "timeline", id, "--all") {
		e := sealed.Entry
		if e.Kind != "report.received" || e.Data["phase"] != phase || e.Data["report"] != "begun" {
			continue
		}
		name := e.Target
		if part, is := e.Data["part"].(string); is {
			name = part
		}
		got = append(got, name)
	}
	if len(got) != len(want) {
		t.Fatalf("%s of %s began on %v, want %v", phase, id, got, want)
	}
	from := 0
	for _, to := range append(places, len(want)) {
		slices.Sort(got[from:to])
		slices.Sort(want[from:to])
		from = to
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s of %s began on %v, want %v", phase, id, got, want)
	}
}
