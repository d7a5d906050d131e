package record

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// RootsOfCounted gives the roots of the logs of the leaves "0", "1" and so on, of sizes 1 to n.
func RootsOfCounted(n int) []Hash {
	var e edge
	roots := make([]Hash, n)
	for i := range n {
		e.add(tlog.RecordHash(fmt.Append(nil, i)))
		roots[i] = e.root()
	}
	return roots
}
