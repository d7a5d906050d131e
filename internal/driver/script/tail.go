package script

import (
	"bytes"
	"io"
	"regexp"
	"strings"
	"sync"
)

// most is how many bytes of the end of an output are kept.
const most = 1 << 10

// tail passes on what it is told, and keeps the end of it.
type tail struct {
	mu   sync.Mutex
	out  io.Writer // may be nil
	last []byte
	cut  bool // something went before last
}

// Write takes p.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = append(t.last, p...)
	if over := len(t.last) - most; over > 0 {
		t.last, t.cut = bytes.Clone(t.last[over:]), true
	}
	if t.out == nil {
		return len(p), nil
	}
	return t.out.Write(p)
}

// colours are what a terminal shows as colours and nobody reads.
var colours = regexp.MustCompile(`\x1b\[[0-9;?]*[A-Za-z]`)

// line gives the last line that is not empty, whole; none where it is longer than
// what is kept: of a secret in the middle a part would stay that nobody masks.
func (t *tail) line() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	text := strings.TrimSpace(string(t.last))
	begin := strings.LastIndexByte(text, '\n') + 1
	if begin == 0 && t.cut {
		return ""
	}
	return strings.TrimSpace(colours.ReplaceAllString(text[begin:], ""))
}
