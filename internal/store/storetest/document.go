package storetest

import (
	"encoding/json"
	"fmt"
	"strconv"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
)

func document(name, parent string, revision int64, n int) practice.Document {
	return practice.Document{Kind: practice.KindTarget, Name: name, Parent: parent, Labels: map[string]string{"n": strconv.Itoa(n)},
		Spec: json.RawMessage(fmt.Sprintf(`{"n":%d}`, n)), Revision: revision, Digest: digest(n), By: anna, At: at(n)}
}

func (s suite) put(d practice.Document) {
	s.Helper()
	s.update(func(tx control.Tx) error { return tx.PutDocument(d) })
}

func testDocuments(s suite) {
	present := func() practice.Document {
		s.Helper()
		return read(s, func(tx control.Tx) (practice.Document, error) { return tx.Document(practice.KindTarget, "web") })
	}
	get := func(tx control.Tx) error { _, err := tx.Document(practice.KindTarget, "web"); return err }
	put := func(d practice.Document) func(control.Tx) error {
		return func(tx control.Tx) error { return tx.PutDocument(d) }
	}
	s.refused("not-found", "a document that was never put", get)
	s.refused("conflict", "revision 3 of nothing", put(document("web", "test", 3, 1)))
	s.put(document("web", "test", 0, 1))
	s.same("first", present(), document("web", "test", 1, 1))
	s.refused("conflict", "creating it again", put(document("web", "test", 0, 2)))
	s.put(document("web", "live", 1, 2))
	s.same("second", present(), document("web", "live", 2, 2))
	s.refused("conflict", "changing an old revision", put(document("web", "live", 1, 3)))

	gone := document("web", "live", 2, 3)
	gone.Removed = true
	s.put(gone)
	s.refused("not-found", "a removed document", get)
	listed := read(s, func(tx control.Tx) ([]practice.Document, error) {
		return tx.Documents(practice.KindTarget, "", practice.Page{})
	})
	s.same("list without the removed one", listed, []practice.Document{})
	s.refused("conflict", "an old revision of a removed document", put(document("web", "live", 2, 4)))
	s.put(document("web", "live", 0, 4))
	s.same("created again", present(), document("web", "live", 4, 4))

	history := pages(s, 3, func(tx control.Tx, p practice.Page) ([]practice.Document, error) {
		return tx.DocumentHistory(practice.KindTarget, "web", p)
	}, func(d practice.Document) string { return strconv.FormatInt(d.Revision, 10) })
	gone.Revision = 3
	s.same("history", history, []practice.Document{document("web", "live", 4, 4), gone, document("web", "live", 2, 2), document("web", "test", 1, 1)})
	old := read(s, func(tx control.Tx) (practice.Document, error) { return tx.DocumentAt(practice.KindTarget, "web", 3) })
	s.same("one revision", old, gone)
	s.refused("not-found", "a revision that never was", func(tx control.Tx) error {
		_, err := tx.DocumentAt(practice.KindTarget, "web", 9)
		return err
	})
	s.refused("not-found", "another kind of that name", func(tx control.Tx) error {
		_, err := tx.Document(practice.KindModel, "web")
		return err
	})
}

func testDocumentPages(s suite) {
	names := []string{"a", "a-b", "a.b", "a0", "ab", "b", "b-1", "b_1", "c"} // in bytewise order
	s.update(func(tx control.Tx) error {
		for i, name := range names {
			if err := tx.PutDocument(document(name, []string{"even", "odd"}[i%2], 0, i)); err != nil {
				return err
			}
		}
		return nil
	})
	listed := func(parent string, limit int) []string {
		all := pages(s, limit, func(tx control.Tx, p practice.Page) ([]practice.Document, error) {
			return tx.Documents(practice.KindTarget, parent, p)
		}, func(d practice.Document) string { return d.Name })
		var got []string
		for _, d := range all {
			got = append(got, d.Name)
		}
		return got
	}
	s.same("all", listed("", 2), names)
	s.same("all at once", listed("", 100), names)
	s.same("of one parent", listed("odd", 3), []string{"a-b", "a0", "b", "b_1"})
	s.same("of a parent that nobody has", listed("none", 3), []string{})
}
