package document_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/document"
	"tranship.dev/tranship/internal/practice"
)

const environmentText = "apiVersion: tranship.dev/v1\nkind: Environment\nmetadata:\n  name: %s\nspec:\n  purpose: test\n  order: 1\n  owner: team\n"

func problemsOf(t *testing.T, text string) []practice.Problem {
	t.Helper()
	_, err := newDocuments(t).Read([]control.File{{Name: "a.yaml", Text: text}})
	var fault *practice.Error
	if !errors.As(err, &fault) || fault.Code != practice.Invalid || !fault.Terminal {
		t.Fatalf("got %v, want a terminal Invalid", err)
	}
	return fault.Problems
}

// TestLimits: what is too much is refused with the bound, at its place.
func TestLimits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"size":            {strings.Repeat("#", document.MaxFileSize+1), "at most 8388608"},
		"documents":       {strings.Repeat("---\na: 1\n", document.MaxDocuments+1), "a.yaml:20001:1: has 10001 documents"},
		"flow depth":      {"spec: " + strings.Repeat("[", 20_000), "more than 64 deep"},
		"block depth":     {strings.Repeat("- ", 20_000), "more than 64 deep"},
		"table depth":     {"a: " + strings.Repeat("{a: ", 20_000), "more than 64 deep"},
		"tags in a row":   {"a: " + strings.Repeat("!a ", 20_000), "more than 64 deep"},
		"anchors in rows": {"a: " + strings.Repeat("&a ", 20_000), ""},
		"keys in a row":   {strings.Repeat("? ", 20_000), "begin with ? are not allowed"},
		"fields":          {manyLines("  field-%d: 1\n", document.MaxFields+1), "1006:"},
		"fields hidden":   {manyLines("  &a x%d: 1\n  z: 1\n", document.MaxFields+1), "more than 1000 fields"},
		"bytes":           {"a: \xff\n", "1:4: holds a character"},
		"control":         {"a: b\nb: \x07\n", "2:4: holds a character"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			problems := problemsOf(t, c.text)
			if len(problems) != 1 || !strings.Contains(problems[0].String(), c.want) {
				t.Errorf("got %v, want %q", problems, c.want)
			}
		})
	}
}

// TestManyProblemsAreCut: an answer stays readable.
func TestManyProblemsAreCut(t *testing.T) {
	t.Parallel()
	problems := problemsOf(t, fmt.Sprintf(environmentText, "one")+strings.Repeat("  x: 1\n", 900)+strings.Repeat("---\n", 1)+"spec:\n"+strings.Repeat("  y: 1\n", 900))
	if len(problems) != document.MaxProblems+1 || !strings.HasPrefix(problems[document.MaxProblems].Message, "and ") {
		t.Errorf("got %d problems, the last %v", len(problems), problems[len(problems)-1])
	}
}

// TestReadTakesTimeInProportion: nothing in the largest file makes reading
// slow. The bound is generous; what it finds is growth with the square.
func TestReadTakesTimeInProportion(t *testing.T) {
	t.Parallel()
	d := newDocuments(t)
	var many strings.Builder
	for i := range 1000 {
		many.WriteString("---\n" + fmt.Sprintf(environmentText, fmt.Sprintf("e-%d", i)))
	}
	for name, text := range map[string]string{
		"documents":  many.String(),
		"fields":     manyLines("  field-%d: 1\n", document.MaxFields-5),
		"flow":       fmt.Sprintf(environmentText, "a") + "  x: {" + strings.Repeat("a: 1, ", 10_000) + "}\n",
		"flow list":  fmt.Sprintf(environmentText, "a") + "  x: [" + strings.Repeat("a, ", 10_000) + "]\n",
		"list":       fmt.Sprintf(environmentText, "a") + "  x:\n" + strings.Repeat("    - a: 1\n", 10_000),
		"block text": fmt.Sprintf(environmentText, "a") + "  description: |\n" + strings.Repeat("    a line of text\n", 10_000),
		"quoted":     fmt.Sprintf(environmentText, "a") + "  description: \"" + strings.Repeat(`\n\"x`, 20_000) + "\"\n",
		"folded":     fmt.Sprintf(environmentText, "a") + "  description: x\n" + strings.Repeat("    words\n", 10_000),
		"comments":   fmt.Sprintf(environmentText, "a") + strings.Repeat("# c\n", 40_000),
		"marks":      strings.Repeat("---\n", 60_000) + fmt.Sprintf(environmentText, "a"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			begin := time.Now()
			_, err := d.Read([]control.File{{Name: "a.yaml", Text: text}})
			if took := time.Since(begin); took > 30*time.Second {
				t.Errorf("%d bytes took %s", len(text), took)
			}
			t.Log(len(text), time.Since(begin), practice.CodeOf(err))
		})
	}
}

func manyLines(format string, n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, environmentText, "a")
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// FuzzRead: no text stops the reader, every defect has its place, and what is
// accepted is written and read again as the same.
func FuzzRead(f *testing.F) {
	for _, file := range exampleFiles(f) {
		f.Add(file.Text)
	}
	for _, text := range []string{"a: [", "? a", "- - - a", "&a *a", "%YAML\n---\n", "<<: *a", "a: |2-\n  b", "\ufeffa: 1", "a: !!binary x", "{a, b: [c: d]}", "'", "a:\n\t- b"} {
		f.Add(text)
	}
	d := newDocuments(f)
	f.Fuzz(func(t *testing.T, text string) {
		docs, err := d.Read([]control.File{{Name: "a.yaml", Text: text}})
		var fault *practice.Error
		if err != nil && !errors.As(err, &fault) {
			t.Fatalf("not for people: %v", err)
		}
		if fault != nil {
			lines := strings.Count(text, "\n") + 1
			for _, p := range fault.Problems {
				if p.Message == "" || p.Line > lines {
					t.Fatalf("a problem without sense in %d lines: %+v", lines, p)
				}
			}
		}
		for _, doc := range docs {
			written, err := d.Write(doc.Document)
			if err != nil {
				t.Fatal(err)
			}
			again, err := d.Read([]control.File{{Name: "b.yaml", Text: string(written)}})
			if err != nil || len(again) != 1 || again[0].Digest != doc.Digest {
				t.Fatalf("written and read, it differs: %v\n%s", err, written)
			}
		}
	})
}
