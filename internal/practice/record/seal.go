package record

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"math"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/signature"
)

// Sealed is a batch of entries ready to be stored.
type Sealed struct {
	Before Head
	After  Head
	Rows   []Row
	Tiles  []Tile // new and grown ones, with all their hashes
}

// Seal puts entries, in their order, after the log of head. links are the ends
// of the chains of the entries' subjects (Store.RecordLinks). It reads the last
// tile of each level and refuses to build on tiles that do not give head's
// root. It refuses entries that do not say what, about what, who or when.
func Seal(head Head, tiles TileReader, links map[string]Link, scope practice.Scope, entries []practice.Entry) (Sealed, error) {
	if err := practice.CheckName("scope", string(scope)); err != nil {
		return Sealed{}, err
	}
	right, err := readEdge(head, tiles)
	if altered := alteration(""); errors.As(err, &altered) {
		return Sealed{}, damaged(scope, err)
	} else if err != nil {
		return Sealed{}, err
	}
	s := Sealed{Before: head, Rows: make([]Row, 0, len(entries))}
	right.full = func(t Tile) { s.Tiles = append(s.Tiles, t) }
	ends := make(map[string]Link, len(links))
	for _, entry := range entries {
		end, known := ends[entry.Subject]
		if !known {
			end = links[entry.Subject]
		}
		leaf := Leaf{Scope: scope, Index: right.size, Number: end.Number + 1, Previous: end.Hash, Entry: entry}
		row, err := leaf.seal()
		if err != nil {
			return Sealed{}, err
		}
		s.Rows = append(s.Rows, row)
		ends[row.Subject] = Link{row.Number, row.Hash}
		right.add(row.Hash)
	}
	s.After = Head{right.size, right.root()}
	for _, t := range right.partial() {
		if grew(t.TileID, head.Size, right.size) {
			s.Tiles = append(s.Tiles, t)
		}
	}
	return s, nil
}

func grew(id TileID, before, after int64) bool { return tileSize(id, before) != tileSize(id, after) }

// Enter seals entries after what the store holds, signs the new checkpoint with
// key and stores both. It refuses to continue a record whose stored checkpoint
// is not signed by key or one of the previous keys, or does not fit its head:
// a new signature must never cover up an old change. Conflict means that
// somebody else appended meanwhile: try again. The reads need no snapshot; losing
// a race always ends in Conflict. Nothing is stored for no entries.
func Enter(store Store, scope practice.Scope, entries []practice.Entry, key ed25519.PrivateKey, previous ...signature.PublicKey) (Sealed, error) {
	if len(entries) == 0 {
		return Sealed{}, nil
	}
	head, checkpoint, err := store.RecordHead()
	if err != nil {
		return Sealed{}, fmt.Errorf("read the head of the record: %w", err)
	}
	trusted := append([]signature.PublicKey{signature.Encode(key.Public().(ed25519.PublicKey))}, previous...)
	if err := continues(head, checkpoint, scope, trusted); err != nil {
		return Sealed{}, damaged(scope, err)
	}
	links, err := store.RecordLinks(subjects(entries))
	if err != nil {
		return Sealed{}, fmt.Errorf("read the ends of the record's chains: %w", err)
	}
	sealed, err := Seal(head, store, links, scope, entries)
	if err != nil {
		return Sealed{}, err
	}
	signed, err := Checkpoint(scope, sealed.After, key)
	if err != nil {
		return Sealed{}, err
	}
	return sealed, store.AppendRecord(sealed, signed)
}

// continues checks that head is what the checkpoint signs.
func continues(head Head, checkpoint string, scope practice.Scope, trusted []signature.PublicKey) error {
	if head == (Head{}) && checkpoint == "" {
		return nil
	}
	signed, _, err := OpenCheckpoint(checkpoint, scope, trusted...)
	if err != nil {
		return err
	}
	if signed != head {
		return fmt.Errorf("the head is %v, its checkpoint signs %v", head, signed)
	}
	return nil
}

// String gives "size root".
func (h Head) String() string { return fmt.Sprintf("%d %v", h.Size, h.Root) }

func subjects(entries []practice.Entry) []string {
	seen := map[string]bool{}
	var names []string
	for _, e := range entries {
		if !seen[e.Subject] {
			seen[e.Subject] = true
			names = append(names, e.Subject)
		}
	}
	return names
}

func damaged(scope practice.Scope, err error) *practice.Error {
	return practice.Faultf(practice.Refused, "record of scope %s was altered, nothing can be added: %v", scope, err).
		WithHint("run tranship verify --log to see what is wrong, and restore a backup").Final()
}

// maxSize keeps the arithmetic of sizes that come from outside within bounds.
const maxSize = math.MaxInt64 >> 1
