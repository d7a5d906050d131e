package lab

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// keptOwner marks a lab that belongs to no process: only its Close removes it.
const keptOwner = "kept"

// namePattern leaves room in a host name for the random part and the number.
var namePattern = regexp.MustCompile(`^[a-z][a-z0-9-]{0,29}$`)

// randomPart tells labs of one prefix apart.
func randomPart() string {
	return strings.ToLower(rand.Text()[:6])
}

// currentOwner names this process in a way that no later process will share:
// its id, when it started, and the boot of the machine it lives in.
func currentOwner() (string, error) {
	return ownerOf(fmt.Sprint(os.Getpid()))
}

func ownerOf(pid string) (string, error) {
	started, err := startTime(pid)
	if err != nil {
		return "", fmt.Errorf("read when process %s started: %w", pid, err)
	}
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return "", fmt.Errorf("read which boot this is: %w", err)
	}
	return pid + "." + started + "." + strings.TrimSpace(string(boot)), nil
}

// startTime returns when a process started, in clock ticks since boot.
func startTime(pid string) (string, error) {
	stat, err := os.ReadFile(filepath.Join("/proc", pid, "stat"))
	if err != nil {
		return "", err
	}
	// The second field, the program's name, may hold blanks and brackets; what
	// follows its last bracket is field 3 onwards, and the start is field 22.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(fields) < 20 {
		return "", fmt.Errorf("unexpected form: %q", stat)
	}
	return fields[19], nil
}

// alive says whether the owner of a lab may still use it. An owner that cannot
// be understood was written by somebody else, and is left alone.
func alive(owner string) bool {
	pid, _, found := strings.Cut(owner, ".")
	if !found {
		return true
	}
	now, err := ownerOf(pid)
	if errors.Is(err, os.ErrNotExist) {
		return false
	}
	return err != nil || now == owner
}

// sweep removes the labs of dead processes, and the folders of labs that are
// gone. One process does so at a time.
func sweep(ctx context.Context, cache string, log func(string, ...any)) error {
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return err
	}
	unlock, err := lock(ctx, filepath.Join(cache, "sweep.lock"))
	if err != nil {
		return err
	}
	defer unlock()
	// Folders first: a lab's folder is made after its network and removed
	// before it, so a folder seen now whose network is missing later is left
	// over, never new.
	folders, err := os.ReadDir(filepath.Dir(labFolder(cache, "any")))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	found, err := networks(ctx)
	if err != nil {
		return err
	}
	present := map[string]bool{}
	for _, one := range found {
		name := one.Labels[nameLabel]
		if alive(one.Labels[ownerLabel]) {
			present[name] = true
			continue
		}
		log("removing lab %s, whose process is gone", name)
		if err := remove(ctx, name, labFolder(cache, name)); err != nil {
			return err
		}
	}
	for _, folder := range folders {
		if present[folder.Name()] {
			continue
		}
		if err := os.RemoveAll(labFolder(cache, folder.Name())); err != nil {
			return err
		}
	}
	return nil
}

// labFolder is where a running lab's own files are.
func labFolder(cache, name string) string {
	return filepath.Join(cache, "labs", name)
}

// remove takes away the lab of that name. What is gone already is no error,
// so that two removals may meet.
func remove(ctx context.Context, name, folder string) error {
	out, err := podman(ctx, "ps", "--all", "--quiet", "--filter", "label="+nameLabel+"="+name)
	if err != nil {
		return fmt.Errorf("list hosts of lab %s: %w", name, err)
	}
	if ids := lines(out); len(ids) > 0 {
		if _, err := podman(ctx, append([]string{"rm", "--force", "--ignore", "--time", "0"}, ids...)...); err != nil {
			return fmt.Errorf("remove hosts of lab %s: %w", name, err)
		}
	}
	if err := os.RemoveAll(folder); err != nil {
		return fmt.Errorf("remove files of lab %s: %w", name, err)
	}
	if _, err := podman(ctx, "network", "rm", name); err != nil && networkExists(ctx, name) {
		return fmt.Errorf("remove network of lab %s: %w", name, err)
	}
	return nil
}
