//go:build lab

package lab_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"tranship.dev/tranship/test/lab"
)

// TestLab runs on one lab, since booting is what costs; each part has a host
// of its own and runs beside the others.
func TestLab(t *testing.T) {
	t.Parallel()
	four := start(t, lab.Options{Hosts: 4, Prefix: "labtest", Log: t.Logf})
	if len(four.Hosts) != 4 {
		t.Fatalf("started %d hosts, want 4", len(four.Hosts))
	}
	for number, part := range []struct {
		name string
		run  func(*testing.T, *lab.Lab, *lab.Host)
	}{
		{"systemd is process 1", testSystemd},
		{"a copied unit serves the network", testUnit},
		{"the disk outlives a power cut", testPower},
		{"a cut host falls silent and comes back", testCut},
	} {
		host := four.Hosts[number]
		t.Run(part.name, func(t *testing.T) {
			t.Parallel()
			part.run(t, four, host)
		})
	}
}

func testSystemd(t *testing.T, four *lab.Lab, host *lab.Host) {
	if got := output(t, host, "readlink", "/proc/1/exe"); got != "/usr/lib/systemd/systemd" {
		t.Errorf("process 1 is %s, want systemd", got)
	}
	if got := output(t, host, "hostname"); got != host.Name {
		t.Errorf("the host calls itself %s, want %s", got, host.Name)
	}
	mine, others := output(t, host, "cat", "/etc/machine-id"), output(t, four.Hosts[1], "cat", "/etc/machine-id")
	if mine == "" || mine == others {
		t.Errorf("two hosts have the machine ids %q and %q, want two of them", mine, others)
	}
	out, err := host.SSHCommand(t.Context(), "hostname").CombinedOutput()
	if got := strings.TrimSpace(string(out)); err != nil || got != host.Name {
		t.Errorf("over ssh the host is %q (%v), want %s", got, err, host.Name)
	}
	var exit *exec.ExitError
	if _, _, err := host.Exec(t.Context(), "sh", "-c", "exit 7"); !errors.As(err, &exit) || exit.ExitCode() != 7 {
		t.Errorf("a command that ends with 7 gives %v", err)
	}
}

// unit answers every connection with one line, by what every host has.
const unit = `[Unit]
Description=a service that greets
[Service]
ExecStart=/usr/bin/python3 -c "import socket\nl = socket.create_server(('', 7000))\nwhile True:\n c, _ = l.accept(); c.sendall(b'hello'); c.close()"
[Install]
WantedBy=multi-user.target
`

func testUnit(t *testing.T, four *lab.Lab, host *lab.Host) {
	startGreeter(t, host)
	if got, err := greeting(host, 5*time.Second); err != nil || got != "hello" {
		t.Errorf("the service says %q (%v), want hello", got, err)
	}
	// The way back: the host reaches what listens on its gateway.
	listener, err := net.Listen("tcp", net.JoinHostPort(four.Gateway.String(), "0"))
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	output(t, host, "python3", "-c", "import socket; socket.create_connection(('"+four.Gateway.String()+"', "+port+"), 5)")
}

