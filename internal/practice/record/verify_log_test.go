package record_test

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/practice/record"
	"tranship.dev/tranship/internal/practice/record/recordtest"
)

func verify(store record.Store, since string) *record.Report {
	return record.VerifyLog(store, "default", since, public(oldKey), public(nextKey))
}

func copied(m *recordtest.Memory) *recordtest.Memory {
	c := recordtest.NewMemory()
	c.Head, c.Checkpoint = m.Head, m.Checkpoint
	maps.Copy(c.Rows, m.Rows)
	maps.Copy(c.Tiles, m.Tiles)
	return c
}

// alterRow changes a row of a copied store.
func alterRow(m *recordtest.Memory, index int64, change func(*record.Row)) {
	row := m.Rows[index]
	row.Bytes = bytes.Clone(row.Bytes)
	change(&row)
	m.Rows[index] = row
}

func alterTile(m *recordtest.Memory, level int, index int64, change func([]byte) []byte) {
	id := record.TileID{Level: level, Index: index}
	m.Tiles[id] = change(bytes.Clone(m.Tiles[id]))
}

func flip(at int) func([]byte) []byte {
	return func(b []byte) []byte { b[at] ^= 1; return b }
}

func TestIntactLogVerifies(t *testing.T) {
	t.Parallel()
	store := filled(t, 700, 90)
	since := store.Checkpoint
	enter(t, store, recordtest.Entries(700, 300), 300)
	report := verify(store, since)
	if !report.OK() || report.Entries != 1000 || len(report.Verified) != 3 {
		t.Fatalf("report: %s", report)
	}
	if report := verify(recordtest.NewMemory(), ""); !report.OK() {
		t.Errorf("an empty log: %s", report)
	}
}

// TestAlterationsAreNamed alters one thing each and expects exactly these findings.
func TestAlterationsAreNamed(t *testing.T) {
	t.Parallel()
	good := filled(t, 700, 90)
	for name, c := range map[string]struct {
		alter func(m *recordtest.Memory)
		want  []string
	}{
		"bytes": {func(m *recordtest.Memory) {
			alterRow(m, 300, func(r *record.Row) { r.Bytes = bytes.Replace(r.Bytes, []byte("done"), []byte("fail"), 1) })
		}, []string{"entry 300: its bytes were altered", "log: its 700 entries give root"}},
		"bytes and hash": {func(m *recordtest.Memory) {
			alterRow(m, 699, func(r *record.Row) { *r = m.Rows[694]; r.Index = 699 })
		}, []string{"entry 699: its bytes were altered", "log: its 700 entries give root"}},
		"subject": {func(m *recordtest.Memory) { alterRow(m, 41, func(r *record.Row) { r.Subject = "deployment/D-3" }) },
			[]string{"entry 41: column subject was altered: it is deployment/D-3, the entry says deployment/D-2"}},
		"kind": {func(m *recordtest.Memory) { alterRow(m, 41, func(r *record.Row) { r.Kind = "report.lost" }) },
			[]string{"entry 41: column kind was altered: it is report.lost, the entry says report.received"}},
		"target": {func(m *recordtest.Memory) { alterRow(m, 41, func(r *record.Row) { r.Target = "" }) },
			[]string{"entry 41: column target was altered: it is , the entry says web-06"}},
		"when": {func(m *recordtest.Memory) {
			alterRow(m, 41, func(r *record.Row) { r.When = r.When.Add(time.Microsecond) })
		},
			[]string{"entry 41: column when was altered: it is 2025-03-01 08:00:50.617248 +0000 UTC, the entry says 2025-03-01 08:00:50.617247 +0000 UTC"}},
		"number": {func(m *recordtest.Memory) { alterRow(m, 41, func(r *record.Row) { r.Number++ }) },
			[]string{"entry 41: column number was altered: it is 10, the entry says 9"}},
		"hash": {func(m *recordtest.Memory) { alterRow(m, 41, func(r *record.Row) { r.Hash[0] ^= 1 }) },
			[]string{"entry 41: column hash was altered"}},
		"removed": {func(m *recordtest.Memory) { delete(m.Rows, 41) },
			[]string{"entry 41: is missing", "entry 46: is number 10 of deployment/D-2, but number 9 was expected: an entry was left out or added"}},
		"the end removed": {func(m *recordtest.Memory) { delete(m.Rows, 698); delete(m.Rows, 699) },
			[]string{"entries 698 to 699: are missing"}},
		"added": {func(m *recordtest.Memory) {
			m.Rows[700] = m.Rows[41]
			alterRow(m, 700, func(r *record.Row) { r.Index = 700 })
		},
			[]string{"entry 700: stands after the end of the log, which has 700 entries"}},
		"hidden": {func(m *recordtest.Memory) {
			m.Rows[-5] = m.Rows[41]
			alterRow(m, -5, func(r *record.Row) { r.Index = -5 })
		},
			[]string{"log: has 701 entry rows, but lists 700"}},
		"low tile":      {func(m *recordtest.Memory) { alterTile(m, 0, 1, flip(32*7)) }, []string{"tile 0/1: hash 7 was altered"}},
		"last tile":     {func(m *recordtest.Memory) { alterTile(m, 0, 2, flip(32*7)) }, []string{"tile 0/2: hash 7 was altered"}},
		"high tile":     {func(m *recordtest.Memory) { alterTile(m, 1, 0, flip(33)) }, []string{"tile 1/0: hash 1 was altered"}},
		"short tile":    {func(m *recordtest.Memory) { alterTile(m, 0, 1, func(b []byte) []byte { return b[:64] }) }, []string{"tile 0/1: has 64 bytes, not 8192"}},
		"no tile":       {func(m *recordtest.Memory) { delete(m.Tiles, record.TileID{Level: 0, Index: 1}) }, []string{"tile 0/1: has 0 bytes, not 8192", "log: has 3 tile rows, not 4"}},
		"one tile more": {func(m *recordtest.Memory) { m.Tiles[record.TileID{Level: 9}] = []byte{1} }, []string{"log: has 5 tile rows, not 4"}},
		"head size":     {func(m *recordtest.Memory) { m.Head.Size = 1 << 60 }, []string{"head: the stored head is 1152921504606846976 "}},
		"head root":     {func(m *recordtest.Memory) { m.Head.Root[1] ^= 1 }, []string{"head: the stored head is 700 "}},
		"checkpoint":    {func(m *recordtest.Memory) { m.Checkpoint = strings.Replace(m.Checkpoint, "700", "699", 1) }, []string{"checkpoint: checkpoint was altered: the signature of key "}},
		"other scope's": {func(m *recordtest.Memory) { m.Checkpoint, _ = record.Checkpoint("other", m.Head, oldKey) }, []string{"checkpoint: checkpoint is not signed by a trusted key"}},
		"two signatures": {func(m *recordtest.Memory) {
			_, signed, _ := strings.Cut(m.Checkpoint, "—")
			m.Checkpoint += "—" + signed
		}, []string{"checkpoint: checkpoint is signed, but holds more than its text and one signature"}},
	} {
		altered := copied(good)
		c.alter(altered)
		report := verify(altered, "")
		if len(report.Findings) != len(c.want) {
			t.Errorf("%s: want %d findings\n%s", name, len(c.want), report)
			continue
		}
		for i, want := range c.want {
			if !strings.HasPrefix(report.Findings[i].String(), want) {
				t.Errorf("%s: want %q\n%s", name, want, report)
			}
		}
	}
}

