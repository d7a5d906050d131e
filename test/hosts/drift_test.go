//go:build lab

package hosts

import (
	"testing"
	"time"

	"tranship.dev/tranship/api/client"
)

// drifts changes hosts behind the record's back, as people do: a configuration
// file is edited and the service stopped on one, another is set back to the
// release before. Both are found for what they are, and put right by a planned
// deployment of what is recorded onto these two alone (R92); the environments are
// compared with each other (R10).
func (s *story) drifts(t *testing.T) {
	edited, switched := s.hosts["live-2"], s.hosts["live-3"]
	whole := func() bool {
		t.Helper()
		for _, l := range read[[]client.LookedAt](t, s.user, "drift", "check", "live", "--wait", "20s") {
			if l.State != client.LookedAtStateAsRecorded {
				t.Logf("%s is %s: %v", l.Target, l.State, l.Blind)
				return false
			}
		}
		return true
	}
	until(t, "everything is as it was deployed", time.Minute, whole)
	before := lives(t, s.live, second)

	edited.sh(t, "echo '# by hand' >> /opt/node-exporter/current/flags/live && systemctl stop node-exporter")
	switched.sh(t, "ln -sfn releases/$(basename $(ls -d /opt/node-exporter/releases/1.9.1*/)) /opt/node-exporter/current && systemctl restart node-exporter")
	switched.serves(t, first)
	said := s.run(t, exitOK, "drift", "check", "live", "--wait", "30s")
	holds(t, said, "live-1", "as-recorded", "live-2", "drifted", "live-3", "unmanaged")
	holds(t, s.run(t, exitOK, "drift", "list", "--environment", "live"), "live-2", "1.10.2", "file flags/live and 1 more", "live-3", "1.9.1")
	found := map[string]client.Drift{}
	for _, d := range read[[]client.Drift](t, s.user, "drift", "list", "--environment", "live") {
		found[d.Target] = d
	}
	if len(found) != 2 {
		t.Fatalf("what stands is %s, want live-2 and live-3", pretty(found))
	}
	holds(t, s.run(t, exitOK, "drift", "show", found["live-2"].Id), "file flags/live", "service node-exporter.service", "inactive", "tranship drift repair")
	holds(t, s.run(t, exitOK, "inventory", "--environment", "live"), "1.10.2 (unmanaged, "+found["live-3"].Id+")")

	s.run(t, exitOK, "drift", "repair", "--environment", "live", "--reason", "changed by hand")
	repair := s.last(t)
	s.run(t, exitOK, "deployment", "watch", repair.Id)
	rows := s.targets(t, repair.Id)
	if len(rows) != 2 || rows["live-2"].Name == "" || rows["live-3"].Name == "" {
		t.Errorf("the repair is about %s, want live-2 and live-3 alone", pretty(rows))
	}
	after := lives(t, s.live, second)
	for _, name := range []string{"live-1", "live-4"} {
		if after[name] != before[name] {
			t.Errorf("%s was touched: %v became %v", name, before[name], after[name])
		}
	}
	until(t, "everything is as it was deployed again", time.Minute, whole)
	for name, d := range found {
		if ended := read[client.Drift](t, s.user, "drift", "show", d.Id); ended.End != "repaired" {
			t.Errorf("%s ended as %q, want repaired", name, ended.End)
		}
	}
	holds(t, s.run(t, exitOK, "environment", "show", "live"), "none known", "4 of 4 targets looked at")
	holds(t, s.run(t, exitOK, "environment", "compare", "test", "live", "--all"), "node-exporter", "1.10.2", "os.id", "debian")
}
