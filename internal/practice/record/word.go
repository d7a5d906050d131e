package record

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tranship.dev/tranship/internal/practice"
)

// The bounds of the words of one entry. What is beyond is not found by its words.
const (
	longestWord = 64   // bytes; a longer word is cut, where it is stored and where it is looked for
	longestRun  = 6    // parts of a word with separators that are found together
	mostWords   = 2000 // of one entry
)

// The fields of an entry that are looked for exactly. A word of a text never holds "=".
const (
	fieldEnvironment = "env="
	fieldComponent   = "component="
	fieldWho         = "who="
	fieldKind        = "kind="
	fieldSubject     = "subject="
	fieldTarget      = "target="
)

// Words gives the words by which the entry of a leaf is found, each once: what
// it says, in small letters, and its fields. "gate-hel-014" is found as a whole,
// by its parts and by what stands together in it: "gate", "hel-014". first are
// the bytes of the first leaf of the same subject, nil for that one itself: an
// entry is found under the environment and the components that the first one
// names. A leaf that cannot be read has no words.
func Words(leaf, first []byte) []string {
	read, err := openLeaf(leaf)
	if err != nil {
		return nil
	}
	e := read.Entry
	w := words{seen: map[string]bool{}}
	w.field(fieldKind, e.Kind)
	w.field(fieldSubject, e.Subject)
	w.field(fieldTarget, e.Target)
	w.field(fieldWho, e.Who.Name)
	w.about(e)
	if begun, err := openLeaf(first); first != nil && err == nil {
		w.about(begun.Entry)
	}
	for _, text := range []string{e.Kind, e.Subject, e.Target, e.Who.Name, e.Why} {
		w.text(text)
	}
	w.value(e.Data)
	return w.all
}

// words gathers words.
type words struct {
	all  []string
	seen map[string]bool
}

func (w *words) add(word string) {
	if word = cut(word); word == "" || w.seen[word] || len(w.all) >= mostWords {
		return
	}
	w.seen[word] = true
	w.all = append(w.all, word)
}

func (w *words) field(name, value string) {
	if value != "" {
		w.add(fieldWord(name, value))
	}
}

// about adds the environment and the components of an entry, by its subject and its data.
func (w *words) about(e practice.Entry) {
	w.field(fieldEnvironment, text(e.Data, DataEnvironment))
	w.component(text(e.Data, "component"))
	w.component(text(e.Data, DataRelease))
	artifacts, _ := e.Data[DataArtifacts].([]any)
	for _, a := range artifacts {
		one, _ := a.(map[string]any)
		w.component(text(one, "name"))
	}
	parts := strings.Split(e.Subject, "/")
	switch {
	case parts[0] == "version" && len(parts) == 2:
		w.component(parts[1])
	case parts[0] == "pin" && len(parts) == 4:
		w.component(parts[1])
		w.field(fieldEnvironment, parts[2])
	case parts[0] == "document" && len(parts) == 3 && parts[1] == string(practice.KindEnvironment):
		w.field(fieldEnvironment, parts[2])
	case parts[0] == "document" && len(parts) == 3 && parts[1] == string(practice.KindComponent):
		w.component(parts[2])
	}
}

func text(data map[string]any, key string) string {
	said, _ := data[key].(string)
	return said
}

// component adds the component of "web" or of "web@1.2.0".
func (w *words) component(release string) {
	name, _, _ := strings.Cut(release, "@")
	w.field(fieldComponent, name)
}

// value adds the texts and numbers that JSON holds; not its keys.
func (w *words) value(v any) {
	switch v := v.(type) {
	case string:
		if _, err := time.Parse(time.RFC3339Nano, v); err == nil {
			w.add(strings.ToLower(v)) // its parts are numbers that nobody looks for
			w.add(v[:len(time.DateOnly)])
			return
		}
		w.text(v)
	case float64:
		raw, _ := json.Marshal(v) //nolint:errchkjson // it was read from JSON
		w.text(string(raw))
	case []any:
		for _, one := range v {
			w.value(one)
		}
	case map[string]any:
		keys := make([]string, 0, len(v))
		for key := range v {
			keys = append(keys, key)
		}
		slices.Sort(keys)
		for _, key := range keys {
			w.value(v[key])
		}
	}
}

// text adds the words of a text, and of each what stands together in it.
func (w *words) text(said string) {
	for _, whole := range spoken(said) {
		starts, ends := parts(whole)
		w.add(whole)
		for i := range starts {
			for j := i; j < min(len(starts), i+longestRun); j++ {
				w.add(whole[starts[i]:ends[j]])
			}
		}
	}
}

// spoken cuts a text into words in small letters: letters and digits, and what
// joins them in names, paths, versions and digests.
func spoken(said string) []string {
	found := strings.FieldsFunc(strings.ToLower(said), func(r rune) bool { return !part(r) && !joint(r) })
	kept := found[:0]
	for _, word := range found {
		if word = strings.TrimFunc(word, joint); word != "" {
			kept = append(kept, word)
		}
	}
	return kept
}

func part(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsNumber(r)) }

func joint(r rune) bool { return strings.ContainsRune(".-_/@:+", r) }

// parts gives where the runs of letters and digits of a word begin and end.
func parts(word string) (starts, ends []int) {
	inside := false
	for i, r := range word {
		if p := part(r); p != inside {
			if inside = p; p {
				starts = append(starts, i)
			} else {
				ends = append(ends, i)
			}
		}
	}
	if inside {
		ends = append(ends, len(word))
	}
	return starts, ends
}

// fieldWord gives the word of a field: what a text may not hold is written as "_".
func fieldWord(name, value string) string {
	return cut(name + strings.Map(func(r rune) rune {
		if part(r) || joint(r) {
			return r
		}
		return '_'
	}, strings.ToLower(value)))
}

// cut shortens a word to what is stored of it.
func cut(word string) string {
	if len(word) <= longestWord {
		return word
	}
	word = word[:longestWord]
	for !utf8.ValidString(word) {
		word = word[:len(word)-1]
	}
	return word
}
