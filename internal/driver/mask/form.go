package mask

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strings"
)

// shortest is the length below which a part or an encoding of a secret is not
// masked: it would hide ordinary text and protect nothing.
const shortest = 4

// forms lists every text that gives one of secrets away, none of them empty.
func forms(secrets []string) []string {
	seen := map[string]bool{}
	var all []string
	add := func(least int, texts ...string) {
		for _, text := range texts {
			if len(text) >= least && !seen[text] {
				seen[text] = true
				all = append(all, text)
			}
		}
	}
	for _, secret := range secrets {
		add(1, secret, strings.TrimRight(secret, "\r\n"))
		lines := strings.FieldsFunc(secret, func(r rune) bool { return r == '\n' || r == '\r' })
		for _, line := range lines {
			add(shortest, line, strings.TrimSpace(line))
		}
		if len(lines) > 1 {
			add(shortest, strings.Join(lines, "\n"), strings.Join(lines, "\r\n"), strings.Join(lines, ""), strings.Join(lines, " "))
		}
		for _, text := range append(lines, secret) {
			if len(text) >= shortest {
				add(shortest, encodings(text)...)
			}
		}
	}
	return all
}

// encodings lists the usual encodings of text.
func encodings(text string) []string {
	hexed := hex.EncodeToString([]byte(text))
	query, path := url.QueryEscape(text), url.PathEscape(text)
	all := []string{
		hexed, strings.ToUpper(hexed),
		query, path, lowerEscapes(query), lowerEscapes(path), strings.ReplaceAll(query, "+", "%20"),
	}
	if quoted, err := json.Marshal(text); err == nil {
		all = append(all, strings.Trim(string(quoted), `"`))
	}
	for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
		whole := encoding.EncodeToString([]byte(text))
		all = append(all, whole, strings.TrimRight(whole, "="), wrap(whole, 76), wrap(whole, 64))
		all = append(all, inside(text, encoding)...)
	}
	return all
}

// inside gives what of text's base64 form stays the same when text stands in
// the middle of something longer, such as "user:password".
func inside(text string, encoding *base64.Encoding) []string {
	var all []string
	for before := range 3 {
		coded := encoding.WithPadding(base64.NoPadding).EncodeToString([]byte(strings.Repeat("x", before) + text))
		from := (before*8 + 5) / 6         // the first digit that holds bits of text alone
		to := (before + len(text)) * 8 / 6 // behind the last such digit
		if to-from >= 2*shortest {         // fewer digits stand in ordinary text by chance
			all = append(all, coded[from:to])
		}
	}
	return all
}

// wrap breaks text into lines of width, as base64 tools do.
func wrap(text string, width int) string {
	var lines []string
	for len(text) > width {
		lines = append(lines, text[:width])
		text = text[width:]
	}
	return strings.Join(append(lines, text), "\n")
}

// lowerEscapes writes %2F as %2f.
func lowerEscapes(escaped string) string {
	lower := []byte(escaped)
	for at := 0; at+2 < len(lower); at++ {
		if lower[at] == '%' {
			copy(lower[at+1:at+3], strings.ToLower(escaped[at+1:at+3]))
		}
	}
	return string(lower)
}
