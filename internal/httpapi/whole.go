package httpapi

import (
	"bytes"
	"encoding/json"
	"io"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// wholeJSON writes answers as JSON in which no list is null: the description says
// that a list is one, so nobody expects anything else.
var wholeJSON = huma.Format{Marshal: writeJSON, Unmarshal: huma.DefaultJSONFormat.Unmarshal}

func writeJSON(w io.Writer, v any) error {
	var out bytes.Buffer
	if err := encode(&out, v); err != nil {
		return err
	}
	// A list that is null is rare: what was written is looked through first, which
	// costs next to nothing, and only then is what was to be written.
	if bytes.Contains(out.Bytes(), []byte("null")) {
		out.Reset()
		if err := encode(&out, filled(reflect.ValueOf(v)).Interface()); err != nil {
			return err
		}
	}
	_, err := w.Write(out.Bytes())
	return err
}

func encode(out *bytes.Buffer, v any) error {
	to := json.NewEncoder(out)
	to.SetEscapeHTML(false)
	return to.Encode(v)
}

var marshals = reflect.TypeFor[json.Marshaler]()

// filled gives a copy of a value in which lists that are nil are empty. What
// writes itself is left as it is; nothing of the value itself is changed, for
// others may be reading it.
func filled(v reflect.Value) reflect.Value {
	if !v.IsValid() || v.Type().Implements(marshals) || reflect.PointerTo(v.Type()).Implements(marshals) {
		return v
	}
	switch v.Kind() {
	case reflect.Slice:
		return filledSlice(v)
	case reflect.Struct:
		copied := reflect.New(v.Type()).Elem()
		copied.Set(v)
		fillFields(copied, v)
		return copied
	case reflect.Map:
		if v.IsNil() {
			return v
		}
		copied := reflect.MakeMapWithSize(v.Type(), v.Len())
		for entries := v.MapRange(); entries.Next(); {
			copied.SetMapIndex(entries.Key(), filled(entries.Value()))
		}
		return copied
	case reflect.Pointer:
		if v.IsNil() {
			return v
		}
		copied := reflect.New(v.Type().Elem())
		copied.Elem().Set(filled(v.Elem()))
		return copied
	case reflect.Interface:
		if v.IsNil() {
			return v
		}
		copied := reflect.New(v.Type()).Elem()
		copied.Set(filled(v.Elem()))
		return copied
	default:
		return v
	}
}

// fillFields fills the fields of a struct from those of another, also those that
// it has from within it.
func fillFields(copied, v reflect.Value) {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		switch {
		case field.Anonymous && !field.IsExported() && field.Type.Kind() == reflect.Struct:
			fillFields(copied.Field(i), v.Field(i))
		case field.IsExported() && !leftOut(field, v.Field(i)):
			copied.Field(i).Set(filled(v.Field(i)))
		}
	}
}

// leftOut says whether a field is not written at all, and must stay so.
func leftOut(field reflect.StructField, v reflect.Value) bool {
	return v.IsZero() && strings.Contains(field.Tag.Get("json"), ",omitzero")
}

func filledSlice(v reflect.Value) reflect.Value {
	if v.Type().Elem().Kind() == reflect.Uint8 && !v.IsNil() {
		return v
	}
	copied := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
	for i := range v.Len() {
		copied.Index(i).Set(filled(v.Index(i)))
	}
	return copied
}

// listsAreLists describes every list as one that is never null. Huma has a setting
// for that, but of the whole process: the documents are described by it too.
func listsAreLists(api *huma.OpenAPI) {
	for _, one := range api.Components.Schemas.Map() {
		neverNull(one)
	}
	for _, path := range api.Paths {
		for _, op := range []*huma.Operation{path.Get, path.Put, path.Post, path.Delete, path.Patch, path.Head, path.Options} {
			if op == nil {
				continue
			}
			for _, one := range op.Parameters {
				neverNull(one.Schema)
			}
			if op.RequestBody != nil {
				neverNullIn(op.RequestBody.Content)
			}
			for _, one := range op.Responses {
				neverNullIn(one.Content)
			}
		}
	}
}

func neverNullIn(content map[string]*huma.MediaType) {
	for _, one := range content {
		neverNull(one.Schema)
	}
}

func neverNull(s *huma.Schema) {
	if s == nil {
		return
	}
	if s.Type == huma.TypeArray {
		s.Nullable = false
	}
	neverNull(s.Items)
	if more, ok := s.AdditionalProperties.(*huma.Schema); ok {
		neverNull(more)
	}
	for _, one := range s.Properties {
		neverNull(one)
	}
	for _, list := range [][]*huma.Schema{s.OneOf, s.AnyOf, s.AllOf} {
		for _, one := range list {
			neverNull(one)
		}
	}
}
