# make demo    a release moves through test, staging and live, on this machine
# make test    everything is tested; what is needed is installed first
GO      ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
BUILD    = CGO_ENABLED=0 $(GO) build -trimpath -ldflags "-s -w -X main.version=$(VERSION)"
ARGS    ?=

.PHONY: demo test build cross generate lint bench quick

demo: build
	bin/tranship demo $(ARGS)

build:
	$(BUILD) -o bin/tranship ./cmd/tranship

# The static binaries of a release.
cross:
	GOOS=linux GOARCH=amd64 $(BUILD) -o dist/tranship-linux-amd64 ./cmd/tranship
	GOOS=linux GOARCH=arm64 $(BUILD) -o dist/tranship-linux-arm64 ./cmd/tranship

test:
	scripts/test.sh

# What needs Go alone.
quick:
	$(GO) test ./...

lint:
	scripts/lint.sh

bench:
	scripts/bench.sh $(ARGS)

# Everything in the repository that is made from something else in it.
generate:
	scripts/generate.sh
