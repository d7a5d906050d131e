package store

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/store/migrations"
)

func put(t testing.TB, s *Store, name string) error {
	t.Helper()
	return s.Update(t.Context(), practice.DefaultScope, func(tx control.Tx) error {
		return tx.PutDocument(practice.Document{Kind: practice.KindTarget, Name: name, Spec: []byte("{}")})
	})
}

func mustPut(t testing.TB, s *Store, name string) {
	t.Helper()
	if err := put(t, s, name); err != nil {
		t.Fatalf("put %s: %v", name, err)
	}
}

func names(t testing.TB, s *Store) []string {
	t.Helper()
	var found []string
	err := s.View(t.Context(), practice.DefaultScope, func(tx control.Tx) error {
		all, err := tx.Documents(practice.KindTarget, "", practice.Page{Limit: practice.MaxLimit})
		for _, d := range all {
			found = append(found, d.Name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// filled makes a data directory with one document in it.
func filled(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	s, err := OpenSQLite(t.Context(), dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	mustPut(t, s, "web")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func edit(t *testing.T, path, text string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(text); err != nil {
		t.Fatal(err)
	}
}

// damage overwrites the middle of a file.
func damage(t *testing.T, path string) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 8192; i < len(raw); i++ {
		raw[i] ^= 0xa5
	}
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestOneServerPerDataDirectory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := OpenSQLite(t.Context(), dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = OpenSQLite(t.Context(), dir, Options{})
	if practice.CodeOf(err) != practice.Refused || !strings.Contains(err.Error(), "another server") {
		t.Errorf("second open: %v, want refused", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = OpenSQLite(t.Context(), dir, Options{}); err != nil {
		t.Fatalf("open after close: %v", err)
	}
	mustClose(t, s)
}

func TestOpenRefusesWhatItMustNotTouch(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, says string
		change     func(t *testing.T, path string)
	}{
		{"a newer schema", "newer Tranship", func(t *testing.T, path string) {
			edit(t, path, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, 1)`)
		}},
		{"a newer schema of jobs", "newer Tranship", func(t *testing.T, path string) {
			edit(t, path, `INSERT INTO river_migration (line, version) VALUES ('main', 999)`)
		}},
		{"damage", "damaged", damage},
		{"another file", "damaged", func(t *testing.T, path string) {
			if err := os.WriteFile(path, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := filled(t)
			c.change(t, filepath.Join(dir, databaseFile))
			before, _ := os.ReadFile(filepath.Join(dir, databaseFile))
			s, err := OpenSQLite(t.Context(), dir, Options{})
			if err == nil {
				mustClose(t, s)
			}
			if practice.CodeOf(err) != practice.Refused || !strings.Contains(err.Error(), c.says) {
				t.Errorf("open: %v, want refused: %s", err, c.says)
			}
			if after, _ := os.ReadFile(filepath.Join(dir, databaseFile)); string(after) != string(before) {
				t.Error("the file was changed")
			}
		})
	}
}

func TestMigrationKeepsACopy(t *testing.T) {
	t.Parallel()
	dir := filled(t)
	edit(t, filepath.Join(dir, databaseFile), `DELETE FROM river_migration WHERE version = 8`)
	s, err := OpenSQLite(t.Context(), dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	copies, _ := filepath.Glob(filepath.Join(dir, databaseFile+".before-*"))
	if len(copies) != 1 {
		t.Fatalf("copies: %v, want one", copies)
	}
	if err := CheckBackup(t.Context(), copies[0]); err != nil {
		t.Errorf("copy: %v", err)
	}
	if got := names(t, s); len(got) != 1 {
		t.Errorf("documents after the migration: %v, want web", got)
	}
}

// TestMigrationCountsWhatIsThere: deployments that were stored before they were
// kept counted are counted by the migration.
func TestMigrationCountsWhatIsThere(t *testing.T) {
	t.Parallel()
	dir := filled(t)
	script, err := migrations.SQLite.ReadFile("sqlite/00022_count.sql")
	if err != nil {
		t.Fatal(err)
	}
	_, count, _ := strings.Cut(string(script), "INSERT INTO deployment_count")
	count, _, _ = strings.Cut(count, ";")
	row := func(number int, state, result string) string {
		return fmt.Sprintf(`INSERT INTO deployment (scope, number, revision, plan, environment, release, direction, state, result, closed, wake_at, body)
			VALUES ('default', %d, 1, 1, 'live', 'web', 'install', '%s', '%s', 0, 0, '{}');`, number, state, result)
	}
	edit(t, filepath.Join(dir, databaseFile), `DELETE FROM deployment_count; INSERT INTO plan (scope, number, body) VALUES ('default', 1, '{}');`+
		row(1, "closed", "failed")+row(2, "closed", "failed")+row(3, "executing", "")+"INSERT INTO deployment_count"+count)
	s, err := OpenSQLite(t.Context(), dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var counts []control.DeploymentCount
	if err := s.View(t.Context(), practice.DefaultScope, func(tx control.Tx) (err error) {
		counts, err = tx.CountDeployments("live")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	want := []control.DeploymentCount{{State: deployment.Closed, Result: deployment.Failed, Number: 2}, {State: deployment.Executing, Number: 1}}
	if !slices.Equal(counts, want) {
		t.Errorf("counts: %v, want %v", counts, want)
	}
}

func TestBackupOfARunningDatabase(t *testing.T) {
	t.Parallel()
	s := sqliteStore(t, nil)
	var writing sync.WaitGroup
	for n := range 3 {
		writing.Go(func() {
			for i := range 40 {
				if err := put(t, s, fmt.Sprintf("web-%d-%d", n, i)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	dir := t.TempDir()
	path := filepath.Join(dir, databaseFile)
	mustPut(t, s, "before")
	if err := s.Backup(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	writing.Wait()
	mustPut(t, s, "after")
	if err := s.Backup(t.Context(), path); practice.CodeOf(err) != practice.Conflict {
		t.Errorf("backup over a file: %v, want conflict", err)
	}
	if err := CheckBackup(t.Context(), path); err != nil {
		t.Errorf("check: %v", err)
	}
	restored, err := OpenSQLite(t.Context(), dir, Options{})
	if err != nil {
		t.Fatalf("open the backup: %v", err)
	}
	defer restored.Close()
	got := strings.Join(names(t, restored), " ") + " "
	if !strings.Contains(got, "before ") || strings.Contains(got, "after ") {
		t.Errorf("backup holds %s; want before and not after", got)
	}
}

func TestCheckBackupRefuses(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(t *testing.T, path string){
		"damage":         damage,
		"a newer schema": func(t *testing.T, path string) { edit(t, path, `UPDATE goose_db_version SET version_id = 999`) },
		"another database": func(t *testing.T, path string) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			edit(t, path, `CREATE TABLE other (a)`)
		},
		"missing rows": func(t *testing.T, path string) {
			edit(t, path, `INSERT INTO plan_target (scope, plan, name, wave, start, body) VALUES ('default', 77, 'web', 1, '{}', '{}')`)
		},
		"an empty file": func(t *testing.T, path string) {
			if err := os.Truncate(path, 0); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(filled(t), databaseFile)
			change(t, path)
			if err := CheckBackup(t.Context(), path); practice.CodeOf(err) != practice.Refused {
				t.Errorf("check: %v, want refused", err)
			}
		})
	}
}

func TestFullDiskIsNoFailure(t *testing.T) {
	t.Parallel()
	s := sqliteStore(t, nil)
	writer := s.engine.(*sqlite).writer
	pages := func(text string) (n int) {
		t.Helper()
		if err := writer.QueryRow(text).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	mustPut(t, s, "before")
	most := pages(`PRAGMA max_page_count`)
	pages(fmt.Sprintf(`PRAGMA max_page_count = %d`, pages(`PRAGMA page_count`)+1))
	large := func() error {
		return s.Update(t.Context(), practice.DefaultScope, func(tx control.Tx) error {
			return tx.PutSetting("large", make([]byte, 1<<20))
		})
	}
	if err := large(); practice.CodeOf(err) != practice.Unavailable {
		t.Errorf("put: %v, want unavailable", err)
	}
	if err := s.Failure(); err != nil {
		t.Errorf("failure: %v, want none", err)
	}
	pages(fmt.Sprintf(`PRAGMA max_page_count = %d`, most))
	if err := large(); err != nil {
		t.Errorf("put after space was freed: %v", err)
	}
}

// faultDir tells the child of TestFailedSyncStopsTheStore where to work.
const faultDir = "TRANSHIP_STORE_FAULT_DIR"

// TestFailedSyncStopsTheStore lets one sync to the disk fail in a process of
// its own. What that process saw committed is there afterwards, and it wrote
// nothing more although every later sync would have succeeded.
func TestFailedSyncStopsTheStore(t *testing.T) {
	t.Parallel()
	if dir := os.Getenv(faultDir); dir != "" {
		writeUntilFailure(t, dir)
		return
	}
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skipf("no strace here: %v", err)
	}
	for _, when := range []int{20, 33} { // some in commits, some while the log is moved into the database
		t.Run(fmt.Sprint(when), func(t *testing.T) {
			t.Parallel()
			dir := filled(t)
			child := exec.Command(strace, "-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync",
				"-e", fmt.Sprintf("inject=fsync,fdatasync:error=EIO:when=%d", when), os.Args[0], "-test.run=^TestFailedSyncStopsTheStore$")
			child.Env = append(os.Environ(), faultDir+"="+dir)
			out, err := child.CombinedOutput()
			if strings.Contains(string(out), "Operation not permitted") {
				t.Skipf("strace may not trace here: %s", out)
			}
			_, told, has := strings.Cut(string(out), "stopped after ")
			if err != nil || !has {
				t.Fatalf("child: %v\n%s", err, out)
			}
			var committed int
			if _, err := fmt.Sscan(told, &committed); err != nil {
				t.Fatalf("child: %v\n%s", err, out)
			}
			s, err := OpenSQLite(t.Context(), dir, Options{})
			if err != nil {
				t.Fatalf("open afterwards: %v", err)
			}
			defer s.Close()
			got := len(names(t, s)) - 1 // without the one of filled
			if got != committed && got != committed+1 {
				t.Errorf("%d documents are there, %d were acknowledged", got, committed)
			}
		})
	}
}

// writeUntilFailure puts documents until the store fails, and says how many it put.
func writeUntilFailure(t *testing.T, dir string) {
	s, err := OpenSQLite(t.Context(), dir, Options{SkipCheck: true})
	if err != nil {
		t.Fatal(err)
	}
	spec := fmt.Appendf(nil, `{"a":"%s"}`, strings.Repeat("a", 300_000)) // few commits fill the log
	for n := range 800 {                                                 // strace counts the calls of each thread by itself
		err := s.Update(t.Context(), practice.DefaultScope, func(tx control.Tx) error {
			return tx.PutDocument(practice.Document{Kind: practice.KindTarget, Name: fmt.Sprintf("t%03d", n), Spec: spec})
		})
		if err == nil {
			continue
		}
		var failed *Failure
		if !errors.As(err, &failed) || s.Failure() == nil {
			t.Fatalf("put: %v, want a failure", err)
		}
		select {
		case <-s.Failed():
		case <-time.After(time.Second):
			t.Fatal("nobody is told of the failure")
		}
		if err := put(t, s, "more"); !errors.As(err, &failed) {
			t.Fatalf("put after a failure: %v, want the failure", err)
		}
		fmt.Fprintf(os.Stdout, "stopped after %d\n", n)
		return
	}
	t.Fatal("no sync failed")
}
