package store

import (
	"fmt"

	"tranship.dev/tranship/internal/control"
)

// calendarInspections are those of waivers and feeds.
func calendarInspections() map[control.StoredKind]inspection {
	return map[control.StoredKind]inspection{
		control.StoredWaiver: {`SELECT number, deployment, body FROM waiver WHERE scope = ? ORDER BY number`, inspectWaiver},
		control.StoredFeed:   {`SELECT id, hash, body FROM feed WHERE scope = ? ORDER BY id`, inspectFeed},
	}
}

func inspectWaiver(r row) (control.Stored, error) {
	var number, in int64
	var body string
	if err := r.Scan(&number, &in, &body); err != nil {
		return control.Stored{}, err
	}
	id := fmt.Sprint(waiverPrefix, number)
	var w control.Waiver
	s := inspected("waiver "+id, body, &w, func() []pair {
		return []pair{{"number", id, w.ID}, {"deployment", deploymentID(in), w.Deployment}}
	})
	s.Under = deploymentID(in)
	return s, nil
}

func inspectFeed(r row) (control.Stored, error) {
	var id, body string
	var hash []byte
	if err := r.Scan(&id, &hash, &body); err != nil {
		return control.Stored{}, err
	}
	var f control.Feed
	s := inspected("feed "+id, body, &f, func() []pair { return []pair{{"id", id, f.ID}} })
	if s.Value != nil {
		f.Hash = hash
		s.Value = f
	}
	return s, nil
}
