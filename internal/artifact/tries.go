package artifact

import (
	"context"
	"errors"
	"time"

	"github.com/cenkalti/backoff/v5"

	"tranship.dev/tranship/internal/practice"
)

// tries counts connections that broke in a row.
type tries struct {
	origin *origin
	broken int
	wait   *backoff.ExponentialBackOff
}

func (o *origin) tries() *tries {
	wait := backoff.NewExponentialBackOff()
	wait.InitialInterval, wait.MaxInterval = 50*time.Millisecond, 2*time.Second
	return &tries{origin: o, wait: wait}
}

// another waits until it is time to try again, and gives nil; or it gives the
// error to end with: ctx ended, err is terminal, or it broke too often.
func (t *tries) another(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	var fault *practice.Error
	if errors.As(err, &fault) && fault.Terminal {
		return fault
	}
	t.broken++
	if t.broken >= t.origin.limits.Attempts {
		if fault != nil {
			return fault
		}
		return practice.Faultf(practice.Unavailable, "fetch %s: the connection broke %d times, last %v", t.origin.what, t.broken, err)
	}
	pause := time.NewTimer(t.wait.NextBackOff())
	defer pause.Stop()
	select {
	case <-pause.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
