package document

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"

	"tranship.dev/tranship/internal/practice"
)

// MetadataDoc says what the fields beside spec are, for schema and reference.
const (
	apiVersionDoc = "The version of the language that the document is written in."
	kindDoc       = "What the document describes."
	metadataDoc   = "What names the document."
	nameDoc       = "The document's name, unique among those of its kind."
	labelsDoc     = "Words to choose it by, and to refer to as ${target.labels.NAME}."
	revisionDoc   = "The revision that this text was made from; applying is refused when there is another one by now. Leave it out to apply whatever is there."
	specDoc       = "What the document says."
)

// The names and values of labels.
const (
	labelPattern  = `^[A-Za-z0-9]([A-Za-z0-9._/-]{0,126}[A-Za-z0-9])?$`
	maxLabelValue = 256
)

// envelope gives the shape of a whole document of a kind.
func envelope(name practice.Kind, k kind) *shape {
	document := object([]string{"apiVersion", "kind", "metadata", "spec"}, map[string]*shape{
		"apiVersion": {Type: types{"string"}, Enum: []any{practice.APIVersion}, Description: apiVersionDoc},
		"kind":       {Type: types{"string"}, Enum: []any{string(name)}, Description: kindDoc},
		"metadata":   metadata(),
		"spec":       {AllOf: []*shape{{Ref: definitionPrefix + typeName(k.spec)}}, Description: specDoc},
	})
	document.Description = k.doc
	return document
}

func metadata() *shape {
	longest, least, lowest := maxLabelValue, 1, 0.0
	s := object([]string{"name"}, map[string]*shape{
		"name": {Type: types{"string"}, Pattern: practice.NamePattern, Description: nameDoc,
			PatternDoc: "1 to 128 lower case letters, digits, '.', '-' or '_', beginning and ending with a letter or digit",
			matches:    regexp.MustCompile(practice.NamePattern)},
		"labels": {Type: types{"object"}, Description: labelsDoc,
			Names: &shape{Pattern: labelPattern, MinLength: &least, matches: regexp.MustCompile(labelPattern),
				PatternDoc: "1 to 128 letters, digits, '.', '-', '_' or '/', beginning and ending with a letter or digit"},
			Additional: &additional{shape: &shape{Type: types{"string"}, MaxLength: &longest}}},
		"revision": {Type: types{"integer"}, Minimum: &lowest, Description: revisionDoc},
	})
	s.Order = []string{"name", "labels", "revision"}
	s.Description = metadataDoc
	return s
}

// object gives the shape of a table with exactly these fields.
func object(required []string, fields map[string]*shape) *shape {
	return &shape{Type: types{"object"}, Properties: fields, Required: required, Order: required, Additional: &additional{refused: true}}
}

// rootSchema is the schema of a document of any kind.
type rootSchema struct {
	Schema string `json:"$schema"`
	Title  string `json:"title"`
	*shape
	Definitions map[string]*shape `json:"definitions"`
}

// draft is the version of JSON Schema that editors for YAML know best.
const draft = "http://json-schema.org/draft-07/schema#"

// Schema gives the JSON Schema of all kinds: the kind chooses what else must hold.
func (d *Documents) Schema() ([]byte, error) {
	whole := &shape{
		Type: types{"object"}, Required: []string{"apiVersion", "kind", "metadata", "spec"},
		Properties: map[string]*shape{
			"apiVersion": {Enum: []any{practice.APIVersion}, Description: apiVersionDoc},
			"kind":       {Description: kindDoc},
			"metadata":   {Description: metadataDoc},
			"spec":       {Description: specDoc},
		},
	}
	defs := maps.Clone(d.defs)
	for _, name := range practice.Kinds() {
		whole.Properties["kind"].Enum = append(whole.Properties["kind"].Enum, string(name))
		defs[string(name)] = d.shapes[name]
		whole.AllOf = append(whole.AllOf, &shape{
			If:   &shape{Properties: map[string]*shape{"kind": {Const: string(name)}}, Required: []string{"kind"}},
			Then: &shape{Ref: definitionPrefix + string(name)},
		})
	}
	return indented(rootSchema{draft, "Documents of Tranship", whole, defs})
}

// SchemaOf gives the JSON Schema of one kind, or NotFound.
func (d *Documents) SchemaOf(name practice.Kind) ([]byte, error) {
	document := d.shapes[name]
	if document == nil || name == "" {
		_, hint := suggest(string(name), kindTexts())
		return nil, practice.Faultf(practice.NotFound, "there is no kind %q", string(name)).WithHint("%s", hint).Final()
	}
	return indented(rootSchema{draft, string(name), document, d.defs})
}

func kindTexts() []string {
	texts := make([]string, 0, len(practice.Kinds()))
	for _, name := range practice.Kinds() {
		texts = append(texts, string(name))
	}
	return texts
}

func indented(schema any) ([]byte, error) {
	raw, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("schema of documents: %w", err)
	}
	return append(raw, '\n'), nil
}

// resolve follows references to definitions; the shape that refers gives the
// description when it has one.
func (d *Documents) resolve(s *shape) *shape {
	for range MaxDepth {
		switch {
		case s.Ref != "":
			s = d.defs[s.Ref[len(definitionPrefix):]]
		case len(s.AllOf) == 1 && s.AllOf[0].Ref != "":
			s = s.AllOf[0]
		default:
			return s
		}
	}
	return s
}

// fields gives the names of an object's fields: those of a Go type in its
// order, others with the required ones first.
func (s *shape) fields() []string {
	if s.Order != nil {
		return s.Order
	}
	names := slices.Sorted(maps.Keys(s.Properties))
	slices.SortStableFunc(names, func(a, b string) int {
		return boolOrder(slices.Contains(s.Required, a)) - boolOrder(slices.Contains(s.Required, b))
	})
	return names
}

func boolOrder(first bool) int {
	if first {
		return 0
	}
	return 1
}
