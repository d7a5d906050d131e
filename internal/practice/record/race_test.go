//go:build race

package record_test

// raced: these tests share nothing between goroutines, so under the race
// detector, which is ten times slower, a tenth of the random cases is enough.
const raced = true
