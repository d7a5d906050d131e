package control

import (
	"errors"

	"tranship.dev/tranship/internal/practice"
)

func isTerminal(err error) bool {
	var e *practice.Error
	return errors.As(err, &e) && e.Terminal
}
