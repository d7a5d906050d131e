# Shared by the setup scripts; sourced, never run.
# shellcheck shell=bash

# need COMMAND PACKAGE notes PACKAGE as missing unless COMMAND can be run.
missing=()
need() {
  local command=$1 package=$2
  if [ -n "$(PATH="$PATH:/usr/sbin:/sbin" type -P "$command")" ]; then
    return
  fi
  missing+=("$package")
}

# find_root fills root with what must stand before a command to run it with
# root's rights, or says that there is no way to get them and stops.
root=()
find_root() {
  if [ "$(id -u)" -eq 0 ]; then
    return
  fi
  if type -P sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
    root=(sudo)
    return
  fi
  echo "$0: root rights are needed $1" >&2
  echo "$0: run it as root, or as a user whom sudo lets in" >&2
  exit 1
}

# install_missing installs what need noted. The package lists are fetched only
# when the ones at hand cannot serve: an update costs more than most installs.
install_missing() {
  if [ ${#missing[@]} -eq 0 ]; then
    echo "packages: all present"
    return
  fi
  if ! type -P apt-get >/dev/null; then
    echo "$0: missing on this machine: ${missing[*]}" >&2
    echo "$0: apt-get is not here either: install their equivalents by hand" >&2
    exit 1
  fi
  find_root "to install ${missing[*]}"
  local apt=("${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y
    -o DPkg::Lock::Timeout=300)
  local install=("${apt[@]}" install --no-install-recommends "${missing[@]}")
  local log
  log=$(mktemp)
  if ! "${install[@]}" >"$log" 2>&1; then
    echo "packages: lists are stale or absent, updating them"
    "${apt[@]}" update >>"$log" 2>&1 || true
    if ! "${install[@]}" >>"$log" 2>&1; then
      tail -n 20 "$log" >&2
      rm -f "$log"
      echo "$0: cannot install: ${missing[*]}" >&2
      exit 1
    fi
  fi
  rm -f "$log"
  local package
  for package in "${missing[@]}"; do
    echo "installed: $package"
  done
}
