package lab

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// A rootfs is a folder with what all hosts of a machine boot from, and the
// keys that go with it. It never changes once it is there.
type rootfs string

func (r rootfs) root() string       { return filepath.Join(string(r), "root") }
func (r rootfs) key() string        { return filepath.Join(string(r), "id_ed25519") }
func (r rootfs) knownHosts() string { return filepath.Join(string(r), "known_hosts") }

const (
	suite = "bookworm"
	// packages beyond Debian's smallest system: what makes it boot and
	// reachable, and python3 for the peer that runs on it.
	packages = "systemd,systemd-sysv,dbus,openssh-server,iproute2,procps,python3,rsync,ca-certificates"
	// idle units do nothing for a host that lives for minutes.
	idle = "apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer console-getty.service"
)

// recipe lists the arguments of mmdebstrap: debootstrap's result in half the
// time. The root filesystem's name in the cache follows from it.
func recipe() []string {
	return []string{
		"--variant=minbase", "--include=" + packages,
		"--dpkgopt=path-exclude=/usr/share/doc/*",
		"--dpkgopt=path-exclude=/usr/share/man/*",
		"--dpkgopt=path-exclude=/usr/share/locale/*",
		"--customize-hook=systemctl --root=\"$1\" mask " + idle,
		// Each host is given an identity of its own when it boots.
		"--customize-hook=: >\"$1/etc/machine-id\"",
		"--customize-hook=mkdir -p -m 0700 \"$1/root/.ssh\"",
		suite,
	}
}

func version() string {
	sum := sha256.Sum256([]byte(strings.Join(recipe(), "\n")))
	return fmt.Sprintf("rootfs-%s-%x", suite, sum[:6])
}

// openRootfs returns the root filesystem from the cache, and builds it first
// when it is not there. Of several processes that want it at once, one builds
// and the others wait. The folder cache is there.
func openRootfs(ctx context.Context, cache string, log func(string, ...any)) (rootfs, error) {
	ready := rootfs(filepath.Join(cache, version()))
	if there, err := exists(string(ready)); err != nil || there {
		return ready, err
	}
	unlock, err := lock(ctx, filepath.Join(cache, "rootfs.lock"))
	if err != nil {
		return "", err
	}
	defer unlock()
	if there, err := exists(string(ready)); err != nil || there {
		return ready, err
	}
	log("building the hosts' root filesystem, once, in under a minute: %s", ready)
	if err := build(ctx, ready); err != nil {
		return "", fmt.Errorf("build the hosts' root filesystem: %w", err)
	}
	return ready, nil
}

// build makes a root filesystem beside its place and renames it when it is
// whole. The caller holds the lock, so what an earlier build left is rubbish.
func build(ctx context.Context, ready rootfs) error {
	making := rootfs(string(ready) + ".making")
	if err := os.RemoveAll(string(making)); err != nil {
		return err
	}
	if err := os.Mkdir(string(making), 0o755); err != nil {
		return err
	}
	err := fill(ctx, making)
	if err == nil {
		err = os.Rename(string(making), string(ready))
	}
	if err != nil {
		return errors.Join(err, os.RemoveAll(string(making)))
	}
	return nil
}

func fill(ctx context.Context, making rootfs) error {
	if _, err := run(ctx, "mmdebstrap", append(recipe(), making.root())...); err != nil {
		return err
	}
	_, err := run(ctx, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "tranship lab", "-f", making.key())
	if err != nil {
		return err
	}
	public, err := os.ReadFile(making.key() + ".pub")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(making.root(), "root/.ssh/authorized_keys"), public, 0o600); err != nil {
		return err
	}
	host, err := os.ReadFile(filepath.Join(making.root(), "etc/ssh/ssh_host_ed25519_key.pub"))
	if err != nil {
		return err
	}
	return os.WriteFile(making.knownHosts(), append([]byte("* "), host...), 0o600)
}

// lock waits for an exclusive lock on path. The kernel takes it back when the
// process ends, however it ends.
func lock(ctx context.Context, path string) (unlock func(), err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock: %w", err)
	}
	pause := time.NewTicker(100 * time.Millisecond)
	defer pause.Stop()
	for {
		err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			return func() { _ = file.Close() }, nil
		}
		if !errors.Is(err, unix.EWOULDBLOCK) && !errors.Is(err, unix.EINTR) {
			return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), file.Close())
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(fmt.Errorf("wait for another process to release %s: %w", path, ctx.Err()), file.Close())
		case <-pause.C:
		}
	}
}

func exists(path string) (bool, error) {
	_, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
