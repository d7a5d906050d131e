package lab

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// bootTime is how long a host may take to boot on a busy machine.
const bootTime = 2 * time.Minute

// A Host is one Debian machine of a lab. Its methods may be called from any
// goroutine.
type Host struct {
	// Name is the container's name and the host's own.
	Name string
	// Address stays the same for as long as the lab lives.
	Address netip.Addr

	lab    *Lab
	number int
	cutOff sync.Mutex
	cut    bool
}

// Exec runs argv on the host as root, past the network, and returns what it
// wrote. A command that ends with another code than 0 is an error that wraps
// *exec.ExitError. When ctx ends first, the command may go on on the host.
func (h *Host) Exec(ctx context.Context, argv ...string) (stdout, stderr string, err error) {
	var out, errs bytes.Buffer
	cmd := h.Command(ctx, argv...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return out.String(), errs.String(), explain(err, h.Name+": "+strings.Join(argv, " "), errs.String())
	}
	return out.String(), errs.String(), nil
}

// Command returns a command that runs argv on the host as root, past the
// network. Its streams are the host's; standard input is passed on.
func (h *Host) Command(ctx context.Context, argv ...string) *exec.Cmd {
	return command(ctx, "podman", append([]string{"exec", "--interactive", h.Name}, argv...)...)
}

// CopyIn writes the file at path, of this machine, to dest on the host with
// the permissions of mode, and makes the folders above dest. A file that is
// already there is replaced, even while it runs.
func (h *Host) CopyIn(ctx context.Context, path, dest string, mode fs.FileMode) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	var stderr bytes.Buffer
	cmd := h.Command(ctx, "install", "-D", "-m", fmt.Sprintf("%04o", mode.Perm()), "/dev/stdin", dest)
	cmd.Stdin, cmd.Stderr = file, &stderr
	if err := cmd.Run(); err != nil {
		return explain(err, fmt.Sprintf("%s: copy %s to %s", h.Name, path, dest), stderr.String())
	}
	return nil
}

// create makes and boots the host. Its disk is an overlay of its own on the
// root filesystem that all hosts share.
func (h *Host) create(ctx context.Context, disk rootfs) error {
	files, err := atMost(unix.RLIMIT_NOFILE, 10000)
	if err != nil {
		return err
	}
	processes, err := atMost(unix.RLIMIT_NPROC, 4096)
	if err != nil {
		return err
	}
	_, err = podman(ctx,
		// crun refuses machines with cgroups of both versions.
		"--runtime", "runc",
		"run", "--detach", "--name", h.Name, "--hostname", h.Name,
		"--label", nameLabel+"="+h.lab.Name, "--label", fmt.Sprintf("%s=%d", numberLabel, h.number),
		"--network", h.lab.Name, "--ip", h.Address.String(), "--mac-address", h.mac(),
		"--ulimit", files.flag("nofile"), "--ulimit", processes.flag("nproc"),
		"--log-driver", "none", "--systemd", "always",
		"--rootfs", disk.root()+":O", "/sbin/init")
	return err
}

// mac follows from the address, and so outlives a power cycle too: with a new
// one, neighbours would go on sending to the old for most of a minute.
func (h *Host) mac() string {
	ip := h.Address.As4()
	return net.HardwareAddr{0x02, 0x4c, ip[0], ip[1], ip[2], ip[3]}.String()
}

// A limit is a value for one of the kernel's resource limits.
type limit uint64

func (l limit) flag(name string) string { return fmt.Sprintf("%s=%d:%d", name, l, l) }

// atMost returns wanted, or less where this process could not raise the limit
// that far. podman's own defaults are beyond what some machines permit.
func atMost(resource int, wanted uint64) (limit, error) {
	var current unix.Rlimit
	if err := unix.Getrlimit(resource, &current); err != nil {
		return 0, fmt.Errorf("read resource limits: %w", err)
	}
	return limit(min(wanted, current.Max)), nil
}

// await returns when the host has booted and, unless it is cut off, answers on
// its SSH port. A host on which some unit failed has booted.
func (h *Host) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, bootTime)
	defer cancel()
	pause := time.NewTicker(50 * time.Millisecond)
	defer pause.Stop()
	var last error
	for {
		if last = h.ready(ctx); last == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s did not boot: %w: %w", h.Name, context.Cause(ctx), last)
		case <-pause.C:
		}
	}
}

func (h *Host) ready(ctx context.Context) error {
	// The port first: asking it costs next to nothing.
	if !h.isCut() {
		if err := greet(ctx, net.JoinHostPort(h.Address.String(), "22")); err != nil {
			return fmt.Errorf("sshd: %w", err)
		}
	}
	out, _, err := h.Exec(ctx, "systemctl", "is-system-running", "--wait")
	switch state := strings.TrimSpace(out); {
	case err == nil, state == "degraded":
		return nil
	default:
		return fmt.Errorf("systemd is %q: %w", state, err)
	}
}

// greet reads the first word of an SSH server.
func greet(ctx context.Context, address string) error {
	dialer := net.Dialer{Timeout: time.Second}
	connection, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	defer connection.Close()
	if err := connection.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
		return err
	}
	banner := make([]byte, 4)
	if _, err := connection.Read(banner); err != nil {
		return err
	}
	if string(banner) != "SSH-" {
		return fmt.Errorf("unexpected greeting %q", banner)
	}
	return nil
}
