package store

import (
	"context"
	"reflect"
	"testing"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/record"
	"tranship.dev/tranship/internal/practice/record/recordtest"
)

// TestOldEntriesGetTheirWords: entries that were written before there was an
// index are found once the database is opened again, and those that another
// Tranship wrote meanwhile are found once the next ones are written.
func TestOldEntriesGetTheirWords(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(testing.TB, func(string, []any)) *Store{"sqlite": sqliteStore, "postgres": postgresStore} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, nil)
			enter := func(i, n int) {
				t.Helper()
				err := s.Update(t.Context(), practice.DefaultScope, func(tx control.Tx) error {
					_, err := record.Enter(tx, practice.DefaultScope, recordtest.Entries(i, n), recordtest.Key())
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			forget := func() {
				t.Helper()
				begun, err := s.engine.begin(t.Context(), string(practice.DefaultScope), true)
				if err != nil {
					t.Fatal(err)
				}
				defer begun.rollback()
				for _, sql := range []string{forgetWords[name], `DELETE FROM record_span`, `DELETE FROM record_scope`} {
					if _, err := begun.exec(t.Context(), sql, nil); err != nil {
						t.Fatal(err)
					}
				}
				if err := begun.commit(); err != nil {
					t.Fatal(err)
				}
			}
			found := func() (places []int64) {
				t.Helper()
				err := s.View(t.Context(), practice.DefaultScope, func(tx control.Tx) error {
					rows, err := tx.RecordRows(record.Filter{Text: "agent-3 unpack", Since: recordtest.Entries(0, 1)[0].When}, practice.Page{Limit: practice.MaxLimit})
					for _, r := range rows {
						places = append(places, r.Index)
					}
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
				return places
			}
			enter(0, 2500)
			want := found()
			forget()
			if got := found(); len(want) != 357 || len(got) != 0 {
				t.Fatalf("%d entries were found, %d without an index; want 357 and none", len(want), len(got))
			}
			if err := s.catchUp(context.Background()); err != nil {
				t.Fatal(err)
			}
			if got := found(); !reflect.DeepEqual(got, want) {
				t.Errorf("after catching up %d entries are found, want %d", len(got), len(want))
			}
			forget()
			enter(2500, 1)
			if got := found(); !reflect.DeepEqual(got, want) {
				t.Errorf("after the next entry %d entries are found, want %d", len(got), len(want))
			}
		})
	}
}

var forgetWords = map[string]string{
	"sqlite":   `INSERT INTO record_word (record_word) VALUES ('delete-all')`,
	"postgres": `DELETE FROM record_word`,
}
