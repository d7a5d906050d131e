//go:build lab

package hosts

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// A release is one version of node_exporter, as its packager makes it: the
// program, the unit, and the flags of each environment.
type release struct {
	version string
	module  string // version of the Go module that it is built from
	live    string // its flags in live
	zone    string // where its flags are as in live; elsewhere they are without fault; empty: in no zone
}

const flags = "--collector.disable-defaults --collector.loadavg"

var (
	first  = release{version: "1.9.1", module: "v1.9.1", live: flags}
	second = release{version: "1.10.2", module: "v1.10.2", live: flags}
	// broken passes test: its mistake is in the flags of live alone.
	broken = release{version: "1.10.2-2", module: "v1.10.2", live: flags + " --collector.lodavg"}
)

func (r release) name() string { return "node-exporter@" + r.version }

// in gives the release's directory below another.
func (r release) in(dir string) string { return filepath.Join(dir, "releases", r.version) }

// build makes the release's directory.
func (r release) build(t *testing.T, dir string) error {
	cmd := exec.CommandContext(t.Context(), "go", "install", "-trimpath",
		"-ldflags", "-s -w -X github.com/prometheus/common/version.Version="+r.version,
		"github.com/prometheus/node_exporter@"+r.module)
	cmd.Dir = t.TempDir() // away from this module
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOBIN="+dir, "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w\n%s", r.name(), err, out)
	}
	unit, err := os.ReadFile("testdata/node-exporter.service")
	if err != nil {
		return err
	}
	write(t, filepath.Join(dir, "node-exporter.service"), string(unit))
	write(t, filepath.Join(dir, "flags", "test"), "FLAGS="+flags+"\n")
	write(t, filepath.Join(dir, "flags", "live"), "FLAGS="+r.live+"\n")
	for _, zone := range zones {
		set := flags
		if zone == r.zone {
			set = r.live
		}
		write(t, filepath.Join(dir, "flags", zone), "FLAGS="+set+"\n")
	}
	return nil
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
