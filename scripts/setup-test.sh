#!/usr/bin/env bash
# Installs the Debian packages that the tests and the lab need. May be run any
# number of times; does nothing, quickly, when everything is present.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=packages.sh
. ./packages.sh

# The lab's hosts: containers that boot systemd, on a bridge of their own.
need podman podman
need runc runc
need conmon conmon
need mmdebstrap mmdebstrap
need ip iproute2
need iptables iptables
need nsenter util-linux
need ssh openssh-client
# podman speaks to one of two network back ends, by whichever is there; either
# serves the lab.
if [ ! -x /usr/lib/podman/netavark ] && [ ! -x /usr/lib/cni/bridge ]; then
  missing+=(netavark)
fi
# The store's suite on a real PostgreSQL. Debian keeps initdb out of PATH.
if [ -z "$(type -P initdb)" ] && ! compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; then
  missing+=(postgresql)
fi
# A Prometheus server: tests start their own, so the package's service is not wanted.
prometheus=$(type -P prometheus || true)
need prometheus prometheus
# An OCI client of somebody else's, and crash points at system calls.
need skopeo skopeo
need strace strace
need git git
# The web interface is looked at in a real browser.
need chromium chromium
install_missing
if [ -z "$prometheus" ] && [ -d /run/systemd/system ]; then
  find_root "to stop the service that the package prometheus has started"
  "${root[@]}" systemctl disable --now prometheus.service
fi

# Every lab host runs its own systemd, which takes several inotify instances
# of the one root user; the kernel's default of 128 ends at about 30 hosts.
inotify=/proc/sys/fs/inotify/max_user_instances
if [ -w "$inotify" ] && [ "$(cat "$inotify")" -lt 4096 ]; then
  echo 4096 >"$inotify"
  echo "raised: fs.inotify.max_user_instances to 4096 until the next boot"
fi
