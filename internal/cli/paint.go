package cli

import (
	"io"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// paint colours text, or leaves it as it is.
type paint bool

func (p paint) with(code, text string) string {
	if !p || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (p paint) bold(text string) string   { return p.with("1", text) }
func (p paint) dim(text string) string    { return p.with("2", text) }
func (p paint) red(text string) string    { return p.with("31", text) }
func (p paint) green(text string) string  { return p.with("32", text) }
func (p paint) yellow(text string) string { return p.with("33", text) }
func (p paint) cyan(text string) string   { return p.with("36", text) }

// state colours a word by what it means for the reader.
func (p paint) state(word string) string {
	switch word {
	case "succeeded", "done", "admitted", "trusted", "open", "delivered":
		return p.green(word)
	case "failed", "unknown", "withdrawn", "revoked", "expired", "given-up":
		return p.red(word)
	case "remediated", "remediating", "cancelled", "cancelling", "awaiting-guidance", "stopped", "quarantined", "silent":
		return p.yellow(word)
	}
	return p.cyan(word)
}

var colour = regexp.MustCompile(`^\x1b\[[0-9;]*m`)

// tame keeps control characters from a terminal, because what targets print and
// what others wrote in reasons goes there too. Colours may pass.
type tame struct{ w io.Writer }

func (t tame) Write(text []byte) (int, error) {
	_, err := io.WriteString(t.w, tamed(string(text)))
	return len(text), err
}

func tamed(text string) string {
	if strings.IndexFunc(text, forbidden) < 0 {
		return text
	}
	var b strings.Builder
	for len(text) > 0 {
		if pass := colour.FindString(text); pass != "" {
			b.WriteString(pass)
			text = text[len(pass):]
			continue
		}
		r, size := utf8.DecodeRuneInString(text)
		if !forbidden(r) {
			b.WriteRune(r)
		}
		text = text[size:]
	}
	return b.String()
}

func forbidden(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }
