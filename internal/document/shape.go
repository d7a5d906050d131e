package document

import (
	"encoding/json"
	"fmt"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tranship.dev/tranship/internal/practice"
)

// shape is a JSON Schema, as far as documents and drivers' inputs use it.
// It is what values are checked against, and what editors are given.
type shape struct {
	Ref         string            `json:"$ref,omitempty"`
	Type        types             `json:"type,omitempty"`
	Description string            `json:"description,omitempty"`
	Default     any               `json:"default,omitempty"`
	Const       any               `json:"const,omitempty"`
	Enum        []any             `json:"enum,omitempty"`
	Minimum     *float64          `json:"minimum,omitempty"`
	Maximum     *float64          `json:"maximum,omitempty"`
	MinLength   *int              `json:"minLength,omitempty"`
	MaxLength   *int              `json:"maxLength,omitempty"`
	Pattern     string            `json:"pattern,omitempty"`
	PatternDoc  string            `json:"patternDescription,omitempty"` // what the pattern means
	MinItems    *int              `json:"minItems,omitempty"`
	MaxItems    *int              `json:"maxItems,omitempty"`
	Items       *shape            `json:"items,omitempty"`
	Required    []string          `json:"required,omitempty"`
	Properties  map[string]*shape `json:"properties,omitempty"`
	Names       *shape            `json:"propertyNames,omitempty"`
	Additional  *additional       `json:"additionalProperties,omitempty"`
	If          *shape            `json:"if,omitempty"`
	Then        *shape            `json:"then,omitempty"`
	AllOf       []*shape          `json:"allOf,omitempty"`
	AnyOf       []*shape          `json:"anyOf,omitempty"`
	OneOf       []*shape          `json:"oneOf,omitempty"`

	// Order is the order of the fields in the Go type; names that it lacks follow by alphabet.
	Order []string `json:"x-order,omitempty"`
	// step tells that the value is a step, whose driver knows the shape of with.
	step bool
	// matches is the compiled Pattern.
	matches *regexp.Regexp
	// references tells that texts may hold references, which are filled in later.
	references bool
}

// additional says what fields may stand beside the named ones.
type additional struct {
	refused bool
	shape   *shape
}

// MarshalJSON writes false, true or the shape.
func (a additional) MarshalJSON() ([]byte, error) {
	if a.shape == nil {
		return json.Marshal(!a.refused)
	}
	return json.Marshal(a.shape)
}

// UnmarshalJSON reads false, true or the shape.
func (a *additional) UnmarshalJSON(raw []byte) error {
	var allowed bool
	if json.Unmarshal(raw, &allowed) == nil {
		a.refused = !allowed
		return nil
	}
	return json.Unmarshal(raw, &a.shape)
}

// types are the JSON types that a value may have; none means any.
type types []string

// MarshalJSON writes one type as a text, several as a list.
func (t types) MarshalJSON() ([]byte, error) {
	if len(t) == 1 {
		return json.Marshal(t[0])
	}
	return json.Marshal([]string(t))
}

// UnmarshalJSON reads a text or a list.
func (t *types) UnmarshalJSON(raw []byte) error {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		*t = types{one}
		return nil
	}
	return json.Unmarshal(raw, (*[]string)(t))
}

const definitionPrefix = "#/definitions/"

// durationPattern allows what practice.Duration reads and people write: no
// nanoseconds, and never more than fits.
const durationPattern = `^([0-9]{1,6}h)?([0-9]{1,6}m)?([0-9]{1,9}(\.[0-9]{1,9})?s)?([0-9]{1,9}ms)?$`

// durationText stands for practice.Duration while schemas are made.
type durationText string

// Schema is the schema of a duration.
func (durationText) Schema(huma.Registry) *huma.Schema {
	least := 1
	return &huma.Schema{Type: huma.TypeString, MinLength: &least, Pattern: durationPattern, PatternDescription: `a duration like "1m30s"`}
}

// momentPattern allows what RFC 3339 does; that there is such a day is seen when it is read.
const momentPattern = `^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$`

// momentText stands for time.Time while schemas are made.
type momentText string

// Schema is the schema of a moment.
func (momentText) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Pattern: momentPattern, PatternDescription: `a moment like "2026-08-01T09:00:00Z"`}
}

func isMoment(text string) bool {
	_, err := time.Parse(time.RFC3339, text)
	return err == nil
}

// definitions gives the shapes of all types that the kinds are made of, by
// names like "model.Step".
func definitions(all map[practice.Kind]kind) map[string]*shape {
	found := map[string]reflect.Type{}
	registry := huma.NewMapRegistry(definitionPrefix, func(t reflect.Type, hint string) string {
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		if t.Name() == "" {
			return hint
		}
		name := typeName(t)
		found[name] = t
		return name
	})
	registry.RegisterTypeAlias(reflect.TypeFor[practice.Duration](), reflect.TypeFor[durationText]())
	registry.RegisterTypeAlias(reflect.TypeFor[time.Time](), reflect.TypeFor[momentText]())
	for _, name := range practice.Kinds() {
		registry.Schema(all[name].spec, true, string(name))
	}
	defs := map[string]*shape{}
	for name, schema := range registry.Map() {
		defs[name] = fromSchema(schema)
		defs[name].Order = fieldOrder(found[name])
	}
	defs[stepName].step, defs[healthName].step = true, true
	return defs
}

func typeName(t reflect.Type) string { return path.Base(t.PkgPath()) + "." + t.Name() }

// stepName is the definition of a model's step.
const stepName = "model.Step"

// healthName is the definition of a health check, which names a driver like a step.
const healthName = "model.HealthCheck"

// fromSchema turns the schema of one of our own types into a shape. It can fail
// only when such a type has tags that make no schema, which every test would see.
func fromSchema(schema *huma.Schema) *shape {
	raw, err := schema.MarshalJSON()
	if err != nil {
		panic(fmt.Sprintf("schema of a document: %v", err))
	}
	s, err := parseShape(raw)
	if err != nil {
		panic(fmt.Sprintf("schema of a document: %v", err))
	}
	return s
}

// parseShape reads a JSON Schema.
func parseShape(raw []byte) (*shape, error) {
	var s shape
	if err := json.Unmarshal(raw, &s); err != nil {
		return nil, err
	}
	var failed error
	s.each(func(part *shape) {
		if part.Pattern != "" {
			compiled, err := regexp.Compile(part.Pattern)
			if err != nil && failed == nil {
				failed = err
			}
			part.matches = compiled
		}
		if part.Ref != "" { // drafts before 2019 ignore what stands beside a reference
			part.AllOf, part.Ref = []*shape{{Ref: part.Ref}}, ""
		}
		if len(part.Type) == 2 && part.Type[0] == huma.TypeArray { // lists of ours are never null
			part.Type = part.Type[:1]
		}
	})
	return &s, failed
}

// each calls do with s and every shape in it, the inner ones first.
func (s *shape) each(do func(*shape)) {
	if s == nil {
		return
	}
	for _, part := range s.Properties {
		part.each(do)
	}
	for _, part := range slices.Concat([]*shape{s.Items, s.Names, s.If, s.Then}, s.AllOf, s.AnyOf, s.OneOf) {
		part.each(do)
	}
	if s.Additional != nil {
		s.Additional.shape.each(do)
	}
	do(s)
}

// fieldOrder gives the names of a struct's fields in JSON, in their order.
func fieldOrder(t reflect.Type) []string {
	var names []string
	for field := range t.Fields() {
		if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "" && name != "-" {
			names = append(names, name)
		}
	}
	return names
}
