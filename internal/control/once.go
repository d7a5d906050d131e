package control

import (
	"context"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// rememberFor is how long an answer to an idempotent request is kept.
const rememberFor = 24 * time.Hour

// Begin notes that a request with an idempotency key is being carried out. It
// gives the answer when the same request was answered before, and nil when it
// is to be carried out now. Conflict when the key was used for another request,
// or when the first attempt's outcome is not known (the server stopped in the middle).
func (c *Control) Begin(ctx context.Context, scope practice.Scope, key string, request practice.Digest) (*Remembered, error) {
	var before *Remembered
	_, err := c.update(ctx, scope, func(w *work) (err error) {
		if before, err = w.Remembered(key); err != nil {
			return err
		}
		if before != nil && w.now.Sub(before.At) < rememberFor {
			return usable(*before, request)
		}
		before = nil
		if err := w.ForgetBefore(w.now.Add(-rememberFor)); err != nil {
			return err
		}
		return w.Remember(Remembered{Key: key, Request: request, At: w.now})
	})
	return before, err
}

func usable(before Remembered, request practice.Digest) error {
	switch {
	case before.Request != request:
		return practice.Faultf(practice.Conflict, "the idempotency key was used for another request").WithHint("use a new key for a new request").Final()
	case before.Status == 0:
		return practice.Faultf(practice.Conflict, "a request with this idempotency key is under way, or the server was stopped in the middle of it").
			WithHint("look whether it was done, then ask again with a new key").Final()
	}
	return nil
}

// Finish keeps the answer of a request that Begin let through. A request that
// failed on our side is forgotten, so that it can be tried again.
func (c *Control) Finish(ctx context.Context, scope practice.Scope, r Remembered) error {
	_, err := c.update(context.WithoutCancel(ctx), scope, func(w *work) error {
		r.At = w.now
		if r.Status >= 500 {
			r.At = time.Unix(0, 0).UTC()
		}
		return w.Remember(r)
	})
	return err
}
