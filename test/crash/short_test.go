//go:build !crash

package crash

// defaultKills is what a few seconds allow; the tag crash asks for more.
const defaultKills = 20
