#!/usr/bin/env bash
# Builds the web interface into web/dist, where the build tag webui finds it,
# and prints that tag for go build, or nothing where the binary must do without:
# then the binary's page says so, and everything else is as always.
#
#   go build -tags "$(scripts/web.sh)" ./cmd/tranship
#
# Nothing is built again while what it is built from stays the same. With
# WEB=no nothing is built at all; what was built before is used.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { echo "web interface: $*" >&2; }

# finish prints the tag when there is something to embed.
finish() {
  if [ -f web/dist/index.html ]; then
    echo webui
  fi
  exit 0
}

# inputs tells one state of what the interface is built from from another.
inputs() {
  find web api/openapi.yaml \( -path web/node_modules -o -path web/dist -o -path web/placeholder -o -path 'web/test*' \) -prune \
    -o -type f ! -name '*.go' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum
}

if [ "${WEB:-}" = no ] || [ ! -f web/package.json ]; then
  finish
fi
if ! type -P node >/dev/null || ! type -P npm >/dev/null; then
  say "Node.js is not here, so it is not built; the binary shows a page that says so (install Node.js 20 or newer, then run make build)"
  finish
fi
major=$(node --version | sed 's/^v\([0-9]*\).*/\1/')
if [ "$major" -lt 20 ]; then
  say "Node.js $(node --version) is too old, 20 is needed; it is not built"
  finish
fi

state=$(inputs)
if [ -f web/dist/index.html ] && [ "$(cat web/dist/.built 2>/dev/null)" = "$state" ]; then
  finish
fi
say "building"
# The mark of what is installed is npm's own lock file in node_modules.
if [ ! -f web/node_modules/.package-lock.json ] || [ web/package-lock.json -nt web/node_modules/.package-lock.json ]; then
  npm --prefix web ci --no-audit --no-fund >&2
fi
npm --prefix web run --silent build >&2
node scripts/compress.mjs web/dist >&2
echo "$state" >web/dist/.built
finish
