package document_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/document"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/model"
)

var update = flag.Bool("update", false, "rewrite the expected output")

// drivers are declared here as the real ones are, to be tried in every shape.
func drivers() map[string]document.Driver {
	return map[string]document.Driver{
		"files": {Inputs: []byte(`{"type":"object","additionalProperties":false,"required":["path"],"properties":{
			"path":{"type":"string","minLength":1},"keep":{"type":"integer","minimum":1,"maximum":1000}}}`)},
		"process": {Inputs: []byte(`{"type":"object","additionalProperties":false,"required":["argv"],"properties":{
			"argv":{"type":["array","null"],"minItems":1,"items":{"type":"string"}},"directory":{"type":"string"},
			"environment":{"type":"object","additionalProperties":{"type":"string"}},
			"stopSignal":{"type":"string","enum":["TERM","INT"]}}}`)},
		"http": {Actions: []model.Action{model.Check}, Inputs: []byte(`{"type":"object","additionalProperties":false,"required":["url"],"properties":{
			"url":{"type":"string","pattern":"^https?://"},"follow":{"type":"boolean"},
			"status":{"oneOf":[{"type":"integer","minimum":100},{"type":"array","minItems":1,"items":{"type":"integer"}}]},
			"bodyContains":{"type":"string"},"within":{"type":"string"},
			"body":{"$ref":"#/$defs/Body"}},
			"$defs":{"Body":{"type":"object","additionalProperties":false,"properties":{"contains":{"type":"string","minLength":1}}}}}`)},
		"systemd": {Inputs: []byte(`{"type":"object"}`)},
	}
}

func newDocuments(t testing.TB) *document.Documents {
	t.Helper()
	d, err := document.New(document.Options{Drivers: drivers()})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// filesOf gives the YAML files of an archive.
func filesOf(a *txtar.Archive) []control.File {
	var files []control.File
	for _, f := range a.Files {
		if strings.HasSuffix(f.Name, ".yaml") {
			files = append(files, control.File{Name: f.Name, Text: string(f.Data)})
		}
	}
	return files
}

// told writes what Read answered.
func told(docs []control.Proposed, err error) string {
	var b strings.Builder
	var fault *practice.Error
	switch {
	case errors.As(err, &fault):
		b.WriteString(string(fault.Code) + ": " + fault.Message + "\n")
		for _, p := range fault.Problems {
			b.WriteString(p.String() + "\n")
		}
	case err != nil:
		b.WriteString("error: " + err.Error() + "\n")
	}
	for _, d := range docs {
		b.WriteString(string(d.Kind) + " " + d.Name + " parent=" + d.Parent + " " + string(d.Spec) + "\n")
	}
	return b.String()
}

// TestReadCases reads the files of each case in testdata: what is answered is
// in told.txt, one document or defect a line.
func TestReadCases(t *testing.T) {
	t.Parallel()
	d := newDocuments(t)
	cases, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(cases) == 0 {
		t.Fatalf("no cases in testdata: %v", err)
	}
	for _, file := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			files := filesOf(archive)
			got := told(d.Read(files))
			if *update {
				archive.Files = append(archive.Files[:len(files)], txtar.File{Name: "told.txt", Data: []byte(got)})
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if want := string(archive.Files[len(archive.Files)-1].Data); want != got {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}
