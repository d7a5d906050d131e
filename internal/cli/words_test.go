package cli

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
)

// What targets print must not steer the reader's terminal.
func TestTameKeepsControlCharactersOut(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"plain\tand ä\n":     "plain\tand ä\n",
		"\x1b[31mred\x1b[0m": "\x1b[31mred\x1b[0m",
		"\x1b]0;title\x07x":  "]0;titlex",
		"\x1b[2Jwiped\r":     "[2Jwiped",
		"\u009b31mx":         "31mx",
		"\x1b[31":            "[31",
	} {
		var b bytes.Buffer
		if _, err := (tame{&b}).Write([]byte(text)); err != nil || b.String() != want {
			t.Errorf("%q became %q, %v; want %q", text, b.String(), err, want)
		}
	}
}

func TestMomentsAndSpans(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 17, 12, 0, 0, 0, time.Local)
	for text, want := range map[string]time.Time{
		"now": now, "-2h": now.Add(-2 * time.Hour), "+90m": now.Add(90 * time.Minute), "-3d": now.Add(-72 * time.Hour),
		"2026-11-17 14:00": now.Add(2 * time.Hour), "14:00": now.Add(2 * time.Hour), "2026-11-18": now.Add(12 * time.Hour),
		"2026-11-17T14:00:00Z": time.Date(2026, 11, 17, 14, 0, 0, 0, time.UTC),
	} {
		if got, err := moment(text, now); err != nil || !got.Equal(want) {
			t.Errorf("moment(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
	for d, want := range map[time.Duration]string{
		0: "0s", 340 * time.Millisecond: "340ms", 1234 * time.Millisecond: "1.2s", 42 * time.Second: "42s", 10 * time.Minute: "10m",
		192 * time.Second: "3m12s", 125 * time.Minute: "2h5m", 76 * time.Hour: "3d4h", -time.Minute: "-1m",
	} {
		if got := span(d); got != want {
			t.Errorf("span(%d) = %s; want %s", d, got, want)
		}
	}
	for n, want := range map[int64]string{0: "0 B", 999: "999 B", 1000: "1.0 kB", 999_960: "1.0 MB", 20_480_000: "20.5 MB"} {
		if got := volume(n); got != want {
			t.Errorf("volume(%d) = %s; want %s", n, got, want)
		}
	}
}

// Everything that can be typed says what it does, and is in the reference.
func TestEveryCommandIsDescribed(t *testing.T) {
	t.Parallel()
	root := Command(Options{Schema: func() ([]byte, error) { return nil, nil }})
	reference := string(Reference(root))
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		if cmd.Short == "" || strings.HasSuffix(cmd.Short, ".") {
			t.Errorf("%s: short description %q", cmd.CommandPath(), cmd.Short)
		}
		if !cmd.Hidden && cmd.HasParent() && !strings.Contains(reference, "## "+cmd.CommandPath()+"\n") {
			t.Errorf("%s is not in the reference", cmd.CommandPath())
		}
		for _, inner := range cmd.Commands() {
			walk(inner)
		}
	}
	walk(root)
}

// A time of day that is to come is the next one: 01:00 said in the evening is not
// this morning, and the end of a window comes after its start.
func TestTimesToCome(t *testing.T) {
	t.Parallel()
	evening := time.Date(2026, 11, 24, 20, 30, 0, 0, time.Local)
	for text, want := range map[string]time.Time{
		"22:30":            time.Date(2026, 11, 24, 22, 30, 0, 0, time.Local),
		"01:00":            time.Date(2026, 11, 25, 1, 0, 0, 0, time.Local),
		"20:30":            time.Date(2026, 11, 25, 20, 30, 0, 0, time.Local),
		"2026-11-24 01:00": time.Date(2026, 11, 24, 1, 0, 0, 0, time.Local),
		"+2h":              evening.Add(2 * time.Hour),
	} {
		if got, err := ahead(text, evening, evening); err != nil || !got.Equal(want) {
			t.Errorf("ahead(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
	if _, err := start("2026-11-24 20:00", evening); err == nil {
		t.Error("a deployment may be asked to begin in the past")
	}
	if at, err := start("now", evening); err != nil || !at.Equal(evening) {
		t.Errorf("now is %v, %v", at, err)
	}
	w, err := windowOf("22:00/02:00", evening)
	if err != nil || !w.Start.Equal(time.Date(2026, 11, 24, 22, 0, 0, 0, time.Local)) || !w.End.Equal(time.Date(2026, 11, 25, 2, 0, 0, 0, time.Local)) {
		t.Errorf("the window is %v, %v", w, err)
	}
}

func TestMessagesAreInLocalTime(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 24, 21, 30, 0, 0, time.UTC)
	if got, want := localTimes("it starts at 2026-11-24 21:30:00 UTC, not before"), "it starts at "+clock(at)+", not before"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
