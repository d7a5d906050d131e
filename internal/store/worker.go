package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
)

// riverWorker is a River client as a worker; before runs ahead of its start.
type riverWorker[T any] struct {
	client *river.Client[T]
	before func(ctx context.Context) error
}

func (w *riverWorker[T]) start(ctx context.Context) error {
	if err := w.before(ctx); err != nil {
		return err
	}
	return w.client.Start(ctx)
}

func (w *riverWorker[T]) stop(ctx context.Context) error {
	return w.client.Stop(ctx)
}

// worker of SQLite: the client shares the one connection that writes. It polls:
// the listener of River's SQLite driver does no better and writes rows for it.
func (e *sqlite) worker(w *work) (worker, error) {
	config, err := riverConfig(w)
	if err != nil {
		return nil, err
	}
	config.PollOnly, config.Test = true, clockOf(e.now)
	config.FetchPollInterval = 25 * time.Millisecond
	client, err := river.NewClient(riversqlite.New(e.writer), config)
	if err != nil {
		return nil, err
	}
	return &riverWorker[*sql.Tx]{client: client, before: e.takeBack}, nil
}

// otherClock lets River go by another clock than the host's.
type otherClock struct{ now func() time.Time }

// Now gives the time.
func (c otherClock) Now() time.Time { return c.now() }

// NowOrNil gives the time to statements, which else take the database's.
func (c otherClock) NowOrNil() *time.Time {
	now := c.now().UTC()
	return &now
}

// clockOf gives River's setting of a clock; nil is the host's. River calls it a
// setting for tests: a clock that is not the host's is nothing else.
func clockOf(now func() time.Time) (c river.TestConfig) {
	if now != nil {
		c.Time = otherClock{now}
	}
	return c
}

// takeBack frees what a process that died left behind. The lock of the data
// directory shows that no other process works on it.
func (e *sqlite) takeBack(ctx context.Context) error {
	for _, text := range []string{
		`UPDATE river_job SET state = 'available' WHERE state = 'running'`,
		`DELETE FROM river_leader`,
	} {
		if _, err := e.writer.ExecContext(ctx, text); err != nil {
			return fmt.Errorf("take back unfinished jobs: %w", err)
		}
	}
	return nil
}

// worker of PostgreSQL: River takes back the jobs of servers that died.
func (e *postgres) worker(w *work) (worker, error) {
	config, err := riverConfig(w)
	if err != nil {
		return nil, err
	}
	config.FetchPollInterval = time.Second
	client, err := river.NewClient(riverpgxv5.New(e.pool), config)
	if err != nil {
		return nil, err
	}
	return &riverWorker[pgx.Tx]{client: client, before: func(context.Context) error { return nil }}, nil
}

// putOff reads how often River put a job off.
func putOff(metadata []byte) int {
	var m struct {
		Snoozes int `json:"snoozes"`
	}
	_ = json.Unmarshal(metadata, &m) // without it, the job was never put off
	return m.Snoozes
}

// onlyWarnings leaves out what River says about its daily business.
type onlyWarnings struct{ slog.Handler }

// Enabled says whether a level is heard.
func (h onlyWarnings) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && h.Handler.Enabled(ctx, level)
}
