package store

import (
	"os"
	"sync"
	"testing"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/store/storetest"
)

var server storetest.Server

func TestMain(m *testing.M) {
	code := m.Run()
	server.Stop()
	os.Exit(code)
}

func sqliteStore(t testing.TB, trace func(string, []any)) *Store {
	t.Helper()
	s, err := OpenSQLite(t.Context(), t.TempDir(), Options{trace: trace})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mustClose(t, s) })
	return s
}

func postgresStore(t testing.TB, trace func(string, []any)) *Store {
	t.Helper()
	s, err := openPostgres(t.Context(), server.Database(t), trace)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mustClose(t, s) })
	return s
}

func mustClose(t testing.TB, s *Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}

// onBoth runs a test on SQLite and on PostgreSQL.
func onBoth(t *testing.T, test func(t *testing.T, open func(testing.TB, func(string, []any)) *Store)) {
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); test(t, sqliteStore) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); test(t, postgresStore) })
}

// statements collects the texts of the SQL that a store runs.
type statements struct {
	mu   sync.Mutex
	seen map[string][]any
}

// add leaves out long lists of values: the suite runs the same with short ones.
func (s *statements) add(sql string, args []any) {
	if len(sql) > 3000 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen == nil {
		s.seen = map[string][]any{}
	}
	s.seen[sql] = args
}

func TestConformance(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, open func(testing.TB, func(string, []any)) *Store) {
		storetest.Run(t, func(t *testing.T) control.Store { return open(t, nil) })
	})
}
