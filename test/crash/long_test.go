//go:build crash

package crash

// defaultKills is enough to find what is rare.
const defaultKills = 500
