package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// probe is a package whose tests end in every way that there is.
const probe = `package probe

import "testing"

func TestGood(t *testing.T) { t.Run("one", func(*testing.T) {}); t.Run("two", func(*testing.T) {}) }
func TestBad(t *testing.T)  { t.Run("inside", func(t *testing.T) { t.Error("it is bad") }) }
func TestSkip(t *testing.T) { t.Skip("no moon tonight") }
func TestOwn(t *testing.T)  { t.Run("fine", func(*testing.T) {}); t.Error("after all") }
`

// events runs the real go command on a module of one package.
func events(t *testing.T, source string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module probe\n\ngo 1.26.0\n", "probe_test.go": source} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.CommandContext(t.Context(), "go", "test", "-json", "-vet=off", "./...")
	command.Dir = dir
	out, err := command.Output()
	if len(out) == 0 {
		t.Fatalf("go test wrote nothing: %v", err)
	}
	return string(out)
}

func summarise(t *testing.T, allow string, strict bool, streams ...string) (string, bool) {
	t.Helper()
	dir := t.TempDir()
	list := filepath.Join(dir, "allow")
	if err := os.WriteFile(list, []byte(allow), 0o600); err != nil {
		t.Fatal(err)
	}
	var files []string
	for i, stream := range streams {
		file := filepath.Join(dir, string(rune('a'+i)))
		if err := os.WriteFile(file, []byte(stream), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	var out strings.Builder
	ok, err := run(&out, nil, files, list, strict, false)
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), ok
}

func wantAll(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("no %q in:\n%s", part, text)
		}
	}
}

func TestEveryEnd(t *testing.T) {
	t.Parallel()
	text, ok := summarise(t, "", false, events(t, probe))
	if ok {
		t.Error("failures pass")
	}
	wantAll(t, text, "it is bad", "after all", "skip probe TestSkip: probe_test.go:7: no moon tonight\n",
		"failed: probe TestBad/inside\n", "failed: probe TestOwn\n", "3 passed, 2 failed, 1 skipped\n")
}

func TestStrictWantsLeaveForASkip(t *testing.T) {
	t.Parallel()
	const good = "package probe\n\nimport \"testing\"\n\nfunc TestGood(*testing.T) {}\nfunc TestSkip(t *testing.T) { t.Skip(\"no moon\") }\n"
	stream := events(t, good)
	for _, c := range []struct {
		allow  string
		strict bool
		want   bool
	}{
		{"", false, true},
		{"", true, false},
		{"# night\nprobe TestSkip the moon is not ours\n", true, true},
		{"probe TestOther the moon is not ours\n", true, false},
	} {
		if text, ok := summarise(t, c.allow, c.strict, stream); ok != c.want {
			t.Errorf("allowed %q, strict %v: ok %v, want %v\n%s", c.allow, c.strict, ok, c.want, text)
		}
	}
	ran := strings.ReplaceAll(stream, `"Action":"skip"`, `"Action":"pass"`)
	for _, order := range [][]string{{stream, ran}, {ran, stream}} {
		text, ok := summarise(t, "", true, order...)
		if !ok {
			t.Error("a run that passed does not make up for a skip")
		}
		wantAll(t, text, "2 passed, 0 failed, 0 skipped\n")
	}
}

func TestWhatDoesNotEndHasFailed(t *testing.T) {
	t.Parallel()
	const head = "package probe\n\nimport (\n\t\"os\"\n\t\"testing\"\n)\n\nfunc TestGood(*testing.T) {}\n"
	for name, c := range map[string]struct{ source, want string }{
		"exit":  {head + "func TestExit(*testing.T) { os.Exit(3) }\n", "failed: probe TestExit\n1 passed, 1 failed"},
		"panic": {head + "func TestPanic(*testing.T) { _ = os.Args; panic(\"dropped\") }\n", "dropped"},
		"main":  {head + "func TestMain(m *testing.M) { m.Run(); os.Exit(4) }\n", "failed: probe as a whole\n1 passed, 1 failed"},
		"build": {head + "var x int = \"text\"\n", "failed: probe as a whole\n0 passed, 1 failed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, ok := summarise(t, "", false, events(t, c.source))
			if ok {
				t.Error("it passes")
			}
			wantAll(t, text, c.want)
		})
	}
}

// A stream that breaks off, as when the go command is killed, is no success.
func TestABrokenStreamHasFailed(t *testing.T) {
	t.Parallel()
	whole := events(t, "package probe\n\nimport \"testing\"\n\nfunc TestGood(*testing.T) {}\n")
	lines := strings.SplitAfter(strings.TrimSpace(whole), "\n")
	for n := range lines {
		if text, ok := summarise(t, "", false, strings.Join(lines[:n], "")); ok {
			t.Errorf("cut after %d of %d lines it passes:\n%s", n, len(lines), text)
		}
	}
}

func TestAListWithoutReasonsIsRefused(t *testing.T) {
	t.Parallel()
	list := filepath.Join(t.TempDir(), "allow")
	if err := os.WriteFile(list, []byte("probe TestSkip\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readAllowed(list); err == nil || !strings.Contains(err.Error(), ":1: want package, test and reason") {
		t.Errorf("got %v", err)
	}
}
