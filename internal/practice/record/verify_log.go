package record

import (
	"fmt"
	"strconv"

	"golang.org/x/mod/sumdb/tlog"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/signature"
)

// VerifyLog reads a scope's whole record, entry by entry, and compares
// everything with everything: bytes with hashes, columns with bytes, chains,
// tiles, head, checkpoint, and the checkpoint's signature with the trusted
// keys. since is an older checkpoint that was kept elsewhere, or "": only it
// can show that the record as a whole was replaced by an older one of itself.
// reader must not change meanwhile (one read transaction). Memory grows with
// the number of subjects, not of entries.
func VerifyLog(reader Reader, scope practice.Scope, since string, trusted ...signature.PublicKey) *Report {
	c := &logCheck{reader: reader, scope: scope, report: &Report{Scope: scope}, chains: map[string]Link{}}
	c.tree.full = c.compare
	if c.heads(since, trusted) && c.rows() {
		c.finish()
		c.grown()
		c.counts()
	}
	return c.report
}

// logCheck is the state of one VerifyLog.
type logCheck struct {
	reader Reader
	scope  practice.Scope
	report *Report
	head   Head // what everything is compared with: what the checkpoint signs, if it does
	tree   edge // grown from the entries' bytes
	lost   bool // too much is missing to go on growing it
	tile   Tile // the stored tile of level 0 at the tree's end
	chains map[string]Link
	doubts []doubt

	since     Head
	sinceRoot Hash // the root that the entries gave at since's size
}

// doubt is a stored hash of a tile that is not what the entries give.
type doubt struct {
	level            int
	n                int64 // place within the level's hashes
	computed, stored Hash
}

// heads opens the checkpoints and says whether there is anything to read.
func (c *logCheck) heads(since string, trusted []signature.PublicKey) bool {
	if since != "" {
		old, _, err := OpenCheckpoint(since, c.scope, trusted...)
		if err != nil {
			c.report.find(CheckGrowth, "older checkpoint", "%v", err)
		}
		c.since = old
	}
	head, checkpoint, err := c.reader.RecordHead()
	if err != nil {
		c.report.find(CheckRead, "head", "cannot be read: %v", err)
		return false
	}
	c.head = head
	if head == (Head{}) && checkpoint == "" {
		return true
	}
	signed, by, err := openExact(checkpoint, c.scope, trusted)
	if err != nil {
		c.report.find(CheckCheckpoint, "checkpoint", "%v", err)
		return true
	}
	c.head, c.report.SignedBy = signed, []signature.PublicKey{by}
	if head != signed {
		c.report.find(CheckHead, "head", "the stored head is %v, its checkpoint signs %v", head, signed)
	}
	return true
}

// rows reads all rows; false when they cannot be read.
func (c *logCheck) rows() bool {
	c.report.Head = c.head
	last := int64(-1)
	for {
		page := practice.Page{Limit: practice.MaxLimit}
		if last >= 0 {
			page.After = strconv.FormatInt(last, 10)
		}
		rows, err := c.reader.RecordRows(Filter{}, page)
		if err != nil {
			c.report.find(CheckRead, fmt.Sprintf("entries after %d", last), "cannot be read: %v", err)
			return false
		}
		if len(rows) == 0 {
			c.missing(c.head.Size)
			return true
		}
		for _, row := range rows {
			if row.Index <= last {
				c.report.find(CheckRead, entryAt(row.Index), "is listed after entry %d", last)
				return false
			}
			last = row.Index
			c.row(row)
		}
	}
}

func (c *logCheck) row(row Row) {
	c.report.Entries++
	if row.Index >= c.head.Size {
		c.report.find(CheckEntry, entryAt(row.Index), "stands after the end of the log, which has %d entries", c.head.Size)
		return
	}
	c.missing(row.Index)
	hash := tlog.RecordHash(row.Bytes)
	logged, known := c.logged(row.Index)
	c.add(hash)
	if known && hash != logged && c.proves(0, row.Index) {
		// The bytes are wrong; finish says so. The log's hash carries the chain on.
		c.chains[row.Subject] = Link{row.Number, logged}
		return
	}
	leaf, err := openLeaf(row.Bytes)
	if err != nil {
		c.report.find(CheckFormat, entryAt(row.Index), "%v", err)
		return
	}
	c.columns(row, leaf, hash)
	c.chain(leaf, hash)
}

