package script

import (
	"bytes"
	"io"
	"strings"
	"sync"
)

// tail passes on what it is told, and keeps the end of it.
type tail struct {
	mu   sync.Mutex
	out  io.Writer // may be nil
	last []byte
}

// Write takes p.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	const most = 1 << 10
	t.last = append(t.last, p[max(0, len(p)-most):]...)
	t.last = bytes.Clone(t.last[max(0, len(t.last)-most):])
	if t.out == nil {
		return len(p), nil
	}
	return t.out.Write(p)
}

// line gives the last line that is not empty.
func (t *tail) line() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	lines := strings.Split(strings.TrimSpace(string(t.last)), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}
