package driver

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"tranship.dev/tranship/internal/practice"
)

// Decode reads a step's With into inputs, a pointer to the driver's struct of
// inputs. Fields that With does not name keep what they hold, so defaults are
// put in before. A field that is unknown, misses, or has a value that its tags
// do not allow is a problem; all of them come in one terminal Invalid error.
// The error names fields and never values, for a value may be a secret.
func Decode(with map[string]any, inputs any) error {
	raw, err := json.Marshal(with)
	if err != nil {
		return practice.Faultf(practice.Invalid, "inputs are not JSON: %v", err).Final()
	}
	var plain map[string]any
	if err := json.Unmarshal(raw, &plain); err != nil {
		return practice.Faultf(practice.Invalid, "inputs are not a JSON object").Final()
	}
	if plain == nil {
		plain = map[string]any{}
	}
	if problems := check(plain, inputs); len(problems) > 0 {
		return &practice.Error{Code: practice.Invalid, Message: "inputs are not allowed", Terminal: true, Problems: problems}
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(inputs); err != nil {
		return practice.Faultf(practice.Invalid, "inputs are not allowed: %v", err).Final()
	}
	return nil
}

// BadInput is the error of an input that its driver cannot use, field being
// its name ("argv[0]").
func BadInput(field, hint, format string, args ...any) error {
	return &practice.Error{
		Code: practice.Invalid, Message: "inputs are not allowed", Terminal: true,
		Problems: []practice.Problem{{Path: "with." + field, Message: fmt.Sprintf(format, args...), Hint: hint}},
	}
}

func check(plain map[string]any, inputs any) []practice.Problem {
	known := schemaOf(reflect.TypeOf(inputs).Elem())
	path := huma.NewPathBuffer([]byte{}, 0)
	path.Push("with")
	var found huma.ValidateResult
	huma.Validate(known.registry, known.schema, path, huma.ModeWriteToServer, quoted(plain), &found)

	problems := make([]practice.Problem, 0, len(found.Errors))
	for _, err := range found.Errors {
		detail, is := errors.AsType[*huma.ErrorDetail](err)
		if !is {
			detail = &huma.ErrorDetail{Message: err.Error(), Location: "with"}
		}
		p := problem(detail, known)
		p.Path = unquote.Replace(p.Path)
		problems = append(problems, p)
	}
	problems = append(problems, durations(plain, reflect.TypeOf(inputs).Elem(), "with")...)
	slices.SortFunc(problems, func(a, b practice.Problem) int { return strings.Compare(a.Path, b.Path) })
	return problems
}

// The validator takes a path apart at dots and brackets, so names that hold
// them, such as limits.conf, are written with characters of no script instead.
var (
	quote   = strings.NewReplacer(".", "\uE000", "[", "\uE001")
	unquote = strings.NewReplacer("\uE000", ".", "\uE001", "[")
)

func quoted(v any) any {
	switch v := v.(type) {
	case map[string]any:
		all := make(map[string]any, len(v))
		for name, item := range v {
			all[quote.Replace(name)] = quoted(item)
		}
		return all
	case []any:
		all := make([]any, len(v))
		for at, item := range v {
			all[at] = quoted(item)
		}
		return all
	}
	return v
}

var missing = regexp.MustCompile(`^expected required property (.+) to be present$`)

// problem says what huma found in our words.
func problem(d *huma.ErrorDetail, known typeSchema) practice.Problem {
	p := practice.Problem{Path: d.Location, Message: d.Message}
	if name := missing.FindStringSubmatch(d.Message); name != nil {
		p.Path, p.Message = d.Location+"."+name[1], "is missing"
		return p
	}
	if d.Message != validation.MsgUnexpectedProperty {
		return p
	}
	at := strings.LastIndex(d.Location, ".")
	field := d.Location[at+1:]
	names := fieldNames(known, d.Location[:max(at, 0)])
	p.Message = "is not an input of this driver"
	if near := Nearest(field, names); near != "" {
		p.Hint = fmt.Sprintf("did you mean %q?", near)
	} else if len(names) > 0 {
		p.Hint = "it takes " + strings.Join(names, ", ")
	}
	return p
}

// fieldNames lists the fields of the object at path ("with.header").
func fieldNames(known typeSchema, path string) []string {
	schema := known.schema
	for _, part := range strings.Split(path, ".")[1:] {
		name, _, indexed := strings.Cut(part, "[")
		next := schema.Properties[name]
		if next != nil && indexed {
			next = next.Items
		}
		if next != nil && next.Ref != "" {
			next = known.registry.SchemaFromRef(next.Ref)
		}
		if next == nil {
			return nil
		}
		schema = next
	}
	names := make([]string, 0, len(schema.Properties))
	for name := range schema.Properties {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// durations finds texts that are no durations: the schema knows them as texts only.
func durations(plain map[string]any, t reflect.Type, path string) []practice.Problem {
	var problems []practice.Problem
	for field := range t.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		text, isText := plain[name].(string)
		if field.Type != reflect.TypeFor[practice.Duration]() || !isText {
			continue
		}
		raw, err := json.Marshal(text)
		var d practice.Duration
		if err != nil || json.Unmarshal(raw, &d) != nil {
			problems = append(problems, practice.Problem{Path: path + "." + name, Message: "is not a duration", Hint: `write it like "1m30s"`})
		}
	}
	return problems
}

// Nearest gives the one of names that word is most likely a misspelling of, or
// "" when none is near.
func Nearest(word string, names []string) string {
	best, distance := "", max(2, len(word)/3)+1
	for _, name := range names {
		d := levenshtein.ComputeDistance(strings.ToLower(word), strings.ToLower(name))
		if d < distance {
			best, distance = name, d
		}
	}
	return best
}
