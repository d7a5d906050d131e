package store

import (
	"fmt"
	"path/filepath"
	"testing"
)

// Statements are kept, shared by nobody, and outlive a change of the schema.
func TestPreparedStatements(t *testing.T) {
	t.Parallel()
	db, err := openPrepared("file:" + filepath.Join(t.TempDir(), "test.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	run := func(text string, args ...any) {
		t.Helper()
		if _, err := db.ExecContext(t.Context(), text, args...); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	const insert, read = `INSERT INTO n (v) VALUES (?)`, `SELECT v FROM n WHERE v >= ? ORDER BY v`
	run(`CREATE TABLE n (v INTEGER PRIMARY KEY)`)
	for v := range 3 {
		run(insert, v)
	}
	if _, err := db.ExecContext(t.Context(), insert, 1); err == nil {
		t.Error("a row was stored twice")
	}
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	count := func(from int, each func()) (n int) {
		t.Helper()
		found, err := tx.QueryContext(t.Context(), read, from)
		if err != nil {
			t.Fatal(err)
		}
		defer found.Close()
		for ; found.Next(); n++ {
			each()
		}
		if err := found.Err(); err != nil {
			t.Fatal(err)
		}
		return n
	}
	inner := 0
	if outer := count(0, func() { inner += count(1, func() {}) }); outer != 3 || inner != 6 {
		t.Errorf("a text read within itself gave %d rows and %d within; want 3 and 6", outer, inner)
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	run(`ALTER TABLE n ADD COLUMN more TEXT`)
	run(insert, 3)
	for i := range 2 * keptStatements {
		run(fmt.Sprintf("INSERT INTO n (v) VALUES (%d + ?)", 10+i), 0)
	}
	var rows int
	if err := db.QueryRowContext(t.Context(), `SELECT count(*) FROM n`).Scan(&rows); err != nil || rows != 4+2*keptStatements {
		t.Errorf("%d rows, %v; want %d", rows, err, 4+2*keptStatements)
	}
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.Raw(func(c any) error {
		if kept := c.(*preparedConn).used.Len(); kept != keptStatements || len(c.(*preparedConn).kept) != kept {
			t.Errorf("%d statements are kept; want %d", kept, keptStatements)
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
}

func TestOnlyRowsAreReadOrWrittenByKeptStatements(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"SELECT 1": true, "\n\tINSERT INTO n VALUES (1)": true, "-- name: JobGet :many\nSELECT 1": true, "WITH x AS (SELECT 1) SELECT * FROM x": true,
		"PRAGMA wal_checkpoint(NOOP)": false, "CREATE TABLE n (v)": false, "VACUUM INTO ?": false, "": false, "-- nothing": false,
	} {
		if comesAgain(text) != want {
			t.Errorf("%q comes again: %v", text, !want)
		}
	}
}
