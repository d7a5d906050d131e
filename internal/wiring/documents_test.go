package wiring

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
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