// columns compares what stands beside the bytes with the bytes.
func (c *logCheck) columns(row Row, leaf Leaf, hash Hash) {
	for _, column := range []struct {
		name         string
		stored, want any
	}{
		{"index", row.Index, leaf.Index},
		{"subject", row.Subject, leaf.Entry.Subject},
		{"number", row.Number, leaf.Number},
		{"target", row.Target, leaf.Entry.Target},
		{"kind", row.Kind, leaf.Entry.Kind},
		{"when", row.When.UTC(), leaf.Entry.When.UTC()},
		{"hash", row.Hash, hash},
		{"scope", c.scope, leaf.Scope},
	} {
		if column.stored != column.want {
			c.report.find(CheckColumn, entryAt(row.Index), "column %s was altered: it is %v, the entry says %v", column.name, column.stored, column.want)
		}
	}
}

func (c *logCheck) chain(leaf Leaf, hash Hash) {
	subject := leaf.Entry.Subject
	if problem := follows(c.chains[subject], leaf); problem != "" {
		c.report.find(CheckChain, entryAt(leaf.Index), "%s", problem)
	}
	c.chains[subject] = Link{leaf.Number, hash}
}

// follows says what is wrong with leaf as the next of a chain that ends with end; "" for nothing.
func follows(end Link, leaf Leaf) string {
	subject := leaf.Entry.Subject
	switch {
	case leaf.Number != end.Number+1:
		return fmt.Sprintf("is number %d of %s, but number %d was expected: an entry was left out or added", leaf.Number, subject, end.Number+1)
	case leaf.Previous != end.Hash:
		return fmt.Sprintf("is number %d of %s, but does not follow the number %d that is here", leaf.Number, subject, end.Number)
	}
	return ""
}

// add grows the tree by a leaf hash.
func (c *logCheck) add(hash Hash) {
	if c.lost {
		return
	}
	c.tree.add(hash)
	if c.tree.size == c.since.Size {
		c.sinceRoot = c.tree.root()
	}
}

// maxGap bounds the missing entries that the stored tiles stand in for.
const maxGap = 1 << 16

// missing reports the entries between the tree's end and index, and lets the
// log's own hashes stand in for them, so that the rest can still be compared.
func (c *logCheck) missing(index int64) {
	from := c.tree.size
	if c.lost || from >= index {
		return
	}
	if from == index-1 {
		c.report.find(CheckEntry, entryAt(from), "is missing")
	} else {
		c.report.find(CheckEntry, fmt.Sprintf("entries %d to %d", from, index-1), "are missing")
	}
	if index-from > maxGap {
		c.lost = true
		return
	}
	for i := from; i < index; i++ {
		hash, _ := c.logged(i)
		c.add(hash)
	}
}

// logged gives the leaf hash that the stored tiles have for the next index.
func (c *logCheck) logged(index int64) (Hash, bool) {
	id := TileID{0, index >> tileHeight}
	if c.tile.Hashes == nil || c.tile.TileID != id {
		c.tile = Tile{TileID: id, Hashes: c.stored(id)}
	}
	at := int(index%tileWidth) * tlog.HashSize
	if len(c.tile.Hashes) < at+tlog.HashSize {
		return Hash{}, false
	}
	return Hash(c.tile.Hashes[at : at+tlog.HashSize]), true
}

// stored reads one tile; never nil.
func (c *logCheck) stored(id TileID) []byte {
	tiles, err := c.reader.RecordTiles([]TileID{id})
	if err != nil {
		c.report.find(CheckRead, "tile "+id.String(), "cannot be read: %v", err)
	}
	return append([]byte{}, tiles[id]...)
}
