package lab

import (
	"os"

	"strings"
	"testing"
)

// A machine that cannot run a lab says so, and names the way out.
func TestCheckMachine(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	err := checkMachine()
	if err == nil || !strings.Contains(err.Error(), "podman") || !strings.Contains(err.Error(), "run scripts/setup-test.sh") {
		t.Errorf("without tools in PATH the machine is judged %v, want podman missing and the script to run", err)
	}
	if _, err := os.Stat("../../" + setup); err != nil {
		t.Errorf("the message names a script that is not there: %v", err)
	}
}

// A lab is swept only when its owner is surely dead.
func TestAlive(t *testing.T) {
	t.Parallel()
	self, err := currentOwner()
	if err != nil {
		t.Skip("needs /proc: ", err)
	}
	pid, rest, _ := strings.Cut(self, ".")
	for owner, want := range map[string]bool{
		self:      true,
		keptOwner: true,
		"":        true,
		pid + ".1." + rest[strings.Index(rest, ".")+1:]: false, // the id was given to a later process
		self + "x":         false, // another boot
		"99999999." + rest: false,
	} {
		if got := alive(owner); got != want {
			t.Errorf("owner %q is alive: %v, want %v", owner, got, want)
		}
	}
}
