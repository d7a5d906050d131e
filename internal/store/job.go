package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"tranship.dev/tranship/internal/control"
)

// jobArgs is River's form of a job. There is one kind for River, whatever ours is.
type jobArgs struct {
	Job control.Job `json:"job"`
}

// Kind names the jobs to River.
func (jobArgs) Kind() string { return "tranship" }

// InsertOpts lets jobs be tried again for as long as it takes.
func (jobArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{MaxAttempts: 30000} }

// outside is the queue of jobs that wait for others than us: deployments never
// wait behind a receiver that is slow.
const outside = "outside"

// queue gives the queue of a job.
func queue(j control.Job) string {
	if j.Kind == control.JobDeliver {
		return outside
	}
	return river.QueueDefault
}

// quiet keeps River's own messages away where nobody asked for them.
var quiet = slog.New(slog.DiscardHandler)

// together is how much later than asked for an equal job may be to count as the same.
const together = time.Second

// Enqueue stores a job. River's own uniqueness is not used: it would drop a job
// while an equal one runs, which may have looked before this transaction commits.
func (t *tx) Enqueue(j control.Job, at time.Time) error {
	now := t.store.now().UTC()
	from, until, due := time.Unix(0, 0), now, time.Time{}
	if at.After(now) {
		due = at.UTC().Add(time.Millisecond - 1).Truncate(time.Millisecond) // River keeps milliseconds on SQLite
		from, until = due, due.Add(together)
	}
	dialect := t.store.engine
	waiting, err := list(t, scanOne[int64], dialect.waitingJob(),
		dialect.jobTime(from), dialect.jobTime(until), j.Kind, string(j.Scope), j.Subject, j.Due)
	if err != nil || len(waiting) > 0 {
		return err
	}
	id, err := t.enqueue(t.ctx, j, due)
	if err != nil || due.IsZero() {
		return t.translated(err)
	}
	return t.do(dialect.releaseJob(), id)
}

// worker runs jobs until it is stopped.
type worker interface {
	start(ctx context.Context) error
	stop(ctx context.Context) error
}

// Jobs runs what was enqueued.
type Jobs struct {
	store *Store
	log   *slog.Logger
}

// Jobs gives the runner of the store's jobs; what goes wrong is logged to log.
func (s *Store) Jobs(log *slog.Logger) *Jobs { return &Jobs{store: s, log: log} }

// stopping is how long running jobs may take to end when the runner stops.
const stopping = 10 * time.Second

// tending is how often the store is looked after while nobody updates it: River writes too.
const tending = 5 * time.Second

// Run does jobs until ctx ends, and gives nil then, or until the store fails,
// and gives its failure. A job that fails or panics
// is done again later, for as long as it takes: after a second at first, after
// a minute in the end. Jobs that a process left unfinished are done again. At
// most one Run per process and database.
func (j *Jobs) Run(ctx context.Context, do func(context.Context, control.Job) error) error {
	running, err := j.store.engine.worker(&work{do: do, log: j.log})
	if err != nil {
		return fmt.Errorf("jobs: %w", err)
	}
	if err := running.start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("jobs: %w", err)
	}
	failed := j.watch(ctx)
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*stopping)
	defer cancel()
	if err := running.stop(last); err != nil {
		return errors.Join(failed, fmt.Errorf("stop jobs: %w", err))
	}
	return failed
}

// watch returns when ctx ends, or with the store's failure.
func (j *Jobs) watch(ctx context.Context) error {
	tick := time.NewTicker(tending)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-j.store.Failed():
			return j.store.Failure()
		case <-tick.C:
			j.store.tend(ctx)
		}
	}
}

// work does one River job.
type work struct {
	river.WorkerDefaults[jobArgs]
	do  func(context.Context, control.Job) error
	log *slog.Logger
}

// Work does the job; instead of failing, which River counts, it puts the job off.
func (w *work) Work(ctx context.Context, job *river.Job[jobArgs]) error {
	err := w.guarded(ctx, job.Args.Job)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return river.JobSnooze(0)
	}
	wait := pause(job.JobRow)
	w.log.LogAttrs(ctx, slog.LevelError, "job failed", slog.String("kind", job.Args.Job.Kind), slog.String("scope", string(job.Args.Job.Scope)),
		slog.String("subject", job.Args.Job.Subject), slog.Any("error", err), slog.Duration("again_in", wait))
	return river.JobSnooze(wait)
}

func (w *work) guarded(ctx context.Context, j control.Job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return w.do(ctx, j)
}

// pause doubles from a second to a minute with each time that the job was put off.
func pause(row *rivertype.JobRow) time.Duration {
	return min(time.Second<<min(putOff(row.Metadata), 6), time.Minute)
}

// riverConfig is what both databases have in common. JobTimeout bounds how long
// jobs of a server that died wait: River takes them back after that.
func riverConfig(w *work) (*river.Config, error) {
	workers := river.NewWorkers()
	if err := river.AddWorkerSafely(workers, w); err != nil {
		return nil, err
	}
	return &river.Config{
		Queues:                      map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 16}, outside: {MaxWorkers: 8}},
		Workers:                     workers,
		Logger:                      slog.New(onlyWarnings{w.log.Handler()}),
		FetchCooldown:               5 * time.Millisecond,
		JobTimeout:                  time.Minute,
		RescueStuckJobsAfter:        90 * time.Second,
		SoftStopTimeout:             stopping,
		CompletedJobRetentionPeriod: 10 * time.Minute,
		ReindexerIndexNames:         []string{}, // it would lock tables at midnight
	}, nil
}
