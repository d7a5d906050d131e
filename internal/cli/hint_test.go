package cli_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/internal/cli"
)

// elsewhere are the verbs that cmd/tranship adds.
var elsewhere = map[string]bool{"server": true, "agent": true, "demo": true, "run": true}

// typed finds what people are told to type in a text.
var typed = regexp.MustCompile(`\btranship [a-z][^;,:"()\n]*`)

// TestWhatPeopleAreToldToTypeExists: every line that a reason or a hint of the
// practice, the use cases or the API tells people to type is one of this command
// line, with flags that it has.
func TestWhatPeopleAreToldToTypeExists(t *testing.T) {
	t.Parallel()
	lines := 0
	for _, room := range []string{"../practice", "../control", "../httpapi", "../document", "../wiring"} {
		err := filepath.WalkDir(room, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			for _, text := range texts(t, path) {
				for _, line := range typed.FindAllString(text, -1) {
					lines++
					if complaint := untypable(line); complaint != "" {
						t.Errorf("%s: %q: %s", path, line, complaint)
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	// those that are put together from parts
	for _, line := range []string{
		"tranship approval give D-1 --reason WHY", "tranship approval withdraw D-1", "tranship deployment ask-again D-1 --change CHANGE --reason WHY",
		"tranship deployment reschedule D-1 --reason WHY", "tranship deployment why D-1", "tranship deployment watch D-1", "tranship deployment cancel D-1",
		"tranship deployment retry D-1 --reason WHY", "tranship deployment continue D-1 --reason WHY", "tranship deployment remediate D-1 --reason WHY",
		"tranship deployment remediate D-1 --target NAME --reason WHY", "tranship deployment skip D-1 --reason WHY", "tranship deployment skip D-1 --target NAME --reason WHY",
		"tranship deployment fail D-1 --target NAME --reason WHY", "tranship deployment retry D-1 --target NAME --reason WHY",
		"tranship deployment fail D-1 --reason WHY", "tranship deployment log D-1", "tranship deployment targets D-1 --state failed",
	} {
		if complaint := untypable(line); complaint != "" {
			t.Errorf("%q: %s", line, complaint)
		}
	}
	if lines < 30 {
		t.Errorf("only %d lines were found", lines)
	}
}

// texts gives the text literals of a file.
func texts(t *testing.T, path string) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	ast.Inspect(file, func(n ast.Node) bool {
		if literal, is := n.(*ast.BasicLit); is && literal.Kind == token.STRING {
			if text, err := strconv.Unquote(literal.Value); err == nil {
				all = append(all, text)
			}
		}
		return true
	})
	return all
}

// untypable says what is wrong with a command line; "" for nothing. What follows
// the verb and is no flag may be prose.
func untypable(line string) string {
	words := strings.Fields(line)[1:]
	at := cli.Command(cli.Options{Schema: func() ([]byte, error) { return nil, nil }})
	if elsewhere[words[0]] {
		return ""
	}
	for at.HasSubCommands() && len(words) > 0 {
		next := child(at, words[0])
		if next == nil {
			if strings.HasPrefix(words[0], "%") { // the verb comes in
				return ""
			}
			return at.CommandPath() + " has no verb " + words[0]
		}
		at, words = next, words[1:]
	}
	for _, word := range words {
		name, is := strings.CutPrefix(word, "--")
		if name, _, _ = strings.Cut(name, "="); is && at.Flag(name) == nil && at.InheritedFlags().Lookup(name) == nil {
			return at.CommandPath() + " has no flag --" + name
		}
	}
	return ""
}

func child(cmd *cobra.Command, name string) *cobra.Command {
	for _, sub := range cmd.Commands() {
		if sub.Name() == name || sub.HasAlias(name) {
			return sub
		}
	}
	return nil
}
