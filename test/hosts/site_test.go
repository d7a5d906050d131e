//go:build lab

package hosts

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"text/template"
	"time"

	"golang.org/x/sync/errgroup"

	"tranship.dev/tranship/test/lab"
)

// site is a server on this machine and hosts with agents.
type site struct {
	user
	lab    *lab.Lab
	dir    string
	hosts  map[string]*host
	live   []*host
	server *server
	whole  *testing.T // ends after all chapters
}

// names gives each host of the lab its name as a target and an agent.
var names = []string{"test-1", "live-1", "live-2", "live-3", "live-4"}

// newSite boots hosts of the names, builds the binary and the releases meanwhile, and
// starts the server. The hosts have no agents yet.
func newSite(t *testing.T, prefix string, names []string, releases ...release) *site {
	t.Helper()
	s := &site{whole: t, dir: t.TempDir(), hosts: map[string]*host{}}
	s.user = user{binary: filepath.Join(s.dir, "tranship"), dir: s.dir, env: []string{"HOME=" + s.dir, "XDG_CONFIG_HOME=", "LANG=C.UTF-8", "TZ=UTC"}}
	var group errgroup.Group
	group.Go(func() error {
		cmd := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-ldflags", "-s -w -X main.version=hosts-test", "-o", s.binary, "../../cmd/tranship")
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		cmd.Stderr = os.Stderr
		return cmd.Run()
	})
	group.Go(func() error {
		for _, r := range releases {
			if err := r.build(t, r.in(s.dir)); err != nil {
				return err
			}
		}
		return nil
	})
	group.Go(func() (err error) {
		s.lab, err = lab.Start(t.Context(), lab.Options{Hosts: len(names), Prefix: prefix, Log: t.Logf})
		return err
	})
	err := group.Wait()
	if s.lab != nil {
		t.Cleanup(func() {
			if err := s.lab.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range names {
		s.hosts[name] = &host{Host: s.lab.Hosts[i], name: name}
		if strings.HasPrefix(name, "live") {
			s.live = append(s.live, s.hosts[name])
		}
	}
	s.serve(t)
	return s
}

// serve starts the server where the hosts reach it, and signs the user in as
// the server's first words tell.
func (s *site) serve(t *testing.T) {
	t.Helper()
	free := s.lab.Gateway.String() + ":0"
	s.server = s.startServer(t, "data", free, free)
	login, ca := s.server.welcome(t)
	write(t, filepath.Join(s.dir, "ca.pem"), ca)
	s.env = append(s.env, "TRANSHIP_URL="+login[1], "TRANSHIP_TOKEN="+login[2], "TRANSHIP_CA="+filepath.Join(s.dir, "ca.pem"))
}

// server is a process of the server.
type server struct {
	cmd         *exec.Cmd
	said, log   *spoken
	listen, bus string // where it is reached
	ended       bool
}

var ready = regexp.MustCompile(`msg=ready url=https://(\S+) bus=tls://(\S+)`)

// startServer starts a server on a data directory, and returns when it is ready.
func (s *site) startServer(t *testing.T, data, listen, bus string) *server {
	t.Helper()
	v := &server{said: &spoken{}, log: &spoken{}}
	v.cmd = exec.Command(s.binary, "server", "--data", filepath.Join(s.dir, data), "--listen", listen, "--bus-listen", bus, "--log-level", "debug")
	v.cmd.Env = append(os.Environ(), s.env...)
	v.cmd.Stdout, v.cmd.Stderr = v.said, v.log
	if err := v.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s.whole.Cleanup(func() { v.stop(s.whole) }) // it may outlive the chapter that starts it
	until(t, "the server is ready", 30*time.Second, func() bool {
		found := ready.FindStringSubmatch(v.log.end(1 << 20))
		if found != nil {
			v.listen, v.bus = found[1], found[2]
		}
		return found != nil
	})
	return v
}

var login = regexp.MustCompile(`tranship login (https://\S+) --token (\S+) --ca`)

// welcome gives what a new server shows once: where and with which token to
// sign in, and its authority.
func (v *server) welcome(t *testing.T) (words []string, ca string) {
	t.Helper()
	const begin, end = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
	until(t, "the server says how to sign in", 10*time.Second, func() bool {
		text := v.said.end(1 << 20)
		_, rest, _ := strings.Cut(text, begin)
		middle, _, whole := strings.Cut(rest, end)
		words, ca = login.FindStringSubmatch(text), begin+middle+end+"\n"
		return words != nil && whole
	})
	return words, ca
}

// stop ends the server as its service manager would.
func (v *server) stop(t *testing.T) {
	t.Helper()
	if v.ended {
		return
	}
	v.ended = true
	_ = v.cmd.Process.Signal(syscall.SIGTERM)
	kill := time.AfterFunc(20*time.Second, func() { _ = v.cmd.Process.Kill() })
	err := v.cmd.Wait()
	if !kill.Stop() || err != nil {
		t.Errorf("the server did not end well after SIGTERM: %v", err)
	}
	if t.Failed() {
		t.Logf("the server's log ends:\n%s", v.log.end(8000))
	}
}

// enrol brings an agent onto a host as the administrator of both would: the
// binary, the line that the server prints, the unit that is shipped.
func (s *site) enrol(t *testing.T, h *host) {
	t.Helper()
	h.copy(t, s.binary, "/usr/local/bin/tranship", 0o755)
	h.copy(t, "../../packaging/systemd/tranship-agent.service", "/etc/systemd/system/tranship-agent.service", 0o644)
	h.copy(t, "testdata/hold", "/usr/local/sbin/hold", 0o755)
	h.sh(t, s.enrolment(t, h.name))
	h.sh(t, "systemctl daemon-reload && systemctl enable --quiet --now tranship-agent.service")
}

var enrolLine = regexp.MustCompile(`(?m)^ +(tranship agent enrol .*)$`)

// enrolment gives the line to type on the host.
func (s *site) enrolment(t *testing.T, name string) string {
	t.Helper()
	text := s.run(t, exitOK, "agents", "enrol", name)
	found := enrolLine.FindStringSubmatch(text)
	if found == nil {
		t.Fatalf("no line to type on the host in:\n%s", text)
	}
	return found[1]
}

// fill writes the documents of a folder below the site's directory.
func (s *site) fill(t *testing.T, folder string, values map[string]any) {
	t.Helper()
	templates, err := template.ParseGlob(folder + "/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, each := range templates.Templates() {
		var text bytes.Buffer
		if err := each.Execute(&text, values); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(s.dir, "documents", each.Name()), text.String())
	}
}

// spoken is what a process has written so far.
type spoken struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *spoken) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *spoken) end(most int) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := s.text.String()
	return text[max(0, len(text)-most):]
}

// pretty is a value for a failure's message.
func pretty(value any) string {
	raw, _ := json.MarshalIndent(value, "", "  ")
	return string(raw)
}
