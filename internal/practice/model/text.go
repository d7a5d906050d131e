package model

import (
	"strings"

	"tranship.dev/tranship/internal/practice"
)

// Text is a parsed text of a step's inputs: plain parts and references.
//
// ${NAME} is a reference. A "$" is plain unless a "{" follows; to write a plain
// "${", double the "$": "$${". In a row of several "$" before a "{", each pair
// stands for one plain "$", and a single one that is left begins a reference.
type Text struct{ parts []part }

// part is plain text, or the reference name when that is not empty.
type part struct{ plain, name string }

// ParseText reads a text; Invalid when a reference is not closed or its name is not allowed.
func ParseText(text string) (Text, error) {
	var t Text
	var plain strings.Builder
	for rest := text; rest != ""; {
		brace := strings.Index(rest, "{")
		if brace < 0 {
			plain.WriteString(rest)
			break
		}
		dollars := len(rest[:brace]) - len(strings.TrimRight(rest[:brace], "$"))
		plain.WriteString(rest[:brace-dollars])
		plain.WriteString(strings.Repeat("$", dollars/2))
		rest = rest[brace+1:]
		if dollars%2 == 0 {
			plain.WriteByte('{')
			continue
		}
		name, after, closed := strings.Cut(rest, "}")
		if err := checkReferenceForm(name, closed); err != nil {
			return Text{}, err
		}
		t.addPlain(plain.String())
		plain.Reset()
		t.parts = append(t.parts, part{name: name})
		rest = after
	}
	t.addPlain(plain.String())
	return t, nil
}

func (t *Text) addPlain(plain string) {
	if plain != "" {
		t.parts = append(t.parts, part{plain: plain})
	}
}

func checkReferenceForm(name string, closed bool) error {
	switch {
	case !closed:
		return practice.Faultf(practice.Invalid, "reference ${%s is not closed by }", name).
			WithHint("write $${ for a plain ${")
	case name == "":
		return practice.Faultf(practice.Invalid, "reference ${} has no name").
			WithHint("write $${ for a plain ${")
	}
	if i := strings.IndexFunc(name, func(r rune) bool { return r <= ' ' || r == 0x7f || strings.ContainsRune(`${"'\`, r) }); i >= 0 {
		return practice.Faultf(practice.Invalid, "reference ${%s} has %q in its name", name, name[i]).
			WithHint("write $${ for a plain ${")
	}
	return nil
}

// Names gives the references of the text, each once, in their order.
func (t Text) Names() []string {
	var names []string
	seen := map[string]bool{}
	for _, p := range t.parts {
		if p.name != "" && !seen[p.name] {
			seen[p.name] = true
			names = append(names, p.name)
		}
	}
	return names
}

// Fill puts values in place of references and gives a text in the same
// notation: references for which value answers false stay references, and a
// value that looks like a reference is doubled, so that it never becomes one.
func (t Text) Fill(value func(name string) (string, bool)) string {
	var out, plain strings.Builder
	for _, p := range t.parts {
		if p.name == "" {
			plain.WriteString(p.plain)
			continue
		}
		if filled, known := value(p.name); known {
			plain.WriteString(filled)
			continue
		}
		writePlain(&out, plain.String(), true)
		plain.Reset()
		out.WriteString("${" + p.name + "}")
	}
	writePlain(&out, plain.String(), false)
	return out.String()
}

// Resolve puts values in place of all references and gives the plain text;
// the error is the first that value answers.
func (t Text) Resolve(value func(name string) (string, error)) (string, error) {
	var out strings.Builder
	for _, p := range t.parts {
		if p.name == "" {
			out.WriteString(p.plain)
			continue
		}
		filled, err := value(p.name)
		if err != nil {
			return "", err
		}
		out.WriteString(filled)
	}
	return out.String(), nil
}

// Escape gives plain text in the notation of Text.
func Escape(plain string) string {
	var out strings.Builder
	writePlain(&out, plain, false)
	return out.String()
}

// writePlain doubles every "$" of a row before a "{", and of the row at the end when a reference follows.
func writePlain(out *strings.Builder, plain string, referenceFollows bool) {
	dollars := 0
	for i := range len(plain) {
		switch plain[i] {
		case '$':
			dollars++
		case '{':
			out.WriteString(strings.Repeat("$", dollars))
			dollars = 0
		default:
			dollars = 0
		}
		out.WriteByte(plain[i])
	}
	if referenceFollows {
		out.WriteString(strings.Repeat("$", dollars))
	}
}
