package practice

import (
	"errors"
	"fmt"
	"strings"
)

// Code classifies an error for its user; the API maps each to an HTTP status.
type Code string

// The codes.
const (
	Invalid      Code = "invalid"      // the input is wrong: mend it and ask again
	NotFound     Code = "not-found"    // there is no such thing
	Conflict     Code = "conflict"     // somebody else was faster, or it exists with other content
	Refused      Code = "refused"      // a rule of the practice forbids it
	Unauthorised Code = "unauthorised" // not signed in
	Forbidden    Code = "forbidden"    // signed in, without the right
	Unavailable  Code = "unavailable"  // something needed cannot be reached now; try again later
)

// Error is an error that a user can act on.
type Error struct {
	Code     Code
	Message  string // lower case, with the values
	Hint     string // what to do; may be empty
	Need     string // the right that is missing, as somebody is given it: "the role manager"; may be empty
	Terminal bool   // true: trying the same again cannot help
	Problems []Problem
}

// Problem is one defect among several in the same input.
type Problem struct {
	File    string `json:"file,omitempty"`
	Line    int    `json:"line,omitempty"`   // from 1
	Column  int    `json:"column,omitempty"` // from 1
	Path    string `json:"path,omitempty"`   // "spec.flow[2].environment"
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

// String gives "file.yaml:3:5: spec.kind: message (hint)".
func (p Problem) String() string {
	var b strings.Builder
	if p.File != "" {
		fmt.Fprintf(&b, "%s:", p.File)
	}
	if p.Line > 0 {
		fmt.Fprintf(&b, "%d:%d:", p.Line, p.Column)
	}
	if b.Len() > 0 {
		b.WriteString(" ")
	}
	if p.Path != "" {
		b.WriteString(p.Path + ": ")
	}
	b.WriteString(p.Message)
	if p.Hint != "" {
		b.WriteString(" (" + p.Hint + ")")
	}
	return b.String()
}

// Error gives the message, each problem on a line of its own, and the hint.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Message)
	for _, p := range e.Problems {
		b.WriteString("\n  " + p.String())
	}
	if advice := e.Advice(""); advice != "" {
		b.WriteString("; " + advice)
	}
	return b.String()
}

// Advice says what to do: which right is missing and who can grant it, where that
// is known, and the hint.
func (e *Error) Advice(granters string) string {
	var parts []string
	if e.Need != "" {
		parts = append(parts, "you need "+e.Need)
		if granters != "" {
			parts = append(parts, granters+" can grant it")
		}
	}
	if e.Hint != "" {
		parts = append(parts, e.Hint)
	}
	return strings.Join(parts, "; ")
}

// Faultf makes an Error without a hint.
func Faultf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// WithHint gives a copy of e that says what to do.
func (e *Error) WithHint(format string, args ...any) *Error {
	c := *e
	c.Hint = fmt.Sprintf(format, args...)
	return &c
}

// Lacking gives a copy of e that says which right is missing; who can grant it is
// added where that is known.
func (e *Error) Lacking(format string, args ...any) *Error {
	c := *e
	c.Need = fmt.Sprintf(format, args...)
	return &c
}

// Final gives a copy of e that says that trying again cannot help.
func (e *Error) Final() *Error {
	c := *e
	c.Terminal = true
	return &c
}

// CodeOf gives the code of the first Error in err's chain, or "" when there is none.
func CodeOf(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return ""
}

// Repeated gives a problem for each name that stands in a list twice; path is
// the list's.
func Repeated[S ~string](path string, names []S) []Problem {
	var problems []Problem
	first := map[S]int{}
	for i, name := range names {
		if j, twice := first[name]; twice {
			problems = append(problems, Problem{
				Path: fmt.Sprintf("%s[%d]", path, i), Message: fmt.Sprintf("%s stands at [%d] already", name, j), Hint: "leave one of them out",
			})
			continue
		}
		first[name] = i
	}
	return problems
}
