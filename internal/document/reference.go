package document

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"tranship.dev/tranship/internal/practice"
)

// Reference gives every field of every kind and of every driver's inputs as
// Markdown tables, for the documentation.
func (d *Documents) Reference() []byte {
	var b strings.Builder
	b.WriteString("# Fields of all documents\n\nGenerated from the types; `go test ./internal/wiring -run TestReference -update` writes it.\n" +
		"How to use them: [writing a model](writing-a-model.md). Your editor knows them too: [in your editor](writing-a-model.md#in-your-editor).\n\n" +
		"Every document has `apiVersion`, `kind`, `metadata` and `spec`. A duration is a text like `1m30s`.\n\n## metadata\n\n")
	d.rows(&b, metadata())
	for _, name := range practice.Kinds() {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n", name, d.kinds[name].doc)
		d.rows(&b, d.resolve(d.shapes[name].Properties["spec"]))
	}
	for _, name := range slices.Sorted(maps.Keys(d.drivers)) {
		known := d.drivers[name]
		fmt.Fprintf(&b, "\n## Driver %s\n\nThe inputs (`with`) of a step that uses `%s`.", name, name)
		if len(known.actions) > 0 {
			fmt.Fprintf(&b, " It can %s.", actionsTold(known.actions))
		}
		b.WriteString("\n\n")
		d.rows(&b, known.inputs)
	}
	return []byte(b.String())
}

func (d *Documents) rows(b *strings.Builder, s *shape) {
	b.WriteString("| Field | Value | Needed | Meaning |\n|---|---|---|---|\n")
	d.fieldRows(b, "", s)
}

// fieldRows writes the fields of a table, those within them behind each.
func (d *Documents) fieldRows(b *strings.Builder, prefix string, s *shape) {
	for _, name := range s.fields() {
		field := s.Properties[name]
		doc := field.Description
		resolved := d.resolve(field)
		if doc == "" {
			doc = resolved.Description
		}
		needed := ""
		if slices.Contains(s.Required, name) {
			needed = "yes"
		}
		if field.Default != nil {
			doc = strings.TrimSpace(fmt.Sprintf("%s Default: `%v`.", doc, field.Default))
		}
		at := prefix + name
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", at, cell(d.valueTold(resolved)), needed, cell(doc))
		inner, below := resolved, at+"."
		if resolved.Items != nil {
			inner, below = d.resolve(resolved.Items), at+"[]."
		}
		switch {
		case inner.step && prefix != "" && !strings.HasSuffix(at, "install"):
			continue // the fields of a step stand at install
		case inner.step || len(inner.Properties) > 0:
			d.fieldRows(b, below, inner)
		}
	}
}

// valueTold says what a value may be, for the reference.
func (d *Documents) valueTold(s *shape) string {
	if alternatives := slices.Concat(s.OneOf, s.AnyOf); len(alternatives) > 0 {
		var texts []string
		for _, a := range alternatives {
			texts = append(texts, d.valueTold(d.resolve(a)))
		}
		return strings.Join(texts, ", or ")
	}
	switch {
	case slices.Contains(s.Type, huma.TypeArray) && s.Items != nil:
		item := d.resolve(s.Items)
		if item.step {
			return "list of steps"
		}
		return "list: " + d.valueTold(item)
	case slices.Contains(s.Type, huma.TypeObject) && s.Additional != nil && s.Additional.shape != nil:
		return "names with values: " + d.valueTold(d.resolve(s.Additional.shape))
	case slices.Contains(s.Type, huma.TypeObject) && len(s.Properties) > 0:
		return "fields"
	case len(s.Type) == 0:
		return "any value"
	}
	told := wanted(s)
	if bounds := boundsTold(s); bounds != "" {
		told += ", " + bounds
	}
	return told
}

func boundsTold(s *shape) string {
	switch {
	case s.Minimum != nil && s.Maximum != nil:
		return fmt.Sprintf("%v to %v", *s.Minimum, *s.Maximum)
	case s.Minimum != nil:
		return fmt.Sprintf("%v or more", *s.Minimum)
	case s.Maximum != nil:
		return fmt.Sprintf("%v or less", *s.Maximum)
	}
	return ""
}

func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
