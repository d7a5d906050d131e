package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"golang.org/x/mod/semver"
	driver "modernc.org/sqlite"
	code "modernc.org/sqlite/lib"

	"tranship.dev/tranship/internal/practice"
)

// oldestSQLite is the first version that does not damage databases by resetting
// the write-ahead log while another connection checkpoints.
const oldestSQLite = "3.51.3"

// checkpointFrames is the number of pages in the log after which they are moved
// into the database.
const checkpointFrames = 1000

func checkLibrary(ctx context.Context, db *sql.DB) error {
	var version string
	if err := db.QueryRowContext(ctx, `SELECT sqlite_version()`).Scan(&version); err != nil {
		return opened(err)
	}
	if semver.Compare("v"+version, "v"+oldestSQLite) < 0 {
		return practice.Faultf(practice.Refused, "SQLite %s can damage databases; at least %s is needed", version, oldestSQLite).Final()
	}
	return nil
}

// checkWhole reads the whole database and refuses a damaged one.
func checkWhole(ctx context.Context, db *sql.DB, path string, skip bool) error {
	if skip {
		return nil
	}
	var answer string
	err := db.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&answer)
	switch {
	case err == nil && answer == "ok":
		return nil
	case err == nil:
		err = errors.New(answer)
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return damaged(path, err)
}

func damaged(path string, err error) error {
	return practice.Faultf(practice.Refused, "the database %s is damaged: %v", path, err).
		WithHint("move it away together with its -wal and -shm files, put the last backup in its place and start again; keep the damaged files: sqlite3's .recover may read what the backup does not have").Final()
}

// tend moves the log into the database when it has grown. It runs on the
// writing connection: nobody writes meanwhile, so that the log can begin anew.
func (e *sqlite) tend(ctx context.Context) error {
	var busy, log, done int
	if err := e.writer.QueryRowContext(ctx, `PRAGMA wal_checkpoint(NOOP)`).Scan(&busy, &log, &done); err != nil {
		return err
	}
	if log-done < checkpointFrames {
		return nil
	}
	return e.writer.QueryRowContext(ctx, `PRAGMA wal_checkpoint(PASSIVE)`).Scan(&busy, &log, &done)
}

// classify says what an error of SQLite means. Errors of the disk are failures:
// after one failed sync the next may succeed although data was lost.
func (e *sqlite) classify(err error) (class, error) {
	var from *driver.Error
	if !errors.As(err, &from) {
		return plain, err
	}
	switch from.Code() & 0xff {
	case code.SQLITE_BUSY, code.SQLITE_LOCKED:
		return repeat, err
	case code.SQLITE_FULL:
		return fault, diskFull(err)
	case code.SQLITE_CORRUPT, code.SQLITE_NOTADB:
		return failure, damaged(e.path, err)
	case code.SQLITE_IOERR, code.SQLITE_READONLY, code.SQLITE_CANTOPEN, code.SQLITE_PERM:
		return failure, err
	case code.SQLITE_CONSTRAINT:
		if from.Code() == code.SQLITE_CONSTRAINT_UNIQUE || from.Code() == code.SQLITE_CONSTRAINT_PRIMARYKEY {
			return fault, conflict("it exists already: %v", err)
		}
	}
	return plain, err
}

func opened(err error) error { return fmt.Errorf("open the database: %w", err) }
