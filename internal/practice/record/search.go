package record

import (
	"slices"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// Term is what an entry must have: one of these words.
type Term struct {
	Words []string
	// Free: a word of the text that is looked for. Where no entry has it, it is
	// taken for the beginning of words.
	Free bool
}

// Terms gives the words that every entry has that the filter chooses, as Words
// gives them; none where the filter needs no words. It refuses a text without
// a letter or digit.
func (f Filter) Terms() ([]Term, error) {
	text := spoken(f.Text)
	if f.Text != "" && len(text) == 0 {
		return nil, practice.Faultf(practice.Invalid, "text %q has no letter and no digit, so that no entry can be found by it", f.Text).
			WithHint("look for a name, an id, or words of a reason")
	}
	if len(text) == 0 && len(f.Environments) == 0 && len(f.Components) == 0 && len(f.Who) == 0 {
		return nil, nil
	}
	var terms []Term
	for _, word := range text {
		terms = append(terms, Term{Words: []string{cut(word)}, Free: true})
	}
	for _, field := range []struct {
		name   string
		values []string
	}{
		{fieldEnvironment, f.Environments}, {fieldComponent, f.Components}, {fieldWho, f.Who}, {fieldKind, f.Kinds},
		{fieldSubject, one(f.Subject)}, {fieldTarget, one(f.Target)},
	} {
		if len(field.values) == 0 {
			continue
		}
		term := Term{}
		for _, value := range field.values {
			term.Words = append(term.Words, fieldWord(field.name, value))
		}
		terms = append(terms, term)
	}
	return terms, nil
}

func one(value string) []string {
	if value == "" {
		return nil
	}
	return []string{value}
}

// Fits says whether a subject is of the kinds that the filter asks for.
func (f Filter) Fits(subject string) bool {
	kind, _, _ := strings.Cut(subject, "/")
	return (len(f.About) == 0 || slices.Contains(f.About, kind)) && !slices.Contains(f.Aside, kind)
}

// During says whether a moment is within the times of the filter.
func (f Filter) During(when time.Time) bool {
	return (f.Since.IsZero() || !when.Before(f.Since)) && (f.Until.IsZero() || when.Before(f.Until))
}

// Has says whether the words of an entry have what the term asks for; begins
// says that its words are the beginnings of words.
func (t Term) Has(words []string, begins bool) bool {
	return slices.ContainsFunc(t.Words, func(wanted string) bool {
		return slices.ContainsFunc(words, func(word string) bool {
			return word == wanted || begins && strings.HasPrefix(word, wanted)
		})
	})
}
