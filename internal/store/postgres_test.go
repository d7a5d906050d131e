package store

import (
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
)

func TestUpdateIsDoneAgainWhenTheConnectionIsLost(t *testing.T) {
	t.Parallel()
	s := postgresStore(t, nil)
	tries := 0
	err := s.Update(t.Context(), practice.DefaultScope, func(x control.Tx) error {
		tries++
		if err := x.PutSetting("a", []byte{byte(tries)}); err != nil {
			return err
		}
		if tries == 1 {
			return x.(*tx).do(`SELECT pg_terminate_backend(pg_backend_pid())`)
		}
		return nil
	})
	if err != nil || tries != 2 {
		t.Errorf("update: %v after %d tries, want none after 2", err, tries)
	}
}

// TestUnreachablePostgresIsUnavailable connects to a socket that nobody listens at.
func TestUnreachablePostgresIsUnavailable(t *testing.T) {
	t.Parallel()
	config, err := pgxpool.ParseConfig("host=" + t.TempDir() + " user=tranship dbname=none")
	if err != nil {
		t.Fatal(err)
	}
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	s := newStore(&postgres{pool: pool}, nil)
	defer s.Close()
	err = s.View(t.Context(), practice.DefaultScope, func(control.Tx) error { return nil })
	if practice.CodeOf(err) != practice.Unavailable {
		t.Errorf("view: %v, want unavailable", err)
	}
}

// TestServersStartTogether opens one empty database from several servers at once.
func TestServersStartTogether(t *testing.T) {
	t.Parallel()
	dsn := server.Database(t)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			s, err := OpenPostgres(t.Context(), dsn)
			if err != nil {
				t.Errorf("open: %v", err)
				return
			}
			defer s.Close()
			mustPut(t, s, "web-"+time.Now().Format("150405.000000000"))
		})
	}
	all.Wait()
}

func TestNewerPostgresSchemaIsRefused(t *testing.T) {
	t.Parallel()
	dsn := server.Database(t)
	s, err := OpenPostgres(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.engine.(*postgres).pool.Exec(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, true)`); err != nil {
		t.Fatal(err)
	}
	mustClose(t, s)
	if _, err := OpenPostgres(t.Context(), dsn); practice.CodeOf(err) != practice.Refused {
		t.Errorf("open: %v, want refused", err)
	}
	if _, err := OpenPostgres(t.Context(), "postgres://%zz"); practice.CodeOf(err) != practice.Invalid {
		t.Errorf("open a broken connection string: %v, want invalid", err)
	}
}

func TestTextThatPostgresRefusesIsTheUsersError(t *testing.T) {
	t.Parallel()
	s := postgresStore(t, nil)
	if err := put(t, s, "a\x00b"); practice.CodeOf(err) != practice.Invalid {
		t.Errorf("a name with a zero byte: %v, want invalid", err)
	}
}
