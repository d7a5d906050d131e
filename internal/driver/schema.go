package driver

import (
	"reflect"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"tranship.dev/tranship/internal/practice"
)

// Schema gives the JSON Schema of a driver's inputs, made from the tags of the
// struct that inputs points to (json, doc, enum, minLength, minItems, minimum,
// pattern ...). It refuses unknown fields. The schema must not be changed.
func Schema(inputs any) *huma.Schema {
	return schemaOf(reflect.TypeOf(inputs).Elem()).schema
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
	known, _ := schemas.LoadOrStore(t, typeSchema{registry.Schema(t, false, t.Name()), registry})
	return known.(typeSchema)
}
