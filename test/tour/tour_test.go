// Package tour tries the command line as people and scripts use it: the built
// binary against a real server with real agents, and every command that the
// documentation shows.
package tour_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// binary is the built tranship; PATH begins with its directory.
var binary string

func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "tranship" {
		os.Exit(byTheClock())
	}
	os.Exit(run(m))
}

// run builds the binary once and runs the tests with it.
func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "tranship-tour-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "tranship")
	build := exec.Command("go", "build", "-o", binary, "../../cmd/tranship")
	build.Stdout, build.Stderr = os.Stderr, os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "build tranship:", err)
		return 1
	}
	return m.Run()
}

// TestScripts runs testdata/script, each script with a server of its own where
// it asks for one. world.go says which commands there are besides testscript's.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               settle,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"server": serverVerb, "agent": agentVerb, "exit": exitVerb, "halt": haltVerb,
			"await": awaitVerb, "as": asVerb, "keep": keepVerb, "flip": flipVerb, "edit": editVerb, "sql": sqlVerb, "json": jsonVerb,
		},
	})
}
