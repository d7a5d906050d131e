package control

import (
	"errors"

	"tranship.dev/tranship/internal/practice"
)

func isTerminal(err error) bool {
	var e *practice.Error
	return errors.As(err, &e) && e.Terminal
}

// refused turns a closed verdict into the error that its first reason tells.
func refused(v practice.Verdict, what string) error {
	e := &practice.Error{Code: practice.Refused, Message: what, Terminal: true}
	for _, r := range v.Reasons {
		e.Problems = append(e.Problems, practice.Problem{Path: r.Gate, Message: r.Message, Hint: r.How})
	}
	return e
}
