package recordtest

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"reflect"
	"strconv"
	"testing"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/record"
	"tranship.dev/tranship/internal/practice/signature"
)

// Key is the key that the suite signs with.
func Key() ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed([]byte("the key of record's test suite!!"))
}

// Entries gives n different entries of five deployments, beginning with the i'th.
func Entries(i, n int) []practice.Entry {
	entries := make([]practice.Entry, n)
	start := time.Date(2025, 3, 1, 8, 0, 0, 0, time.UTC)
	for j := range entries {
		k := i + j
		entries[j] = practice.Entry{
			Kind: "report.received", Subject: fmt.Sprintf("deployment/D-%d", k%5+1), Target: fmt.Sprintf("web-%02d", k%7),
			Who: practice.Actor{Kind: practice.Machine, Name: fmt.Sprintf("agent-%d", k%7)}, When: start.Add(time.Duration(k) * 1_234_567 * time.Microsecond),
			Why:  "step <unpack> & check – fertig ✓",
			Data: map[string]any{"step": "unpack", "outcome": "done", "try": k, "took": "1.5s", "evidence": []string{"a", "b"}},
		}
	}
	return entries
}

// Run proves that the stores that newStore gives keep a record. Each call of
// newStore gives an empty store of the scope "default", whose methods several
// goroutines may call, each call being a transaction of its own.
func Run(t *testing.T, newStore func(t *testing.T) record.Store) {
	for name, test := range map[string]func(*testing.T, record.Store){
		"an empty store":                testEmpty,
		"what was appended is read":     testReading,
		"lists are filtered and paged":  testLists,
		"links are the chains' ends":    testLinks,
		"entries are searched":          testSearch,
		"what is found is paged":        testSearchPages,
		"a stale append is a conflict":  testConflict,
		"a thousand entries verify":     testVerifies,
		"rows are copies, not pointers": testCopies,
		"four append at the same time":  testTogether,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, newStore(t))
		})
	}
}

func enter(t *testing.T, store record.Store, i, n int) record.Sealed {
	t.Helper()
	sealed, err := record.Enter(store, practice.DefaultScope, Entries(i, n), Key())
	if err != nil {
		t.Fatalf("enter %d entries after %d: %v", n, i, err)
	}
	return sealed
}

func list(t *testing.T, store record.Store, f record.Filter, page practice.Page) []int64 {
	t.Helper()
	rows, err := store.RecordRows(f, page)
	if err != nil {
		t.Fatalf("rows of %+v: %v", f, err)
	}
	indexes := []int64{}
	for _, r := range rows {
		indexes = append(indexes, r.Index)
	}
	return indexes
}

func testEmpty(t *testing.T, store record.Store) {
	head, checkpoint, err := store.RecordHead()
	if err != nil || head != (record.Head{}) || checkpoint != "" {
		t.Errorf("head: %v, %q, %v; want nothing", head, checkpoint, err)
	}
	if _, err := store.RecordRow(0); practice.CodeOf(err) != practice.NotFound {
		t.Errorf("row 0: %v, want not-found", err)
	}
	if rows, tiles, err := store.RecordCounts(); rows != 0 || tiles != 0 || err != nil {
		t.Errorf("counts: %d, %d, %v; want 0, 0", rows, tiles, err)
	}
	if found, err := store.RecordTiles([]record.TileID{{Level: 0, Index: 0}}); len(found) != 0 || err != nil {
		t.Errorf("tiles: %v, %v; want none", found, err)
	}
	if links, err := store.RecordLinks([]string{"deployment/D-1"}); len(links) != 0 || err != nil {
		t.Errorf("links: %v, %v; want none", links, err)
	}
	if rows := list(t, store, record.Filter{}, practice.Page{}); len(rows) != 0 {
		t.Errorf("rows: %v, want none", rows)
	}
}

func testReading(t *testing.T, store record.Store) {
	first, second := enter(t, store, 0, 200), enter(t, store, 200, 100)
	head, checkpoint, err := store.RecordHead()
	if err != nil || head != second.After {
		t.Errorf("head: %v, %v; want %v", head, err, second.After)
	}
	signed, _, err := record.OpenCheckpoint(checkpoint, practice.DefaultScope, signature.Encode(Key().Public().(ed25519.PublicKey)))
	if err != nil || signed != head {
		t.Errorf("checkpoint: %v, %v; want %v", signed, err, head)
	}
	for _, want := range append(first.Rows, second.Rows...) {
		got, err := store.RecordRow(want.Index)
		if err != nil || !got.When.Equal(want.When) {
			t.Fatalf("row %d: when %v, %v; want %v", want.Index, got.When, err, want.When)
		}
		if got.When.Location() != time.UTC {
			t.Fatalf("row %d: when is in %v, not UTC", want.Index, got.When.Location())
		}
		got.When = want.When
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("row %d: %+v, want %+v", want.Index, got, want)
		}
	}
	for _, want := range second.Tiles {
		found, err := store.RecordTiles([]record.TileID{want.TileID, {Level: 9, Index: 9}})
		if err != nil || len(found) != 1 || !bytes.Equal(found[want.TileID], want.Hashes) {
			t.Errorf("tile %v: %d bytes, %v; want %d", want.TileID, len(found[want.TileID]), err, len(want.Hashes))
		}
	}
	if rows, tiles, err := store.RecordCounts(); rows != 300 || tiles != 3 || err != nil {
		t.Errorf("counts: %d rows, %d tiles, %v; want 300 and 3", rows, tiles, err)
	}
}

