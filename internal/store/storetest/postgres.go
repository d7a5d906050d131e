package storetest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Server is a PostgreSQL server of its own for one test binary. It starts with
// the first Database and must be stopped at the end (TestMain).
type Server struct {
	start   sync.Once
	err     error
	dir     string
	process *exec.Cmd
	made    atomic.Int64
}

// required says whether tests must fail, not skip, where PostgreSQL is absent.
func required() bool {
	return os.Getenv("CI") == "true" || os.Getenv("TRANSHIP_REQUIRE_POSTGRES") != ""
}

// Database gives the connection string of a new, empty database. Where
// PostgreSQL's programs are absent, the test is skipped, or fails if CI=true or
// TRANSHIP_REQUIRE_POSTGRES is set.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	bin, err := programs()
	if err != nil && !required() {
		t.Skipf("no PostgreSQL here: %v", err)
	}
	if err == nil {
		s.start.Do(func() { s.err = s.run(bin) })
		err = s.err
	}
	if err != nil {
		t.Fatalf("PostgreSQL: %v", err)
	}
	name := fmt.Sprintf("t%d", s.made.Add(1))
	ctx := context.Background()
	admin, err := pgx.Connect(ctx, s.dsn("postgres"))
	if err != nil {
		t.Fatalf("PostgreSQL: %v", err)
	}
	defer admin.Close(ctx)
	if _, err := admin.Exec(ctx, "CREATE DATABASE "+name); err != nil {
		t.Fatalf("PostgreSQL: %v", err)
	}
	return s.dsn(name)
}

func (s *Server) dsn(database string) string {
	return fmt.Sprintf("host=%s user=tranship dbname=%s sslmode=disable", s.dir, database)
}

// Stop ends the server and removes its files; without a server it does nothing.
func (s *Server) Stop() {
	if s.process != nil {
		_ = s.process.Process.Signal(os.Interrupt) // fast shutdown
		_ = s.process.Wait()
	}
	if s.dir != "" {
		_ = os.RemoveAll(s.dir)
	}
}

// programs finds the folder of initdb and postgres: the newest in
// /usr/lib/postgresql, or what PATH names.
func programs() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	slices.Sort(found)
	for _, path := range slices.Backward(found) {
		return filepath.Dir(path), nil
	}
	path, err := exec.LookPath("initdb")
	if err != nil {
		return "", err
	}
	resolved, err := filepath.EvalSymlinks(path)
	return filepath.Dir(resolved), err
}

// run makes a cluster whose own order of texts is not bytewise, so that a
// missing COLLATE "C" shows, and starts it without syncing to the disk.
func (s *Server) run(bin string) error {
	var err error
	if s.dir, err = os.MkdirTemp("", "tranship-pg-"); err != nil {
		return err
	}
	data := filepath.Join(s.dir, "data")
	if err := giveAway(s.dir); err != nil {
		return err
	}
	base := []string{"-D", data, "-U", "tranship", "-A", "trust", "-E", "UTF8", "-N", "--locale=C.UTF-8"}
	if out, err := command(s.dir, filepath.Join(bin, "initdb"), append(base, "--locale-provider=icu", "--icu-locale=en-US")...).CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	var log strings.Builder
	s.process = command(s.dir, filepath.Join(bin, "postgres"), "-D", data, "-k", s.dir, "-c", "listen_addresses=",
		"-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "max_connections=200", "-c", "shared_buffers=64MB")
	s.process.Stderr = &log
	if err := s.process.Start(); err != nil {
		s.process = nil
		return err
	}
	if err := s.answers(30 * time.Second); err != nil {
		return fmt.Errorf("%w: %s", err, log.String())
	}
	return nil
}

func (s *Server) answers(within time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, s.dsn("postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-ctx.Done():
			return errors.Join(errors.New("the server does not answer"), err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}
