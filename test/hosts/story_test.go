//go:build lab

package hosts

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"tranship.dev/tranship/api/client"
)

// story is a site with what its chapters hand on.
type story struct {
	*site
	bare      map[string][]string // what was on each host before anything was deployed
	afterOne  time.Time           // when the first release was everywhere and the second nowhere
	remediate string              // the deployment of the broken release into live
}

// TestRealHosts takes node_exporter through its life: installed, upgraded,
// broken and brought back, interrupted, and taken off again.
func TestRealHosts(t *testing.T) {
	t.Parallel()
	s := &story{site: newSite(t, "hosts", names, first, second, broken), bare: map[string][]string{}}
	for _, chapter := range []struct {
		title string
		tell  func(*testing.T)
	}{
		{"five hosts trust a server by the fingerprint in their tokens alone", s.begins},
		{"the first release goes through test to live in waves", s.installs},
		{"the second release replaces it", s.upgrades},
		{"what somebody changes by hand on hosts is found and put right", s.drifts},
		{"the broken release breaks one host, which is brought back", s.breaks},
		{"two hosts lose their power in the middle of a deployment", s.losesPower},
		{"a host is cut off in the middle of a deployment", s.losesNetwork},
		{"another server in the place of theirs gets nothing from the agents", s.impersonates},
		{"it is removed, and nothing is left", s.removes},
		{"the record tells and proves it all", s.proves},
	} {
		if !t.Run(chapter.title, chapter.tell) {
			break // what follows stands on it
		}
	}
}

func (s *story) begins(t *testing.T) {
	s.run(t, exitOK, "key", "create", "publisher.key")
	public, err := os.ReadFile(filepath.Join(s.dir, "publisher.key.pub"))
	if err != nil {
		t.Fatal(err)
	}
	type target struct{ Name, Environment, Address string }
	var targets []target
	var group errgroup.Group
	for _, name := range names {
		h := s.hosts[name]
		environment, _, _ := strings.Cut(name, "-")
		targets = append(targets, target{name, environment, h.Address.String()})
		group.Go(func() error { s.enrol(t, h); return nil })
	}
	if err := group.Wait(); err != nil || t.Failed() {
		t.FailNow()
	}
	s.fill(t, "testdata", map[string]any{"Publisher": strings.TrimSpace(string(public)), "Targets": targets})
	s.run(t, exitOK, "apply", "-f", "documents", "--yes")
	holds(t, s.run(t, exitOK, "apply", "-f", "documents", "--yes"), "nothing")
	until(t, "all agents are heard of", 20*time.Second, func() bool {
		return !slices.ContainsFunc(read[[]client.EnvironmentAgent](t, s.user, "agents"), func(a client.EnvironmentAgent) bool { return a.SeenAt.IsZero() })
	})
	holds(t, s.run(t, exitOK, "agents"), append([]string{"LAST SEEN", "trusted", "hosts-test"}, names...)...)
	for _, h := range s.hosts {
		if got := h.sh(t, "stat -c '%a %U' /var/lib/tranship-agent"); got != "700 root" {
			t.Errorf("%s: what the agent keeps is %s, want it open to root alone", h.name, got)
		}
		s.bare[h.name] = h.everything(t)
	}
	s.distrusts(t)
}

// distrusts shows that nobody believes a server that cannot prove who it is.
func (s *story) distrusts(t *testing.T) {
	stranger := s.user
	stranger.env = append(slices.Clone(s.env), "TRANSHIP_CA=")
	holds(t, stranger.run(t, exitUnreachable, "agents"), "certificate")
	line := s.enrolment(t, "stranger")
	token := line[strings.Index(line, "--token ")+len("--token "):]
	token, _, _ = strings.Cut(token, " ")
	flipped := "0"
	if strings.HasSuffix(token, "0") {
		flipped = "1"
	}
	altered := strings.Replace(line, token, token[:len(token)-1]+flipped, 1)
	h := s.hosts["test-1"]
	holds(t, h.says(t, altered+" --state /run/stranger; ls /run/stranger/identity.json"), "fingerprint", "No such file")
	if got := h.says(t, "rm -rf /run/stranger"); got != "" {
		t.Error(got)
	}
}

