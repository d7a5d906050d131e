package document_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
)

// exampleFiles gives all files of the examples.
func exampleFiles(t testing.TB) []control.File {
	t.Helper()
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
	return files
}

func compile(t testing.TB, raw []byte) *jsonschema.Schema {
	t.Helper()
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("tranship.json", parsed); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("tranship.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// TestSchemaAgreesWithRead alters the examples in every place and in many
// ways: schema and reader accept and refuse the same.
func TestSchemaAgreesWithRead(t *testing.T) {
	t.Parallel()
	d := newDocuments(t)
	raw, err := d.Schema()
	if err != nil {
		t.Fatal(err)
	}
	whole := compile(t, raw)
	good, bad := 0, 0
	for _, doc := range append(exampleDocuments(t), otherDocuments()...) {
		raw, err := d.SchemaOf(practice.Kind(doc["kind"].(string)))
		if err != nil {
			t.Fatal(err)
		}
		one := compile(t, raw)
		for i, mutant := range mutants(doc) {
			text, err := json.Marshal(mutant)
			if err != nil {
				t.Fatal(err)
			}
			parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			refused, told := whole.Validate(parsed), d.Structure(string(text))
			if (refused == nil) != (len(told) == 0) {
				t.Fatalf("%s\nreader: %v\nschema: %v", text, told, refused)
			}
			if sameKind := mutant["kind"] == doc["kind"]; sameKind && i%5 == 0 && (one.Validate(parsed) == nil) != (refused == nil) {
				t.Fatalf("%s\nthe schema of the kind differs from that of all: %v", text, refused)
			}
			if refused == nil {
				good++
			} else {
				bad++
			}
		}
	}
	if good < 100 || bad < 1000 {
		t.Errorf("%d accepted and %d refused: too few to prove anything", good, bad)
	}
}

// exampleDocuments gives one document of each kind: the longest.
func exampleDocuments(t testing.TB) []map[string]any {
	longest := map[any]map[string]any{}
	var docs []map[string]any
	for _, f := range exampleFiles(t) {
		decoder := yaml.NewDecoder(bytes.NewReader([]byte(f.Text)))
		for {
			var doc map[string]any
			if err := decoder.Decode(&doc); err != nil {
				break
			}
			if len(fmt.Sprint(doc)) > len(fmt.Sprint(longest[doc["kind"]])) {
				longest[doc["kind"]] = doc
			}
		}
	}
	for _, doc := range longest {
		docs = append(docs, doc)
	}
	return docs
}

// otherDocuments hold what the examples do not.
func otherDocuments() []map[string]any {
	var docs []map[string]any
	for _, text := range []string{
		`{"apiVersion":"tranship.dev/v1","kind":"Product","metadata":{"name":"p","revision":2,"labels":{"a":"b"}},"spec":{"owner":"o","dependsOn":["x"]}}`,
		`{"apiVersion":"tranship.dev/v1","kind":"Release","metadata":{"name":"r"},"spec":{"items":[{"component":"a","version":"1"}]}}`,
		`{"apiVersion":"tranship.dev/v1","kind":"Component","metadata":{"name":"c"},"spec":{"kind":"data","signature":{"required":true,"publishers":["k"]}}}`,
		`{"apiVersion":"tranship.dev/v1","kind":"Window","metadata":{"name":"w"},"spec":{"appliesTo":{"environments":["live"],"labels":["a=b"]},"whenItEnds":"stop","when":{"start":"2026-11-24T22:00","end":"2026-11-25T06:00","zone":"Europe/Berlin","repeat":"FREQ=WEEKLY;BYDAY=TU","except":["2026-12-29"],"also":["2026-12-30T22:00"]}}}`,
		`{"apiVersion":"tranship.dev/v1","kind":"Freeze","metadata":{"name":"f"},"spec":{"kind":"hard","allows":{"models":["m"]},"waiver":{"groups":["g"]},"whenItBegins":"go-on","when":{"start":"2026-12-20T00:00","end":"2027-01-06T00:00","zone":"UTC"}}}`,
		`{"apiVersion":"tranship.dev/v1","kind":"Booking","metadata":{"name":"b"},"spec":{"environment":"test","by":"anna","use":"regression","state":"pending","when":{"start":"2026-12-20T08:00","end":"2026-12-20T18:00","zone":"UTC"}}}`,
		`{"apiVersion":"tranship.dev/v1","kind":"Environment","metadata":{"name":"e"},"spec":{"purpose":"live","order":1,"owner":"o","calendar":{"rules":{"same-target":"warn"},"contiguous":"forbidden","settle":"30m0s","whenWindowEnds":"stop"},"limit":{"deployments":2}}}`,
	} {
		var doc map[string]any
		if err := json.Unmarshal([]byte(text), &doc); err != nil {
			panic(err)
		}
		docs = append(docs, doc)
	}
	return docs
}

// mutants gives the document as it is, and once for each alteration of each value in it.
func mutants(doc map[string]any) []map[string]any {
	replacements := []any{nil, true, -1, 7, 1.5, 1e6, "", "word", "90s", "1m30s", "5 minutes", "http://x", "${target.name}", []any{}, []any{"a"}, []any{1}, map[string]any{}, map[string]any{"a": "b"}}
	all := []map[string]any{doc}
	var visit func(v any, put func(any) map[string]any)
	visit = func(v any, put func(any) map[string]any) {
		switch v := v.(type) {
		case map[string]any:
			for name, inner := range v {
				with := func(x any) map[string]any {
					changed := maps.Clone(v)
					changed[name] = x
					return put(changed)
				}
				for _, r := range replacements {
					all = append(all, with(r))
				}
				less := map[string]any{}
				for n, old := range v {
					if n != name {
						less[n] = old
					}
				}
				less["unknown"] = "x"
				all = append(all, put(less))
				delete(less, "unknown")
				all = append(all, put(less))
				visit(inner, with)
			}
		case []any:
			for i, inner := range v {
				with := func(x any) map[string]any {
					changed := slices.Clone(v)
					changed[i] = x
					return put(changed)
				}
				for _, r := range replacements {
					all = append(all, with(r))
				}
				visit(inner, with)
			}
		}
	}
	visit(doc, func(x any) map[string]any { return x.(map[string]any) })
	return all
}

// TestExamplesAreRead: every example is accepted, all of them in one run.
func TestExamplesAreRead(t *testing.T) {
	t.Parallel()
	docs, err := newDocuments(t).Read(exampleFiles(t))
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[practice.Kind]int{}
	for _, doc := range docs {
		kinds[doc.Kind]++
	}
	if kinds[practice.KindEnvironment] < 5 || kinds[practice.KindTarget] < 8 || kinds[practice.KindModel] < 2 {
		t.Errorf("the examples hold %v", kinds)
	}
}
