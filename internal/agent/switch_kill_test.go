package agent_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/model"
	"tranship.dev/tranship/internal/practice/plan"
)

// TestR37KilledWhileItSwitches: an agent is killed again and again while it
// switches between two slots. Whoever reads through the link meets one of them at
// any moment, every step ends as done, and in the end the link leads where the
// last one says.
func TestR37KilledWhileItSwitches(t *testing.T) {
	t.Parallel()
	const orders, kills = 30, 15
	s := newYard(t)
	for _, slot := range []string{"blue", "green"} {
		if err := errors.Join(os.MkdirAll(filepath.Join(s.state, "srv", slot), 0o755), os.WriteFile(filepath.Join(s.state, "srv", slot, "which"), []byte(slot), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	live := filepath.Join(s.state, "srv", "live")
	if err := os.Symlink("blue", live); err != nil {
		t.Fatal(err)
	}
	var issued []deployment.Order
	for range orders {
		issued = append(issued, s.issue("t", switchTo("green"), switchTo("blue"), switchTo("green"), switchTo("blue"), switchTo("green")))
	}
	reading, stop := context.WithCancel(t.Context())
	met := make(chan map[string]int, 1)
	go func() {
		seen := map[string]int{}
		for reading.Err() == nil {
			raw, err := os.ReadFile(filepath.Join(live, "which"))
			if err != nil {
				raw = []byte(err.Error())
			}
			seen[string(raw)]++
			time.Sleep(20 * time.Microsecond)
		}
		met <- seen
	}()
	s.torment(t, kills, 15*time.Millisecond)
	defer s.child(t)()
	s.settle(orders)
	stop()
	if seen := <-met; seen["blue"] == 0 || seen["green"] == 0 || len(seen) != 2 {
		t.Errorf("the reader met %v", seen)
	}
	if says, err := os.Readlink(live); says != "green" {
		t.Errorf("in the end the link says %q, %v", says, err)
	}
	for _, o := range issued {
		if told := s.told(o.ID); s.last(o.ID).Outcome != deployment.Done {
			t.Errorf("order %s: %s", o.ID, told)
		}
	}
}

func switchTo(slot string) plan.Step {
	st := step("switch to " + slot)
	st.Uses, st.Action, st.With = "link", model.Apply, map[string]any{"path": "srv/live", "to": "srv/" + slot}
	return st
}
