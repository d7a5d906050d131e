package cli

import (
	"fmt"
	"slices"
	"strings"

	"tranship.dev/tranship/api/client"
)

// leveled says whether components of the plan wait for others of it.
func leveled(h client.PlanHeader) bool {
	return slices.ContainsFunc(h.Items, func(i client.PlanItem) bool { return i.Level > 0 })
}

// partly says whether some targets change only some of the plan's components at once.
func partly(h client.PlanHeader) bool {
	return leveled(h) || slices.ContainsFunc(h.Items, func(i client.PlanItem) bool { return len(i.RunsOn) > 0 })
}

// byLevel gives the items as their steps are listed: by level, and for what goes the
// other way in an order that is gone through from its end.
func byLevel(h client.PlanHeader) []client.PlanItem {
	items := slices.Clone(h.Items)
	slices.SortStableFunc(items, func(a, b client.PlanItem) int {
		if h.Direction == "install" {
			return int(a.Level - b.Level)
		}
		return int(b.Level - a.Level)
	})
	return items
}

// amount says how many targets a plan changes: "8 in 12 parts,".
func amount(h client.PlanHeader) string {
	if h.PartCount > 0 {
		return fmt.Sprintf("%d in %d parts,", h.TargetCount, h.PartCount)
	}
	return fmt.Sprint(h.TargetCount)
}

// rowOf names what an entry is about: a target, or the part of one.
func rowOf(e client.Entry) string {
	if part, _ := e.Data["part"].(string); part != "" {
		return part
	}
	return e.Target
}

// atLevel names the components of a level: "level 2: api, mail"; nothing where there are none.
func atLevel(h client.PlanHeader, level int64) string {
	var names []string
	for _, item := range h.Items {
		if item.Level == level {
			names = append(names, item.Component)
		}
	}
	if level == 0 {
		return ""
	}
	return fmt.Sprintf("level %d: ", level) + strings.Join(names, ", ")
}
