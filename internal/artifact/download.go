package artifact

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// download reads a blob of known size. It continues where it stopped when
// a connection breaks, and never gives more than size bytes.
type download struct {
	ctx    context.Context
	origin *origin
	path   string
	size   int64
	moved  *atomic.Int64 // bytes that arrived, for watch

	offset int64
	body   io.ReadCloser
	tries  *tries
	err    error // what ended it
}

func (o *origin) download(ctx context.Context, path string, size int64, moved *atomic.Int64) *download {
	return &download{ctx: ctx, origin: o, path: path, size: size, moved: moved, tries: o.tries()}
}

func (d *download) Read(p []byte) (int, error) {
	for d.err == nil {
		if d.offset == d.size {
			return 0, io.EOF
		}
		n, err := d.read(p)
		if n > 0 {
			return n, nil // what went wrong behind these bytes comes up with the next
		}
		if d.body != nil {
			d.body.Close() // it broke already: there is nothing more to learn
			d.body = nil
		}
		d.err = d.tries.another(d.ctx, fmt.Errorf("after %d of %d bytes: %w", d.offset, d.size, err))
	}
	return 0, d.err
}

func (d *download) read(p []byte) (int, error) {
	if d.body == nil {
		if err := d.connect(); err != nil {
			return 0, err
		}
	}
	n, err := d.body.Read(p[:min(int64(len(p)), d.size-d.offset)])
	if n > 0 {
		d.offset += int64(n)
		d.moved.Add(int64(n))
		d.tries.broken = 0
	}
	if errors.Is(err, io.EOF) && d.offset < d.size {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

func (d *download) connect() error {
	res, err := d.origin.get(d.ctx, d.path, "", d.offset) //nolint:bodyclose // Read closes a broken one, Close the last
	if err != nil {
		return err
	}
	d.body = res.Body
	skip := d.offset
	if res.StatusCode == http.StatusPartialContent {
		var from int64
		if _, err := fmt.Sscanf(res.Header.Get("Content-Range"), "bytes %d-", &from); err != nil || from != d.offset {
			return d.altered("it gives range %q instead of bytes from %d", res.Header.Get("Content-Range"), d.offset)
		}
		skip = 0
	}
	if whole := res.ContentLength + d.offset - skip; res.ContentLength >= 0 && whole != d.size {
		return d.altered("it has %d bytes there, not %d", whole, d.size)
	}
	if skip > 0 { // the registry knows no ranges
		_, err = io.CopyN(io.Discard, d.body, skip)
	}
	return err
}

func (d *download) altered(format string, args ...any) error {
	return practice.Faultf(practice.Refused, "fetch %s: content was altered: %s: %s", d.origin.what, d.path, fmt.Sprintf(format, args...)).Final()
}

func (d *download) Close() error {
	if d.body == nil {
		return nil
	}
	return d.body.Close()
}

// watch gives a context that ends when, over a window, fewer bytes moved than
// the least rate demands: so no registry can hold a fetch for ever.
func (o *origin) watch(ctx context.Context, moved *atomic.Int64) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	tick := time.NewTicker(o.limits.Window)
	go func() {
		defer tick.Stop()
		least := int64(float64(o.limits.Rate) * o.limits.Window.Seconds())
		for last := int64(0); ; {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			now := moved.Load()
			if now-last < least {
				cancel(practice.Faultf(practice.Unavailable, "fetch %s: only %d bytes came in %s; at least %d bytes a second are needed",
					o.what, now-last, o.limits.Window, o.limits.Rate))
				return
			}
			last = now
		}
	}()
	return ctx, func() { cancel(nil) }
}
