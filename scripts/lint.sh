#!/usr/bin/env bash
# Holds the code to its form: gofmt, go vet, golangci-lint (.golangci.yaml,
# version in tools/go.mod) and shellcheck. Packages may be named, all are the
# default. The first run compiles the linter, which takes minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=packages.sh
. scripts/packages.sh

need shellcheck shellcheck
install_missing

if [ $# -eq 0 ]; then
  set -- ./...
fi
mapfile -t go_files < <(git ls-files --cached --others --exclude-standard -- '*.go')
mapfile -t scripts < <(git ls-files --cached --others --exclude-standard -- '*.sh' .ci/run)

echo "gofmt: ${#go_files[@]} files"
unformatted=$(gofmt -l -s "${go_files[@]}")
if [ -n "$unformatted" ]; then
  printf 'not as gofmt -s writes it:\n%s\n' "$unformatted" >&2
  exit 1
fi

# The tags of .golangci.yaml, so that no test goes unread.
echo "go vet: $*"
go vet -tags lab,bench,crash "$@"

echo "golangci-lint: $*"
go tool -modfile=tools/go.mod golangci-lint config verify
go tool -modfile=tools/go.mod golangci-lint run "$@"

echo "shellcheck: ${scripts[*]}"
shellcheck --external-sources --source-path=SCRIPTDIR "${scripts[@]}"
