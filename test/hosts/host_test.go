//go:build lab

package hosts

import (
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/test/lab"
)

// host is a host of the lab as the story sees it.
type host struct {
	*lab.Host
	name string
}

// sh runs a line on the host, past the network.
func (h *host) sh(t *testing.T, line string) string {
	t.Helper()
	stdout, stderr, err := h.Exec(t.Context(), "sh", "-c", line)
	if err != nil {
		t.Fatalf("%s: %v\n%s", h.name, err, stdout+stderr)
	}
	return strings.TrimSpace(stdout)
}

// says gives what a line prints, whatever its exit code.
func (h *host) says(t *testing.T, line string) string {
	stdout, stderr, _ := h.Exec(t.Context(), "sh", "-c", line)
	return strings.TrimSpace(stdout + stderr)
}

func (h *host) copy(t *testing.T, from, to string, mode fs.FileMode) {
	t.Helper()
	if err := h.CopyIn(t.Context(), from, to, mode); err != nil {
		t.Fatal(err)
	}
}

var buildInfo = regexp.MustCompile(`node_exporter_build_info\{[^}]*version="([^"]*)"[^}]*\} 1`)

// version asks the exporter over the network which version it is.
func (h *host) version() (string, error) {
	client := http.Client{Timeout: 5 * time.Second}
	response, err := client.Get("http://" + h.Address.String() + ":9100/metrics")
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return "", err
	}
	found := buildInfo.FindSubmatch(body)
	if found == nil {
		return "", fmt.Errorf("%s answers %s without node_exporter_build_info", h.name, response.Status)
	}
	return string(found[1]), nil
}

// life is one running of the exporter: it changes when the process does.
type life struct {
	PID, Since string
}

// serves demands that a host runs a version, seen from outside and from
// within, and gives the life of the process.
func (h *host) serves(t *testing.T, r release) life {
	t.Helper()
	if got, err := h.version(); err != nil || got != r.version {
		t.Errorf("%s answers as version %q, %v; want %s", h.name, got, err, r.version)
	}
	if got := h.says(t, "systemctl is-active node-exporter; systemctl is-enabled node-exporter"); got != "active\nenabled" {
		t.Errorf("%s: the unit is %q, want active and enabled", h.name, got)
	}
	return h.life(t)
}

// life gives the present life of the exporter.
func (h *host) life(t *testing.T) life {
	t.Helper()
	shown := h.sh(t, "systemctl show --property=MainPID,ExecMainStartTimestampMonotonic node-exporter")
	found := life{PID: property(shown, "MainPID"), Since: property(shown, "ExecMainStartTimestampMonotonic")}
	if found.PID == "" || found.PID == "0" {
		t.Fatalf("%s: the exporter does not run: %s", h.name, shown)
	}
	return found
}

func property(shown, name string) string {
	for line := range strings.Lines(shown) {
		if value, found := strings.CutPrefix(strings.TrimSpace(line), name+"="); found {
			return value
		}
	}
	return ""
}

// lives gives the lives of all.
func lives(t *testing.T, all []*host, r release) map[string]life {
	t.Helper()
	found := map[string]life{}
	for _, h := range all {
		found[h.name] = h.serves(t, r)
	}
	return found
}

// everything lists all that is on the host's disk but for logs, what the agent
// keeps for itself, and private directories of other services; then what the
// agent remembers of targets, all accounts, and all units.
func (h *host) everything(t *testing.T) []string {
	t.Helper()
	return strings.Split(h.sh(t, `
		find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /var/log -o -path /var/lib/tranship-agent -o -name 'systemd-private-*' \) -prune -o -print
		find /var/lib/tranship-agent/targets -type f 2>/dev/null
		cat /etc/passwd /etc/group /etc/shadow /etc/gshadow
		systemctl list-unit-files --no-legend
		systemctl list-units --all --no-legend --plain 'node*'`), "\n")
}

// beyond gives what is in after and was not in before.
func beyond(before, after []string) []string {
	known := map[string]bool{}
	for _, line := range before {
		known[line] = true
	}
	return slices.DeleteFunc(slices.Clone(after), func(line string) bool { return known[line] })
}

// hold makes the next step that passes a place wait there; release ends that.
func (h *host) hold(t *testing.T, place string)    { t.Helper(); h.sh(t, "touch /run/hold-"+place) }
func (h *host) release(t *testing.T, place string) { t.Helper(); h.sh(t, "rm -f /run/hold-"+place) }

// held says whether a step waits at the place.
func (h *host) held(t *testing.T, place string) bool {
	return h.says(t, "test -e /run/held-"+place+" && echo yes") == "yes"
}
