#!/usr/bin/env bash
# Makes what is made from something else in the repository: the API's
# description and client, and the pages of the documentation that tests hold
# against the code.
set -euo pipefail
cd "$(dirname "$0")/.."
older=$(mktemp)
trap 'rm -f "$older"' EXIT
go run ./api/describe api/openapi.yaml "$older"
(cd api/client && go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.0 -config config.yaml "$older")
go test ./internal/archtest -run ArchitecturePage -update
go test ./internal/practice/deployment -run TestDiagram -update
go test ./internal/wiring -run TestReference -update
go run ./cmd/tranship docs docs/cli.md
