package cli

import (
	"context"
	"time"

	"github.com/cenkalti/backoff/v5"

	"tranship.dev/tranship/api/client"
	"tranship.dev/tranship/internal/practice"
)

// How a deployment is followed.
const (
	lookSoon  = 250 * time.Millisecond // after an event, so that many events are one look
	lookLater = 5 * time.Second        // without events
	patience  = 10 * time.Minute       // how long a server may be away
	lastWords = 2 * time.Second        // for the closing entry, when the deployment was seen closed before it
)

// sight is what follow sees: one of its parts.
type sight struct {
	entry      *client.SealedEntry
	deployment *client.Deployment
	trouble    error // the connection is broken, and will be tried again
}

// follow tells what happens to a deployment, from its beginning on, until it is
// closed, or awaits guidance when guided is set. It outlives broken connections
// and restarts of the server. see is called from one goroutine.
func (s *session) follow(ctx context.Context, id string, guided bool, see func(sight)) (client.Deployment, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	first, err := decode[client.Deployment](s.api.GetDeployment(ctx, id))
	if err != nil {
		return first.Value, err
	}
	see(sight{deployment: &first.Value})
	heard := make(chan sight, 256)
	broken := make(chan error, 1)
	go func() { broken <- s.keepListening(ctx, id, heard) }()
	f := follower{session: s, id: id, guided: guided, see: see, last: first.Value}
	return f.run(ctx, heard, broken)
}

// keepListening sends every event once, connecting again where needed. Its
// error is one that connecting again cannot mend.
func (s *session) keepListening(ctx context.Context, id string, heard chan<- sight) error {
	send := func(seen sight) {
		select {
		case heard <- seen:
		case <-ctx.Done():
		}
	}
	wait := backoff.NewExponentialBackOff()
	wait.InitialInterval, wait.MaxInterval = 200*time.Millisecond, 5*time.Second
	since := time.Now()
	for from := int64(0); ; {
		next, err := s.listen(ctx, "deployment/"+id, from, func(e client.SealedEntry) { send(sight{entry: &e}) })
		if next > from {
			wait.Reset()
			since = time.Now()
		}
		from = next
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if practice.CodeOf(err) != practice.Unavailable || time.Since(since) > patience {
			return err
		}
		send(sight{trouble: err})
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait.NextBackOff()):
		}
	}
}

// follower brings events and looks at the deployment together.
type follower struct {
	session *session
	id      string
	guided  bool
	see     func(sight)
	last    client.Deployment
	ended   bool // the closing entry was heard
	closing time.Time
}

func (f *follower) run(ctx context.Context, heard <-chan sight, broken <-chan error) (client.Deployment, error) {
	look := time.NewTimer(0)
	defer look.Stop()
	soon := false
	for {
		select {
		case seen := <-heard:
			f.see(seen)
			if seen.entry != nil && seen.entry.Entry.Kind == "deployment.closed" {
				f.ended = true
			}
			if !soon {
				soon = true
				look.Reset(lookSoon)
			}
		case err := <-broken:
			return f.last, err
		case <-look.C:
			soon = false
			if err := f.look(ctx); err != nil {
				return f.last, err
			}
			if f.over(time.Now(), len(heard)) {
				return f.last, nil
			}
			look.Reset(f.pause())
		case <-ctx.Done():
			return f.last, ctx.Err()
		}
	}
}

// look asks how the deployment stands. A server that is away is no error: the
// listener says so, and loses patience at its time.
func (f *follower) look(ctx context.Context) error {
	d, err := decode[client.Deployment](f.session.api.GetDeployment(ctx, f.id))
	if err != nil {
		if practice.CodeOf(err) == practice.Unavailable {
			return nil
		}
		return err
	}
	if d.Value.Revision != f.last.Revision || f.last.State != d.Value.State {
		f.see(sight{deployment: &d.Value})
	}
	f.last = d.Value
	return nil
}

func (f *follower) pause() time.Duration {
	if f.last.State == closed || (f.guided && f.last.State == awaitingGuidance) {
		return lookSoon
	}
	return lookLater
}

// over says that nothing more is to come: the deployment stands where it is
// waited for, and its entries were told.
func (f *follower) over(now time.Time, waiting int) bool {
	stands := f.last.State == closed || (f.guided && f.last.State == awaitingGuidance)
	if !stands {
		f.closing = time.Time{}
		return false
	}
	if f.closing.IsZero() {
		f.closing = now
	}
	if waiting > 0 {
		return false
	}
	return f.ended || now.Sub(f.closing) >= lastWords || (f.last.State != closed && now.Sub(f.closing) >= lookSoon)
}