// add puts a release into the library, signed.
func (s *story) add(t *testing.T, r release) {
	t.Helper()
	s.run(t, exitOK, "library", "add", "node-exporter", r.version, r.in(s.dir), "--key", "publisher.key", "--admit")
}

// deployLine is what deploys a release and waits for the end.
func deployLine(r release, environment string, more ...string) []string {
	return append([]string{"deploy", r.name(), "--to", environment, "--yes", "--wait"}, more...)
}

// last gives the youngest deployment.
func (s *story) last(t *testing.T) client.Deployment {
	t.Helper()
	return read[[]client.Deployment](t, s.user, "deployment", "list", "--limit", "1")[0]
}

// targets gives what became of each target of a deployment.
func (s *story) targets(t *testing.T, id string) map[string]client.DeploymentTarget {
	t.Helper()
	all := map[string]client.DeploymentTarget{}
	for _, row := range read[[]client.DeploymentTarget](t, s.user, "deployment", "targets", id) {
		all[row.Name] = row
	}
	return all
}

func (s *story) installs(t *testing.T) {
	s.add(t, first)
	holds(t, s.run(t, exitRefused, deployLine(first, "live")...), "has not passed test")
	s.run(t, exitOK, deployLine(first, "test")...)
	s.hosts["test-1"].serves(t, first)
	for _, h := range s.live {
		if got, err := h.version(); err == nil {
			t.Errorf("%s answers as version %s before anything was deployed to it", h.name, got)
		}
	}
	holds(t, s.run(t, exitOK, "plan", first.name(), "--to", "live"), "4 targets of live change", "in 2 waves")
	s.run(t, exitOK, deployLine(first, "live")...)
	lives(t, s.live, first)
	rows := s.targets(t, s.last(t).Id)
	for _, name := range names[2:] {
		if rows[name].Wave != 2 || !rows[name].Accepted {
			t.Errorf("%s: %s", name, pretty(rows[name]))
		}
	}
	s.wavesInOrder(t)
	s.afterOne = time.Now()
}

// wavesInOrder demands that the first wave ran before the others did, by the
// clock of the machine that they share.
func (s *story) wavesInOrder(t *testing.T) {
	t.Helper()
	one := s.live[0].life(t)
	for _, h := range s.live[1:] {
		if other := h.life(t); len(other.Since) < len(one.Since) || len(other.Since) == len(one.Since) && other.Since <= one.Since {
			t.Errorf("%s, of wave 2, started at %s, and %s, of wave 1, at %s", h.name, other.Since, s.live[0].name, one.Since)
		}
	}
}

func (s *story) upgrades(t *testing.T) {
	s.add(t, second)
	before := lives(t, s.live, first)
	s.run(t, exitOK, deployLine(second, "test")...)
	s.hosts["test-1"].serves(t, second)
	holds(t, s.run(t, exitOK, "plan", second.name(), "--to", "live"), "node-exporter 1.9.1 -> 1.10.2")
	s.run(t, exitOK, deployLine(second, "live")...)
	for name, now := range lives(t, s.live, second) {
		if now == before[name] {
			t.Errorf("%s was not restarted: %v", name, now)
		}
	}
	holds(t, s.run(t, exitRefused, deployLine(second, "live")...), "nothing to change in live")
}

func (s *story) breaks(t *testing.T) {
	s.add(t, broken)
	s.run(t, exitOK, deployLine(broken, "test")...)
	s.hosts["test-1"].serves(t, broken)
	before := lives(t, s.live, second)
	said := s.run(t, exitRemediated, deployLine(broken, "live")...)
	holds(t, said, "live-1  unit: failed", "unknown long flag '--collector.lodavg'", "what was before is back")
	after := lives(t, s.live, second)
	if after["live-1"] == before["live-1"] {
		t.Error("live-1 was never touched by the broken release")
	}
	for _, h := range s.live[1:] {
		if after[h.name] != before[h.name] {
			t.Errorf("%s was touched: %v became %v", h.name, before[h.name], after[h.name])
		}
	}
	d := s.last(t)
	s.remediate = d.Id
	for name, row := range s.targets(t, d.Id) {
		if row.Touched != (name == "live-1") || row.Remediated != (name == "live-1") {
			t.Errorf("%s: %s", name, pretty(row))
		}
	}
	log := s.run(t, exitOK, "deployment", "log", d.Id)
	holds(t, log, "live-1", "the journal of node-exporter.service ends", "unknown long flag '--collector.lodavg'")
	if strings.Contains(log, "version="+first.version) {
		t.Error("the log mixes what an earlier release said into what went wrong")
	}
	why := s.run(t, exitOK, "deployment", "why", d.Id)
	holds(t, why, "live-1", "exit code 1")
	if strings.Contains(why, "…") {
		t.Errorf("the reason is cut off:\n%s", why)
	}
	s.run(t, exitOK, "deployment", "timeline", d.Id)
	s.run(t, exitOK, "inventory")
}

