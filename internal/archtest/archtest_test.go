// Package archtest holds the law of the house: which room may import which.
// A new arrow fails the test until it stands in the table below, and the
// table is what docs/architecture.md shows.
package archtest

import (
	"flag"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/architecture.md")

const (
	root   = "../.."
	module = "tranship.dev/tranship/"
)

// room is a part of the house.
type room struct {
	path    string   // below the module
	purpose string   // one line for docs/architecture.md
	arrows  []string // the rooms that it may import; "practice/..." means the whole wing
}

// The law. Rooms within the wing import practice itself and what is listed.
var house = []room{
	{"internal/practice", "the language: names, errors, verdicts, digests, documents", nil},
	{"internal/practice/signature", "signed envelopes", []string{"internal/practice"}},
	{"internal/practice/party", "tokens, roles, rights; people, groups, delegations", []string{"internal/practice"}},
	{"internal/practice/environment", "environments, targets, agents, inventory", []string{"internal/practice", "internal/practice/signature"}},
	{"internal/practice/library", "definitive media library: components, versions, admission", []string{"internal/practice", "internal/practice/signature"}},
	{"internal/practice/model", "deployment models", []string{"internal/practice", "internal/practice/library"}},
	{"internal/practice/model/start", "ready-made models to begin with", []string{"internal/practice", "internal/practice/library"}},
	{"internal/practice/plan", "a plan compiled from model, release and environment", []string{"internal/practice", "internal/practice/signature", "internal/practice/library", "internal/practice/environment", "internal/practice/model"}},
	{"internal/practice/deployment", "the lifecycle of one deployment: Decide; orders and reports", []string{"internal/practice", "internal/practice/signature", "internal/practice/model", "internal/practice/plan"}},
	{"internal/practice/approval", "who must agree before a start, who may, whether they did; risk", []string{"internal/practice", "internal/practice/party", "internal/practice/library", "internal/practice/plan"}},
	{"internal/practice/calendar", "windows, freezes, bookings: conflicts, the gate of a start, free slots", []string{"internal/practice"}},
	{"internal/practice/communication", "who is told what, when, in which words", []string{"internal/practice"}},
	{"internal/practice/journey", "triggers, and the way of a release through its flow: Next; pins, loops", []string{"internal/practice"}},
	{"internal/practice/health", "how what stands does its work: Judge, Change", []string{"internal/practice", "internal/practice/model", "internal/practice/plan"}},
	{"internal/practice/drift", "what stands on targets against what the record says: Judge", []string{"internal/practice", "internal/practice/signature", "internal/practice/environment", "internal/practice/health", "internal/practice/plan"}},
	{"internal/practice/record", "sealed, verifiable records", []string{"internal/practice", "internal/practice/signature"}},
	{"internal/control", "use cases: load, decide, commit, dispatch", []string{"internal/practice/..."}},
	{"internal/document", "configuration documents: YAML, schema", []string{"internal/practice/...", "internal/control"}},
	{"internal/feed", "calendar feeds: iCalendar of windows, freezes, bookings, deployments", []string{"internal/practice", "internal/practice/calendar"}},
	{"internal/keyring", "the server's keys, in files", []string{"internal/practice/..."}},
	{"internal/backup", "an installation in one file", []string{"internal/practice/..."}},
	{"internal/archive", "content by its digest: the sealed logs", []string{"internal/practice"}},
	{"internal/store", "SQL for every port of control", []string{"internal/practice/...", "internal/control"}},
	{"internal/bus", "NATS: orders out, reports in", []string{"internal/practice/...", "internal/control"}},
	{"internal/registry", "the library's media: an OCI registry", []string{"internal/practice/...", "internal/control"}},
	{"internal/artifact", "the form of media: pack, push, fetch, unpack", []string{"internal/practice/..."}},
	{"internal/driver", "how a component lands", []string{"internal/practice/..."}},
	{"internal/hook", "webhooks of git services and programs: verified, then read", []string{"internal/practice", "internal/practice/journey"}},
	{"internal/agent", "takes signed orders, journals, runs drivers, reports", []string{"internal/practice/...", "internal/bus", "internal/driver", "internal/artifact"}},
	{"internal/announce", "signed webhooks, mail, chat", []string{"internal/practice/...", "internal/control"}},
	{"internal/httpapi", "REST, events, auth, problems", []string{"internal/practice/...", "internal/control", "internal/hook"}},
	{"internal/webui", "serves the web interface: its page, its files", nil},
	{"internal/cli", "one file per verb; speaks to the API client", []string{"api", "internal/artifact", "internal/practice", "internal/practice/record", "internal/practice/signature", "internal/practice/library", "internal/practice/plan"}},
	{"internal/wiring", "puts the rooms together", []string{"internal/...", "web"}},
	{"internal/archtest", "this law", nil},
	{"api", "the API's description and its generated client", []string{"internal/httpapi"}},
	{"web", "the built web interface, or a page that stands in for it", nil},
	{"cmd", "the binary: configuration and defaults", []string{"internal/..."}},
	{"test", "lab, scenarios, crash, scale", []string{"internal/...", "api", "cmd", "test"}},
}

// pure lists what rooms of the wing may import besides the standard library
// and each other.
var pure = []string{
	"github.com/gowebpki/jcs",
	"github.com/secure-systems-lab/go-securesystemslib/dsse",
	"github.com/agnivade/levenshtein",
	"golang.org/x/mod/sumdb/tlog",
	"golang.org/x/mod/sumdb/note",
	"golang.org/x/mod/semver",
	"github.com/Masterminds/semver/v3",
	"github.com/teambition/rrule-go",
	"golang.org/x/crypto/argon2",
}

// impure lists what the wing must not touch of the standard library: clocks,
// randomness and the world come in as arguments.
var impure = []string{"os", "net", "log", "context", "math/rand", "crypto/rand", "syscall", "io/fs", "database/sql", "log/slog", "net/http", "os/exec"}

func TestImportsKeepTheLaw(t *testing.T) {
	t.Parallel()
	for _, f := range sources(t) {
		from, found := roomOf(f.dir)
		if !found {
			t.Errorf("%s is in no room of the house; add it to the table with its purpose", f.path)
			continue
		}
		for _, imported := range f.imports {
			if complaint := judge(from, imported); complaint != "" {
				t.Errorf("%s: %s", f.path, complaint)
			}
		}
	}
}

func judge(from room, imported string) string {
	inWing := strings.HasPrefix(from.path, "internal/practice")
	if own, ours := strings.CutPrefix(imported, module); ours {
		to, found := roomOf(own)
		switch {
		case !found:
			return own + " is in no room of the house"
		case to.path == from.path, allows(from.arrows, to.path):
			return ""
		}
		return fmt.Sprintf("%s may not import %s", from.path, to.path)
	}
	if !inWing {
		return ""
	}
	if strings.Contains(strings.Split(imported, "/")[0], ".") {
		if slices.Contains(pure, imported) {
			return ""
		}
		return imported + " is not among the pure libraries of the wing"
	}
	if slices.Contains(impure, imported) {
		return fmt.Sprintf("%s must stay pure: %s comes in as an argument", from.path, imported)
	}
	return ""
}

func allows(arrows []string, to string) bool {
	for _, a := range arrows {
		if wing, all := strings.CutSuffix(a, "/..."); a == to || all && (to == wing || strings.HasPrefix(to, wing+"/")) {
			return true
		}
	}
	return false
}

// roomOf gives the room of a directory: the longest path of the table that leads to it.
func roomOf(dir string) (room, bool) {
	var best room
	for _, r := range house {
		if (dir == r.path || strings.HasPrefix(dir, r.path+"/")) && len(r.path) > len(best.path) {
			best = r
		}
	}
	return best, best.path != ""
}

// The wing reads no clock and draws no numbers.
func TestTheWingIsPure(t *testing.T) {
	t.Parallel()
	for _, f := range sources(t) {
		if !strings.HasPrefix(f.dir, "internal/practice") || strings.HasSuffix(f.dir, "test") {
			continue // the rooms' own suites try them from many goroutines
		}
		for _, forbidden := range []string{"time.Now(", "time.Since(", "time.Sleep(", "rand.", "go func"} {
			if strings.Contains(f.text, forbidden) {
				t.Errorf("%s: %s has no place in the wing", f.path, forbidden)
			}
		}
	}
}

// No circles: what the Go compiler sees between packages holds between rooms too.
func TestRoomsHaveNoCircles(t *testing.T) {
	t.Parallel()
	arrows := drawn(t)
	var walk func(at string, way []string)
	seen := map[string]bool{}
	walk = func(at string, way []string) {
		if i := slices.Index(way, at); i >= 0 {
			t.Errorf("circle: %s", strings.Join(append(way[i:], at), " -> "))
			return
		}
		if seen[at] {
			return
		}
		for _, to := range slices.Sorted(maps.Keys(arrows[at])) {
			walk(to, append(slices.Clone(way), at))
		}
		seen[at] = true
	}
	for _, from := range slices.Sorted(maps.Keys(arrows)) {
		walk(from, nil)
	}
}

// The certificates of whom we talk to are always checked (threat 10).
func TestNobodySkipsCertificates(t *testing.T) {
	t.Parallel()
	for _, f := range sources(t) {
		if strings.Contains(f.text, "Insecure"+"SkipVerify") && f.room() != "internal/archtest" {
			t.Errorf("%s turns the check of certificates off", f.path)
		}
	}
}

func TestArchitecturePageHasNotDrifted(t *testing.T) {
	t.Parallel()
	file := filepath.Join(root, "docs", "architecture.md")
	made := page(drawn(t))
	if *update {
		if err := os.WriteFile(file, []byte(made), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	committed, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(committed) != made {
		t.Error("docs/architecture.md is not the house as it stands; run: make generate")
	}
}

// page draws the house.
func page(arrows map[string]map[string]bool) string {
	var b strings.Builder
	b.WriteString("# The house\n\nGenerated by `internal/archtest` from the code's own imports; do not edit.\n\n")
	b.WriteString("| room | purpose | imports |\n|---|---|---|\n")
	for _, r := range house {
		to := slices.Sorted(maps.Keys(arrows[r.path]))
		for i := range to {
			to[i] = "`" + strings.TrimPrefix(to[i], "internal/") + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", r.path, r.purpose, strings.Join(to, " "))
	}
	b.WriteString("\n## The rooms between the wing and the world\n\n```mermaid\nflowchart LR\n")
	for _, from := range slices.Sorted(maps.Keys(arrows)) {
		for _, to := range slices.Sorted(maps.Keys(arrows[from])) {
			if a, z := gathered(from), gathered(to); a != z && drawnOnce(&b, a, z) {
				fmt.Fprintf(&b, "  %s --> %s\n", a, z)
			}
		}
	}
	b.WriteString("```\n")
	return b.String()
}

func gathered(room string) string {
	if strings.HasPrefix(room, "internal/practice") {
		return "practice"
	}
	return path.Base(room)
}

func drawnOnce(b *strings.Builder, from, to string) bool {
	return from != "test" && !strings.Contains(b.String(), fmt.Sprintf("  %s --> %s\n", from, to))
}

// drawn gives the arrows between rooms as the code has them, tests apart.
func drawn(t *testing.T) map[string]map[string]bool {
	t.Helper()
	arrows := map[string]map[string]bool{}
	for _, f := range sources(t) {
		for _, imported := range f.imports {
			own, ours := strings.CutPrefix(imported, module)
			to, found := roomOf(own)
			if from := f.room(); ours && found && to.path != from && from != "test" && !strings.HasPrefix(f.dir, "api/describe") {
				if arrows[from] == nil {
					arrows[from] = map[string]bool{}
				}
				arrows[from][to.path] = true
			}
		}
	}
	return arrows
}

type source struct {
	path, dir string
	imports   []string
	text      string
}

func (s source) room() string {
	r, _ := roomOf(s.dir)
	return r.path
}

// sources reads the Go files of the house, tests apart.
func sources(t *testing.T) []source {
	t.Helper()
	var list []source
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() && file != root && (strings.HasPrefix(name, ".") || name == "testdata" || name == "node_modules" || hasModule(file)) {
			return fs.SkipDir
		}
		if entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		list = append(list, read(t, file))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// hasModule says whether a directory is a module of its own.
func hasModule(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}

func read(t *testing.T, file string) source {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), file, text, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	relative, _ := filepath.Rel(root, file)
	s := source{path: filepath.ToSlash(relative), dir: path.Dir(filepath.ToSlash(relative)), text: string(text)}
	for _, spec := range parsed.Imports {
		imported, _ := strconv.Unquote(spec.Path.Value)
		s.imports = append(s.imports, imported)
	}
	return s
}
