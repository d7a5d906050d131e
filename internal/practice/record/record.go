// Package record keeps what happened so that nobody can change it unseen (R111).
//
// Every entry becomes a leaf of its scope's Merkle log (RFC 6962 hashes, tiles
// of height 8). Each batch of entries ends with a signed checkpoint of the
// log's size and root. Entries of one subject are numbered and chained, so that
// a bundle of them shows when one was left out. The package is pure: it reads
// and writes through Store.
package record

import (
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"tranship.dev/tranship/internal/practice"
)

// Hash is an RFC 6962 hash: of a leaf, of a node or of a root. JSON writes it as base64.
type Hash = tlog.Hash

// Head is the size and the root of a log. The zero Head is that of an empty log.
type Head struct {
	Size int64 `json:"size"` // entries
	Root Hash  `json:"root"`
}

// Leaf is what is hashed into the log: an entry with its place. Its canonical
// JSON is the leaf's bytes.
type Leaf struct {
	Scope    practice.Scope `json:"scope"`
	Index    int64          `json:"index"`             // place in the log, from 0
	Number   int64          `json:"number"`            // place among the entries of its subject, from 1
	Previous Hash           `json:"previous,omitzero"` // leaf hash of the subject's entry before; zero for number 1
	Entry    practice.Entry `json:"entry"`
}

// Row is a leaf as it is stored: its bytes, their hash, and copies of the parts
// that are searched for. The copies are checked against the bytes by VerifyLog.
type Row struct {
	Index   int64     `json:"index"`
	Subject string    `json:"subject"`
	Number  int64     `json:"number"`
	Target  string    `json:"target,omitempty"`
	Kind    string    `json:"kind"`
	When    time.Time `json:"when"` // UTC, whole microseconds
	Bytes   []byte    `json:"bytes"`
	Hash    Hash      `json:"hash"`
}

// Link is the end of a subject's chain: its last entry's number and leaf hash.
// The zero Link is that of a subject without entries.
type Link struct {
	Number int64
	Hash   Hash
}

// TileID names a tile: hashes Index*256 and following of the tree's level 8*Level.
type TileID struct {
	Level int
	Index int64
}

// Filter chooses rows; empty parts choose all.
type Filter struct {
	Subject string
	Target  string
	Kinds   []string
	From    int64 // rows with this index and above
	Newest  bool  // the newest first

	Text         string    // every word of it, as Words gives them
	Environments []string  // about one of these
	Components   []string  // about one of these
	Who          []string  // done by one of these, by name
	Since, Until time.Time // from the one moment to before the other; zero: any

	About, Aside []string // about a subject of one of these kinds, and of none of those: "deployment" is the kind of "deployment/D-12"
}

// TileReader reads tiles.
type TileReader interface {
	// RecordTiles gives the hashes of each tile asked for, one after the other,
	// 32 bytes each, at most 256; tiles that are not stored are absent from the map.
	RecordTiles(ids []TileID) (map[TileID][]byte, error)
}

// Reader reads one scope's record.
type Reader interface {
	TileReader
	// RecordHead gives the head and the signed checkpoint as they were stored by
	// the last AppendRecord, both of the same one; a zero Head and "" before the first.
	RecordHead() (Head, string, error)
	// RecordRow gives the row with that index, or NotFound.
	RecordRow(index int64) (Row, error)
	// RecordRows lists rows by index, lowest first, or highest first where the
	// filter says so; page.After is an index in decimals.
	RecordRows(f Filter, page practice.Page) ([]Row, error)
	// RecordCounts gives how many entry rows and tile rows the scope has.
	RecordCounts() (rows, tiles int64, err error)
}

// Store keeps one scope's record. What is stored, each with the scope in its key:
//
//   - one head row: size, root (32 bytes), checkpoint (text);
//   - entry rows, by index: subject, number, target, kind, when, bytes, hash
//     (32 bytes), with (subject, number) unique; never changed, never removed;
//   - tile rows, by (level, index): hashes (32 to 8,192 bytes), overwritten
//     as the last tile of a level grows.
//
// Bytes are stored as bytes, never as a JSON column that a database rewrites.
type Store interface {
	Reader
	// RecordLinks gives the number and the hash of the highest numbered row of
	// each subject; subjects without rows are absent from the map.
	RecordLinks(subjects []string) (map[string]Link, error)
	// AppendRecord stores rows, tiles and the new head with its checkpoint, all
	// or nothing. When the stored head is not s.Before it answers Conflict.
	AppendRecord(s Sealed, checkpoint string) error
}
