package model_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/rogpeppe/go-internal/txtar"

	"tranship.dev/tranship/internal/practice/model"
)

var update = flag.Bool("update", false, "rewrite the expected output of testdata")

// TestCheckSpecCases checks the model.yaml of each case in testdata: the
// problems are those in problems.txt, one a line.
func TestCheckSpecCases(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases in testdata: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			raw, err := yaml.YAMLToJSON(archive.Files[0].Data)
			if err != nil {
				t.Fatal(err)
			}
			var document struct{ Spec model.Spec }
			if err := json.Unmarshal(raw, &document); err != nil {
				t.Fatal(err)
			}
			var got strings.Builder
			for _, p := range model.CheckSpec(document.Spec) {
				got.WriteString(p.String() + "\n")
			}
			if *update {
				archive.Files = append(archive.Files[:1], txtar.File{Name: "problems.txt", Data: []byte(got.String())})
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if len(archive.Files) != 2 || string(archive.Files[1].Data) != got.String() {
				t.Errorf("%s: other problems than expected; got:\n%s", file, got.String())
			}
		})
	}
}
