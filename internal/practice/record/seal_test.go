package record_test

import (
	"crypto/ed25519"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/record"
	"tranship.dev/tranship/internal/practice/record/recordtest"
	"tranship.dev/tranship/internal/practice/signature"
)

var (
	oldKey  = ed25519.NewKeyFromSeed([]byte("the old key of the record, 32 B!"))
	nextKey = ed25519.NewKeyFromSeed([]byte("the next key of the record, 32 B"))
)

func public(k ed25519.PrivateKey) signature.PublicKey {
	return signature.Encode(k.Public().(ed25519.PublicKey))
}

// filled gives a store with n entries of some subjects, sealed in batches.
func filled(t testing.TB, n, batch int) *recordtest.Memory {
	t.Helper()
	store := recordtest.NewMemory()
	enter(t, store, recordtest.Entries(0, n), batch)
	return store
}

func enter(t testing.TB, store record.Store, entries []practice.Entry, batch int) {
	t.Helper()
	for len(entries) > 0 {
		n := min(batch, len(entries))
		if _, err := record.Enter(store, "default", entries[:n], oldKey); err != nil {
			t.Fatal(err)
		}
		entries = entries[n:]
	}
}

func TestBatchesGiveTheSameLogAsSingleEntries(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.IntRange(1, 300).Draw(t, "entries")
		if raced {
			total = total/10 + 1
		}
		entries := recordtest.Entries(0, total)
		batched, single := recordtest.NewMemory(), recordtest.NewMemory()
		for rest := entries; len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "batch")
			must(t, batched, rest[:n])
			rest = rest[n:]
		}
		for i := range entries {
			must(t, single, entries[i:i+1])
		}
		if batched.Head != single.Head || batched.Checkpoint != single.Checkpoint {
			t.Fatalf("heads differ: %v and %v", batched.Head, single.Head)
		}
		same := func(a, b []byte) bool { return string(a) == string(b) }
		if !maps.EqualFunc(batched.Tiles, single.Tiles, same) {
			t.Fatal("tiles differ")
		}
		for i, row := range batched.Rows {
			if string(row.Bytes) != string(single.Rows[i].Bytes) {
				t.Fatalf("entry %d differs:\n%s\n%s", i, row.Bytes, single.Rows[i].Bytes)
			}
		}
	})
}

func must(t *rapid.T, store record.Store, entries []practice.Entry) {
	if _, err := record.Enter(store, "default", entries, oldKey); err != nil {
		t.Fatal(err)
	}
}

// TestRootIsThatOfRFC6962 compares with tlog's own way to compute a root, over
// sizes with up to three levels of tiles.
func TestRootIsThatOfRFC6962(t *testing.T) {
	t.Parallel()
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for i, x := range indexes {
			hashes[i] = stored[x]
		}
		return hashes, nil
	})
	chosen := func(size int64) bool { return size < 600 || size > 65_400 && size < 65_900 }
	roots := record.RootsOfCounted(66_000, chosen)
	for i := range int64(66_000) {
		more, err := tlog.StoredHashes(i, fmt.Append(nil, i), reader)
		if err != nil {
			t.Fatal(err)
		}
		stored = append(stored, more...)
		if chosen(i + 1) {
			want, err := tlog.TreeHash(i+1, reader)
			if err != nil || roots[i+1] != want {
				t.Fatalf("root of %d leaves: %v, want %v (%v)", i+1, roots[i+1], want, err)
			}
		}
	}
}

func TestSealRefuses(t *testing.T) {
	t.Parallel()
	good := recordtest.Entries(0, 1)[0]
	for name, c := range map[string]struct {
		change func(*practice.Entry)
		want   string
	}{
		"no kind":        {func(e *practice.Entry) { e.Kind = "" }, `kind ""`},
		"no subject":     {func(e *practice.Entry) { e.Subject = "" }, `subject ""`},
		"nobody":         {func(e *practice.Entry) { e.Who.Name = "" }, `who ""`},
		"a zero byte":    {func(e *practice.Entry) { e.Target = "web\x00" }, `target "web\x00"`},
		"no time":        {func(e *practice.Entry) { e.When = time.Time{} }, "does not say when"},
		"a large number": {func(e *practice.Entry) { e.Data = map[string]any{"n": int64(1) << 60} }, "holds the number 1152921504606847000"},
		"no JSON":        {func(e *practice.Entry) { e.Data = map[string]any{"n": func() {}} }, "cannot be written as JSON"},
	} {
		entry := good
		c.change(&entry)
		_, err := record.Seal(record.Head{}, recordtest.NewMemory(), nil, "default", []practice.Entry{entry})
		if practice.CodeOf(err) != practice.Invalid || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
	large := good
	large.Data = map[string]any{"text": "9007199254740993 \\\" 9007199254740993", "exact": 9007199254740991, "float": 1e300, "small": 1.2345678901234567e-5}
	if _, err := record.Seal(record.Head{}, recordtest.NewMemory(), nil, "default", []practice.Entry{large}); err != nil {
		t.Errorf("numbers that are exact, or text: %v", err)
	}
}

func TestEnterDoesNotContinueAnAlteredRecord(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		alter func(*recordtest.Memory)
		want  string
	}{
		"a last tile":   {func(m *recordtest.Memory) { m.Tiles[record.TileID{Level: 0, Index: 1}][3] ^= 1 }, "the last tiles give root"},
		"no tile":       {func(m *recordtest.Memory) { delete(m.Tiles, record.TileID{Level: 1, Index: 0}) }, "tile 1/0 has 0 bytes, not 32"},
		"the head":      {func(m *recordtest.Memory) { m.Head.Size-- }, "its checkpoint signs 300"},
		"no checkpoint": {func(m *recordtest.Memory) { m.Checkpoint = "" }, "checkpoint cannot be read"},
		"a stranger's": {func(m *recordtest.Memory) {
			m.Checkpoint, _ = record.Checkpoint("default", m.Head, nextKey)
		}, "not signed by a trusted key"},
	} {
		store := filled(t, 300, 100)
		c.alter(store)
		_, err := record.Enter(store, "default", recordtest.Entries(300, 1), oldKey)
		if practice.CodeOf(err) != practice.Refused || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

func BenchmarkSeal(b *testing.B) {
	for _, n := range []int{1, 1000, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			store := filled(b, 5000, 1000)
			entries := recordtest.Entries(5000, n)
			for b.Loop() {
				if _, err := record.Seal(store.Head, store, nil, "default", entries); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N*n)/b.Elapsed().Seconds(), "entries/s")
		})
	}
}
