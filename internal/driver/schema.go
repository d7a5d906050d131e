package driver

import (
	"maps"
	"reflect"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"tranship.dev/tranship/internal/practice"
)

// Schema gives the JSON Schema of a driver's inputs, made from the tags of the
// struct that inputs points to (json, doc, enum, minLength, minItems, minimum,
// pattern ...). It refuses unknown fields. Structs within stand under $defs.
// The schema must not be changed.
func Schema(inputs any) *huma.Schema {
	known := schemaOf(reflect.TypeOf(inputs).Elem())
	within := known.registry.Map()
	if len(within) == 0 {
		return known.schema
	}
	whole := *known.schema
	whole.Extensions = maps.Clone(whole.Extensions)
	if whole.Extensions == nil {
		whole.Extensions = map[string]any{}
	}
	whole.Extensions["$defs"] = within
	return &whole
}

// typeSchema is a struct's schema, with the registry that its references need.
type typeSchema struct {
	schema   *huma.Schema
	registry huma.Registry
}

// schemas keeps what is made by reflection once per type; it is a cache and
// holds nothing that could differ between its users.
var schemas sync.Map

func schemaOf(t reflect.Type) typeSchema {
	if known, found := schemas.Load(t); found {
		return known.(typeSchema)
	}
	registry := huma.NewMapRegistry("#/$defs/", huma.DefaultSchemaNamer)
	registry.RegisterTypeAlias(reflect.TypeFor[practice.Duration](), reflect.TypeFor[string]())
	schema := registry.Schema(t, false, t.Name())
	boundDurations(t, schema)
	known, _ := schemas.LoadOrStore(t, typeSchema{schema, registry})
	return known.(typeSchema)
}

// duration is how a length of time is written: 1m30s.
const duration = `^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$`

// boundDurations lets the schema say how lengths of time are written: their
// type is a text to huma.
func boundDurations(t reflect.Type, schema *huma.Schema) {
	for field := range t.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if property := schema.Properties[name]; property != nil && field.Type == reflect.TypeFor[practice.Duration]() {
			property.Pattern, property.PatternDescription = duration, "a length of time such as 1m30s"
			property.PrecomputeMessages()
		}
	}
}
