package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
)

// The files in the data directory.
const (
	databaseFile = "tranship.db"
	lockFile     = "tranship.lock"
)

// Options of OpenSQLite.
type Options struct {
	// SkipCheck leaves out the check of the whole database file on opening.
	SkipCheck bool
	// Now is the clock that durable jobs become due by. nil: the host's.
	Now func() time.Time

	trace func(sql string, args []any)
}

// sqlite is the engine over one database file: one connection writes, others read.
type sqlite struct {
	sqliteDialect
	path    string
	lock    *lock
	writer  *sql.DB
	readers *sql.DB
	now     func() time.Time // nil: the host's
	jobs    *river.Client[*sql.Tx]
}

// OpenSQLite opens the database in a data directory, which is made when it does
// not exist. It refuses a directory that another server has open, a damaged
// database, and one that a newer Tranship has written. An older one is migrated,
// after a copy was made beside it.
func OpenSQLite(ctx context.Context, dir string, o Options) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil { //nolint:gosec // the operator names the data directory
		return nil, fmt.Errorf("data directory: %w", err)
	}
	held, err := lockDirectory(filepath.Join(dir, lockFile))
	if err != nil {
		return nil, err
	}
	e := &sqlite{path: filepath.Join(dir, databaseFile), lock: held, now: o.Now}
	if err := e.open(ctx, o); err != nil {
		if kind, known := e.classify(err); kind == failure {
			err = known
		}
		return nil, errors.Join(err, e.close())
	}
	s := newStore(e, o.trace)
	if o.Now != nil {
		s.now = o.Now
	}
	if err := s.catchUp(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (e *sqlite) open(ctx context.Context, o Options) error {
	file, err := os.OpenFile(e.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("database: %w", err)
	}
	if err := file.Close(); err != nil {
		return fmt.Errorf("database: %w", err)
	}
	if e.writer, err = connect(e.path, writerSettings); err != nil {
		return err
	}
	e.writer.SetMaxOpenConns(1)
	if err := checkLibrary(ctx, e.writer); err != nil {
		return err
	}
	if err := checkWhole(ctx, e.writer, e.path, o.SkipCheck); err != nil {
		return err
	}
	if err := migrateSQLite(ctx, e.writer, e.path); err != nil {
		return err
	}
	if e.readers, err = connect(e.path, readerSettings); err != nil {
		return err
	}
	e.readers.SetMaxOpenConns(16)
	e.readers.SetMaxIdleConns(4)
	e.jobs, err = river.NewClient(riversqlite.New(e.writer), &river.Config{Logger: quiet, Test: clockOf(e.now)})
	return err
}

// The settings of connections. The writer moves the log into the database itself
// (see tend), because SQLite's automatic way hides errors of the disk.
var (
	writerSettings = url.Values{
		"_txlock": {"immediate"},
		"_pragma": {"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "wal_autocheckpoint(0)", "cache_size(-65536)"},
	}
	readerSettings = url.Values{
		"_txlock": {"deferred"},
		"_pragma": {"busy_timeout(10000)", "query_only(1)", "foreign_keys(1)", "wal_autocheckpoint(0)", "cache_size(-16384)"},
	}
)

func connect(path string, settings url.Values) (*sql.DB, error) {
	name := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: settings.Encode()}
	db, err := openPrepared(name.String())
	if err != nil {
		return nil, fmt.Errorf("database %s: %w", path, err)
	}
	return db, nil
}

func (e *sqlite) begin(ctx context.Context, _ string, writing bool) (transaction, error) {
	if !writing {
		begun, err := e.readers.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
		return &sqliteTx{engine: e, Tx: begun}, err
	}
	begun, err := e.writer.BeginTx(ctx, nil)
	return &sqliteTx{engine: e, Tx: begun, writing: true}, err
}

func (e *sqlite) close() error {
	var errs []error
	for _, db := range []*sql.DB{e.readers, e.writer} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(append(errs, e.lock.release())...)
}

// sqliteTx is one transaction of database/sql.
type sqliteTx struct {
	engine  *sqlite
	writing bool
	*sql.Tx
}

func (t *sqliteTx) exec(ctx context.Context, text string, args []any) (int64, error) {
	if !t.writing {
		return 0, errReadOnly
	}
	result, err := t.ExecContext(ctx, text, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (t *sqliteTx) query(ctx context.Context, text string, args []any) (rows, error) {
	return t.QueryContext(ctx, text, args...) //nolint:rowserrcheck // list, the only caller, asks for Err
}

func (t *sqliteTx) enqueue(ctx context.Context, j control.Job, at time.Time) (int64, error) {
	if !t.writing {
		return 0, errReadOnly
	}
	stored, err := t.engine.jobs.InsertTx(ctx, t.Tx, jobArgs{Job: j}, &river.InsertOpts{ScheduledAt: at, Queue: queue(j)})
	if err != nil {
		return 0, err
	}
	return stored.Job.ID, nil
}

func (t *sqliteTx) commit() error { return t.Commit() }

func (t *sqliteTx) rollback() {
	if t.Tx != nil {
		_ = t.Rollback() // after a commit it has nothing to do; otherwise the caller has the first error
	}
}

var errReadOnly = practice.Faultf(practice.Refused, "a transaction that reads cannot write").Final()
