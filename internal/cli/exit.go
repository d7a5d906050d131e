package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/internal/practice"
)

// The exit codes. Scripts rely on them: a number never changes its meaning.
const (
	exitOK           = 0
	exitError        = 1
	exitUsage        = 2
	exitFailed       = 3
	exitRemediated   = 4
	exitCancelled    = 5
	exitGuidance     = 6
	exitRefused      = 7
	exitUnverified   = 8
	exitUnauthorised = 9
	exitUnreachable  = 10
	exitNotFound     = 11
	exitInterrupted  = 130
)

const exitText = `Every command ends with one of these codes; a number never changes its meaning.

    0  it was done; with --wait and watch: the deployment succeeded
    1  something went wrong that has no number of its own
    2  the command line, a document or another input is not right
    3  the deployment failed
    4  the deployment failed and was remediated: what was before is back
    5  the deployment was cancelled
    6  the deployment awaits guidance by a person
    7  a rule of the practice refuses it, or somebody else was faster
    8  verification found something wrong
    9  not signed in, or not allowed to
   10  the server cannot be reached, or cannot serve now
   11  there is no such thing
  130  interrupted

Codes 3 to 6 come from: deploy --wait, deployment watch.
Code 8 comes from: verify.`

// exitCodes is a topic of the help, not a command.
func exitCodes() *cobra.Command {
	return &cobra.Command{Use: "exit-codes", Short: "What the exit codes mean", Long: exitText}
}

// outcome ends a command with a code that is no error of the command. What
// there is to say was said already.
type outcome int

func (o outcome) Error() string { return fmt.Sprintf("exit code %d", int(o)) }

// codes maps errors that a user can act on.
var codes = map[practice.Code]int{
	practice.Invalid:      exitUsage,
	practice.NotFound:     exitNotFound,
	practice.Conflict:     exitRefused,
	practice.Refused:      exitRefused,
	practice.Unauthorised: exitUnauthorised,
	practice.Forbidden:    exitUnauthorised,
	practice.Unavailable:  exitUnreachable,
}

// exitCode gives the code that a command ends with after err.
func exitCode(err error) int {
	var ended outcome
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &ended):
		return int(ended)
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	}
	if code, known := codes[practice.CodeOf(err)]; known {
		return code
	}
	return exitError
}
