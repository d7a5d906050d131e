package record

import "golang.org/x/mod/sumdb/tlog"

// compare compares a tile that the entries give with the stored one.
func (c *logCheck) compare(computed Tile) {
	stored := c.tile.Hashes
	if c.tile.TileID != computed.TileID || stored == nil {
		stored = c.stored(computed.TileID)
	}
	if len(stored) != len(computed.Hashes) {
		c.report.find(CheckTile, "tile "+computed.TileID.String(), "has %d bytes, not %d", len(stored), len(computed.Hashes))
	}
	for at := 0; at+tlog.HashSize <= min(len(stored), len(computed.Hashes)); at += tlog.HashSize {
		a, b := Hash(computed.Hashes[at:at+tlog.HashSize]), Hash(stored[at:at+tlog.HashSize])
		if a != b && len(c.doubts) <= maxFindings {
			c.doubts = append(c.doubts, doubt{computed.Level, computed.Index<<tileHeight + int64(at/tlog.HashSize), a, b})
		}
	}
}

// finish compares the last tiles and the root, and settles the doubts.
func (c *logCheck) finish() {
	if c.lost {
		return
	}
	for _, tile := range c.tree.partial() {
		c.compare(tile)
	}
	root := c.tree.root()
	authentic := c.tree.size == c.head.Size && (root == c.head.Root || c.head.Size == 0)
	for _, d := range c.doubts {
		c.settle(d, authentic)
	}
	if !authentic {
		c.report.find(CheckRoot, "log", "its %d entries give root %v, the checkpoint has %v", c.tree.size, root, c.head.Root)
		return
	}
	if len(c.report.SignedBy) > 0 {
		c.report.hold("%d entries give the root %v, signed by key %s", c.head.Size, root, c.report.SignedBy[0].ID())
	}
	c.report.hold("the chains of %d subjects have no gap", len(c.chains))
}

// settle says which side of a doubt is wrong. Entries that together give the
// signed root are right, so the tile is wrong. Otherwise a hash that the tiles
// prove to be under the signed root is right, so the entry is wrong; a hash of
// a higher tile that is right says nothing that its entry does not say.
func (c *logCheck) settle(d doubt, authentic bool) {
	tile := "tile " + TileID{d.level, d.n >> tileHeight}.String()
	if authentic {
		c.report.find(CheckTile, tile, "hash %d was altered: it is %v, the entries give %v", d.n%tileWidth, d.stored, d.computed)
		return
	}
	proven := c.proves(d.level, d.n)
	switch {
	case proven && d.level == 0:
		c.report.find(CheckEntry, entryAt(d.n), "its bytes were altered: they hash to %v, the log has %v", d.computed, d.stored)
	case d.level == 0:
		c.report.find(CheckEntry, entryAt(d.n), "it or %s was altered: its bytes hash to %v, the tile has %v, and the checkpoint proves neither", tile, d.computed, d.stored)
	case !proven:
		c.report.find(CheckTile, tile, "hash %d is %v, the entries give %v, and the checkpoint proves neither", d.n%tileWidth, d.stored, d.computed)
	}
}

// proves says whether the stored tiles prove their hash number n of a level to
// be under the root that everything is compared with.
func (c *logCheck) proves(level int, n int64) bool {
	_, err := hashReader(c.head, c.reader).ReadHashes([]int64{tlog.StoredHashIndex(tileHeight*level, n)})
	return err == nil
}

// grown checks that the log continues the one of the older checkpoint.
func (c *logCheck) grown() {
	if c.since.Size == 0 {
		return
	}
	// The entries' own root is enough; if an entry was altered since, the tiles may still prove it.
	if c.sinceRoot != c.since.Root {
		proof, err := ProveGrowth(c.reader, c.since, c.head)
		if err == nil {
			err = VerifyGrowth(proof, c.since, c.head)
		}
		if err != nil {
			c.report.find(CheckGrowth, "older checkpoint", "%v", err)
			return
		}
	}
	c.report.hold("the log continues the one of %d entries with root %v", c.since.Size, c.since.Root)
}

// counts finds rows that belong to nothing.
func (c *logCheck) counts() {
	rows, tiles, err := c.reader.RecordCounts()
	if err != nil {
		c.report.find(CheckRead, "log", "its rows cannot be counted: %v", err)
		return
	}
	if rows != c.report.Entries {
		c.report.find(CheckEntry, "log", "has %d entry rows, but lists %d", rows, c.report.Entries)
	}
	if want := tileCount(c.head.Size); tiles != want {
		c.report.find(CheckTile, "log", "has %d tile rows, not %d", tiles, want)
	}
}
