#!/usr/bin/env bash
# Measures Tranship, beside its peers in the same run where there are any.
#
#   scripts/bench.sh                  everything
#   scripts/bench.sh PART...          these parts: side quick fleet breach micro calendar face browser
#
# side   a 20 MB artifact onto 20 lab hosts, beside Ansible and a bare pull (root)
# fleet  one deployment onto 10,000 simulated agents, each with its own connection
# quick  the same with 1,000
# breach how soon a wave of 1,000 stops when one target fails, and nobody has ended yet
# micro  compiling plans and deciding, by the number of targets
# face   what pages ask of the API, with 2,000 components, 100,000 targets, 1,000,000 deployments
# browser  the web interface in a headless Chromium, on the data set of face; SOAK=minutes of live updates (10)
# calendar  conflicts, free times and why, with 10,000 targets and 100,000 entries
set -euo pipefail
cd "$(dirname "$0")/.."

parts=(side quick fleet breach micro calendar face browser)
if [ $# -gt 0 ]; then
  parts=("$@")
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

part_side() {
  scripts/setup-test.sh
  scripts/setup-bench.sh
  make --no-print-directory build
  go build -o "$work/side" ./test/bench/side
  "$work/side" -tranship bin/tranship
}

fleet() {
  go build -o "$work/fleet" ./test/bench/fleet
  ulimit -n 20000 2>/dev/null || echo "note: $(ulimit -n) open files are allowed; 10,000 agents need 20,000"
  "$work/fleet" -agents "$@"
}

part_quick() { fleet 1000; }
part_fleet() { fleet 10000; }
part_breach() { fleet 1000 -breach; }

part_micro() {
  go test -run '^$' -bench 'Compile' -benchtime 3x ./internal/practice/plan
  go test -run '^$' -bench 'Decide' ./internal/practice/deployment
}

part_calendar() {
  go test -run '^$' -bench 'Calendar' -benchtime 10x ./test/bench/calendar
}

# Filling takes minutes: face and browser measure on one data set. FACE_DATA keeps it for the next time.
face() {
  [ -x "$work/face" ] || go build -o "$work/face" ./test/bench/face
  mkdir -p "${FACE_DATA:-$work/data}"
}

part_face() {
  face
  "$work/face" -dir "${FACE_DATA:-$work/data}"
}

part_browser() {
  face
  make --no-print-directory build
  [ -d test/browser/node_modules ] || npm --prefix test/browser ci --no-audit --no-fund
  node test/bench/browser/bench.mjs --face "$work/face" --dir "${FACE_DATA:-$work/data}" --soak "${SOAK:-10}" --json bin/browser.json
}

for part in "${parts[@]}"; do
  printf '\n== %s\n' "$part"
  "part_$part"
done
