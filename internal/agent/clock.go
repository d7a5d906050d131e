package agent

import (
	"sync"
	"time"
)

// serverClock estimates the server's time: what it said last, and how long ago
// that was by the host's monotonic clock. A host whose clock is set while the
// agent runs changes nothing.
type serverClock struct {
	mu   sync.Mutex
	said time.Time // the server's
	at   time.Time // the host's, at the same moment
}

// set takes in an answer that was asked for at asked and came at came.
func (c *serverClock) set(said, asked, came time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.said, c.at = said, asked.Add(came.Sub(asked)/2)
}

// forget makes the server's time unknown: the host may have slept, which its
// monotonic clock does not count.
func (c *serverClock) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.said = time.Time{}
}

// now gives the server's time; false before the first answer.
func (c *serverClock) now(host time.Time) (time.Time, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.said.IsZero() {
		return time.Time{}, false
	}
	return c.said.Add(host.Sub(c.at)), true
}
