package document

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// form is what a value is.
type form int

const (
	nothing form = iota
	text
	number
	truth
	list
	table
)

// place is where something stands in a file, both from 1.
type place struct{ line, column int }

// value is a value of a YAML document with its place.
type value struct {
	at     place
	form   form
	text   string // of a text; of all other scalars how they are written
	number float64
	truth  bool
	items  []*value
	fields []field
	spoilt bool // it cannot be used, and why was said already
}

// field is an entry of a table.
type field struct {
	name  string
	at    place // of the name
	value *value
}

// field gives the entry of that name.
func (v *value) field(name string) (field, bool) {
	for _, f := range v.fields {
		if f.name == name {
			return f, true
		}
	}
	return field{}, false
}

// plain gives the value as JSON knows it; what cannot be used is null, so that
// the rest of a document with defects can still be judged.
func (v *value) plain() any {
	if v.spoilt && v.form != table {
		return nil
	}
	switch v.form {
	case text:
		return v.text
	case number:
		return v.number
	case truth:
		return v.truth
	case list:
		items := make([]any, len(v.items))
		for i, item := range v.items {
			items[i] = item.plain()
		}
		return items
	case table:
		fields := make(map[string]any, len(v.fields))
		for _, f := range v.fields {
			fields[f.name] = f.value.plain()
		}
		return fields
	case nothing:
	}
	return nil
}

// told says what a value is, for people.
func (v *value) told() string {
	switch v.form {
	case text:
		return "the text " + quoted(v.text)
	case number:
		return "the number " + short(v.text)
	case truth:
		return v.text
	case list:
		return "a list"
	case table:
		return "a table of fields"
	case nothing:
	}
	return "nothing"
}

func quoted(s string) string { return strconv.Quote(short(s)) }

// short cuts what would fill the screen.
func short(s string) string {
	const longest = 60
	if utf8.RuneCountInString(s) <= longest {
		return s
	}
	return string([]rune(s)[:longest]) + "..."
}

// find gives the place of a path like "spec.flow[2].environment": of the value
// when it is a scalar, otherwise of its name. When there is no such path, it is
// the place of the nearest thing around it.
func (v *value) find(path string) place {
	at := v.at
	for path != "" {
		next, where, rest := v.child(path)
		if next == nil {
			return at
		}
		at = where
		if next.form != list && next.form != table && next.form != nothing {
			at = next.at
		}
		v, path = next, strings.TrimPrefix(rest, ".")
	}
	return at
}

// child gives the value that the path's beginning names, the place of its name,
// and the rest of the path. Names may hold dots: the longest that fits is meant.
func (v *value) child(path string) (*value, place, string) {
	if inside, found := strings.CutPrefix(path, "["); found {
		digits, rest, _ := strings.Cut(inside, "]")
		i, err := strconv.Atoi(digits)
		if err != nil || i < 0 || i >= len(v.items) {
			return nil, place{}, ""
		}
		return v.items[i], v.items[i].at, rest
	}
	var best field
	for _, f := range v.fields {
		rest, fits := strings.CutPrefix(path, f.name)
		if fits && (rest == "" || rest[0] == '.' || rest[0] == '[') && (best.value == nil || len(f.name) > len(best.name)) {
			best = f
		}
	}
	if best.value == nil {
		return nil, place{}, ""
	}
	return best.value, best.at, path[len(best.name):]
}
