#!/usr/bin/env bash
# Tests everything, fast parts first, and stops at the first that fails. Each
# part tells its seconds, and the last line tells how it went. With CI=true, a
# skipped test that scripts/skips.txt does not allow is a failure.
#
#   scripts/test.sh             all parts
#   scripts/test.sh PART...     these parts; names as in the list below
set -euo pipefail
cd "$(dirname "$0")/.."

parts=(setup lint build unit heavy demo browser lab crash)
if [ $# -gt 0 ]; then
  parts=("$@")
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

strict=()
if [ "${CI:-}" = true ]; then
  strict=(-strict)
fi

# tests NAME ARGUMENTS... runs go test and tells what came of it. What it said
# is kept for the closing line.
tests() {
  local name=$1
  shift
  go test -json "$@" </dev/null 2>&1 | tee "$work/$name.json" |
    "$work/summary" -allow scripts/skips.txt "${strict[@]}"
}

part_setup() {
  scripts/setup-test.sh
  go mod download
}

part_lint() {
  scripts/lint.sh
}

# Every package, and the binary of a release for each machine.
part_build() {
  CGO_ENABLED=0 go build ./...
  make --no-print-directory cross
  go mod verify
  local before
  before=$(generated)
  scripts/generate.sh >/dev/null
  if [ "$before" != "$(generated)" ]; then
    echo "what is generated was not what stood there; look at it and commit it:"
    git status --short -- api docs
    return 1
  fi
}

# generated tells one state of the generated files from another.
generated() {
  find api docs -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum
}

# Every package under the race detector. The store's suite must find
# PostgreSQL, skipping it is a failure.
part_unit() {
  CGO_ENABLED=1 TRANSHIP_REQUIRE_POSTGRES=1 tests unit -race -timeout 30m ./...
}

# What is too much for the race detector, which is ten times slower, and shares
# nothing between goroutines.
part_heavy() {
  tests heavy -timeout 10m ./internal/practice/record
}

# The demonstration as a newcomer sees it: from a clean clone's bin, with a home
# of its own, and never longer than it may take.
part_demo() {
  mkdir -p "$work/home"
  rm -rf bin
  local cache modules
  cache=$(go env GOCACHE)
  modules=$(go env GOMODCACHE)
  HOME="$work/home" GOCACHE="$cache" GOMODCACHE="$modules" timeout -k 30s 10m make demo ARGS=--exit </dev/null
}

# The web interface, driven in a browser against a real server; its pure parts,
# its types and its style before. Screenshots stand in test/browser/shots.
part_browser() {
  make --no-print-directory build
  npm --prefix web run --silent lint
  npm --prefix web test --silent
  npm --prefix test/browser ci --no-audit --no-fund --silent
  npm --prefix test/browser test --silent
}

# with_tag TAG lists the packages that have tests behind a build tag.
with_tag() {
  git grep --untracked -l "^//go:build $1\$" -- '*_test.go' | xargs -n 1 dirname | sort -u | sed 's|^|./|'
}

# Tests on hosts of the lab, one package after the other: they share a machine.
part_lab() {
  local packages
  mapfile -t packages < <(with_tag lab)
  echo "${packages[*]}"
  tests lab -tags lab -p 1 -timeout 30m "${packages[@]}"
}

# Servers and agents are killed while they work.
part_crash() {
  if [ ! -d test/crash ]; then
    echo "test/crash is not there"
    return 1
  fi
  tests crash -tags crash -timeout 30m ./test/crash/...
}

# failed and total are for the last line.
begin=$SECONDS
times=()
for part in "${parts[@]}"; do
  if [ "$(type -t "part_$part")" != function ]; then
    echo "FAILED: there is no part $part" >&2
    exit 2
  fi
  if [ ! -x "$work/summary" ] && [ "$part" != setup ]; then
    go build -o "$work/summary" ./test/summary
  fi
  printf '\n== %s\n' "$part"
  start=$SECONDS
  # Not the condition of an if: that would make errors within go unseen.
  set +e
  (set -e; "part_$part")
  code=$?
  set -e
  times+=("$part $((SECONDS - start)) s")
  if [ "$code" -ne 0 ]; then
    printf '\nseconds: %s\n' "$(IFS=,; echo "${times[*]}")"
    echo "FAILED: $part (exit code $code)"
    exit 1
  fi
  echo "== $part: ok in $((SECONDS - start)) s"
done

printf '\n== all\n'
echo "seconds: $(IFS=,; echo "${times[*]}"), all $((SECONDS - begin))"
if compgen -G "$work/*.json" >/dev/null; then
  "$work/summary" -brief -allow scripts/skips.txt "${strict[@]}" "$work"/*.json
fi
