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
		if !row.Concerns(i) {
			continue
		}
		l := Landing{Target: row.On(), Component: item.Component}
		switch {
		case row.Left != LeftOld && row.Left != LeftNew:
			l.Uncertain = true
		case row.Left == LeftOld && i >= len(row.Before):
			l.Uncertain = true
		case row.Left == LeftOld:
			l.Version, l.Digest, l.Slot = row.Before[i].Version, row.Before[i].Digest, d.slot(row, i, true)
		case d.Header.Direction == plan.Restore && i >= len(row.Goal):
			l.Uncertain = true
		case d.Header.Direction == plan.Restore:
			l.Version, l.Digest, l.Slot = row.Goal[i].Version, row.Goal[i].Digest, d.slot(row, i, row.stays(i))
		case d.Header.Direction != plan.Remove:
			l.Version, l.Slot = item.Version, d.slot(row, i, false)
			if item.Artifact != nil {
				l.Digest = item.Artifact.Digest
			}
		}
		landings = append(landings, l)
	}
	return landings
}

// slot gives the slot of what was on the row's target, or the one that the other version is in.
func (d Deployment) slot(row Target, item int, former bool) string {
	if item >= len(row.Before) {
		return ""
	}
	return d.Header.Slot(plan.Before{Version: row.Before[item].Version, Slot: row.Before[item].Slot}, former)
}

// stays says that a restore left an item alone: it is as it is to be, and others were not.
func (t Target) stays(item int) bool {
	same := func(i int) bool {
		return i < len(t.Before) && i < len(t.Goal) && t.Before[i].Version == t.Goal[i].Version && t.Before[i].Digest == t.Goal[i].Digest
	}
	if !same(item) {
		return false
	}
	for i := range t.Goal {
		if t.Concerns(i) && !same(i) {
			return true
		}
	}
	return false
}
