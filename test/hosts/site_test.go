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
	lab   *lab.Lab
	dir   string
	hosts map[string]*host
	live  []*host
}

// names gives each host of the lab its name as a target and an agent.
var names = []string{"test-1", "live-1", "live-2", "live-3", "live-4"}

// newSite boots the hosts, builds the binary and the releases meanwhile, and
// starts the server. The hosts have no agents yet.
func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{dir: t.TempDir(), hosts: map[string]*host{}}
	s.user = user{binary: filepath.Join(s.dir, "tranship"), dir: s.dir, env: []string{"HOME=" + s.dir, "XDG_CONFIG_HOME=", "LANG=C.UTF-8", "TZ=UTC"}}
	var group errgroup.Group
	group.Go(func() error {
		cmd := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-ldflags", "-s -w -X main.version=hosts-test", "-o", s.binary, "../../cmd/tranship")
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		cmd.Stderr = os.Stderr
		return cmd.Run()
	})
	group.Go(func() error {
		for _, r := range []release{first, second, broken} {
			if err := r.build(t, r.in(s.dir)); err != nil {
				return err
			}
		}
		return nil
	})
	group.Go(func() (err error) {
		s.lab, err = lab.Start(t.Context(), lab.Options{Hosts: len(names), Prefix: "hosts", Log: t.Logf})
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
	listen := s.lab.Gateway.String() + ":0"
	cmd := exec.Command(s.binary, "server", "--data", filepath.Join(s.dir, "data"), "--listen", listen, "--bus-listen", listen)
	cmd.Env = append(os.Environ(), s.env...)
	said, log := &spoken{}, &spoken{}
	cmd.Stdout, cmd.Stderr = said, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		kill := time.AfterFunc(20*time.Second, func() { _ = cmd.Process.Kill() })
		err := cmd.Wait()
		if !kill.Stop() || err != nil {
			t.Errorf("the server did not end well after SIGTERM: %v", err)
		}
		if t.Failed() {
			t.Logf("the server's log ends:\n%s", log.end(8000))
		}
	})
	login := regexp.MustCompile(`tranship login (https://\S+) --token (\S+) --ca`)
	var found []string
	until(t, "the server shows its first token", 30*time.Second, func() bool {
		text := said.end(1 << 20)
		found = login.FindStringSubmatch(text)
		return found != nil && strings.Contains(text, "-----END CERTIFICATE-----\n")
	})
	_, rest, _ := strings.Cut(said.end(1<<20), "-----BEGIN CERTIFICATE-----")
	ca, _, _ := strings.Cut(rest, "-----END CERTIFICATE-----")
	write(t, filepath.Join(s.dir, "ca.pem"), "-----BEGIN CERTIFICATE-----"+ca+"-----END CERTIFICATE-----\n")
	s.env = append(s.env, "TRANSHIP_URL="+found[1], "TRANSHIP_TOKEN="+found[2], "TRANSHIP_CA="+filepath.Join(s.dir, "ca.pem"))
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

// fill writes the documents of testdata below the site's directory.
func (s *site) fill(t *testing.T, values map[string]any) {
	t.Helper()
	templates, err := template.ParseGlob("testdata/*.yaml")
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
