package document_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestLanguage: docs/language.md holds every word of the language, each under
// its type, and no word that the code does not know.
func TestLanguage(t *testing.T) {
	t.Parallel()
	code := map[string][]string{}
	for _, root := range []string{"../practice", "../control", "../driver"} {
		collectWords(t, root, code)
	}
	page := pageWords(t, "../../docs/language.md")
	for _, name := range slices.Sorted(maps.Keys(code)) {
		if !slices.Equal(sorted(page[name]), sorted(code[name])) {
			t.Errorf("%s: the page has %q, the code %q", name, sorted(page[name]), sorted(code[name]))
		}
	}
	for name := range page {
		if code[name] == nil {
			t.Errorf("the page speaks of %s, which the code does not know", name)
		}
	}
	if len(code) < 20 {
		t.Errorf("found %d types of words only", len(code))
	}
}

func sorted(words []string) []string { return slices.Sorted(slices.Values(words)) }

// collectWords adds the exported constants of text types below root, by "room.Type".
func collectWords(t *testing.T, root string, into map[string][]string) {
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if spec, is := n.(*ast.ValueSpec); is {
				name, words := wordsOf(spec)
				if len(words) > 0 {
					into[file.Name.Name+"."+name] = append(into[file.Name.Name+"."+name], words...)
				}
			}
			_, function := n.(*ast.FuncDecl)
			return !function
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// wordsOf gives the type and the texts of constants like: Test Purpose = "test".
func wordsOf(spec *ast.ValueSpec) (string, []string) {
	named, is := spec.Type.(*ast.Ident)
	if !is || named.Name == "string" || named.Name == "Scope" || !named.IsExported() || !spec.Names[0].IsExported() {
		return "", nil
	}
	var words []string
	for _, value := range spec.Values {
		if literal, is := value.(*ast.BasicLit); is && literal.Kind == token.STRING {
			if word, err := strconv.Unquote(literal.Value); err == nil {
				words = append(words, word)
			}
		}
	}
	return named.Name, words
}

var (
	wordsMark = regexp.MustCompile(`^<!-- words: (\S+) -->$`)
	wordCell  = regexp.MustCompile("^\\| `([^`]+)` \\|")
)

// pageWords gives the words of a page's tables by the type that stands before each.
func pageWords(t *testing.T, file string) map[string][]string {
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	words, name := map[string][]string{}, ""
	for line := range strings.Lines(string(raw)) {
		line = strings.TrimSpace(line)
		if mark := wordsMark.FindStringSubmatch(line); mark != nil {
			name = mark[1]
		}
		if cell := wordCell.FindStringSubmatch(line); cell != nil {
			words[name] = append(words[name], cell[1])
		}
	}
	return words
}
