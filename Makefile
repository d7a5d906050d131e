# make demo    a release moves through test, staging and live, on this machine
# make test    everything is tested; what is needed is installed first
GO      ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
# The web interface is built first where Node.js is there; see scripts/web.sh.
WEB_TAG  = tag=$$(scripts/web.sh) &&
BUILD    = CGO_ENABLED=0 $(GO) build -trimpath -tags "$$tag" -ldflags "-s -w -X main.version=$(VERSION)"
ARGS    ?=

.PHONY: demo test build cross generate lint bench quick tour

demo: build
	bin/tranship demo $(ARGS)

build:
	$(WEB_TAG) $(BUILD) -o bin/tranship ./cmd/tranship

# The static binaries of a release.
cross:
	$(WEB_TAG) GOOS=linux GOARCH=amd64 $(BUILD) -o dist/tranship-linux-amd64 ./cmd/tranship
	$(WEB_TAG) GOOS=linux GOARCH=arm64 $(BUILD) -o dist/tranship-linux-arm64 ./cmd/tranship

test:
	scripts/test.sh

# What needs Go alone.
quick:
	$(GO) test ./...

lint:
	scripts/lint.sh

bench:
	scripts/bench.sh $(ARGS)

# The pictures of docs/guided-tour.md, made by the test that lives through it.
tour: build
	npm --prefix test/browser ci --no-audit --no-fund --silent
	npm --prefix test/browser run --silent tour

# Everything in the repository that is made from something else in it.
generate:
	scripts/generate.sh