func TestRewrittenPastIsFoundByAnOlderCheckpoint(t *testing.T) {
	t.Parallel()
	store := filled(t, 300, 100)
	since := store.Checkpoint
	entries := recordtest.Entries(0, 400)
	entries[7].Why = "another story"
	rewritten := recordtest.NewMemory()
	enter(t, rewritten, entries, 100)
	if report := verify(rewritten, ""); !report.OK() {
		t.Fatalf("the key's owner can rewrite: %s", report)
	}
	want := "older checkpoint: the log of 400 entries does not continue the log of 300 entries: its past was rewritten"
	if report := verify(rewritten, since); len(report.Findings) != 1 || report.Findings[0].String() != want {
		t.Errorf("rewritten: want %q\n%s", want, report)
	}
	want = "older checkpoint: the log has 200 entries, fewer than the 300 of the older checkpoint: entries were cut off"
	if report := verify(filled(t, 200, 100), since); len(report.Findings) != 1 || report.Findings[0].String() != want {
		t.Errorf("an old copy: want %q\n%s", want, report)
	}
	if report := verify(recordtest.NewMemory(), since); report.OK() {
		t.Error("an emptied store passes in spite of an older checkpoint")
	}
	bad := strings.Replace(since, "300", "200", 1)
	if report := verify(store, bad); report.OK() || report.Findings[0].Where != "older checkpoint" {
		t.Errorf("an altered older checkpoint: %s", report)
	}
}