func testLists(t *testing.T, store record.Store) {
	enter(t, store, 0, 30)
	expect := func(f record.Filter, page practice.Page, want ...int64) {
		t.Helper()
		if got := list(t, store, f, page); !reflect.DeepEqual(got, append([]int64{}, want...)) {
			t.Errorf("rows of %+v, %+v: %v, want %v", f, page, got, want)
		}
	}
	expect(record.Filter{}, practice.Page{Limit: 3}, 0, 1, 2)
	expect(record.Filter{}, practice.Page{Limit: 3, After: "2"}, 3, 4, 5)
	expect(record.Filter{From: 9}, practice.Page{Limit: 2, After: "3"}, 9, 10)
	expect(record.Filter{From: 4}, practice.Page{Limit: 2, After: "11"}, 12, 13)
	expect(record.Filter{Subject: "deployment/D-2"}, practice.Page{}, 1, 6, 11, 16, 21, 26)
	expect(record.Filter{Subject: "deployment/D-2"}, practice.Page{After: "16"}, 21, 26)
	expect(record.Filter{Target: "web-03"}, practice.Page{}, 3, 10, 17, 24)
	expect(record.Filter{Target: "web-03", Newest: true}, practice.Page{Limit: 2}, 24, 17)
	expect(record.Filter{Target: "web-03", Newest: true}, practice.Page{After: "17"}, 10, 3)
	expect(record.Filter{Subject: "deployment/D-1", Target: "web-03"}, practice.Page{}, 10)
	expect(record.Filter{Kinds: []string{"order.issued"}}, practice.Page{})
	expect(record.Filter{Kinds: []string{"order.issued", "report.received"}, From: 28}, practice.Page{}, 28, 29)
	if _, err := store.RecordRows(record.Filter{}, practice.Page{After: "x"}); practice.CodeOf(err) != practice.Invalid {
		t.Errorf("page after x: %v, want invalid", err)
	}
}

func testLinks(t *testing.T, store record.Store) {
	sealed := enter(t, store, 0, 13)
	links, err := store.RecordLinks([]string{"deployment/D-1", "deployment/D-4", "deployment/D-99"})
	want := map[string]record.Link{
		"deployment/D-1": {Number: 3, Hash: sealed.Rows[10].Hash},
		"deployment/D-4": {Number: 2, Hash: sealed.Rows[8].Hash},
	}
	if err != nil || !reflect.DeepEqual(links, want) {
		t.Errorf("links: %v, %v; want %v", links, err, want)
	}
}

func testConflict(t *testing.T, store record.Store) {
	head, _, _ := store.RecordHead()
	stale, err := record.Seal(head, store, nil, practice.DefaultScope, Entries(0, 5))
	if err != nil {
		t.Fatal(err)
	}
	enter(t, store, 0, 3)
	if err := store.AppendRecord(stale, "stale"); practice.CodeOf(err) != practice.Conflict {
		t.Errorf("append after an older head: %v, want conflict", err)
	}
	if rows, tiles, _ := store.RecordCounts(); rows != 3 || tiles != 1 {
		t.Errorf("a refused append left %d rows, %d tiles; want 3 and 1", rows, tiles)
	}
	head, _, _ = store.RecordHead()
	enter(t, store, 3, 2)
	late, err := record.Seal(head, store, nil, practice.DefaultScope, Entries(5, 1))
	if err != nil {
		t.Fatalf("the log grew after its head was read, which is no alteration: %v", err)
	}
	if err := store.AppendRecord(late, "late"); practice.CodeOf(err) != practice.Conflict {
		t.Errorf("append of what was sealed beside: %v, want conflict", err)
	}
}

func testVerifies(t *testing.T, store record.Store) {
	for i := 0; i < 1000; i += 250 {
		enter(t, store, i, 250)
	}
	report := record.VerifyLog(store, practice.DefaultScope, "", signature.Encode(Key().Public().(ed25519.PublicKey)))
	if !report.OK() || report.Entries != 1000 {
		t.Errorf("verify: %v", report)
	}
}

func testCopies(t *testing.T, store record.Store) {
	enter(t, store, 0, 2)
	found, err := store.RecordTiles([]record.TileID{{Level: 0, Index: 0}})
	if err != nil {
		t.Fatal(err)
	}
	clear(found[record.TileID{Level: 0, Index: 0}])
	enter(t, store, 2, 1)
	rows, err := store.RecordRows(record.Filter{}, practice.Page{After: strconv.Itoa(1)})
	if err != nil || len(rows) != 1 || rows[0].Number != 1 {
		t.Errorf("rows after 1: %+v, %v; want the third entry", rows, err)
	}
}

// testTogether lets four race for the log's end; who loses tries again.
func testTogether(t *testing.T, store record.Store) {
	const writers, batches, size = 4, 5, 3
	failed := make(chan error, writers)
	for w := range writers {
		go func() {
			for b := 0; b < batches; {
				_, err := record.Enter(store, practice.DefaultScope, Entries((w*batches+b)*size, size), Key())
				if practice.CodeOf(err) == practice.Conflict {
					continue
				}
				if err != nil {
					failed <- err
					return
				}
				b++
			}
			failed <- nil
		}()
	}
	for range writers {
		if err := <-failed; err != nil {
			t.Errorf("append: %v", err)
		}
	}
	report := record.VerifyLog(store, practice.DefaultScope, "", signature.Encode(Key().Public().(ed25519.PublicKey)))
	if !report.OK() || report.Entries != writers*batches*size {
		t.Errorf("want %d entries: %v", writers*batches*size, report)
	}
}
