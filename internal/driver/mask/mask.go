// Package mask keeps secrets out of what steps print: it fills them into
// inputs, and takes them out of output again, in whatever usual form they come.
package mask

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"
)

// Stars stand where a secret was.
const Stars = "***"

// Writer passes on what is written to it, with Stars in place of every secret.
// It finds secrets that arrive split over any number of writes, so it may hold
// back the end of a text that could still become one, until more arrives or
// Close is called. It is safe for concurrent use.
type Writer struct {
	mu      sync.Mutex
	out     io.Writer
	forms   [256][][]byte // by their first byte
	longest int
	held    []byte // not passed on yet
	covered int    // so many bytes at the beginning of held belong to a secret whose Stars are written
}

// NewWriter gives a writer that masks secrets on their way to out. Each is
// known raw, line by line, and in base64 (also inside a longer text), URL,
// hexadecimal and JSON form. Empty secrets are ignored.
func NewWriter(out io.Writer, secrets []string) *Writer {
	w := &Writer{out: out}
	for _, form := range forms(secrets) {
		w.forms[form[0]] = append(w.forms[form[0]], []byte(form))
		w.longest = max(w.longest, len(form))
	}
	return w
}

// Write takes all of p, and returns the error of passing on what is decided.
func (w *Writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.held = append(w.held, p...)
	if err := w.pass(w.decided()); err != nil {
		return 0, fmt.Errorf("masked output: %w", err)
	}
	return len(p), nil
}

// Close passes on what was held back. The writer may be used on afterwards.
func (w *Writer) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.pass(len(w.held)); err != nil {
		return fmt.Errorf("masked output: %w", err)
	}
	w.covered = 0
	return nil
}

// decided gives how many of the held bytes cannot begin a secret that is not complete.
func (w *Writer) decided() int {
	for at := max(0, len(w.held)-w.longest+1); at < len(w.held); at++ {
		rest := w.held[at:]
		for _, form := range w.forms[rest[0]] {
			if len(form) > len(rest) && bytes.HasPrefix(form, rest) {
				return at
			}
		}
	}
	return len(w.held)
}

// pass writes the first n held bytes, masked. Secrets that overlap become
// one row of Stars, so that no end of one stays readable.
func (w *Writer) pass(n int) error {
	var text []byte
	hidden := w.covered
	for at := range n {
		if end := at + w.match(w.held[at:]); end > at {
			if at >= hidden {
				text = append(text, Stars...)
			}
			hidden = max(hidden, end)
		}
		if at >= hidden {
			text = append(text, w.held[at])
		}
	}
	w.held = append(w.held[:0], w.held[n:]...)
	w.covered = max(0, hidden-n)
	if len(text) == 0 {
		return nil
	}
	_, err := w.out.Write(text)
	return err
}

// match gives the length of the longest secret that text begins with, or 0.
func (w *Writer) match(text []byte) int {
	longest := 0
	for _, form := range w.forms[text[0]] {
		if len(form) > longest && bytes.HasPrefix(text, form) {
			longest = len(form)
		}
	}
	return longest
}

// Text gives text with Stars in place of every secret: for messages and errors.
func Text(text string, secrets []string) string {
	var masked strings.Builder
	w := NewWriter(&masked, secrets)
	_, _ = w.Write([]byte(text)) // a Builder takes everything
	_ = w.Close()
	return masked.String()
}
