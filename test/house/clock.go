package house

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"tranship.dev/tranship/internal/wiring"
)

// Clock is a clock that a test sets; from there it goes on as the host's does.
// Processes that share its file share the time.
type Clock struct{ file string }

// NewClock makes a clock in a file, which shows a moment.
func NewClock(t testing.TB, file string, at time.Time) Clock {
	t.Helper()
	c := Clock{file}
	c.Set(t, at)
	return c
}

// SharedClock gives the clock of a file that NewClock made.
func SharedClock(file string) Clock { return Clock{file} }

// Set moves the clock. Whoever looks sees the old time or the new one.
func (c Clock) Set(t testing.TB, at time.Time) {
	t.Helper()
	raw, err := json.Marshal(time.Until(at))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(c.file+".new", raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(c.file+".new", c.file); err != nil {
		t.Fatal(err)
	}
}

// Now gives the time. It panics when the file is gone: no test may go on by a
// time that it did not choose.
func (c Clock) Now() time.Time {
	var ahead time.Duration
	raw, err := os.ReadFile(c.file)
	if err == nil {
		err = json.Unmarshal(raw, &ahead)
	}
	if err != nil {
		panic(err)
	}
	return time.Now().Add(ahead)
}

// By lets a house go by the clock: the practice, its durable timers and its agents.
func (c Clock) By(o *wiring.ServerOptions) { o.Now = c.Now }
