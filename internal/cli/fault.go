package cli

import (
	"errors"
	"fmt"
	"strings"

	"tranship.dev/tranship/api/client"
	"tranship.dev/tranship/internal/practice"
)

// misuse is the error of a command line that cannot be carried out.
func misuse(format string, args ...any) *practice.Error {
	return practice.Faultf(practice.Invalid, format, args...).Final()
}

// report prints an error for people and gives the exit code.
func (c *console) report(err error) int {
	code := exitCode(err)
	var ended outcome
	if err == nil || errors.As(err, &ended) {
		return code
	}
	if code == exitInterrupted {
		fmt.Fprintln(c.err, "interrupted")
		return code
	}
	fmt.Fprintln(c.err, localTimes(c.describe(err)))
	return code
}

// describe gives the message, each defect on a line of its own, and the hint.
func (c *console) describe(err error) string {
	var fault *practice.Error
	if !errors.As(err, &fault) {
		return c.errPaint.red("error: ") + err.Error()
	}
	var b strings.Builder
	b.WriteString(c.errPaint.red("error: ") + wrapped(err, fault))
	for _, p := range fault.Problems {
		b.WriteString("\n  " + p.String())
	}
	if fault.Hint != "" {
		b.WriteString("\n" + c.errPaint.dim("hint: ") + fault.Hint)
	}
	return b.String()
}

// wrapped gives the fault's message with what callers put before it.
func wrapped(err error, fault *practice.Error) string {
	return strings.TrimSuffix(err.Error(), fault.Error()) + fault.Message
}

// faultOf makes an error of the API's problem details.
func faultOf(p client.Problem) error {
	fault := &practice.Error{Code: practice.Code(p.Code), Message: p.Detail, Hint: p.Hint}
	if fault.Message == "" {
		fault.Message = strings.ToLower(p.Title)
	}
	for _, d := range p.Errors {
		fault.Problems = append(fault.Problems, practice.Problem{
			File: d.File, Line: int(d.Line), Column: int(d.Column), Path: d.Path, Message: d.Message, Hint: d.Hint,
		})
	}
	return fault
}
