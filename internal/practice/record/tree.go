package record

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// The shape of tiles: C2SP tlog-tiles fixes the height at 8.
const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
)

// Tile is a tile with its hashes, one after the other.
type Tile struct {
	TileID
	Hashes []byte
}

// String gives "level/index".
func (id TileID) String() string { return fmt.Sprintf("%d/%d", id.Level, id.Index) }

// edge is the right edge of a tree: the last tile of each level, without those
// that are empty. It is all that is needed to append and to compute the root.
type edge struct {
	size  int64
	tiles []Tile     // by level; Hashes may be empty
	full  func(Tile) // told of each tile that became full; may be nil
}

// edgeTiles names the tiles of the right edge of a tree of that size.
func edgeTiles(size int64) []TileID {
	var ids []TileID
	for level, n := 0, size; n > 0; level, n = level+1, n>>tileHeight {
		if n%tileWidth != 0 {
			ids = append(ids, TileID{level, n >> tileHeight})
		}
	}
	return ids
}

// alteration says how stored parts of a record disagree.
type alteration string

func (a alteration) Error() string { return string(a) }

// readEdge reads the right edge of the tree of head and checks that it gives
// head's root; an alteration when it does not. Tiles may have grown since head
// was read: their beginnings never change.
func readEdge(head Head, tiles TileReader) (*edge, error) {
	e := &edge{size: head.Size}
	if head.Size == 0 {
		return e, nil
	}
	if head.Size < 0 || head.Size > maxSize {
		return nil, alteration(fmt.Sprintf("the head says %d entries", head.Size))
	}
	ids := edgeTiles(head.Size)
	stored, err := tiles.RecordTiles(ids)
	if err != nil {
		return nil, fmt.Errorf("read the last tiles: %w", err)
	}
	for _, id := range ids {
		hashes, want := stored[id], tileSize(id, head.Size)
		if len(hashes) < want {
			return nil, alteration(fmt.Sprintf("tile %v has %d bytes, not %d", id, len(hashes), want))
		}
		e.at(id.Level).Hashes = append([]byte(nil), hashes[:want]...)
	}
	if root := e.root(); root != head.Root {
		return nil, alteration(fmt.Sprintf("the last tiles give root %v, the head says %v", root, head.Root))
	}
	return e, nil
}

// tileSize gives the bytes of a tile in a tree of that size; 0 when it has none.
func tileSize(id TileID, size int64) int {
	width := size>>(tileHeight*id.Level) - id.Index<<tileHeight
	return int(max(0, min(width, tileWidth))) * tlog.HashSize
}

// tileCount gives how many tiles a tree of that size has.
func tileCount(size int64) int64 {
	var count int64
	for n := size; n > 0; n >>= tileHeight {
		count += (n + tileWidth - 1) >> tileHeight
	}
	return count
}

// at gives the last tile of a level.
func (e *edge) at(level int) *Tile {
	for len(e.tiles) <= level {
		l := len(e.tiles)
		e.tiles = append(e.tiles, Tile{TileID: TileID{l, e.size >> (tileHeight * (l + 1))}})
	}
	return &e.tiles[level]
}

// add appends a leaf hash.
func (e *edge) add(leaf Hash) {
	e.push(0, leaf)
	e.size++
}

func (e *edge) push(level int, h Hash) {
	tile := e.at(level)
	tile.Hashes = append(tile.Hashes, h[:]...)
	if len(tile.Hashes) < tileWidth*tlog.HashSize {
		return
	}
	done := *tile
	*tile = Tile{TileID: TileID{level, done.Index + 1}}
	if e.full != nil {
		e.full(done)
	}
	e.push(level+1, nodeOf(done.Hashes))
}

// partial gives the last tiles that hold something.
func (e *edge) partial() []Tile {
	var tiles []Tile
	for _, t := range e.tiles {
		if len(t.Hashes) > 0 {
			tiles = append(tiles, t)
		}
	}
	return tiles
}

// root computes the root: the largest full subtrees, joined from the right.
func (e *edge) root() Hash {
	if e.size == 0 {
		empty, _ := tlog.TreeHash(0, nil)
		return empty
	}
	var root Hash
	have := false
	for _, t := range e.tiles {
		rest := t.Hashes
		for bit := 1; bit < tileWidth; bit <<= 1 {
			if len(t.Hashes)/tlog.HashSize&bit == 0 {
				continue
			}
			cut := len(rest) - bit*tlog.HashSize
			node := nodeOf(rest[cut:])
			if rest = rest[:cut]; have {
				node = tlog.NodeHash(node, root)
			}
			root, have = node, true
		}
	}
	return root
}

// nodeOf gives the hash of the full subtree over hashes, whose number is a power of two.
func nodeOf(hashes []byte) Hash {
	if len(hashes) == tlog.HashSize {
		return Hash(hashes)
	}
	half := len(hashes) / 2
	return tlog.NodeHash(nodeOf(hashes[:half]), nodeOf(hashes[half:]))
}

// hashReader reads nodes of the tree of head out of stored tiles, each proven
// to belong to head's root; an error says that a tile is missing or altered.
func hashReader(head Head, tiles TileReader) tlog.HashReader {
	return tlog.TileHashReader(tlog.Tree{N: head.Size, Hash: head.Root}, tileAdapter{tiles})
}

// tileAdapter lets tlog read our tiles, which are wider than asked for when the
// asked tree is an older one.
type tileAdapter struct{ tiles TileReader }

func (tileAdapter) Height() int                     { return tileHeight }
func (tileAdapter) SaveTiles([]tlog.Tile, [][]byte) {}

func (a tileAdapter) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	ids := make([]TileID, len(tiles))
	for i, t := range tiles {
		ids[i] = TileID{t.L, t.N}
	}
	stored, err := a.tiles.RecordTiles(ids)
	if err != nil {
		return nil, fmt.Errorf("read tiles: %w", err)
	}
	data := make([][]byte, len(tiles))
	for i, t := range tiles {
		hashes := stored[ids[i]]
		if len(hashes) < t.W*tlog.HashSize {
			return nil, fmt.Errorf("tile %v has %d bytes, not %d", ids[i], len(hashes), t.W*tlog.HashSize)
		}
		data[i] = hashes[:t.W*tlog.HashSize]
	}
	return data, nil
}
