package control

import (
	"cmp"
	"maps"
	"slices"

	"tranship.dev/tranship/internal/practice/deployment"
)

// Standing is what deployments are counted by.
type Standing struct {
	Environment string
	State       deployment.State
	Result      deployment.Result // of closed ones
}

// Where says a standing as the place of a row.
func (s Standing) Where() string {
	return "count of deployments into " + s.Environment + ", " + cmp.Or(string(s.Result), string(s.State))
}

// StandingCount is how many deployments stand so, as it is kept beside them.
type StandingCount struct {
	Standing
	Number int64
}

// compareCounts compares the kept counts of deployments with the deployments,
// which were compared with the entries themselves.
func (a *audit) compareCounts() error {
	err := a.each(StoredCount, func(s Stored) {
		kept, readable := s.Value.(StandingCount)
		if !readable {
			return
		}
		if stand := a.standing[kept.Standing]; stand != kept.Number {
			a.find(s.Where, "is %d, but %d deployments are stored that stand so", kept.Number, stand)
		}
		delete(a.standing, kept.Standing)
	})
	order := func(one, other Standing) int {
		return cmp.Or(cmp.Compare(one.Environment, other.Environment), cmp.Compare(one.State, other.State), cmp.Compare(one.Result, other.Result))
	}
	for _, s := range slices.SortedFunc(maps.Keys(a.standing), order) {
		a.find(s.Where(), "is not stored, but %d deployments are that stand so", a.standing[s])
	}
	return err
}
