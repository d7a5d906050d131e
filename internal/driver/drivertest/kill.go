package drivertest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
	"time"

	"tranship.dev/tranship/internal/driver"
)

// childVariable holds the call that a child process of the suite makes.
const childVariable = "TRANSHIP_DRIVERTEST_CALL"

// call is what a child process does.
type call struct {
	Driver string
	Remove bool
	Step   driver.Step
}

// Main runs the tests, or, in a child process of the suite, the call that it
// is there for. drivers are those that the package's tests try.
func Main(m *testing.M, drivers ...driver.Driver) {
	text, isChild := os.LookupEnv(childVariable)
	if !isChild {
		os.Exit(m.Run())
	}
	var c call
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		panic(err)
	}
	if err := os.Unsetenv(childVariable); err != nil {
		panic(err)
	}
	if _, err := fmt.Fprintln(os.Stdout, "ready"); err != nil {
		os.Exit(1)
	}
	for _, d := range drivers {
		if d.Declare().Name != c.Driver {
			continue
		}
		var err error
		if c.Remove {
			err = d.Remove(context.Background(), c.Step, &Output{})
		} else {
			err = d.Apply(context.Background(), c.Step, &Output{})
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	panic("no driver " + c.Driver)
}

// doAndKill makes the call in a process of its own and kills that after a
// while; 0 lets it end. It gives how long it ran.
func (t *trial) doAndKill(remove bool, s driver.Step, after time.Duration) time.Duration {
	t.Helper()
	text, err := json.Marshal(call{Driver: t.Driver.Declare().Name, Remove: remove, Step: s})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), childVariable+"="+string(text), "GORACE=atexit_sleep_ms=0") // the race detector's pause at the end is none of the driver's time
	cmd.Stderr = os.Stderr
	ready, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(ready, make([]byte, len("ready\n"))); err != nil {
		t.Fatalf("child: %v", err)
	}
	start := time.Now()
	if after > 0 {
		kill := time.AfterFunc(after, func() { _ = cmd.Process.Kill() }) // it may have ended by itself
		defer kill.Stop()
	}
	if err := cmd.Wait(); err != nil && after == 0 {
		t.Fatalf("child: %v", err)
	}
	return time.Since(start)
}

// moments calls try with delays spread over the time that a whole call takes,
// denser at the beginning, where the small files are written.
func (t *trial) moments(whole time.Duration, try func(after time.Duration)) {
	kills := t.Kills
	if kills == 0 {
		kills = 12
	}
	for n := range kills {
		share := float64(n+1) / float64(kills)
		try(max(time.Duration(float64(whole)*share*share), 50*time.Microsecond))
	}
}

func survivesApply(t *trial) {
	whole := t.doAndKill(false, t.one, 0)
	t.moments(whole, func(after time.Duration) {
		t.remove()
		t.gone("before the kill")
		t.doAndKill(false, t.one, after)
		t.apply(t.one)
		t.look(fmt.Sprintf("killed after %s and applied again", after), t.one, true, true, t.one.Version)
		t.settled(t.one)
	})
	t.remove()
	t.gone("after all kills")
}

func survivesUpgrade(t *trial) {
	t.apply(t.one)
	whole := t.doAndKill(false, t.two, 0)
	t.moments(whole, func(after time.Duration) {
		t.apply(t.one)
		t.doAndKill(false, t.two, after)
		t.apply(t.two)
		t.look(fmt.Sprintf("killed after %s and applied again", after), t.two, true, true, t.two.Version)
		t.settled(t.two)
	})
	t.remove()
	t.gone("after all kills")
}

func survivesRemove(t *trial) {
	t.apply(t.one)
	whole := t.doAndKill(true, t.one, 0)
	t.gone("after remove")
	t.moments(whole, func(after time.Duration) {
		t.apply(t.one)
		t.doAndKill(true, t.one, after)
		t.remove()
		t.gone(fmt.Sprintf("killed after %s and removed again", after))
	})
}

// settled fails when what is there still changes by another apply.
func (t *trial) settled(s driver.Step) {
	t.Helper()
	before := t.trace()
	t.apply(s)
	if after := t.trace(); after != before {
		t.Errorf("it had not converged\nbefore:\n%s\nafter:\n%s", before, after)
	}
}
