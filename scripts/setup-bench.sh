#!/usr/bin/env bash
# Installs what the side-by-side benchmarks need on top of setup-test.sh. May
# be run any number of times.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
./setup-test.sh
# shellcheck source=packages.sh
. ./packages.sh

need ansible-playbook ansible-core
need hyperfine hyperfine
install_missing
