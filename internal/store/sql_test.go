package store

import (
	"database/sql"
	"errors"
	"regexp"
	"strings"
	"testing"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/store/storetest"
)

// unscoped are the tables whose rows belong to no scope by a column of theirs.
var unscoped = regexp.MustCompile(`^(INSERT INTO|UPDATE|SELECT .* FROM) (setting|river_job)\b`)

// TestEveryStatement looks at all SQL texts that the conformance suite runs.
func TestEveryStatement(t *testing.T) {
	t.Parallel()
	ran := suiteStatements(t)
	t.Run("is scoped", func(t *testing.T) { t.Parallel(); testScoped(t, ran) })
	t.Run("has its index", func(t *testing.T) { t.Parallel(); testIndexed(t, ran) })
}

// testScoped: a statement compares or writes the scope, once for each table that it names.
func testScoped(t *testing.T, ran suiteRun) {
	table := regexp.MustCompile(`\b(?:FROM|JOIN|INTO|UPDATE) ([a-z_]+)`)
	scoped := regexp.MustCompile(`scope = (\?|c\.scope)|record_word\.rowid < \?`) // ids of word rows have the scope in them
	for sql := range ran.seen {
		text := strings.Join(strings.Fields(sql), " ")
		if unscoped.MatchString(text) {
			continue
		}
		tables := 0
		for _, m := range table.FindAllStringSubmatch(text, -1) {
			if m[1] != "SET" {
				tables++
			}
		}
		compared := len(scoped.FindAllString(text, -1))
		if strings.HasPrefix(text, "INSERT INTO") && (strings.Contains(text, "(scope, ") || strings.HasPrefix(text, "INSERT INTO record_word (rowid, ")) {
			compared++
		}
		if compared < tables || tables == 0 {
			t.Errorf("%d tables, %d scopes: %.300s", tables, compared, text)
		}
	}
}

// small are tables that never grow beyond what a full look at them may cost.
var small = []string{"setting", "record_head", "record_scope"}

// testIndexed asks SQLite how it carries out each statement: never by reading a
// whole table or scope, and never by sorting what a page of a list is taken from.
func testIndexed(t *testing.T, ran suiteRun) {
	db := ran.store.engine.(*sqlite).writer
	whole := map[string]bool{}
	for _, how := range inspections() {
		whole[how.sql] = true
	}
	for sql, args := range ran.seen {
		if strings.Contains(sql, "count(*)") || whole[sql] {
			continue // counts and inspections are for verifying everything
		}
		for _, step := range explained(t, db, sql, args) {
			if slow(step, sql) {
				t.Errorf("%s\n  %.400s", step, strings.Join(strings.Fields(sql), " "))
			}
		}
	}
}

// explained gives the steps in which SQLite carries a statement out.
func explained(t *testing.T, db *sql.DB, text string, args []any) []string {
	t.Helper()
	found, err := db.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+text, args...)
	if err != nil {
		t.Fatalf("explain %.200s: %v", text, err)
	}
	defer found.Close()
	var steps []string
	for found.Next() {
		var id, parent, unused int
		var step string
		if err := found.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	if err := errors.Join(found.Err(), found.Close()); err != nil {
		t.Fatalf("explain %.200s: %v", text, err)
	}
	return steps
}

// whole finds a search that narrows nothing down but the scope.
var whole = regexp.MustCompile(`\(scope=\?\)$`)

// inMemory finds reading of what the statement itself brings along, or has found
// in a step that is looked at by itself.
var inMemory = regexp.MustCompile(`^SCAN (v|b|numbered|\(subquery-\d+\)|CONSTANT ROW|.*-ROW VALUES CLAUSE|.* CONSTANT ROWS?)$`)

func slow(step, sql string) bool {
	for _, name := range small {
		if strings.Contains(step, " "+name+" ") {
			return false
		}
	}
	switch {
	case inMemory.MatchString(step), strings.Contains(step, "record_word VIRTUAL TABLE INDEX") && strings.Contains(sql, "MATCH"):
		return false
	case strings.HasPrefix(step, "SCAN"):
		return true
	case strings.Contains(step, "TEMP B-TREE FOR ORDER BY"):
		return strings.Contains(sql, "LIMIT") && !strings.Contains(sql, " IN (")
	default:
		return whole.MatchString(step)
	}
}

type suiteRun struct {
	*statements
	store *Store
}

// suiteStatements runs the conformance suite on SQLite and gives its statements.
func suiteStatements(t *testing.T) suiteRun {
	t.Helper()
	ran := suiteRun{statements: &statements{}}
	ran.store = sqliteStore(t, ran.add)
	t.Run("suite", func(t *testing.T) {
		storetest.Run(t, func(t *testing.T) control.Store { return ran.store })
	})
	if len(ran.seen) < 60 {
		t.Fatalf("only %d different statements were seen", len(ran.seen))
	}
	return ran
}
