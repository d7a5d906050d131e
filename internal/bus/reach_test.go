package bus

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
)

func TestReachTellsEachReasonOnce(t *testing.T) {
	t.Parallel()
	var said bytes.Buffer
	r := &reach{url: "tls://192.0.2.1:8471", log: slog.New(slog.NewTextHandler(&said, nil))}
	refused, untrusted := errors.New("connection refused"), errors.New("certificate signed by unknown authority")
	for _, err := range []error{refused, refused, nil, untrusted, untrusted} {
		r.failed(err)
	}
	r.found()
	r.failed(untrusted)
	var got []string
	for line := range strings.Lines(said.String()) {
		switch {
		case strings.Contains(line, "refused"):
			got = append(got, "refused")
		case strings.Contains(line, "unknown authority"):
			got = append(got, "untrusted")
		case strings.Contains(line, "connected"):
			got = append(got, "connected")
		}
	}
	if want := "refused untrusted connected untrusted"; strings.Join(got, " ") != want {
		t.Errorf("told %v, want %s:\n%s", got, want, said.String())
	}
}