// losesPower pulls the plug of one host while a command runs that nobody can
// look at afterwards, and of another while its unit is being restarted.
func (s *story) losesPower(t *testing.T) {
	s.run(t, exitOK, deployLine(first, "test")...)
	drained, restarted := s.hosts["live-2"], s.hosts["live-3"]
	drained.hold(t, "drain")
	restarted.hold(t, "unit")
	wait := s.start(t, exitGuidance, deployLine(first, "live")...)
	until(t, "both steps run", time.Minute, func() bool { return drained.held(t, "drain") && restarted.held(t, "unit") })
	for _, h := range []*host{drained, restarted} {
		if err := h.PowerOff(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	powered := time.Now()
	for _, h := range []*host{drained, restarted} {
		if err := h.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	wait()
	for _, a := range read[[]client.EnvironmentAgent](t, s.user, "agents") {
		if (a.Name == drained.name || a.Name == restarted.name) && !a.SeenAt.After(powered) {
			t.Errorf("%s was last seen at %s, and its host has power again since %s", a.Name, a.SeenAt, powered)
		}
	}
	d := s.last(t)
	rows := s.targets(t, d.Id)
	if rows["live-2"].State != "unknown" || rows["live-3"].State != "done" {
		t.Errorf("live-2 is %s, want unknown; live-3 is %s, want done: %s", rows["live-2"].State, rows["live-3"].State, pretty(rows))
	}
	holds(t, s.run(t, exitOK, "deployment", "targets", d.Id), "unknown")
	holds(t, s.run(t, exitOK, "deployment", "why", d.Id), "live-2", "stopped in the middle", "tranship deployment retry "+d.Id)
	holds(t, s.run(t, exitOK, "inventory", "--environment", "live"), "not certain")
	restarted.serves(t, first)
	drained.serves(t, second)
	untouched := s.hosts["live-4"].serves(t, first)
	s.run(t, exitOK, "deployment", "retry", d.Id, "--reason", "its power is back, and draining twice does no harm")
	s.run(t, exitOK, "deployment", "watch", d.Id)
	lives(t, s.live, first)
	if now := s.hosts["live-4"].life(t); now != untouched {
		t.Errorf("live-4 was done already, and the retry touched it: %v became %v", untouched, now)
	}
}

// losesNetwork cuts a host off while a step runs there: it goes on by itself.
func (s *story) losesNetwork(t *testing.T) {
	s.run(t, exitOK, deployLine(second, "test")...)
	cut := s.hosts["live-4"]
	cut.hold(t, "drain")
	wait := s.start(t, exitOK, deployLine(second, "live")...)
	until(t, "the step runs", time.Minute, func() bool { return cut.held(t, "drain") })
	if err := cut.Cut(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := cut.life(t)
	cut.release(t, "drain")
	until(t, "the host finishes alone", time.Minute, func() bool {
		return strings.Contains(cut.says(t, "readlink /opt/node-exporter/current"), second.version) &&
			cut.says(t, "systemctl is-active node-exporter") == "active" && cut.life(t) != before
	})
	d := s.last(t)
	if row := s.targets(t, d.Id)["live-4"]; row.State != "running" {
		t.Errorf("while live-4 is cut off, it is %s for the server, want running", row.State)
	}
	s.run(t, exitOK, "agents")
	s.run(t, exitOK, "deployment", "why", d.Id)
	restored := time.Now()
	if err := cut.Restore(t.Context()); err != nil {
		t.Fatal(err)
	}
	wait()
	t.Logf("the deployment ended %s after the network was back", time.Since(restored).Round(100*time.Millisecond))
	lives(t, s.live, second)
	if row := s.targets(t, d.Id)["live-4"]; row.State != "done" || row.Attempt < 1 {
		t.Errorf("live-4: %s", pretty(row))
	}
}

// impersonates puts a server with an authority of its own where the agents
// look for theirs.
func (s *story) impersonates(t *testing.T) {
	before := lives(t, s.live, second)
	s.server.stop(t)
	impostor := s.startServer(t, "impostor", s.server.listen, s.server.bus)
	words, ca := impostor.welcome(t)
	write(t, filepath.Join(s.dir, "impostor.pem"), ca)
	for _, h := range s.hosts {
		turned := regexp.MustCompile(regexp.QuoteMeta(h.Address.String()) + `:.*TLS handshake error: remote error: tls: bad certificate`)
		until(t, h.name+" turns away from the impostor's certificate", 30*time.Second, func() bool {
			return turned.MatchString(impostor.log.end(1 << 20))
		})
	}
	there := s.user
	there.env = append(slices.Clone(s.env), "TRANSHIP_TOKEN="+words[2], "TRANSHIP_CA="+filepath.Join(s.dir, "impostor.pem"))
	if agents := read[[]client.EnvironmentAgent](t, there, "agents"); len(agents) > 0 {
		t.Errorf("agents believe the impostor: %s", pretty(agents))
	}
	impostor.stop(t)
	s.server = s.startServer(t, "data", s.server.listen, s.server.bus) // the next chapter shows that all work for it
	for name, now := range lives(t, s.live, second) {
		if now != before[name] {
			t.Errorf("%s was touched: %v became %v", name, before[name], now)
		}
	}
}

func (s *story) removes(t *testing.T) {
	h := s.live[0]
	if added := beyond(s.bare[h.name], h.everything(t)); len(added) < 10 {
		t.Fatalf("the list of all that is on a host does not show what is deployed: %q", added)
	}
	holds(t, s.run(t, exitOK, "plan", second.name(), "--to", "live", "--remove"), "node-exporter - 1.10.2")
	s.run(t, exitOK, deployLine(second, "live", "--remove", "--reason", "live is watched by something else from now on")...)
	for _, h := range s.live {
		after := h.everything(t)
		if left := beyond(s.bare[h.name], after); len(left) > 0 {
			t.Errorf("%s: this is left: %q", h.name, left)
		}
		if lost := beyond(after, s.bare[h.name]); len(lost) > 0 {
			t.Errorf("%s: this was there before: %q", h.name, lost)
		}
		if got, err := h.version(); err == nil {
			t.Errorf("%s still answers, as version %s", h.name, got)
		}
	}
	s.hosts["test-1"].serves(t, second)
	holds(t, s.run(t, exitOK, "inventory", "--environment", "live"), "nothing is deployed there")
}

func (s *story) proves(t *testing.T) {
	then := read[[]client.EnvironmentPresence](t, s.user, "inventory", "--environment", "live", "--at", s.afterOne.Format(time.RFC3339Nano))
	if len(then) != len(s.live) || slices.ContainsFunc(then, func(p client.EnvironmentPresence) bool { return p.Version != first.version }) {
		t.Errorf("when the first release was everywhere, this was there: %s", pretty(then))
	}
	s.run(t, exitOK, "inventory", "--at", s.afterOne.Format(time.RFC3339))
	s.run(t, exitOK, "deployment", "list")
	s.run(t, exitOK, "record", "key", "record.key")
	s.run(t, exitOK, "record", "export", s.remediate, "remediated.record")
	offline := s.user
	offline.env = append(slices.Clone(s.env), "TRANSHIP_URL=https://127.0.0.1:1", "TRANSHIP_TOKEN=", "TRANSHIP_CA=")
	holds(t, offline.run(t, exitOK, "verify", "remediated.record", "--key", "record.key"), "verified")
	s.run(t, exitOK, "verify", "--log")
}
