package document

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"tranship.dev/tranship/internal/practice"
)

// Write gives a document as YAML that Read takes for the same. Fields stand in
// the order of the reference; comments of the applied text are not kept.
func (d *Documents) Write(doc practice.Document) ([]byte, error) {
	shape := d.shapes[doc.Kind]
	if shape == nil || doc.Kind == "" {
		return nil, fmt.Errorf("write %s %s: there is no such kind", doc.Kind, doc.Name)
	}
	decoder := json.NewDecoder(bytes.NewReader(doc.Spec))
	decoder.UseNumber()
	var spec any
	if err := decoder.Decode(&spec); err != nil {
		return nil, fmt.Errorf("write %s %s: %w", doc.Kind, doc.Name, err)
	}
	metadata := map[string]any{"name": doc.Name}
	if len(doc.Labels) > 0 {
		labels := map[string]any{}
		for name, label := range doc.Labels {
			labels[name] = label
		}
		metadata["labels"] = labels
	}
	if doc.Revision > 0 {
		metadata["revision"] = json.Number(strconv.FormatInt(doc.Revision, 10))
	}
	w := writer{documents: d}
	w.table(0, map[string]any{"apiVersion": practice.APIVersion, "kind": string(doc.Kind), "metadata": metadata, "spec": spec}, shape)
	return w.out.Bytes(), nil
}

// writer writes values as YAML. The library's encoder is not used: it does not
// give back every text (a name with a line break, for one), and a document
// must never change by being looked at.
type writer struct {
	documents *Documents
	out       bytes.Buffer
}

// value writes what follows a name or a dash, up to the line's end. indent is
// that of the lines below it.
func (w *writer) value(indent int, v any, s *shape) {
	if s != nil {
		s = w.documents.resolve(s)
	}
	switch v := v.(type) {
	case map[string]any:
		if len(v) == 0 {
			w.out.WriteString(" {}\n")
			return
		}
		w.out.WriteByte('\n')
		w.table(indent, v, s)
	case []any:
		if len(v) == 0 {
			w.out.WriteString(" []\n")
			return
		}
		w.out.WriteByte('\n')
		w.list(indent, v, s)
	case string:
		w.out.WriteString(" " + scalar(v, indent) + "\n")
	case nil:
		w.out.WriteString(" null\n")
	case json.Number:
		w.out.WriteString(" " + written(v) + "\n")
	default:
		fmt.Fprintf(&w.out, " %v\n", v)
	}
}

// written gives a number as Read takes it. Whole numbers that JSON keeps only
// roughly are written with an exponent, as they must have come in.
func written(n json.Number) string {
	f, err := n.Float64()
	if err != nil || math.Abs(f) <= most {
		return n.String()
	}
	return strconv.FormatFloat(f, 'e', -1, 64)
}

func (w *writer) table(indent int, fields map[string]any, s *shape) {
	for _, name := range ordered(fields, s) {
		fmt.Fprintf(&w.out, "%s%s:", strings.Repeat(" ", indent), line(name))
		w.value(indent+2, fields[name], s.below(name))
	}
}

func (w *writer) list(indent int, items []any, s *shape) {
	var each *shape
	if s != nil {
		each = s.Items
	}
	for _, item := range items {
		w.out.WriteString(strings.Repeat(" ", indent) + "-")
		begin := w.out.Len()
		w.value(indent+2, item, each)
		// The first field of a table stands beside the dash.
		if written := w.out.Bytes()[begin:]; len(written) > indent+3 && written[0] == '\n' {
			rest := bytes.Clone(written[indent+3:])
			w.out.Truncate(begin)
			w.out.WriteByte(' ')
			w.out.Write(rest)
		}
	}
}

// below gives the shape of a field, or nil.
func (s *shape) below(name string) *shape {
	switch {
	case s == nil:
		return nil
	case s.Properties[name] != nil:
		return s.Properties[name]
	case s.Additional != nil:
		return s.Additional.shape
	}
	return nil
}

// ordered gives the names of fields: the known ones in their order, then the others.
func ordered(fields map[string]any, s *shape) []string {
	var known []string
	if s != nil {
		known = s.Order
	}
	names := slices.Sorted(maps.Keys(fields))
	slices.SortStableFunc(names, func(a, b string) int { return rank(a, known) - rank(b, known) })
	return names
}

func rank(name string, known []string) int {
	if i := slices.Index(known, name); i >= 0 {
		return i
	}
	return len(known)
}

// harmless are texts that every reader of YAML takes for texts: words, and
// durations, versions and addresses, though they begin with a digit.
var harmless = regexp.MustCompile(`^(` +
	`[A-Za-z_/$][A-Za-z0-9_./${}=+-]*( [A-Za-z0-9_./${}=+-]+)*|` +
	`([0-9]+(h|ms?|s))+|` +
	`[0-9]+\.[0-9]+\.[0-9]+[A-Za-z0-9.+-]*)$`)

// line writes a text within one line: plain where every reader of YAML takes
// it for this text, otherwise in quotes.
func line(s string) string {
	if harmless.MatchString(s) && !isWord(s) && len(s) < 100 {
		return s
	}
	return escaped(s)
}

// isWord says whether some reader of YAML takes the word for something else than a text.
func isWord(s string) bool {
	return slices.Contains([]string{"true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf"}, strings.ToLower(s))
}

// scalar writes a text, one of several lines as a block.
func scalar(s string, indent int) string {
	if !blockable(s) {
		return line(s)
	}
	mark := "|"
	if !strings.HasSuffix(s, "\n") {
		mark = "|-"
	}
	pad := "\n" + strings.Repeat(" ", indent)
	var b strings.Builder
	b.WriteString(mark)
	for l := range strings.SplitSeq(strings.TrimSuffix(s, "\n"), "\n") {
		if l == "" {
			b.WriteByte('\n')
			continue
		}
		b.WriteString(pad + l)
	}
	return b.String()
}

// blockable says whether a text of several lines comes back from a block as it was.
func blockable(s string) bool {
	body := strings.TrimSuffix(s, "\n")
	if !strings.Contains(s, "\n") || body == "" || body[0] == ' ' || body[0] == '\n' || strings.HasSuffix(body, "\n") {
		return false
	}
	for l := range strings.SplitSeq(body, "\n") {
		if l != strings.TrimRightFunc(l, unicode.IsSpace) || strings.ContainsFunc(l, func(r rune) bool { return !unicode.IsPrint(r) }) || strings.HasPrefix(l, "#") {
			return false
		}
	}
	return true
}

// escaped writes a text in double quotes; what cannot be seen is escaped.
func escaped(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case unicode.IsPrint(r) && r != unicode.ReplacementChar:
			b.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
