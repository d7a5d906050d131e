package record

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// RootsOfCounted gives the roots of the logs of the leaves "0", "1" and so on, by size, for the sizes chosen up to n.
func RootsOfCounted(n int64, chosen func(size int64) bool) map[int64]Hash {
	var e edge
	roots := map[int64]Hash{}
	for i := range n {
		e.add(tlog.RecordHash(fmt.Append(nil, i)))
		if chosen(i + 1) {
			roots[i+1] = e.root()
		}
	}
	return roots
}
