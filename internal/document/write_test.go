package document_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/document"
	"tranship.dev/tranship/internal/practice"
)

// anyText draws texts that are hard for YAML.
func anyText() *rapid.Generator[string] {
	hard := rapid.StringMatching(`[ a:#'"\\\-\n\t{}\[\]!&*%|>0-9$,?~.=<@` + "`" + `\x{85}\x{a0}\x{2028}\x{feff}é😀]{0,14}`)
	word := rapid.SampledFrom([]string{"", "yes", "No", "null", "~", "true", "1e3", "0755", "0x1f", ".inf", "12", "1_0", "---", "...", "- a", "a: b", "# c", "<<", "=", "2026-01-01", "| x", "a\n\n\nb\n", " a\nb", "a\n  b\n", "a \nb", "x\n#y\nz", "\n", "a\n\n"})
	return rapid.Custom(func(t *rapid.T) string {
		s := rapid.OneOf(rapid.String(), hard, word).Draw(t, "text")
		return strings.ReplaceAll(s, "\x00", "")
	})
}

// anyInputs draws a value of a step's with.
func anyInputs(depth int) *rapid.Generator[any] {
	scalars := []*rapid.Generator[any]{
		rapid.Map(anyText(), func(s string) any { return plainText(s) }),
		rapid.Map(rapid.Int64Range(-1<<53+1, 1<<53-1), func(n int64) any { return n }),
		rapid.Map(rapid.Float64Range(-1e300, 1e300), func(n float64) any { return n }),
		rapid.Map(rapid.Bool(), func(b bool) any { return b }),
		rapid.Just[any](nil),
	}
	if depth == 0 {
		return rapid.OneOf(scalars...)
	}
	return rapid.OneOf(append(scalars,
		rapid.Map(rapid.SliceOfN(anyInputs(depth-1), 0, 4), func(l []any) any { return l }),
		rapid.Map(rapid.MapOfN(anyText(), anyInputs(depth-1), 0, 4), func(m map[string]any) any { return plainNames(m) }),
	)...)
}

// plainText takes references out: they have rules of their own.
func plainText(s string) string { return strings.ReplaceAll(s, "{", "(") }

func plainNames(m map[string]any) map[string]any {
	plain := map[string]any{}
	for name, v := range m {
		plain[plainText(name)] = v
	}
	return plain
}

// TestWriteGivesBackWhatWasRead: whatever a document holds, its YAML is read
// as the same document, and is written the same again.
func TestWriteGivesBackWhatWasRead(t *testing.T) {
	t.Parallel()
	d, err := document.New(document.Options{})
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		spec := map[string]any{
			"description": anyText().Draw(t, "description"),
			"appliesTo":   map[string]any{"labels": map[string]string{anyText().Draw(t, "label"): anyText().Draw(t, "value")}},
			"flow":        []any{map[string]any{"environment": "test", "strategy": map[string]any{"soak": "90s", "maxFailures": 0}}},
			"procedures": []any{map[string]any{"kind": "software", "install": []any{
				map[string]any{"name": "a", "uses": "files", "with": rapid.Map(rapid.MapOfN(anyText(), anyInputs(3), 0, 5), plainNames).Draw(t, "with")},
			}}},
			"checks": map[string]any{"acceptance": []any{map[string]any{"name": "a", "uses": "http"}}},
		}
		stored, err := practice.NewDocument(practice.KindModel, "m", "", map[string]string{"a/b": plainLabel(t), "on": "1"}, spec)
		if err != nil {
			t.Fatal(err)
		}
		stored.Revision = rapid.Int64Range(0, 1<<40).Draw(t, "revision")
		written, err := d.Write(stored)
		if err != nil {
			t.Fatal(err)
		}
		read, err := d.Read([]control.File{{Name: "m.yaml", Text: string(written)}})
		if err != nil {
			t.Fatalf("%v\n%s", err, written)
		}
		if len(read) != 1 || read[0].Digest != stored.Digest {
			t.Fatalf("read other than what was written:\n%s\n%s\n%s", written, stored.Spec, read[0].Spec)
		}
		if stored.Revision > 0 && (read[0].Base == nil || *read[0].Base != stored.Revision) {
			t.Fatalf("revision %d was lost:\n%s", stored.Revision, written)
		}
		again, err := d.Write(read[0].Document)
		if err != nil || stored.Revision == 0 && string(again) != string(written) {
			t.Fatalf("written twice, differs: %v\n%s\n%s", err, written, again)
		}
	})
}

func plainLabel(t *rapid.T) string {
	s := []rune(anyText().Draw(t, "label of the document"))
	return string(s[:min(len(s), 200)])
}

// TestWriteIsTidy shows the form of written documents.
func TestWriteIsTidy(t *testing.T) {
	t.Parallel()
	d := newDocuments(t)
	doc := practice.Document{
		Kind: practice.KindTarget, Name: "live-1", Revision: 4, Labels: map[string]string{"role": "web", "on": "yes"},
		Spec: json.RawMessage(`{"parameters":{"port":"8080","script":"set -e\nrun it\n"},"kind":"host","environment":"live","description":""}`),
	}
	got, err := d.Write(doc)
	if err != nil {
		t.Fatal(err)
	}
	want := `apiVersion: tranship.dev/v1
kind: Target
metadata:
  name: live-1
  labels:
    "on": "yes"
    role: web
  revision: 4
spec:
  description: ""
  environment: live
  kind: host
  parameters:
    port: "8080"
    script: |
      set -e
      run it
`
	if string(got) != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// TestLocateFindsTheNearestPlace: what a later check refers to is found, and
// what is not there is found at what is around it.
func TestLocateFindsTheNearestPlace(t *testing.T) {
	t.Parallel()
	d := newDocuments(t)
	files := []control.File{{Name: "r.yaml", Text: "# one\n---\napiVersion: tranship.dev/v1\nkind: Release\nmetadata: {name: r, labels: {a.b: c}}\nspec:\n  items:\n    - component: web\n      version: 1.0.0\n    - version: 2.0.0\n      component: db\n"}}
	docs, err := d.Read(files)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"spec.items[1].component": "11:18", "spec.items[0]": "8:7", "spec.items": "7:3", "spec.items[7].component": "7:3",
		"spec.nothing.here": "6:1", "metadata.labels.a.b": "5:35", "metadata.revision": "5:1", "": "3:1",
	} {
		p := docs[0].Locate(path)
		if got := fmt.Sprintf("%d:%d", p.Line, p.Column); got != want || p.File != "r.yaml" || p.Path != path {
			t.Errorf("%q is at %s of %s (%q), want %s", path, got, p.File, p.Path, want)
		}
	}
}
