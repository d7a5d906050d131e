package lab

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// Labels on networks and containers. They alone decide what belongs to whom.
const (
	nameLabel   = "dev.tranship.lab"
	ownerLabel  = "dev.tranship.lab.owner"
	numberLabel = "dev.tranship.lab.number"
)

// setup is what installs the tools that are found missing.
const setup = "scripts/setup-test.sh"

// checkMachine says what this machine lacks, and what to do about it. It is
// never a reason to skip a test: whoever asked for a lab wants one.
func checkMachine() error {
	var missing []string
	for _, name := range []string{"podman", "runc", "mmdebstrap", "iptables", "nsenter", "ssh", "ssh-keygen"} {
		if _, err := tool(name); err != nil {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("the lab needs %s, not found on this machine: run %s", strings.Join(missing, ", "), setup)
	}
	if os.Geteuid() != 0 {
		return errors.New("the lab needs root to boot hosts: run this as root, for instance with sudo -E")
	}
	return nil
}

// tool returns the path of an administrator's tool, which need not be in PATH.
func tool(name string) (string, error) {
	path, err := exec.LookPath(name)
	for _, folder := range []string{"/usr/sbin/", "/sbin/"} {
		if err == nil {
			break
		}
		path, err = exec.LookPath(folder + name)
	}
	return path, err
}

// command is exec.CommandContext for one of the tools that checkMachine found.
// When ctx ends, the tool has a while to finish after its signal.
func command(ctx context.Context, name string, args ...string) *exec.Cmd {
	if path, err := tool(name); err == nil {
		name = path
	}
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// run runs a tool and returns its standard output. The error holds what it
// wrote on standard error.
func run(ctx context.Context, name string, args ...string) (string, error) {
	var stdout, stderr bytes.Buffer
	cmd := command(ctx, name, args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return stdout.String(), explain(err, name+" "+args[0], stderr.String())
	}
	return stdout.String(), nil
}

func podman(ctx context.Context, args ...string) (string, error) {
	return run(ctx, "podman", args...)
}

// explain adds to a command's error what was run and its last words.
func explain(err error, what, stderr string) error {
	if last := tail(stderr, 20); last != "" {
		return fmt.Errorf("%s: %w: %s", what, err, last)
	}
	return fmt.Errorf("%s: %w", what, err)
}

// tail returns the last lines of a text.
func tail(text string, count int) string {
	all := lines(text)
	return strings.Join(all[max(0, len(all)-count):], "\n")
}

// lines returns the lines of a tool's output, without the empty end.
func lines(text string) []string {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}
