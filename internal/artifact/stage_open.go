package artifact

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
)

// mostOpen is how many uploads one person or account may have begun and not
// finished. Each is bounded by itself, so that this bounds what lies here.
const mostOpen = 20

// roomFor refuses when somebody has as many open uploads as one may have, and
// names those that were begun first.
func (s *Stage) roomFor(by practice.Actor) error {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return ourFault(err)
	}
	var open []library.Upload
	for _, e := range entries {
		var u library.Upload
		raw, err := os.ReadFile(filepath.Join(s.dir, e.Name(), stageAbout))
		if err == nil && json.Unmarshal(raw, &u) == nil && u.By == by {
			open = append(open, u)
		}
	}
	if len(open) < mostOpen {
		return nil
	}
	slices.SortFunc(open, func(a, b library.Upload) int { return a.At.Compare(b.At) })
	first := open[0]
	return practice.Faultf(practice.Conflict, "%s has %d uploads that are not finished, and more are not begun: the oldest is %s of %s, begun %s", by.Name, len(open), first.ID, first.Component, first.At.Format("2006-01-02 15:04 UTC")).
		WithHint("finish it, or give it up: DELETE /api/v1/components/%s/uploads/%s. What nobody adds to is removed after %s", first.Component, first.ID, practice.Duration(s.keep))
}
