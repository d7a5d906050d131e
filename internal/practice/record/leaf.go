package record

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/tlog"

	"tranship.dev/tranship/internal/practice"
)

// maxName bounds the bytes of an entry's kind, subject and target: they are indexed.
const maxName = 300

// maxInteger is the largest whole number that every JSON reader keeps exactly (RFC 7493).
const maxInteger = "9007199254740991"

// seal gives the row of a leaf. The entry's time is cut to microseconds, the
// finest that every database keeps.
func (l Leaf) seal() (Row, error) {
	e := &l.Entry
	if err := checkEntry(*e); err != nil {
		return Row{}, err
	}
	e.When = e.When.UTC().Truncate(time.Microsecond)
	raw, err := practice.Canonical(l)
	if err != nil {
		return Row{}, practice.Faultf(practice.Invalid, "entry %s of %s cannot be written as JSON: %v", e.Kind, e.Subject, err).Final()
	}
	if number := largeInteger(raw); number != "" {
		return Row{}, practice.Faultf(practice.Invalid, "entry %s of %s holds the number %s, which JSON readers would round", e.Kind, e.Subject, number).
			WithHint("write numbers above %s as text", maxInteger).Final()
	}
	return l.row(raw), nil
}

func (l Leaf) row(raw []byte) Row {
	e := l.Entry
	return Row{Index: l.Index, Subject: e.Subject, Number: l.Number, Target: e.Target, Kind: e.Kind,
		When: e.When, Bytes: raw, Hash: tlog.RecordHash(raw)}
}

// openLeaf reads a leaf's bytes. It does not ask whether they are canonical:
// their hash, which is in the log, says that they are what was sealed.
func openLeaf(raw []byte) (Leaf, error) {
	var l Leaf
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&l); err != nil {
		return Leaf{}, fmt.Errorf("cannot be read: %w", err)
	}
	if decoder.InputOffset() != int64(len(raw)) {
		return Leaf{}, fmt.Errorf("holds more than an entry")
	}
	return l, nil
}

func checkEntry(e practice.Entry) error {
	for _, part := range []struct {
		what, text string
		optional   bool
	}{{"kind", e.Kind, false}, {"subject", e.Subject, false}, {"target", e.Target, true}, {"who", e.Who.Name, false}} {
		control := strings.ContainsFunc(part.text, unicode.IsControl)
		if control || !utf8.ValidString(part.text) || len(part.text) > maxName || part.text == "" && !part.optional {
			return practice.Faultf(practice.Invalid, "entry %q of %q: %s %q is not 1 to %d bytes of printable text",
				e.Kind, e.Subject, part.what, part.text, maxName).Final()
		}
	}
	if e.When.IsZero() || e.When.UTC().Year() > 9999 {
		return practice.Faultf(practice.Invalid, "entry %q of %q does not say when it happened", e.Kind, e.Subject).Final()
	}
	return nil
}

// largeInteger finds a whole number beyond maxInteger in canonical JSON; "" when there is none.
func largeInteger(raw []byte) string {
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == '"':
			for i++; raw[i] != '"'; i++ {
				if raw[i] == '\\' {
					i++
				}
			}
		case c >= '0' && c <= '9':
			start := i
			for i < len(raw) && strings.IndexByte("0123456789.eE+-", raw[i]) >= 0 {
				i++
			}
			number := string(raw[start:i])
			whole := !strings.ContainsAny(number, ".e")
			if whole && (len(number) > len(maxInteger) || len(number) == len(maxInteger) && number > maxInteger) {
				return number
			}
			i--
		}
	}
	return ""
}
