package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"tranship.dev/tranship/internal/practice"
)

// Backup writes a copy of the running database to path, which must not exist.
// The copy is one consistent state; it is on the disk when Backup returns.
// Writers go on meanwhile. Refused on PostgreSQL, which has tools of its own.
func (s *Store) Backup(ctx context.Context, path string) error {
	e, ok := s.engine.(*sqlite)
	if !ok {
		return practice.Faultf(practice.Refused, "a PostgreSQL database is not copied by the server").
			WithHint("use pg_dump or a base backup").Final()
	}
	if _, err := os.Lstat(path); err == nil {
		return conflict("%s exists already", path)
	}
	db, err := connect(e.path, url.Values{"_pragma": {"busy_timeout(10000)"}})
	if err != nil {
		return err
	}
	defer db.Close()
	if err := copyDatabase(ctx, db, path); err != nil {
		return fmt.Errorf("backup: %w", s.translate(ctx, err))
	}
	return nil
}

// copyOnce makes a copy unless there is one already: then an earlier migration
// was interrupted, and its copy is the older state.
func copyOnce(ctx context.Context, db *sql.DB, path string) error {
	if _, err := os.Lstat(path); err == nil {
		return nil
	}
	return copyDatabase(ctx, db, path)
}

// copyDatabase copies to path; path appears only when the copy is complete and on the disk.
func copyDatabase(ctx context.Context, db *sql.DB, path string) error {
	part := path + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	file, err := os.OpenFile(part, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(part) }() // the next copy removes it too
	defer file.Close()
	if _, err := db.ExecContext(ctx, `VACUUM INTO ?`, part); err != nil {
		return err
	}
	if err := file.Sync(); err != nil {
		return err
	}
	if err := os.Link(part, path); err != nil { // unlike a rename, it never replaces
		return err
	}
	return syncDirectory(filepath.Dir(path))
}

func syncDirectory(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}

// CheckBackup reads a copy that Backup made, as a whole, and says what is wrong
// with it: damaged, of a newer Tranship, or no database of Tranship at all.
func CheckBackup(ctx context.Context, path string) error {
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	db, err := connect(path, url.Values{"mode": {"ro"}, "immutable": {"1"}})
	if err != nil {
		return err
	}
	defer db.Close()
	if err := checkBackup(ctx, db); err != nil {
		return practice.Faultf(practice.Refused, "backup %s cannot be used: %v", path, err).Final()
	}
	return nil
}

func checkBackup(ctx context.Context, db *sql.DB) error {
	var answer string
	if err := db.QueryRowContext(ctx, `PRAGMA integrity_check(1)`).Scan(&answer); err != nil {
		return err
	}
	if answer != "ok" {
		return errors.New(answer)
	}
	broken, err := db.QueryContext(ctx, `PRAGMA foreign_key_check`)
	if err != nil {
		return err
	}
	defer broken.Close()
	if broken.Next() {
		return errors.New("rows refer to others that are missing")
	}
	if err := errors.Join(broken.Err(), broken.Close()); err != nil {
		return err
	}
	s, err := sqliteSchema(ctx, db)
	if err != nil {
		return err
	}
	if s.have == 0 {
		return errors.New("it is not a database of Tranship")
	}
	return nil
}
