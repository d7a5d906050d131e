package store

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/store/migrations"
)

// schema is our tables and River's, as they are and as this program needs them.
type schema[T any] struct {
	ours     *goose.Provider
	rivers   *rivermigrate.Migrator[T]
	have     int64 // version of ours in the database; 0: none
	need     int64
	haveJobs int
	needJobs int
}

func readSchema[T any](ctx context.Context, kind goose.Dialect, db *sql.DB, files fs.FS, folder string, driver riverdriver.Driver[T]) (*schema[T], error) {
	set, err := fs.Sub(files, folder)
	if err != nil {
		return nil, err
	}
	s := &schema[T]{}
	if s.ours, err = goose.NewProvider(kind, db, set, goose.WithDisableGlobalRegistry(true)); err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	if s.have, s.need, err = s.ours.GetVersions(ctx); err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	if s.rivers, err = rivermigrate.New(driver, &rivermigrate.Config{Logger: quiet}); err != nil {
		return nil, fmt.Errorf("schema of jobs: %w", err)
	}
	if s.haveJobs, err = jobsVersion(ctx, driver.GetExecutor(), db); err != nil {
		return nil, fmt.Errorf("schema of jobs: %w", err)
	}
	for _, m := range s.rivers.AllVersions() {
		s.needJobs = max(s.needJobs, m.Version)
	}
	return s, s.known()
}

// jobsVersion asks the table itself: River's own answer fails for versions that it does not know.
func jobsVersion(ctx context.Context, river riverdriver.Executor, db *sql.DB) (version int, err error) {
	there, err := river.TableExists(ctx, &riverdriver.TableExistsParams{Table: "river_migration"})
	if err != nil || !there {
		return 0, err
	}
	err = db.QueryRowContext(ctx, `SELECT coalesce(max(version), 0) FROM river_migration`).Scan(&version)
	return version, err
}

// known refuses a database that a newer program has written.
func (s *schema[T]) known() error {
	if s.have <= s.need && s.haveJobs <= s.needJobs {
		return nil
	}
	return practice.Faultf(practice.Refused, "the database has schema version %d.%d, this Tranship knows %d.%d: a newer Tranship has written it", s.have, s.haveJobs, s.need, s.needJobs).
		WithHint("start the newer version, or restore a backup that this version made").Final()
}

func (s *schema[T]) older() bool { return s.have < s.need || s.haveJobs < s.needJobs }

func (s *schema[T]) up(ctx context.Context) error {
	if !s.older() {
		return nil
	}
	if _, err := s.ours.Up(ctx); err != nil {
		return fmt.Errorf("migrate the schema from version %d to %d: %w", s.have, s.need, err)
	}
	if _, err := s.rivers.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("migrate the schema of jobs: %w", err)
	}
	return nil
}

// migrateSQLite brings the schema up to date; a database that holds something
// already is copied to "tranship.db.before-VERSION" first.
func migrateSQLite(ctx context.Context, db *sql.DB, path string) error {
	s, err := sqliteSchema(ctx, db)
	if err != nil {
		return err
	}
	if s.have > 0 && s.older() {
		if err := copyOnce(ctx, db, fmt.Sprintf("%s.before-%d.%d", path, s.need, s.needJobs)); err != nil {
			return fmt.Errorf("copy before the migration: %w", err)
		}
	}
	return s.up(ctx)
}

func sqliteSchema(ctx context.Context, db *sql.DB) (*schema[*sql.Tx], error) {
	return readSchema(ctx, goose.DialectSQLite3, db, migrations.SQLite, "sqlite", riversqlite.New(db))
}

// migrationLock is the PostgreSQL advisory lock that servers hold while they migrate.
const migrationLock = 0x7472616e73686970 // "tranship"

// migratePostgres brings the schema up to date; of several servers that start at once, one does it.
func migratePostgres(ctx context.Context, pool *pgxpool.Pool) error {
	held, err := pool.Acquire(ctx)
	if err != nil {
		return opened(err)
	}
	defer held.Release()
	if _, err := held.Exec(ctx, `SELECT pg_advisory_lock($1)`, int64(migrationLock)); err != nil {
		return opened(err)
	}
	defer held.Exec(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, int64(migrationLock)) //nolint:errcheck // the end of the connection frees it too
	db := stdlib.OpenDBFromPool(pool)
	defer db.Close()
	s, err := readSchema(ctx, goose.DialectPostgres, db, migrations.Postgres, "postgres", riverpgxv5.New(pool))
	if err != nil {
		return err
	}
	return s.up(ctx)
}