func TestGrowthIsProvable(t *testing.T) {
	t.Parallel()
	store := recordtest.NewMemory()
	var heads []record.Head
	for i := range 12 {
		enter(t, store, recordtest.Entries(i*60, 60), 60)
		heads = append(heads, store.Head)
	}
	for i, old := range heads {
		proof, err := record.ProveGrowth(store, old, store.Head)
		if err != nil {
			t.Fatal(err)
		}
		if err := record.VerifyGrowth(proof, old, store.Head); err != nil {
			t.Errorf("from %v: %v", old, err)
		}
		wrong := old
		wrong.Root[5] ^= 1
		if record.VerifyGrowth(proof, wrong, store.Head) == nil {
			t.Errorf("from %d: another past passes", i)
		}
	}
	if _, err := record.ProveGrowth(store, store.Head, heads[0]); err == nil {
		t.Error("a log that shrank is proven to have grown")
	}
}

// TestRandomMutationsAreFound alters one random thing at a time: mostly of a
// small log, which has the same kinds of row and is quick to verify.
func TestRandomMutationsAreFound(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ entries, mutations int }{{8, 9_700}, {600, 300}} {
		t.Run(fmt.Sprint(c.entries), func(t *testing.T) {
			t.Parallel()
			good := filled(t, c.entries, 100)
			random := rand.New(rand.NewPCG(111, uint64(c.entries)))
			n := c.mutations
			if testing.Short() || raced {
				n /= 10
			}
			for i := range n {
				altered := copied(good)
				what := mutate(altered, random)
				if what != "" && verify(altered, "").OK() {
					t.Errorf("mutation %d is not found: %s", i, what)
				}
			}
		})
	}
}

// mutate alters one random thing and says what; "" when it changed nothing.
func mutate(m *recordtest.Memory, random *rand.Rand) string {
	index := random.Int64N(int64(len(m.Rows)))
	noise := func(b []byte) []byte {
		b = bytes.Clone(b)
		b[random.IntN(len(b))] ^= byte(1 + random.IntN(255))
		return b
	}
	switch random.IntN(10) {
	case 0, 1:
		alterRow(m, index, func(r *record.Row) { r.Bytes = noise(r.Bytes) })
		return fmt.Sprintf("bytes of %d", index)
	case 2:
		alterRow(m, index, func(r *record.Row) { r.Hash = record.Hash(noise(r.Hash[:])) })
		return fmt.Sprintf("hash of %d", index)
	case 3:
		alterRow(m, index, func(r *record.Row) {
			column := []*string{&r.Subject, &r.Kind, &r.Target}[random.IntN(3)]
			*column = string(noise([]byte(*column)))
		})
		return fmt.Sprintf("column of %d", index)
	case 4:
		alterRow(m, index, func(r *record.Row) {
			r.When = r.When.Add(time.Duration(1+random.Int64N(1e6)) * time.Microsecond)
			r.Number += random.Int64N(3)
		})
		return fmt.Sprintf("when of %d", index)
	case 5: // a row moves, onto another or to a free place
		row, to := m.Rows[index], random.Int64N(int64(len(m.Rows))*2)-3
		if to == index {
			return ""
		}
		delete(m.Rows, index)
		row.Index = to
		m.Rows[to] = row
		return fmt.Sprintf("row %d moved to %d", index, to)
	case 6: // two rows exchange places
		other := random.Int64N(int64(len(m.Rows)))
		a, b := m.Rows[index], m.Rows[other]
		a.Index, b.Index = other, index
		m.Rows[other], m.Rows[index] = a, b
		if index == other {
			return ""
		}
		return fmt.Sprintf("rows %d and %d exchanged", index, other)
	case 7:
		ids := slices.SortedFunc(maps.Keys(m.Tiles), func(a, b record.TileID) int { return strings.Compare(a.String(), b.String()) })
		id := ids[random.IntN(len(ids))]
		switch random.IntN(3) {
		case 0:
			m.Tiles[id] = m.Tiles[id][:random.IntN(len(m.Tiles[id]))]
		case 1:
			m.Tiles[record.TileID{Level: id.Level + 1, Index: id.Index + 1}] = m.Tiles[id]
			delete(m.Tiles, id)
		default:
			m.Tiles[id] = noise(m.Tiles[id])
		}
		return "tile " + id.String()
	case 8:
		if random.IntN(2) == 0 {
			m.Head.Size += 1 + random.Int64N(1e9)
		} else {
			m.Head.Root = record.Hash(noise(m.Head.Root[:]))
		}
		return "head"
	default:
		m.Checkpoint = string(noise([]byte(m.Checkpoint)))
		return "checkpoint " + m.Checkpoint
	}
}

func BenchmarkVerifyLog(b *testing.B) {
	store := filled(b, 10_000, 1000)
	for b.Loop() {
		if report := verify(store, ""); !report.OK() {
			b.Fatal(report)
		}
	}
}
