package tour_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/cli"
	"tranship.dev/tranship/internal/wiring"
	"tranship.dev/tranship/test/house"
)

var rewrite = flag.Bool("rewrite", false, "write into the documentation what its commands print")

// A page that says what time it is ("<!-- the clock: 2026-11-24 14:05
// Europe/Berlin -->", again for each move) is typed where a server and the agent
// "here" run by that clock already, as the README's tour starts them. Then times
// must come out as written, but for their seconds. A name before the $ is a
// person, whose token lies in day/NAME.token. What the agent's targets hold lies in $HOSTS;
// another agent, "there", is enrolled and switched off.
var clockSet = regexp.MustCompile(`^<!-- the clock: (.*) -->$`)

// volatileOfDay is what differs although the clock does not.
var volatileOfDay = regexp.MustCompile(`, (now|\S+ ago)$|SEQUENCE:\d+|ts[pef]_[0-9a-f_]+|127\.0\.0\.1:\d+|sha256:[0-9a-f]+|[A-Za-z0-9+/]{43}=|\b[0-9a-f]{16}\b|[0-9a-f]{8}-[0-9a-f-]{27}|\b\d+h\d+m\b|\b[0-9.]+(ms|s|m\d+s|m)\b|\d+(\.\d+)?( entries|  *KiB| kB)`)

// seconds are left out of times, of those in a calendar feed too.
var seconds = regexp.MustCompile(`(\d\d:\d\d):\d\d\b|(\d{8}T\d{4})\d\dZ`)

// looks are commands that change nothing.
var looks = regexp.MustCompile(`^(tranship ([a-z]+ )?(list|show|why|log|timeline|targets|conflicts|slots|backlog|calendar|agenda|outlook|history|get|inventory)\b|curl )`)

// clockVariable names the file of the clock to the command line.
const clockVariable = "TRANSHIP_TOUR_CLOCK"

// byTheClock is the command line of this binary where the test calls it tranship:
// the same as the built one, but for the clock and the verbs of server and agent.
func byTheClock() int {
	clock := house.SharedClock(os.Getenv(clockVariable))
	return cli.Run(context.Background(), cli.Options{Version: "dev", Schema: wiring.Schema, Now: clock.Now}, os.Args[1:])
}

// day is the world of a page that says what time it is.
type day struct {
	clock house.Clock
	token string // the administrator's
}

// begin opens the session that the steps need.
func begin(t *testing.T, steps []step) *session {
	t.Helper()
	first := slices.IndexFunc(steps, func(s step) bool { return s.clock != "" })
	if first < 0 {
		return open(t)
	}
	dir := t.TempDir()
	self, err := os.Executable()
	if err == nil {
		err = os.Symlink(self, filepath.Join(dir, "tranship"))
	}
	if err != nil {
		t.Fatal(err)
	}
	at := moment(t, steps[first].clock)
	file := filepath.Join(dir, "clock")
	d := &day{clock: house.NewClock(t, file, at)}
	h := house.Start(t, d.clock.By)
	d.token = h.Token
	hosts := h.Agent("here")
	h.Enrol("there") // it is switched off
	s := open(t, "HOSTS="+hosts, clockVariable+"="+file, "TZ="+at.Location().String(), "TRANSHIP_URL="+h.URL, "TRANSHIP_TOKEN="+h.Token,
		"PATH="+dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	s.day, s.known["127.0.0.1:8470"] = d, strings.TrimPrefix(h.URL, "http://")
	return s
}

// set moves the clock.
func (d *day) set(t *testing.T, text string) {
	t.Helper()
	d.clock.Set(t, moment(t, text))
}

// moment reads "2026-11-24 14:05 Europe/Berlin".
func moment(t *testing.T, text string) time.Time {
	t.Helper()
	wall, zone, _ := cutLast(text)
	location, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", wall, location)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func cutLast(text string) (before, after string, found bool) {
	i := strings.LastIndexByte(text, ' ')
	if i < 0 {
		return text, "", false
	}
	return text[:i], text[i+1:], true
}

// as makes what follows be typed by a person.
func (s *session) as(who string) string {
	switch {
	case s.day == nil:
		return ""
	case who == "":
		return fmt.Sprintf("export TRANSHIP_TOKEN=%s\n", s.day.token)
	}
	return fmt.Sprintf("export TRANSHIP_TOKEN=$(cat day/%s.token)\n", who)
}

// write puts what was printed into the file.
func write(t *testing.T, file string, steps []step) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(raw), "\n")
	for _, p := range slices.Backward(steps) {
		if p.clock != "" {
			continue
		}
		end := p.line
		for !typed.MatchString(lines[end]) && lines[end] != "```" {
			end++
		}
		lines = slices.Replace(lines, p.line, end, p.printed...)
	}
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o644); err != nil {
		t.Fatal(err)
	}
}
