package deployment

import (
	"tranship.dev/tranship/internal/practice/plan"
)

// landings gives what the row's new outcome says about what is present on the
// target: nothing while the order runs, and nothing from checks.
func (d Deployment) landings(row Target) []Landing {
	if !row.changes() || !row.begun() || !row.State.Ended() {
		return nil
	}
	landings := make([]Landing, 0, len(d.Header.Items))
	for i, item := range d.Header.Items {
		l := Landing{Target: row.Name, Component: item.Component}
		switch {
		case row.State != TargetDone:
			l.Uncertain = true
		case row.Phase == Remediate && i >= len(row.Before):
			l.Uncertain = true
		case row.Phase == Remediate:
			l.Version, l.Digest = row.Before[i].Version, row.Before[i].Digest
		case d.Header.Direction != plan.Remove:
			l.Version = item.Version
			if item.Artifact != nil {
				l.Digest = item.Artifact.Digest
			}
		}
		landings = append(landings, l)
	}
	return landings
}
