package bus

import (
	"log/slog"
	"sync"
)

// reach tells the log how a link gets on with reaching its bus: a reason that
// it cannot is told once, not with every attempt.
type reach struct {
	log *slog.Logger
	url string

	mu   sync.Mutex
	told string
}

func (r *reach) failed(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err == nil || err.Error() == r.told {
		return
	}
	r.told = err.Error()
	r.log.Warn("bus: cannot be reached, trying again", "url", r.url, "error", err)
}

func (r *reach) found() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.told = ""
	r.log.Info("bus: connected", "url", r.url)
}
