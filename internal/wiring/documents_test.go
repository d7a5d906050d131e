package wiring

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tranship.dev/tranship/internal/control"
)

var update = flag.Bool("update", false, "rewrite what is generated")

// TestExamplesFitTheDrivers reads every example with the inputs of the real drivers.
func TestExamplesFitTheDrivers(t *testing.T) {
	t.Parallel()
	documents, err := newDocuments()
	if err != nil {
		t.Fatal(err)
	}
	paths, err := filepath.Glob("../../examples/*/*.yaml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	var files []control.File
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, control.File{Name: path, Text: string(raw)})
	}
	if _, err := documents.Read(files); err != nil {
		t.Error(err)
	}
}

// TestPagesAreRead: every document that a page shows is accepted.
func TestPagesAreRead(t *testing.T) {
	t.Parallel()
	documents, err := newDocuments()
	if err != nil {
		t.Fatal(err)
	}
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := 0
	for _, page := range pages {
		raw, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		parts := strings.Split(string(raw), "```yaml\n")
		for i, block := range parts[1:] {
			text, _, _ := strings.Cut(block, "```")
			if !strings.HasPrefix(text, "apiVersion:") {
				continue
			}
			shown++
			name := fmt.Sprintf("%s, example %d", filepath.Base(page), i+1)
			if _, err := documents.Read([]control.File{{Name: name, Text: text}}); err != nil {
				t.Error(err)
			}
		}
	}
	if shown < 5 {
		t.Errorf("the pages show %d documents only", shown)
	}
}

// TestReference: docs/documents.md holds the fields that there are.
func TestReference(t *testing.T) {
	t.Parallel()
	documents, err := newDocuments()
	if err != nil {
		t.Fatal(err)
	}
	const file = "../../docs/documents.md"
	if *update {
		if err := os.WriteFile(file, documents.Reference(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	present, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(present, documents.Reference()) {
		t.Errorf("%s is not what the types say (%v); write it with -update", file, err)
	}
}

// TestInputsWithinInputs: what stands within a list of a driver's inputs is
// held against the driver too, as deep as it goes.
func TestInputsWithinInputs(t *testing.T) {
	t.Parallel()
	documents, err := newDocuments()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile("../../examples/web/model.yaml")
	if err != nil {
		t.Fatal(err)
	}
	const step = "      - {name: like, uses: baseline, with: {requirements: [{parameter: cpu.count, operator: present}]}}\n"
	text := strings.Replace(string(raw), "    acceptance:\n", "    acceptance:\n"+step, 1)
	if _, err := documents.Read([]control.File{{Name: "model.yaml", Text: text}}); err != nil || !strings.Contains(text, step) {
		t.Fatalf("the check is not read: %v", err)
	}
	for wrong, says := range map[string]string{"operater: present": "did you mean operator?", "operator: presents": "did you mean present?"} {
		_, err := documents.Read([]control.File{{Name: "model.yaml", Text: strings.Replace(text, "operator: present", wrong, 1)}})
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: got %v, want %s", wrong, err, says)
		}
	}
}
