package agent

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"tranship.dev/tranship/internal/driver"
)

// reviveEvery is how often drivers look whether what they keep running still runs.
const reviveEvery = time.Minute

// revive lets drivers see to what they keep running on this host's targets: at
// the start, since the host may have been started anew, and now and then.
func (a *Agent) revive(ctx context.Context) {
	tick := time.NewTicker(reviveEvery)
	defer tick.Stop()
	for {
		a.reviveAll(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (a *Agent) reviveAll(ctx context.Context) {
	targets := filepath.Join(a.o.StateDir, "targets")
	entries, err := os.ReadDir(targets)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		a.o.Log.Error("what the drivers remember cannot be read", "directory", targets, "error", err)
	}
	for _, target := range entries {
		for _, name := range a.o.Drivers.Names() {
			state := a.memory(target.Name(), name)
			if _, err := os.Stat(state); err != nil {
				continue // nothing of this driver is on the target
			}
			a.reviveOne(ctx, target.Name(), name, state)
		}
	}
}

func (a *Agent) reviveOne(ctx context.Context, target, name, state string) {
	d, err := a.o.Drivers.Lookup(name)
	if err != nil {
		return
	}
	if r, may := d.(driver.Resumer); may {
		if err := r.Resume(ctx, state); err != nil && ctx.Err() == nil {
			a.o.Log.Error("what should run does not", "target", target, "driver", name, "error", err)
		}
	}
}