func testPower(t *testing.T, _ *lab.Lab, host *lab.Host) {
	startGreeter(t, host)
	before := output(t, host, "cat", "/proc/sys/kernel/random/boot_id", "/etc/machine-id")
	output(t, host, "sh", "-c", "echo kept >/var/lib/mark && systemctl enable greeter && sync")
	for range 2 { // off stays off
		if err := host.PowerOff(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := greeting(host, time.Second); err == nil {
		t.Error("the service answers though its host is off")
	}
	if err := host.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := output(t, host, "cat", "/var/lib/mark"); got != "kept" {
		t.Errorf("the disk holds %q after the power cut, want kept", got)
	}
	if after := output(t, host, "cat", "/proc/sys/kernel/random/boot_id", "/etc/machine-id"); after != before {
		t.Errorf("the host is %q after the power cut, was %q", after, before)
	}
	// The unit was enabled, so it is back, at the same address.
	if got, err := greeting(host, 5*time.Second); err != nil || got != "hello" {
		t.Errorf("after the power cut the service says %q (%v), want hello", got, err)
	}
}

func testCut(t *testing.T, four *lab.Lab, host *lab.Host) {
	startGreeter(t, host)
	step := func(what string, do func(context.Context) error, reachable bool) {
		t.Helper()
		if err := do(t.Context()); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if _, err := greeting(host, 500*time.Millisecond); (err == nil) != reachable {
			t.Errorf("%s: reachable should be %v, dial gives %v", what, reachable, err)
		}
	}
	step("cut", host.Cut, false)
	step("cut again", host.Cut, false)
	output(t, host, "true") // past the network it still obeys
	output(t, host, "systemctl", "enable", "greeter")
	step("power off while cut", host.PowerOff, false)
	step("start while cut", host.Start, false)
	step("restore", host.Restore, true)
	step("restore again", host.Restore, true)
	step("pause", host.Pause, false)
	step("unpause", host.Unpause, true)
	step("pause before power off", host.Pause, false)
	step("power off while paused", host.PowerOff, false)
	step("start", host.Start, true)
}

// TestSweep has a process die without closing its lab, and finds that lab gone
// after the next start, but not those that are kept or still owned.
func TestSweep(t *testing.T) {
	t.Parallel()
	kept := start(t, lab.Options{Prefix: fmt.Sprintf("kept%d", os.Getpid()), Keep: true, Log: t.Logf})
	owned := start(t, lab.Options{Prefix: "owned", Log: t.Logf})
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestDieWithLab$", "-test.v")
	child.Env = append(os.Environ(), dieWithLab+"=yes")
	out, err := child.CombinedOutput()
	_, after, _ := strings.Cut(string(out), "left lab ")
	left, _, found := strings.Cut(after, "\n")
	if err == nil || !found {
		t.Fatalf("the process that should have died with its lab ended with %v: %s", err, out)
	}
	start(t, lab.Options{Prefix: "next", Log: t.Logf})
	all := names(t)
	if slices.Contains(all, left) {
		t.Errorf("lab %s of a dead process is still there: %v", left, all)
	}
	if !slices.Contains(all, kept.Name) || !slices.Contains(all, owned.Name) {
		t.Errorf("labs %s and %s should both be there: %v", kept.Name, owned.Name, all)
	}
	opened, err := lab.Open(t.Context(), kept.Name, "")
	if err != nil {
		t.Fatal(err)
	}
	if len(opened.Hosts) != 1 || opened.Hosts[0].Address != kept.Hosts[0].Address || opened.Gateway != kept.Gateway {
		t.Errorf("opened %+v, want what was started: %+v", opened, kept)
	}
	output(t, opened.Host(kept.Hosts[0].Name), "true")
}

// dieWithLab is the environment variable that makes TestDieWithLab what it is.
const dieWithLab = "TRANSHIP_TEST_DIE_WITH_LAB"

// TestDieWithLab is the process that TestSweep has die.
func TestDieWithLab(t *testing.T) { //nolint:paralleltest // it kills its process
	if os.Getenv(dieWithLab) == "" {
		t.Skip("run by TestSweep only")
	}
	left, err := lab.Start(t.Context(), lab.Options{Prefix: "left"})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("left lab %s\n", left.Name)
	if err := syscall.Kill(os.Getpid(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}

func start(t *testing.T, options lab.Options) *lab.Lab {
	t.Helper()
	started, err := lab.Start(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := started.Close(); err != nil {
			t.Error(err)
		}
	})
	return started
}

func names(t *testing.T) []string {
	t.Helper()
	all, err := lab.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, one := range all {
		names = append(names, one.Name)
	}
	return names
}

func startGreeter(t *testing.T, host *lab.Host) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "greeter.service")
	if err := os.WriteFile(path, []byte(unit), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := host.CopyIn(t.Context(), path, "/etc/systemd/system/greeter.service", 0o644); err != nil {
		t.Fatal(err)
	}
	output(t, host, "systemctl", "start", "greeter")
	if got := output(t, host, "systemctl", "is-active", "greeter"); got != "active" {
		t.Fatalf("the unit is %s, want active", got)
	}
}

// greeting asks the host's service, again and again for as long as patience
// lasts: a unit is active before its program listens.
func greeting(host *lab.Host, patience time.Duration) (string, error) {
	for end := time.Now().Add(patience); ; {
		got, err := greetOnce(host, time.Until(end))
		if err == nil || time.Now().After(end) {
			return got, err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func greetOnce(host *lab.Host, patience time.Duration) (string, error) {
	connection, err := net.DialTimeout("tcp", net.JoinHostPort(host.Address.String(), "7000"), patience)
	if err != nil {
		return "", err
	}
	defer connection.Close()
	if err := connection.SetDeadline(time.Now().Add(patience)); err != nil {
		return "", err
	}
	said := make([]byte, 5)
	count, err := connection.Read(said)
	return string(said[:count]), err
}

func output(t *testing.T, host *lab.Host, argv ...string) string {
	t.Helper()
	stdout, _, err := host.Exec(t.Context(), argv...)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(stdout)
}
