package tour_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestTranscripts types what the documentation shows in its console blocks, and
// demands that the same comes out. All blocks of a file are one session; it
// begins in a directory that holds docs. Numbers, times, digests and tokens may
// be others; a line "..." stands for any lines. What stands before the $ is who
// types (day_test.go); with -rewrite, what comes out otherwise is written down.
func TestTranscripts(t *testing.T) {
	t.Parallel()
	for _, file := range documentation(t) {
		steps := transcript(t, file)
		if len(steps) == 0 {
			continue
		}
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			s := begin(t, steps)
			for i := range steps {
				s.try(t, file, &steps[i])
			}
			if *rewrite {
				write(t, file, steps)
			}
		})
	}
}

// documentation lists what people read.
func documentation(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	return append(files, "../../README.md")
}

// step is a command with what it prints.
type step struct {
	line    int
	who     string // "" is the administrator
	command string
	printed []string
	clock   string // instead of a command: what the clock is set to
}

// typed is a line that somebody types.
var typed = regexp.MustCompile(`^([a-z]*)\$ (.*)$`)

// transcript reads the console blocks of a file.
func transcript(t *testing.T, file string) (steps []step) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	inside := false
	for i, line := range strings.Split(string(raw), "\n") {
		command, set := typed.FindStringSubmatch(line), clockSet.FindStringSubmatch(line)
		switch {
		case line == "```console":
			inside = true
		case line == "```":
			inside = false
		case !inside && set != nil:
			steps = append(steps, step{line: i + 1, clock: set[1]})
		case !inside:
		case command != nil:
			steps = append(steps, step{line: i + 1, who: command[1], command: command[2]})
		case len(steps) > 0:
			steps[len(steps)-1].printed = append(steps[len(steps)-1].printed, line)
		}
	}
	return steps
}

// session is a shell that commands are typed into, one after the other.
type session struct {
	in    io.Writer
	out   *bufio.Reader
	known map[string]string // what stands in the text: what it is in this session
	day   *day              // nil: time is the host's
}

// open begins a session; it ends with the test, and with it all that it started.
func open(t *testing.T, settings ...string) *session {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "docs"), os.DirFS("../../docs")); err != nil {
		t.Fatal(err)
	}
	sh := exec.Command("bash", "--norc", "--noprofile")
	sh.Dir = dir
	sh.Env = append(os.Environ(),
		"PATH="+filepath.Dir(binary)+string(os.PathListSeparator)+os.Getenv("PATH"),
		"HOME="+dir, "XDG_CONFIG_HOME="+dir, "TZ=UTC", "TRANSHIP_LISTEN=127.0.0.1:0", "TRANSHIP_BUS_LISTEN=127.0.0.1:0",
		"TRANSHIP_URL=", "TRANSHIP_TOKEN=")
	sh.Env = append(sh.Env, settings...)
	sh.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	in, err := sh.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	sh.Stdout, sh.Stderr = write, write
	if err := sh.Start(); err != nil {
		t.Fatal(err)
	}
	if err := write.Close(); err != nil { // else the end of the shell would not end what is read
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-sh.Process.Pid, syscall.SIGKILL)
		_ = sh.Wait()
		_ = read.Close() // all of it is judged by then
	})
	if err := read.SetReadDeadline(time.Now().Add(3 * time.Minute)); err != nil {
		t.Fatal(err)
	}
	return &session{in: in, out: bufio.NewReader(read), known: map[string]string{}}
}

// try types a command and compares what it prints. What only looks is typed again
// until it comes out as written: what it looks at may take a moment.
func (s *session) try(t *testing.T, file string, p *step) {
	t.Helper()
	if p.clock != "" {
		s.day.set(t, p.clock)
		return
	}
	var got []string
	var err error
	patience := 20 * time.Second
	if *rewrite {
		patience = 500 * time.Millisecond
	}
	for end := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		got = s.enter(t, file, p)
		if err = s.compare(trim(p.printed), trim(got)); err == nil || s.day == nil || !looks.MatchString(p.command) || time.Now().After(end) {
			break
		}
	}
	switch {
	case err != nil && *rewrite:
		p.printed = trim(got)
	case err != nil:
		t.Fatalf("%s:%d: $ %s\n%v; it printed\n%s", file, p.line, p.command, err, strings.Join(got, "\n"))
	}
}

// enter types a command and gives what it prints.
func (s *session) enter(t *testing.T, file string, p *step) (got []string) {
	t.Helper()
	command := s.as(p.who) + p.command
	for written, actual := range s.known {
		command = strings.ReplaceAll(command, written, actual)
	}
	const mark = "-- the command has ended --"
	if _, err := fmt.Fprintf(s.in, "%s\necho '%s'\n", command, mark); err != nil {
		t.Fatalf("%s:%d: %s: %v", file, p.line, p.command, err)
	}
	for {
		line, err := s.out.ReadString('\n')
		if err != nil {
			t.Fatalf("%s:%d: %s did not end: %v; it printed\n%s", file, p.line, p.command, err, strings.Join(got, "\n"))
		}
		if line = strings.TrimRight(line, "\n"); line == mark {
			return got
		}
		got = append(got, line)
	}
}

// trim leaves out empty lines at the end.
func trim(lines []string) []string {
	for len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// compare demands the lines of want; "..." stands for any number of others.
func (s *session) compare(want, got []string) error {
	for i, line := range want {
		if line == "..." {
			for skip := 0; skip <= len(got); skip++ {
				if s.compare(want[i+1:], got[skip:]) == nil {
					return nil
				}
			}
			return fmt.Errorf("what follows ... is not there: %q", want[i+1:])
		}
		if len(got) == 0 {
			return fmt.Errorf("expected %q", line)
		}
		if !s.alike(line, got[0]) {
			return fmt.Errorf("expected %q, got %q", line, got[0])
		}
		got = got[1:]
	}
	if len(got) > 0 {
		return fmt.Errorf("unexpected %q", got[0])
	}
	return nil
}

// volatile is what differs from session to session.
var volatile = regexp.MustCompile(`ts[pei]_[0-9a-f_]+|127\.0\.0\.1:\d+|sha256:[0-9a-f]+|[A-Za-z0-9+/]{43}=|\b[0-9a-f]{16}\b|\d{4}-\d\d-\d\d|\d\d:\d\d:\d\d|\b\d+[dh]\d+[hm]\b|\b[0-9.]+(ms|s|m\d+s)\b|\d+(\.\d+)?( entries|  *KiB| kB)`)

// blank makes widths of columns equal.
var blank = regexp.MustCompile(`\s+`)

// alike says whether two lines are the same but for what differs each time, and
// remembers the tokens and addresses that stand for others.
func (s *session) alike(want, got string) bool {
	differs := volatile
	if s.day != nil {
		differs, want, got = volatileOfDay, seconds.ReplaceAllString(want, "$1$2"), seconds.ReplaceAllString(got, "$1$2")
	}
	w, g := differs.FindAllString(want, -1), differs.FindAllString(got, -1)
	form := func(line string) string {
		return strings.TrimSpace(blank.ReplaceAllString(differs.ReplaceAllString(line, "#"), " "))
	}
	if len(w) != len(g) || form(want) != form(got) {
		return false
	}
	for i := range w {
		if strings.ContainsAny(w[i], "_:") && len(w[i]) > len("00:00:00") {
			s.known[w[i]] = g[i]
		}
	}
	return true
}
