package record

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"tranship.dev/tranship/internal/practice"
)

// ProveEntry gives the proof that the log of head holds the leaf with that index.
func ProveEntry(tiles TileReader, head Head, index int64) (tlog.RecordProof, error) {
	proof, err := tlog.ProveRecord(head.Size, index, hashReader(head, tiles))
	if err != nil {
		return nil, fmt.Errorf("prove entry %d: %w", index, err)
	}
	return proof, nil
}

// ProveGrowth gives the proof that the log of now begins with all entries of
// the log of old.
func ProveGrowth(tiles TileReader, old, now Head) (tlog.TreeProof, error) {
	if old.Size > now.Size {
		return nil, shrunk(old, now)
	}
	if old.Size == 0 || old.Size == now.Size {
		return tlog.TreeProof{}, nil
	}
	proof, err := tlog.ProveTree(now.Size, old.Size, hashReader(now, tiles))
	if err != nil {
		return nil, fmt.Errorf("prove growth from %d to %d: %w", old.Size, now.Size, err)
	}
	return proof, nil
}

// VerifyGrowth refuses a proof of ProveGrowth that does not show that now continues old.
func VerifyGrowth(proof tlog.TreeProof, old, now Head) error {
	switch {
	case old.Size > now.Size:
		return shrunk(old, now)
	case old.Size == 0:
		return nil
	case old.Size == now.Size && old.Root == now.Root && len(proof) == 0:
		return nil
	case old.Size < now.Size && tlog.CheckTree(proof, now.Size, now.Root, old.Size, old.Root) == nil:
		return nil
	}
	return practice.Faultf(practice.Refused, "the log of %d entries does not continue the log of %d entries: its past was rewritten", now.Size, old.Size).Final()
}

func shrunk(old, now Head) error {
	return practice.Faultf(practice.Refused, "the log has %d entries, fewer than the %d of the older checkpoint: entries were cut off", now.Size, old.Size).Final()
}
