package store

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
)

// oldestPostgres is the server_version_num of the oldest PostgreSQL that is tested.
const oldestPostgres = 150000

// connections is how many one server uses at most, unless the connection string
// has pool_max_conns. One of them listens for jobs.
const connections = 20

const idleTimeout = "idle_in_transaction_session_timeout"

// postgres is the engine over a PostgreSQL database that any number of servers share.
type postgres struct {
	postgresDialect
	pool *pgxpool.Pool
	jobs *river.Client[pgx.Tx]
}

// OpenPostgres opens the database of a connection string
// ("postgres://user@host/name") and brings its schema up to date. It refuses
// PostgreSQL before 15 and a database that a newer Tranship has written.
func OpenPostgres(ctx context.Context, dsn string) (*Store, error) {
	return openPostgres(ctx, dsn, nil)
}

func openPostgres(ctx context.Context, dsn string, trace func(string, []any)) (*Store, error) {
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, practice.Faultf(practice.Invalid, "database connection string cannot be read: %v", err).Final()
	}
	if !strings.Contains(dsn, "pool_max_conns") {
		config.MaxConns = connections
	}
	if _, set := config.ConnConfig.RuntimeParams[idleTimeout]; !set {
		config.ConnConfig.RuntimeParams[idleTimeout] = "60000" // milliseconds: a server that hangs does not hold up the others
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, opened(err)
	}
	e := &postgres{pool: pool}
	if err := e.open(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	s := newStore(e, trace)
	if err := s.catchUp(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (e *postgres) open(ctx context.Context) error {
	var version int
	if err := e.pool.QueryRow(ctx, `SELECT current_setting('server_version_num')::int`).Scan(&version); err != nil {
		return opened(err)
	}
	if version < oldestPostgres {
		return practice.Faultf(practice.Refused, "PostgreSQL %d is too old; at least %d is needed", version/10000, oldestPostgres/10000).Final()
	}
	if err := migratePostgres(ctx, e.pool); err != nil {
		return err
	}
	var err error
	e.jobs, err = river.NewClient(riverpgxv5.New(e.pool), &river.Config{Logger: quiet})
	return err
}

// begin: the transactions of one scope that write follow each other, as they do
// on SQLite; those of different scopes run together. Nearly all of them grow the
// scope's record, so they would wait for each other or fail at the end anyway,
// and a lock costs less than serializable transactions that are done again.
// Each statement sees what was committed before it, so that nothing read under
// the lock is old. Transactions that read see one snapshot and wait for nobody.
func (e *postgres) begin(ctx context.Context, scope string, writing bool) (transaction, error) {
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	if writing {
		options = pgx.TxOptions{IsoLevel: pgx.ReadCommitted}
	}
	begun, err := e.pool.BeginTx(ctx, options)
	if err != nil {
		return nil, err
	}
	t := &postgresTx{engine: e, ctx: ctx, Tx: begun, writing: writing}
	if !writing {
		return t, nil
	}
	if _, err := begun.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, scopeLock(scope)); err != nil {
		t.rollback()
		return nil, err
	}
	return t, nil
}

// scopeLock gives the advisory lock of a scope. Should two scopes share one,
// they only wait for each other.
func scopeLock(scope string) int64 {
	h := fnv.New64a()
	h.Write([]byte("tranship scope " + scope))
	return int64(h.Sum64()) //nolint:gosec // a number below zero is as good a lock
}

// tend has nothing to do: PostgreSQL looks after its files.
func (e *postgres) tend(context.Context) error { return nil }

func (e *postgres) close() error {
	e.pool.Close()
	return nil
}

// postgresTx is one transaction of pgx.
type postgresTx struct {
	engine  *postgres
	ctx     context.Context
	writing bool
	pgx.Tx
}

func (t *postgresTx) exec(ctx context.Context, text string, args []any) (int64, error) {
	if !t.writing {
		return 0, errReadOnly
	}
	tag, err := t.Exec(ctx, dollars(text), args...)
	return tag.RowsAffected(), err
}

func (t *postgresTx) query(ctx context.Context, text string, args []any) (rows, error) {
	found, err := t.Query(ctx, dollars(text), args...)
	return postgresRows{found}, err
}

func (t *postgresTx) enqueue(ctx context.Context, j control.Job, at time.Time) (int64, error) {
	if !t.writing {
		return 0, errReadOnly
	}
	stored, err := t.engine.jobs.InsertTx(ctx, t.Tx, jobArgs{Job: j}, &river.InsertOpts{ScheduledAt: at, Queue: queue(j)})
	if err != nil {
		return 0, err
	}
	return stored.Job.ID, nil
}

func (t *postgresTx) commit() error { return t.Commit(t.ctx) }

func (t *postgresTx) rollback() {
	_ = t.Rollback(context.WithoutCancel(t.ctx)) // after a commit it has nothing to do; otherwise the caller has the first error
}

// postgresRows closes like the rows of database/sql.
type postgresRows struct{ pgx.Rows }

func (r postgresRows) Close() error {
	r.Rows.Close()
	return r.Err()
}

// dollars writes the placeholders as PostgreSQL wants them: "?, ?" as "$1, $2".
// No SQL text of this package has a question mark for anything else.
func dollars(text string) string {
	var b strings.Builder
	b.Grow(len(text) + 4*strings.Count(text, "?"))
	for n := 1; ; n++ {
		before, after, found := strings.Cut(text, "?")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		b.WriteString("$" + strconv.Itoa(n))
		text = after
	}
}

// classify says what an error of PostgreSQL means, by its SQLSTATE.
func (e *postgres) classify(err error) (class, error) {
	var from *pgconn.PgError
	if !errors.As(err, &from) {
		var network net.Error
		if pgconn.SafeToRetry(err) || errors.As(err, &network) || errors.Is(err, net.ErrClosed) || strings.Contains(err.Error(), "unexpected EOF") {
			return unreachable, away(err)
		}
		return plain, err
	}
	switch from.Code {
	case "40001", "40P01", "55P03":
		return repeat, err
	case "23505":
		return fault, conflict("it exists already: %s", from.Detail)
	case "22021", "22P05":
		return fault, practice.Faultf(practice.Invalid, "text with a zero byte or broken UTF-8 cannot be stored").Final()
	case "53100":
		return fault, diskFull(err)
	case "58030", "XX001", "XX002":
		return failure, err
	case "57P01", "57P02", "57P03", "53300", "25006", "25P03":
		return unreachable, away(err)
	}
	if strings.HasPrefix(from.Code, "08") {
		return unreachable, away(err)
	}
	return plain, fmt.Errorf("SQLSTATE %s: %w", from.Code, err)
}

func away(err error) error {
	return practice.Faultf(practice.Unavailable, "the database cannot be reached: %v", err).
		WithHint("check that PostgreSQL runs and can be reached from the server")
}
