package baseline

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// host is where the driver looks. Files are looked for below the target's root;
// what a directory of its own does not hold (a local agent's root), and what
// the kernel says, is that of the machine.
type host struct {
	root      string
	endWithin time.Duration // for what is run there
}

// cpus counts the processors that are online: "0-3,8" are five.
func (host) cpus() (string, error) {
	raw, err := os.ReadFile("/sys/devices/system/cpu/online")
	if err != nil {
		return strconv.Itoa(runtime.NumCPU()), nil
	}
	n := 0
	for part := range strings.SplitSeq(strings.TrimSpace(string(raw)), ",") {
		from, to, isRange := strings.Cut(part, "-")
		if !isRange {
			to = from
		}
		first, err1 := strconv.Atoi(from)
		last, err2 := strconv.Atoi(to)
		if err1 != nil || err2 != nil || last < first {
			return "", fmt.Errorf("processors online are given as %q", part)
		}
		n += last - first + 1
	}
	return strconv.Itoa(n), nil
}

// memory gives all memory that the kernel has, in bytes.
func (host) memory() (string, error) {
	raw, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(raw)) {
		fields := strings.Fields(line)
		if len(fields) < 2 || fields[0] != "MemTotal:" {
			continue
		}
		kib, err := strconv.ParseUint(fields[1], 10, 50)
		return strconv.FormatUint(kib<<10, 10), err
	}
	return "", errors.New("/proc/meminfo does not say it")
}

// free gives the bytes that may still be written below path. Where path does
// not exist yet, those of the directory that it will be made in.
func (h host) free(path string) (string, error) {
	at := filepath.Join(h.root, filepath.Clean("/"+path))
	for {
		var stat syscall.Statfs_t
		err := syscall.Statfs(at, &stat)
		switch {
		case err == nil:
			return strconv.FormatUint(stat.Bavail*uint64(stat.Bsize), 10), nil //nolint:gosec // a size of blocks is positive
		case errors.Is(err, syscall.ENOENT) && at != h.root && at != "/":
			at = filepath.Dir(at)
		default:
			return "", err
		}
	}
}

// release gives what os-release says.
func (h host) release(field string) (string, error) {
	for _, root := range []string{h.root, "/"} {
		for _, path := range []string{"etc/os-release", "usr/lib/os-release"} {
			raw, err := os.ReadFile(filepath.Join(root, path))
			if err != nil {
				continue
			}
			scanner := bufio.NewScanner(bytes.NewReader(raw))
			for scanner.Scan() {
				if name, value, found := strings.Cut(scanner.Text(), "="); found && name == field {
					return strings.Trim(strings.TrimSpace(value), `"'`), nil
				}
			}
			return "", errAbsent // a rolling distribution has no version
		}
	}
	return "", errors.New("there is no os-release")
}

func (host) kernel() (string, error) {
	raw, err := os.ReadFile("/proc/sys/kernel/osrelease")
	return strings.TrimSpace(string(raw)), err
}

// port says whether something listens on a TCP port, at whatever address.
func (host) port(number string) (string, error) {
	n, err := strconv.ParseUint(number, 10, 16)
	if err != nil {
		return "", err
	}
	const listens = "0A"
	suffix, read := fmt.Sprintf(":%04X", n), 0
	for _, path := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		raw, err := os.ReadFile(path)
		if err != nil {
			continue // no IPv6, for one
		}
		read++
		for line := range strings.Lines(string(raw)) {
			fields := strings.Fields(line)
			if len(fields) > 3 && strings.HasSuffix(fields[1], suffix) && fields[3] == listens {
				return "listening", nil
			}
		}
	}
	if read == 0 {
		return "", errors.New("/proc/net/tcp cannot be read")
	}
	return "free", nil
}
